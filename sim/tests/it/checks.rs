//! Grades, matches and cases: shares as told, recursions as the geometric law says, a flow that keeps its order, and luck that no
//! knob moves.

use crate::builder::{checks, component, effects, scenario};
use crate::drive::*;
use crate::generate::{effort, ladder};
use gatecrash_policies::Cohort;
use gatecrash_policies::policy::By;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::catalog::{CHECKS, Unit};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::ledger::{Key, Violation};
use gatecrash_sim::scenario::*;
use proptest::prelude::*;
use proptest::sample::select;

/// One request a second of 200 subjects, each graded; alerts follow the cases.
fn world_of(seconds: u64, spec: Checks) -> Scenario {
    let runs = Calls { service: Dist::ZERO, ..crate::builder::calls() };
    let alerts = Effects { after: "cases".into(), ..effects() };
    let mut system = vec![
        component("runs", Kind::Calls(runs)),
        component("cases", Kind::Checks(spec)),
        component("alerts", Kind::Effects(alerts)),
    ];
    system[1].marks = vec![("odd".into(), Split { base: 0.2, by: Vec::new() })];
    system[1].amounts = vec![("words".into(), Split { base: Dist::Constant(7.0), by: Vec::new() })];
    let mut scenario = scenario(seconds, Some(Traffic::Poisson { rate: 1.0 }), system);
    scenario.subjects.count = 200;
    scenario
}

fn count(truth: &Truth, signal: &str) -> u64 {
    truth.count(&format!("cases.{signal}"))
}

/// Matching, then forwarding, after three turns on average.
fn flow() -> Checks {
    let flow = vec![("matching".into(), 0.4), ("forwarded".into(), 0.5)];
    Checks { flow, intake: Dist::Geometric { mean: 3.0 }, ..checks() }
}

#[test]
fn shares_are_as_told() {
    let spec = Checks {
        probability: 0.8,
        pass: 0.7,
        violation: 0.1,
        matches: 0.5,
        skip: 0.3,
        false_positive: 0.2,
        audit: 0.4,
        verifier_error: 0.15,
        ..checks()
    };
    let truth = truth_at(&world_of(20_000, spec), 0.0, 1);
    let n = |signal: &str| count(&truth, signal);
    assert_eq!(n("seen"), truth.count("runs.completes"));
    check_share("graded", n("graded"), n("seen"), 0.8);
    assert_eq!((n("graded"), n("graded")), (n("outcomes"), n("passed") + n("failed")));
    check_share("passed, as the verifier has it", n("passed"), n("graded"), 0.7 * 0.85 + 0.3 * 0.15);
    check_share("audited", n("audited"), n("graded"), 0.4);
    check_share("agreed", n("agreed"), n("audited"), 0.85);
    check_share("violations", n("violations"), n("seen"), 0.1);
    check_share("matches", n("matches"), n("seen"), 0.5 * 0.7);
    check_share("skips", n("skips"), n("seen"), 0.5 * 0.3);
    check_share("false positives", n("false_positives"), n("matches"), 0.2);
    assert_eq!((n("guard_skips"), n("cases"), n("stuck_turns"), truth.count("alerts.writes")), (0, 0, 0, 0));
    check_share("marks", n("odd"), n("outcomes"), 0.2);
    assert_eq!(n("words"), n("outcomes"));
}

#[test]
fn recursions_are_geometric_and_end_at_twenty() {
    let spec = Checks { matches: 0.5, recursion: 0.6, guard: 0.0, ..checks() };
    let scenario = world_of(20_000, spec.clone());
    let depths = log_at(&scenario, 0.0, 1, "cases", &["depth"]);
    let at_least = |depth: u16| depths.iter().filter(|v| v.key.step + 1 >= depth).count() as u64;
    let exactly = |depth: u16| at_least(depth) - at_least(depth + 1);
    for depth in 1..8 {
        check_share("one deeper", exactly(depth + 1), exactly(depth), 0.6);
    }
    assert_eq!(count(&truth_at(&scenario, 0.0, 1), "matches"), depths.len() as u64);
    let always = truth_at(&world_of(2_000, Checks { recursion: 1.0, ..spec }), 0.0, 1);
    let [matches, seen] = ["matches", "seen"].map(|signal| count(&always, signal));
    let deepest = always.arm("cases.depth", Arm::Stable).hist.max().expect("a depth");
    assert!(matches % 20 == 0 && matches > seen * 8 && (19_500..=20_500).contains(&deepest), "{matches} matches, {deepest}");
}

