//! Approvals: a queue that keeps theory, hours, expiry, sessions and revocations to the letter, and luck that no knob moves.

use crate::builder::{component, effects, reviews, scenario};
use crate::closed_forms::{check, seconds};
use crate::drive::*;
use crate::generate::{effort, ladder};
use gatecrash_policies::calendar::{Calendar, Hours};
use gatecrash_policies::policy::{Act, By};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::catalog::{REVIEWS, Unit};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::ledger::{Key, Violation};
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;
use proptest::sample::select;

const HOUR: u64 = 3_600;

/// Requests that take no time, approvals, and a write for each run that may go on.
fn world_of(rate: f64, seconds: u64, spec: Reviews) -> Scenario {
    let runs = Calls { service: Dist::ZERO, ..crate::builder::calls() };
    let tickets = Effects { after: "approvals".into(), ..effects() };
    let system = vec![
        component("runs", Kind::Calls(runs)),
        component("approvals", Kind::Reviews(spec)),
        component("tickets", Kind::Effects(tickets)),
    ];
    scenario(seconds, Some(Traffic::Poisson { rate }), system)
}

/// So many that nobody waits for one.
fn many() -> Reviews {
    Reviews { reviewers: 1_000_000, review: Dist::Constant(60.0), ..reviews() }
}

fn count(truth: &Truth, signal: &str) -> u64 {
    truth.count(&format!("approvals.{signal}"))
}

fn keys(log: &[Violation]) -> Vec<(u32, u32)> {
    log.iter().map(|v| (v.key.subject, v.key.ordinal)).collect()
}

#[test]
fn approvals_wait_as_erlang_says() {
    for (rate, reviewers, wait) in [(0.7, 1, 2.3333), (1.4, 2, 0.9608), (2.8, 4, 0.3572)] {
        let mut scenario = world_of(rate, 20_000, Reviews { reviewers, ..reviews() });
        scenario.warmup = Span::from_secs(500);
        check("approval latency", wait + 1.0, |seed| {
            seconds(truth_at(&scenario, 0.0, seed).arm("approvals.approval_latency", Arm::Stable))
        });
    }
}

#[test]
fn a_part_of_the_requests_needs_an_approval_and_the_rest_goes_on_at_once() {
    let scenario = world_of(2.0, 4_000, Reviews { probability: 0.3, reviewers: 0, ..reviews() });
    let truth = truth_at(&scenario, 0.0, 1);
    let runs = truth.count("runs.completes");
    check_share("paused", count(&truth, "requests"), runs, 0.3);
    assert_eq!(truth.count("tickets.writes"), runs - count(&truth, "requests"), "those that wait do not write");
}

#[test]
fn first_come_first_served_on_both_arms() {
    let scenario = world_of(0.8, 4_000, Reviews { reviewers: 1, approve: 0.7, ..reviews() });
    let came = log_at(&scenario, 0.4, 3, "approvals", &["requests"]);
    let decided = log_at(&scenario, 0.4, 3, "approvals", &["outcomes"]);
    assert!(decided.len() > 2_500 && came.iter().any(|v| v.arm == Arm::Canary));
    assert_eq!(keys(&came)[..decided.len()], keys(&decided));
    check_share("approved", log_at(&scenario, 0.4, 3, "approvals", &["approved"]).len() as u64, decided.len() as u64, 0.7);
}

#[test]
fn nothing_is_reviewed_at_night() {
    let hours = Hours { weekdays_only: true, from: Span::from_secs(9 * HOUR), to: Span::from_secs(17 * HOUR) };
    let spec = Reviews { reviewers: 3, review: Dist::Constant(600.0), hours: Some(hours), ..reviews() };
    let mut scenario = world_of(0.001, 14 * 24 * HOUR, spec);
    let calendar = Calendar { hours: Some(hours), start: Span::from_secs(14 * HOUR) }; // Monday 14:00
    scenario.operators.calendar.start = calendar.start;
    let decided = log_at(&scenario, 0.0, 1, "approvals", &["outcomes"]);
    let began = |v: &Violation| v.at - Span::from_secs(600);
    assert!(decided.len() > 1_000);
    assert!(decided.iter().all(|v| calendar.at_work(began(v)) == began(v)), "somebody reviewed at night");
    let is_after_hours = |v: &&Violation| calendar.at_work(v.at) != v.at;
    assert!(decided.iter().any(|v| is_after_hours(&v)), "what was begun is finished");
    let monday = Time::ZERO + Span::from_secs((7 * 24 - 14 + 9) * HOUR);
    assert_eq!(decided.iter().filter(|v| began(v) == monday).count(), 3, "the weekend's queue meets three people");
}

