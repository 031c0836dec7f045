//! Writes in the long run: exactly once after they have settled, blind second tries, what is kept and what restarts destroy.

use crate::builder::*;
use crate::calls::is_share;
use crate::drive::*;
use crate::generate::{effort, ladder};
use gatecrash_policies::controller::Action;
use gatecrash_policies::policy::Act;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Arm, Cohort};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

fn world(calls: Calls, spec: Effects) -> Scenario {
    let system = vec![component("runs", Kind::Calls(calls)), component("tickets", Kind::Effects(spec))];
    scenario(2_000, Some(Traffic::Poisson { rate: 2.0 }), system)
}

fn count(truth: &Truth, signal: &str) -> u64 {
    truth.count(&format!("tickets.{signal}"))
}

/// Nobody tries again, and answers are lost: every write is given up as unknown.
fn doubtful() -> Effects {
    Effects { timeout_after_commit: 1.0, idempotency: 0.0, retry: Retry { attempts: 1, backoff: Backoff::None }, ..effects() }
}

fn restarts(scenario: &Scenario, seed: u64, at: &[u64]) -> Truth {
    let setup = Setup::new(scenario, &[], &[], seed);
    let mut world = World::new(&setup, Books::Everything);
    for seconds in at {
        world.advance(Time::ZERO + Span::from_secs(*seconds));
        let acts = vec![Act::Restart("tickets".into())];
        world.act(&Action::Step { acts, takes: Span::ZERO, by_operator: false });
    }
    world.advance(Time::ZERO + scenario.horizon);
    Truth::of(&mut world)
}

proptest! {
    #![proptest_config(effort(40))]

    #[test]
    fn settled_writes_have_had_their_effect_exactly_once_or_are_counted(
        (errors, silent, idempotency, suppress) in (0.0..0.6, 0.0..0.6, 0.0..=1.0, 0.0..0.3),
        stop_on_unknown in 0.0..=1.0,
        seed in 1u64..1_000,
    ) {
        let spec = Effects {
            errors, timeout_after_commit: silent, idempotency, suppress, stop_on_unknown, settle: Some(Span::from_secs(60)), ..effects()
        };
        let mut scenario = world(calls(), spec);
        scenario.horizon = Span::from_secs(600);
        // Nothing comes in the last five minutes, so that everything has settled.
        let end = Onset::At(Time::ZERO + Span::from_secs(300));
        scenario.faults = vec![Fault { at: end, ..bend("traffic", "rate", gatecrash_policies::policy::By::Times(0.0)) }];
        let truth = measured(&scenario, seed);
        let once = count(&truth, "commits") - count(&truth, "duplicates");
        prop_assert_eq!(count(&truth, "missing"), count(&truth, "writes") - once);
        prop_assert_eq!(count(&truth, "extra"), count(&truth, "duplicates"));
        prop_assert_eq!(count(&truth, "outcomes"), count(&truth, "attempts") - count(&truth, "retries"));
    }
}

#[test]
fn what_comes_after_it_should_have_settled_is_missing_until_then() {
    let late = Effects { commit: Dist::Constant(3.0), settle: Some(Span::from_secs(2)), ..effects() };
    let truth = measured(&world(calls(), late), 1);
    let (missing, commits) = (count(&truth, "missing"), count(&truth, "commits"));
    assert!(missing >= commits && commits > 3_000 && count(&truth, "errors") == 0);
    let in_time = Effects { commit: Dist::Constant(3.0), settle: Some(Span::from_secs(4)), ..effects() };
    assert_eq!(count(&measured(&world(calls(), in_time), 1), "missing"), 0);
}

#[test]
fn suppressed_writes_are_wanted_and_nothing_else() {
    let spec = |suppress| Effects { suppress, bypass: 0.5, settle: Some(Span::from_secs(30)), ..effects() };
    let [with, without] = [0.2, 0.0].map(|suppress| measured(&world(calls(), spec(suppress)), 2));
    let (writes, attempts) = (count(&with, "writes"), count(&with, "attempts"));
    assert!(is_share(writes - attempts, writes, 0.2));
    assert!(writes - attempts >= count(&with, "missing") && writes - attempts < count(&with, "missing") + 100);
    assert_eq!(writes, count(&without, "writes"));
    assert_eq!((count(&with, "errors"), count(&with, "outcomes") <= attempts), (0, true));
    assert!(is_share(count(&with, "bypassed"), attempts, 0.5), "what is not attempted bypasses nothing");
    assert_eq!(count(&without, "missing"), 0);
}

#[test]
fn a_writer_that_does_not_stop_when_in_doubt_writes_twice() {
    let stops = measured(&world(calls(), doubtful()), 3);
    assert_eq!((count(&stops, "retried_unknown"), count(&stops, "duplicates")), (0, 0));
    let blind = measured(&world(calls(), Effects { stop_on_unknown: 0.0, ..doubtful() }), 3);
    let again = count(&blind, "retried_unknown");
    assert!(again > 3_000);
    assert_eq!(
        (count(&blind, "retries"), count(&blind, "duplicates")),
        (again, count(&blind, "commits") - count(&stops, "commits"))
    );
    assert!(again - count(&blind, "unknown") < 50, "one more attempt, and then it is given up");
    let some = measured(&world(calls(), Effects { stop_on_unknown: 0.75, ..doubtful() }), 3);
    assert!(is_share(count(&some, "retried_unknown"), again, 0.25));
    let keyed = measured(&world(calls(), Effects { stop_on_unknown: 0.0, idempotency: 1.0, ..doubtful() }), 3);
    assert_eq!((count(&keyed, "duplicates"), count(&keyed, "retried_unknown")), (0, again), "the key still helps");
}