#[test]
fn a_guard_that_is_on_stops_every_recursion() {
    let spec = Checks { matches: 0.5, recursion: 0.6, guard: 1.0, ..checks() };
    let guarded = truth_at(&world_of(10_000, spec.clone()), 0.0, 1);
    check_share("guard skips", count(&guarded, "guard_skips"), count(&guarded, "matches"), 0.6);
    assert_eq!(count(&guarded, "skips"), count(&guarded, "guard_skips"));
    assert!(log_at(&world_of(10_000, spec.clone()), 0.0, 1, "cases", &["depth"]).iter().all(|v| v.key.step == 0));
    let half = truth_at(&world_of(10_000, Checks { guard: 0.5, ..spec }), 0.0, 1);
    let tries = count(&half, "guard_skips") + (count(&half, "matches") - count(&guarded, "matches"));
    check_share("stopped", count(&half, "guard_skips"), tries, 0.5);
}

#[test]
fn a_streak_is_what_a_subject_failed_in_a_row() {
    let scenario = world_of(10_000, Checks { pass: 0.6, probability: 0.9, ..checks() });
    let log = log_at(&scenario, 0.3, 2, "cases", &["passed", "failed"]);
    let mut so_far = [0u64; 200];
    let mut expected = gatecrash_policies::hist::Hist::default();
    for v in &log {
        let streak = &mut so_far[v.key.subject as usize];
        *streak = if v.objective == 1 { *streak + 1 } else { 0 };
        if *streak > 0 {
            expected.add(*streak * 1000);
        }
    }
    let truth = truth_at(&scenario, 0.3, 2);
    let [stable, canary] = [Arm::Stable, Arm::Canary].map(|arm| &truth.arm("cases.streak", arm).hist);
    assert_eq!(stable.count() + canary.count(), expected.count());
    assert_eq!(stable.max().max(canary.max()), expected.max());
    assert_eq!(expected.count(), count(&truth, "failed"));
    assert!(expected.max() > Some(4_000));
}

#[test]
fn a_case_takes_in_turns_and_then_a_step_at_a_time() {
    let flow = vec![("matching".into(), 1.0), ("forwarded".into(), 1.0)];
    let scenario = world_of(10_000, Checks { flow, intake: Dist::Constant(3.0), ..checks() });
    let signals = ["cases", "matching_eligible", "matching", "forwarded_eligible", "forwarded"];
    let log = log_at(&scenario, 0.0, 1, "cases", &signals);
    // A subject's turns are numbered from 0: three of intake, one for each step, and the next opens another case.
    let expected_turn = |objective: u8| [0, 2, 3, 3, 4][usize::from(objective)];
    assert!(log.iter().all(|v| v.key.ordinal % 5 == expected_turn(v.objective)), "something came at another turn");
    let turns = log_at(&scenario, 0.0, 1, "cases", &["seen"]);
    let due = turns.iter().filter(|v| v.key.ordinal % 5 == 4).count() as u64;
    let truth = truth_at(&scenario, 0.0, 1);
    assert_eq!([count(&truth, "forwarded"), truth.count("alerts.writes")], [due; 2]);
}

#[test]
fn steps_come_with_their_probability() {
    let truth = truth_at(&world_of(40_000, flow()), 0.0, 1);
    let n = |signal: &str| count(&truth, signal);
    let seen = n("seen") as f64;
    // A case takes 3 turns of intake, 1/0.4 and 1/0.5 for the steps; the law of large numbers within 3 % (cases: 5,000).
    let expected = seen / (3.0 + 2.5 + 2.0);
    assert!((n("forwarded") as f64 / expected - 1.0).abs() < 0.03, "{} cases instead of {expected}", n("forwarded"));
    assert!(n("cases") - n("forwarded") <= 200, "every subject has one open case at most");
    assert_eq!(n("matching"), n("forwarded_eligible"));
    assert_eq!(truth.count("alerts.writes"), n("forwarded"), "an alert for each case");
}

#[test]
fn a_flow_that_stands_still_stops_at_its_step() {
    let faults = vec![bent("cases", "forwarded", By::Set(0.0), Side::Both)];
    let truth = truth_at(&Scenario { faults, ..world_of(10_000, flow()) }, 0.0, 1);
    assert_eq!((count(&truth, "forwarded"), truth.count("alerts.writes")), (0, 0));
    assert_eq!((count(&truth, "matching"), count(&truth, "cases")), (200, 200), "everybody stands before it");
}