#[test]
fn what_nobody_reviews_expires_to_the_microsecond() {
    let spec = Reviews { reviewers: 0, expiry: Some(Span::from_secs(900)), fallback: 1.0, ..reviews() };
    let scenario = world_of(0.5, 4 * HOUR, spec.clone());
    let came = log_at(&scenario, 0.0, 1, "approvals", &["requests"]);
    let due: Vec<_> = came.iter().map(|v| (v.at + Span::from_secs(900), v.key.subject)).collect();
    let due: Vec<_> = due.into_iter().filter(|(at, _)| *at <= Time::ZERO + scenario.horizon).collect();
    let expired = log_at(&scenario, 0.0, 1, "approvals", &["expired"]);
    assert_eq!(expired.iter().map(|v| (v.at, v.key.subject)).collect::<Vec<_>>(), due);
    let truth = truth_at(&scenario, 0.0, 1);
    let ends = ["outcomes", "fallbacks", "expired"].map(|signal| count(&truth, signal));
    assert_eq!(ends, [due.len() as u64; 3]);
    assert_eq!(truth.count("tickets.writes"), 0, "an expired run is no completion");
    let nobody = truth_at(&world_of(0.5, 4 * HOUR, Reviews { fallback: 0.0, ..spec.clone() }), 0.0, 1);
    assert_eq!((count(&nobody, "fallbacks"), count(&nobody, "expired")), (0, due.len() as u64), "left hanging");
    let some = truth_at(&world_of(0.5, 4 * HOUR, Reviews { fallback: 0.6, ..spec }), 0.0, 1);
    check_share("fallbacks", count(&some, "fallbacks"), due.len() as u64, 0.6);
}

#[test]
fn what_is_under_review_does_not_expire() {
    let spec = Reviews { expiry: Some(Span::from_secs(30)), ..many() };
    let truth = truth_at(&world_of(0.5, HOUR, spec), 0.0, 1);
    assert_eq!(count(&truth, "expired"), 0);
    assert!(count(&truth, "approved") > 1_500);
}

#[test]
fn without_expiry_runs_grow_old() {
    let spec = Reviews { reviewers: 0, expiry: Some(Span::from_secs(900)), ..reviews() };
    let mut scenario = world_of(0.5, 2 * HOUR, spec);
    let age =
        |scenario: &Scenario| level(&levels(&mut at_share(&Setup::new(scenario, &[], &[], 1), 0.0)), "approvals.paused_age");
    let with = age(&scenario);
    assert!((880_000_000..=900_000_000).contains(&with), "the oldest has waited {with} us");
    scenario.faults = vec![bent("approvals", "expiry", By::Set(0.0), Side::Both)];
    let first = log_at(&scenario, 0.0, 1, "approvals", &["requests"])[0].at;
    assert_eq!(age(&scenario), 2 * HOUR * 1_000_000 - first.0, "the oldest is the first");
    scenario.faults = vec![bent("approvals", "expiry", By::Set(0.5), Side::Both)];
    let half = truth_at(&scenario, 0.0, 1);
    let due = log_at(&scenario, 0.0, 1, "approvals", &["requests"]).iter().filter(|v| v.at <= Time(6_300_000_000)).count();
    check_share("expired", count(&half, "expired"), due as u64, 0.5);
}