#[test]
fn the_oldest_unknown_write_ages_until_it_is_found_out() {
    let age = |reconcile| {
        let scenario = world(calls(), Effects { reconcile, ..doubtful() });
        let setup = Setup::new(&scenario, &[], &[], 4);
        level(&levels(&mut alone(&setup)), "tickets.unknown_age") as f64 / 1e6
    };
    // Read at a scrape, ten seconds before the horizon of 2,000 s at most; the first request comes at once, and takes its time-out.
    let (never, soon) = (age(None), age(Some(Dist::Constant(100.0))));
    assert!((1_970.0..1_994.0).contains(&never), "{never}");
    assert!((95.0..=100.0).contains(&soon), "{soon}: two requests a second");
    assert_eq!(age(Some(Dist::ZERO)), 0.0);
}

#[test]
fn requests_that_failed_write_as_often_as_told() {
    let failing = Calls { errors: 0.4, retry: Some(Retry { attempts: 2, backoff: Backoff::None }), ..calls() };
    let truth = measured(&world(failing.clone(), Effects { after_failure: 0.25, ..effects() }), 5);
    let (after, errors) = (count(&truth, "after_failure"), truth.count("runs.errors"));
    assert!(errors > 500 && is_share(after, errors, 0.25), "{after} of {errors}");
    assert_eq!(count(&truth, "writes"), truth.count("runs.completes") + after);
    let never = measured(&world(failing, effects()), 5);
    assert_eq!((count(&never, "after_failure"), count(&never, "writes")), (0, never.count("runs.completes")));
}

#[test]
fn what_is_kept_survives_restarts_by_its_durability() {
    let spec = Effects { keeps: true, durability: 0.9, ..effects() };
    let scenario = world(calls(), spec.clone());
    let none = restarts(&scenario, 6, &[]);
    assert_eq!((count(&none, "lost"), count(&none, "restarts")), (0, 0));
    assert_eq!(none.arm("tickets.kept", Arm::Stable).max, count(&none, "commits"));
    // At 1,990 s about 3,980 writes are there, and a second restart tries those that are left anew.
    let [one, two] = [&[1_990][..], &[1_990, 1_991][..]].map(|at| restarts(&scenario, 6, at));
    let kept = none.arm("tickets.kept", Arm::Stable).max;
    let lost = |truth: &Truth| count(truth, "lost");
    assert!(is_share(lost(&one), kept, 0.1), "{} of {kept}", lost(&one));
    assert!(is_share(lost(&two) - lost(&one), kept - lost(&one), 0.1), "{} after {}", lost(&two), lost(&one));
    assert_eq!((count(&one, "restarts"), count(&two, "restarts")), (1, 2));
    let forgets = world(calls(), Effects { keeps: false, ..spec.clone() });
    let forgets = restarts(&forgets, 6, &[1_990]);
    assert!(lost(&forgets) <= 3, "only what is in flight is tried");
    assert_eq!((count(&forgets, "restarts"), forgets.arm("tickets.kept", Arm::Stable).max), (0, 0));
    let safe = restarts(&world(calls(), Effects { durability: 1.0, ..spec }), 6, &[500, 1_000, 1_990]);
    assert_eq!((lost(&safe), count(&safe, "restarts")), (0, 3));
}

#[test]
fn what_is_left_after_a_restart_is_what_was_kept_without_what_was_lost() {
    let spec =
        Effects { keeps: true, durability: 0.5, commit: Dist::Exp { mean: 3.0 }, settle: Some(Span::from_secs(60)), ..effects() };
    let scenario = world(calls(), spec);
    let policy = ladder(&[Cohort::Share(0.3)], 60);
    let setup = setup(&scenario, &policy, 7);
    let mut world = drive(&setup, &policy, |_| {});
    let before = level(&levels(&mut world), "tickets.kept");
    world.act(&Action::Step { acts: vec![Act::Restart("tickets".into())], takes: Span::ZERO, by_operator: false });
    world.advance(Time::ZERO + scenario.horizon);
    let (truth, kept) = (Truth::of(&mut world), level(&levels(&mut world), "tickets.kept"));
    assert_eq!(count(&truth, "restarts"), 2, "each arm that has something to keep saw it");
    let in_flight = truth.count("tickets.writes") - truth.count("tickets.outcomes");
    let ends = ["completes", "errors", "unknown"].map(|end| count(&truth, end)).iter().sum::<u64>();
    let lost_in_flight = count(&truth, "outcomes") - ends;
    assert!(kept < before && in_flight > 0 && lost_in_flight > 0);
    assert_eq!(count(&truth, "lost") - lost_in_flight, before - kept);
    // The writes that were lost on their way are missed when they should have settled.
    world.advance(Time::ZERO + scenario.horizon + Span::from_secs(120));
    let after = Truth::of(&mut world);
    assert!(count(&after, "missing") >= lost_in_flight);
}