#[test]
fn a_stuck_case_stays_stuck_until_the_knob_falls() {
    let mut scenario = world_of(10_000, flow());
    assert_eq!(count(&truth_at(&scenario, 0.0, 1), "stuck_turns"), 0);
    let half = Span::from_secs(5_000);
    scenario.faults = vec![Fault { lasting: Some(half), ..bent("cases", "stuck", By::Set(0.3), Side::Both) }];
    let stuck = log_at(&scenario, 0.0, 1, "cases", &["stuck_turns"]);
    let seen = log_at(&scenario, 0.0, 1, "cases", &["seen"]);
    assert!(stuck.iter().all(|v| v.at <= Time::ZERO + half), "released when the knob falls");
    // Once a subject's turn is stuck, so are all its next ones while the fault lasts.
    let mut is_stuck = [false; 200];
    let mut stuck = stuck.iter().peekable();
    for turn in seen.iter().filter(|v| v.at <= Time::ZERO + half) {
        let same = |v: &&Violation| (v.key.subject, v.key.ordinal) == (turn.key.subject, turn.key.ordinal);
        let now = stuck.next_if(|v| same(v)).is_some();
        let before = &mut is_stuck[turn.key.subject as usize];
        assert!(now || !*before, "subject {} got loose", turn.key.subject);
        *before = now;
    }
    let caught = is_stuck.iter().filter(|s| **s).count();
    assert!(caught > 100, "in time most subjects come upon a case that gets stuck: {caught}");
    let truth = truth_at(&scenario, 0.0, 1);
    let longest = truth.arm("cases.skip_streak", Arm::Stable).hist.max().expect("streaks");
    assert!(longest > 20_000, "turn after turn: {longest}");
    assert!(count(&truth, "forwarded") > 500, "and the flow goes on");
}

#[test]
fn a_case_that_gets_stuck_again_counts_from_one() {
    let mut scenario = world_of(10_000, Checks { intake: Dist::Constant(1_000.0), ..flow() });
    let pulse = Shape::Pulse { every: Span::from_secs(4_000), lasting: Span::from_secs(2_000) };
    scenario.faults = vec![Fault { shape: pulse, ..bent("cases", "stuck", By::Set(0.3), Side::Both) }];
    let stuck = log_at(&scenario, 0.0, 1, "cases", &["stuck_turns"]);
    let mut last = [(None, 0u64); 200];
    let mut expected = gatecrash_policies::hist::Hist::default();
    for v in &stuck {
        let (before, so_far) = &mut last[v.key.subject as usize];
        *so_far = if *before == v.key.ordinal.checked_sub(1) { *so_far + 1 } else { 1 };
        *before = Some(v.key.ordinal);
        expected.add(*so_far * 1000);
    }
    let truth = truth_at(&scenario, 0.0, 1);
    assert_eq!(truth.arm("cases.skip_streak", Arm::Stable).hist, expected);
    let again = last.iter().filter(|(before, so_far)| before.is_some_and(|turn| u64::from(turn) + 1 > *so_far)).count();
    assert!(again > 30, "{again} cases got stuck again");
}

/// A knob turned as far as it goes.
fn any_bend() -> impl Strategy<Value = Fault> {
    let knobs: Vec<_> = CHECKS.knobs.iter().map(|k| k.name).chain(["odd", "matching", "forwarded"]).collect();
    assert!(CHECKS.knobs.iter().all(|k| k.unit == Unit::Share));
    let sides = select(vec![Side::Canary, Side::Stable, Side::Both]);
    (select(knobs), any::<bool>(), sides, 0u64..1_200, proptest::option::of(1u64..900)).prop_map(|(knob, up, on, at, lasting)| {
        let by = By::Set(if up { 1.0 } else { 0.0 });
        Fault {
            at: Onset::At(Time::ZERO + Span::from_secs(at)),
            lasting: lasting.map(Span::from_secs),
            ..bent("cases", knob, by, on)
        }
    })
}