#[test]
fn a_session_that_expired_shows_when_the_run_resumes() {
    let shares = Reviews { session_visible: 0.8, reinit: 0.9, reinit_checked: 0.7, reinit_linked: 0.6, ..many() };
    let late = world_of(1.0, 2 * HOUR, Reviews { session: Some(Dist::Constant(59.0)), ..shares.clone() });
    let truth = truth_at(&late, 0.0, 1);
    let n = count(&truth, "approved");
    assert_eq!([count(&truth, "resume_failures"), count(&truth, "reinits")], [n; 2]);
    check_share("seen", count(&truth, "session_expired"), n, 0.8);
    let ok = count(&truth, "reinit_ok");
    check_share("initialised again", ok, n, 0.9);
    assert_eq!((count(&truth, "resumed"), count(&truth, "cancelled")), (ok, n - ok));
    assert_eq!(truth.count("tickets.writes"), ok);
    check_share("unchecked", count(&truth, "reinit_unchecked"), ok, 0.3);
    check_share("unlinked", count(&truth, "reinit_unlinked"), ok, 0.4);
    let in_time = truth_at(&world_of(1.0, 2 * HOUR, Reviews { session: Some(Dist::Constant(60.0)), ..shares }), 0.0, 1);
    assert_eq!((count(&in_time, "resume_failures"), count(&in_time, "resumed")), (0, n));
    let faults = vec![bent("approvals", "session_ttl", By::Times(2.0), Side::Both)];
    let longer = truth_at(&Scenario { faults, ..late }, 0.0, 1);
    assert_eq!((count(&longer, "resume_failures"), count(&longer, "resumed")), (0, n));
}

#[test]
fn a_revoked_run_is_cancelled_or_writes() {
    let scenario = world_of(1.0, 2 * HOUR, Reviews { revoked: 0.3, revocation_honoured: 0.9, ..many() });
    let truth = truth_at(&scenario, 0.0, 1);
    let [approved, revoked, writes] = ["approved", "revoked", "revoked_writes"].map(|signal| count(&truth, signal));
    check_share("revoked", revoked, approved, 0.3);
    check_share("written nevertheless", writes, revoked, 0.1);
    assert_eq!((count(&truth, "cancelled"), count(&truth, "resumed")), (revoked - writes, approved - revoked + writes));
    assert_eq!(truth.count("tickets.writes"), count(&truth, "resumed"));
}

#[test]
fn slow_reviewers_take_longer_and_absent_ones_leave_everybody_waiting() {
    let mut scenario = world_of(0.5, HOUR, many());
    scenario.faults = vec![bent("approvals", "reviewer_speed", By::Times(0.5), Side::Both)];
    let slow = truth_at(&scenario, 0.0, 1);
    let latency = &slow.arm("approvals.approval_latency", Arm::Stable).hist;
    assert!((latency.mean().expect("some") - 120e6).abs() < 2e6, "half the speed, twice the time");
    let mut scenario = world_of(0.5, 2 * HOUR, Reviews { reviewers: 2, ..reviews() });
    let hour = Span::from_secs(HOUR);
    scenario.faults = vec![Fault { lasting: Some(hour), ..bent("approvals", "reviewers", By::Set(0.0), Side::Both) }];
    let decided = log_at(&scenario, 0.0, 1, "approvals", &["outcomes"]);
    let came = log_at(&scenario, 0.0, 1, "approvals", &["requests"]);
    assert!(decided[0].at > Time::ZERO + hour && decided[0].at < Time::ZERO + hour + Span::from_secs(20));
    assert!(decided.len() + 20 > came.len(), "and the queue is worked off");
    scenario.faults = vec![bent("approvals", "reviewers", By::Times(0.6), Side::Both)];
    scenario.system[1] =
        component("approvals", Kind::Reviews(Reviews { reviewers: 5, review: Dist::Constant(1e5), ..reviews() }));
    let begun = |by: By| {
        let faults = vec![bent("approvals", "reviewers", by, Side::Both)];
        let busy = Scenario { horizon: Span::from_secs(120_000), faults, ..scenario.clone() };
        count(&truth_at(&busy, 0.0, 1), "outcomes")
    };
    assert_eq!([By::Times(1.0), By::Times(0.6), By::Times(0.05)].map(begun), [5, 3, 0], "reviews under way at once");
}