prop_compose! {
    fn any_checks()(
        (probability, pass, violation, matches) in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
        (false_positive, skip, recursion, guard) in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
        (audit, verifier_error, stuck) in (0.0..1.0, 0.0..1.0, 0.0..0.3),
        steps in (0.0..1.0, 0.0..1.0),
        mean in 1.0..4.0,
    ) -> Checks {
        Checks {
            after: "runs".into(), probability, pass, violation, matches, false_positive, skip, recursion, guard, audit,
            verifier_error, stuck, flow: vec![("matching".into(), steps.0), ("forwarded".into(), steps.1)],
            intake: Dist::Geometric { mean },
        }
    }
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn what_is_seen_is_accounted_for(
        spec in any_checks(), faults in proptest::collection::vec(any_bend(), 0..4), seed in 1u64..1_000
    ) {
        let policy = ladder(&[Cohort::Share(0.2), Cohort::Share(0.7), Cohort::Nobody], 500);
        let scenario = Scenario { faults, ..world_of(1_800, spec) };
        let setup = setup(&scenario, &policy, seed);
        let truth = Truth::of(&mut drive(&setup, &policy, |_| {}));
        let n = |signal: &str| count(&truth, signal);
        prop_assert_eq!(n("seen"), truth.count("runs.completes"));
        prop_assert!(n("graded") <= n("seen") && n("violations") <= n("seen"));
        prop_assert_eq!(n("outcomes"), n("graded"));
        prop_assert_eq!(n("graded"), n("passed") + n("failed"));
        prop_assert_eq!(n("streak"), n("failed"));
        prop_assert!(n("agreed") <= n("audited") && n("audited") <= n("graded"));
        prop_assert_eq!(n("depth"), n("matches"));
        prop_assert!(n("guard_skips") <= n("skips") && n("false_positives") <= n("matches"));
        prop_assert_eq!(n("skip_streak"), n("stuck_turns"));
        prop_assert!(n("cases") >= n("matching_eligible") && n("matching_eligible") >= n("matching"));
        prop_assert_eq!(n("matching"), n("forwarded_eligible"));
        prop_assert!(n("forwarded_eligible") >= n("forwarded"));
        prop_assert!(n("cases") <= n("forwarded") + 200);
        prop_assert_eq!(truth.count("alerts.writes"), n("forwarded"));
    }

    #[test]
    fn a_fault_on_the_canary_moves_nobody_elses_luck(spec in any_checks(), fault in any_bend(), seed in 1u64..1_000) {
        let bent = Fault { on: Side::Canary, ..fault };
        let [with, without] = [vec![bent], Vec::new()].map(|faults| {
            let scenario = Scenario { faults, ..world_of(1_800, spec.clone()) };
            let signals: Vec<_> = CHECKS.signals.iter().map(|s| s.name).chain(["matching", "forwarded", "odd"]).collect();
            let log = log_at(&scenario, 0.4, seed, "cases", &signals);
            log.into_iter().filter(|v| v.arm == Arm::Stable).collect::<Vec<_>>()
        });
        prop_assert_eq!(with, without);
    }

    #[test]
    fn a_fault_of_size_zero_is_no_fault(spec in any_checks(), fault in any_bend(), seed in 1u64..1_000) {
        let without = world_of(1_800, spec);
        let zero = Scenario { faults: vec![fault], severity: 0.0, ..without.clone() };
        let [zero, without] = [&zero, &without].map(|scenario| truth_at(scenario, 0.4, seed));
        prop_assert_eq!(zero.0, without.0);
    }
}

#[test]
fn bending_a_knob_moves_no_other_draw() {
    let spec = Checks {
        probability: 0.8,
        pass: 0.7,
        violation: 0.1,
        matches: 0.5,
        skip: 0.3,
        false_positive: 0.2,
        recursion: 0.4,
        guard: 0.5,
        audit: 0.4,
        verifier_error: 0.15,
        ..flow()
    };
    let scenario = world_of(4_000, spec);
    let log = |fault: Option<Fault>, signals: &[&str]| {
        let scenario = Scenario { faults: fault.into_iter().collect(), ..scenario.clone() };
        log_at(&scenario, 0.0, 1, "cases", signals).into_iter().map(|v| (v.at, v.key)).collect::<Vec<(Time, Key)>>()
    };
    let groups: [(&[&str], &[&str]); 5] = [
        (&["pass_rate"], &["passed", "failed"]),
        (&["violation_rate"], &["violations"]),
        (&["match_rate", "skip", "false_positive_rate", "recursion", "guard"], &["matches", "skips", "false_positives", "depth"]),
        (&["audit"], &["audited"]),
        (&["stuck", "matching", "forwarded"], &["cases", "stuck_turns", "matching", "forwarded"]),
    ];
    for (i, (knobs, own)) in groups.iter().enumerate() {
        for knob in *knobs {
            let fault = bent("cases", knob, By::Set(0.95), Side::Both);
            assert_ne!(log(Some(fault.clone()), own), log(None, own), "{knob} does something");
            for (_, others) in groups.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, group)| group) {
                assert_eq!(log(Some(fault.clone()), others), log(None, others), "{knob} moves nothing else");
            }
        }
    }
}