#[test]
fn runs_that_wait_survive_a_restart() {
    let scenario = world_of(0.5, HOUR, Reviews { reviewers: 1, review: Dist::Exp { mean: 4.0 }, ..reviews() });
    let played = |enter: Vec<Act>| {
        let setup = Setup::new(&scenario, &[], &[], 1);
        let mut world = World::new(&setup, Books::Everything);
        world.advance(Time::ZERO + Span::from_secs(HOUR / 2));
        assert!(level(&levels(&mut world), "approvals.waiting") > 100);
        world.act(&Action::Stage { name: "s0".into(), cohort: Cohort::Nobody, enter });
        world.advance(Time::ZERO + scenario.horizon);
        Truth::of(&mut world).0
    };
    assert_eq!(played(vec![Act::Restart("approvals".into())]), played(Vec::new()));
}

/// A knob turned as far as it makes sense.
fn far(unit: Unit, up: bool) -> By {
    match (unit, up) {
        (Unit::Share, true) => By::Set(1.0),
        (Unit::Share, false) => By::Set(0.0),
        (_, true) => By::Times(3.0),
        (_, false) => By::Times(0.2),
    }
}

prop_compose! {
    fn any_reviews()(
        (probability, approve, fallback) in (0.0..1.0, 0.0..1.0, 0.0..1.0),
        reviewers in select(vec![0u32, 1, 2, 5, 50]),
        mean in 0.5..60.0,
        at_night in any::<bool>(),
        expiry in proptest::option::of(1u64..600),
        session in proptest::option::of(1.0..300.0),
        (session_visible, reinit, reinit_checked, reinit_linked) in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
        (revoked, revocation_honoured) in (0.0..1.0, 0.0..1.0),
    ) -> Reviews {
        // The clock begins on Monday 00:00; after 20 minutes it is day.
        let hours = Hours { weekdays_only: true, from: Span::from_secs(1_200), to: Span::from_secs(1_600) };
        Reviews {
            after: "runs".into(), probability, reviewers, review: Dist::Exp { mean }, approve, hours: at_night.then_some(hours),
            expiry: expiry.map(Span::from_secs), fallback, session: session.map(|mean| Dist::Exp { mean }), session_visible, reinit,
            reinit_checked, reinit_linked, revoked, revocation_honoured,
        }
    }
}

prop_compose! {
    fn any_bend()(
        which in 0..REVIEWS.knobs.len(), up in any::<bool>(), on in select(vec![Side::Canary, Side::Stable, Side::Both]),
        at in 0u64..1_200, lasting in proptest::option::of(1u64..900),
    ) -> Fault {
        let knob = &REVIEWS.knobs[which];
        let at = Onset::At(Time::ZERO + Span::from_secs(at));
        Fault { at, lasting: lasting.map(Span::from_secs), ..bent("approvals", knob.name, far(knob.unit, up), on) }
    }
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn a_pause_ends_once_or_is_still_waiting(
        spec in any_reviews(), faults in proptest::collection::vec(any_bend(), 0..4), seed in 1u64..1_000
    ) {
        let policy = ladder(&[Cohort::Share(0.2), Cohort::Share(0.7), Cohort::Nobody], 500);
        let scenario = Scenario { faults, ..world_of(0.5, 1_800, spec) };
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        let (truth, levels) = (Truth::of(&mut world), levels(&mut world));
        let n = |signal: &str| count(&truth, signal);
        prop_assert_eq!(n("requests"), n("outcomes") + level(&levels, "approvals.waiting"));
        prop_assert_eq!(n("outcomes"), n("approved") + n("rejected") + n("expired"));
        prop_assert_eq!(n("approval_latency"), n("approved") + n("rejected"));
        prop_assert_eq!(n("approved"), n("resumed") + n("cancelled"));
        prop_assert!(n("fallbacks") <= n("expired"));
        prop_assert_eq!(n("reinits"), n("resume_failures"));
        prop_assert!(n("session_expired") <= n("resume_failures") && n("reinit_ok") <= n("reinits"));
        prop_assert!(n("reinit_unchecked").max(n("reinit_unlinked")) <= n("reinit_ok"));
        prop_assert_eq!(n("cancelled"), n("reinits") - n("reinit_ok") + n("revoked") - n("revoked_writes"));
        prop_assert_eq!(truth.count("tickets.writes"), truth.count("runs.completes") - n("requests") + n("resumed"));
    }

    #[test]
    fn a_fault_on_the_canary_moves_nobody_elses_luck(spec in any_reviews(), fault in any_bend(), seed in 1u64..1_000) {
        let spec = Reviews { reviewers: 1_000_000, ..spec }; // with reviewers to share, others are in the way
        let bent = Fault { on: Side::Canary, ..fault };
        let [with, without] = [vec![bent], Vec::new()].map(|faults| {
            let signals: Vec<_> = REVIEWS.signals[..17].iter().map(|s| s.name).collect();
            let scenario = Scenario { faults, ..world_of(0.5, 1_800, spec.clone()) };
            let log = log_at(&scenario, 0.4, seed, "approvals", &signals);
            log.into_iter().filter(|v| v.arm == Arm::Stable).collect::<Vec<_>>()
        });
        prop_assert_eq!(with, without);
    }

    #[test]
    fn a_fault_of_size_zero_is_no_fault(spec in any_reviews(), fault in any_bend(), seed in 1u64..1_000) {
        let without = world_of(0.5, 1_800, spec);
        let zero = Scenario { faults: vec![fault], severity: 0.0, ..without.clone() };
        let [zero, without] = [&zero, &without].map(|scenario| truth_at(scenario, 0.4, seed));
        prop_assert_eq!(zero.0, without.0);
    }
}

#[test]
fn bending_a_knob_moves_no_other_draw() {
    let spec = Reviews { approve: 0.7, session: Some(Dist::Exp { mean: 90.0 }), reinit: 0.8, revoked: 0.2, ..many() };
    let scenario = world_of(1.0, HOUR, spec);
    let lots = |fault: Option<Fault>, signals: &[&str]| {
        let scenario = Scenario { faults: fault.into_iter().collect(), ..scenario.clone() };
        log_at(&scenario, 0.0, 1, "approvals", signals).into_iter().map(|v| (v.at, v.key)).collect::<Vec<(Time, Key)>>()
    };
    let unmoved: [(&str, By, &[&str]); 5] = [
        ("session_ttl", By::Times(0.3), &["requests", "approved", "rejected", "approval_latency"]),
        ("session_visible", By::Set(0.0), &["approved", "resume_failures", "reinit_ok", "revoked", "resumed"]),
        ("reinit_linked", By::Set(0.0), &["approved", "resume_failures", "reinit_ok", "reinit_unchecked", "revoked", "resumed"]),
        ("revoked", By::Set(1.0), &["approved", "rejected", "session_expired", "reinits", "reinit_ok"]),
        ("probability", By::Set(1.0), &["approved", "rejected", "resumed", "revoked"]),
    ];
    for (knob, by, signals) in unmoved {
        assert!(lots(None, signals).len() > 1_000);
        assert_eq!(lots(Some(bent("approvals", knob, by, Side::Both)), signals), lots(None, signals), "{knob}");
    }
}

#[test]
fn several_policies_play_it_as_each_alone() {
    let scenario = world_of(0.5, 1_800, Reviews { reviewers: 1, review: Dist::Exp { mean: 2.5 }, ..reviews() });
    let policies = [ladder(&[Cohort::Share(0.3), Cohort::Share(1.0)], 300), ladder(&[Cohort::Share(0.7)], 600)];
    let together = trials(&scenario, &[&policies[0], &policies[1]], 1, true);
    for (policy, together) in policies.iter().zip(together) {
        assert_eq!(trial(&scenario, policy, 1, true), together);
    }
}
