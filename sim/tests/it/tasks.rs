//! Delegated work: what is created ends or is open, sweeps keep their rules, and pipelines come as often as told.

use crate::builder::*;
use crate::calls::is_share;
use crate::drive::*;
use crate::generate::{effort, ladder};
use gatecrash_policies::controller::Action;
use gatecrash_policies::policy::{Act, By, Op};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Arm, Cohort};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

fn world(spec: Tasks) -> Scenario {
    scenario(3_600, Some(Traffic::Poisson { rate: 1.0 }), vec![component("work", Kind::Tasks(spec))])
}

fn count(truth: &Truth, signal: &str) -> u64 {
    truth.count(&format!("work.{signal}"))
}

prop_compose! {
    fn any_tasks()(
        targets in 1u32..4,
        (claim, work) in (1.0..60.0, 1.0..400.0),
        (eta, sla, sweep) in (50u64..600, 50u64..600, 60u64..400),
        cap in 0u32..6,
        (record_only, cap_kept) in (0.0..=1.0, 0.0..=1.0),
        (replay, idempotency, disorder, order_check) in (0.0..0.5, 0.0..=1.0, 0.0..0.5, 0.0..=1.0),
        (shared_claim, foreign_claim, assignee_check, rewrite) in (0.0..0.5, 0.0..0.5, 0.0..=1.0, 0.0..0.5),
        (publish, pipeline_failure) in (0.0..0.1, 0.0..=1.0),
    ) -> Tasks {
        let [eta, sla, sweep] = [eta, sla, sweep].map(Span::from_secs);
        let [claim, work] = [claim, work].map(|mean| Dist::Exp { mean });
        Tasks {
            targets, claim, work, eta, sla, sweep, cap, record_only, cap_kept, replay, idempotency, disorder, order_check, shared_claim,
            foreign_claim, assignee_check, rewrite, publish, pipeline_failure, ..tasks()
        }
    }
}

fn check(truth: &Truth, open: u64) -> Result<(), TestCaseError> {
    let count = |signal: &str| count(truth, signal);
    prop_assert_eq!(count("created"), count("outcomes") + open);
    prop_assert_eq!(count("outcomes"), count("completes") + count("deadlocked"));
    prop_assert_eq!(count("replays"), count("deduped") + count("duplicate_transitions"));
    prop_assert_eq!(count("foreign_claims"), count("rejected_claims") + count("foreign_claims_accepted"));
    let due = count("claims") + 2 * count("completes");
    let transitions = count("transitions") + count("refused_transitions");
    prop_assert!((due..=due + open).contains(&transitions), "an open task may have had its update");
    prop_assert!(count("late") <= count("completes") && count("task_time") == count("completes"));
    prop_assert!(count("sla_breaches") <= count("created") && count("escalations") == count("sla_breaches"));
    prop_assert!(count("record_only_messages") <= count("messages"));
    let ways = count("pipeline_gates") + count("pipeline_failures");
    prop_assert!(count("pipeline_failures") <= count("pipeline_attempts") && ways <= 6 * count("pipeline_attempts"));
    prop_assert_eq!(count("pipeline_failures"), count("pipeline_failures_streak"));
    prop_assert_eq!(count("pipeline_attempts") % 2, 0, "whatever is published is withdrawn");
    Ok(())
}

proptest! {
    #![proptest_config(effort(40))]

    #[test]
    fn what_is_created_ends_or_is_open(spec in any_tasks(), share in 0.05..0.6, seed in 1u64..1_000) {
        let scenario = Scenario { horizon: Span::from_secs(1_800), ..world(spec) };
        let policy = ladder(&[Cohort::Share(share), Cohort::Share(1.0)], 600);
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        let open = level(&levels(&mut world), "work.open");
        check(&Truth::of(&mut world), open)?;
    }

    #[test]
    fn a_bent_knob_moves_nothing_else(spec in any_tasks(), which in 0..MOVES.len(), seed in 1u64..1_000) {
        let (knob, moves) = MOVES[which];
        let scenario = Scenario { horizon: Span::from_secs(900), ..world(spec) };
        let bent = Scenario { faults: vec![bend("work", knob, By::Times(0.5))], ..scenario.clone() };
        let [straight, bent] = [&scenario, &bent].map(|scenario| measured(scenario, seed));
        let moved = differences(&straight.component("work"), &bent.component("work"));
        let strange: Vec<_> = moved.iter().filter(|name| !moves.contains(&name.trim_start_matches("work."))).collect();
        prop_assert!(strange.is_empty(), "{} moves {:?}", knob, strange);
    }
}

/// What each knob may move.
const MOVES: &[(&str, &[&str])] = &[
    ("sla", &["sla_breaches", "escalations", "messages", "record_only_messages", "messages_per_sweep"]),
    ("cap", &["messages", "record_only_messages", "messages_per_sweep"]),
    ("record_only", &["messages", "record_only_messages", "messages_per_sweep"]),
    ("record_only_kept", &["messages", "record_only_messages", "messages_per_sweep"]),
    ("cap_kept", &["messages", "record_only_messages", "messages_per_sweep"]),
    ("replay", &["replays", "deduped", "duplicate_transitions"]),
    ("idempotency", &["deduped", "duplicate_transitions"]),
    ("disorder", &UPDATES),
    ("order_check", &UPDATES),
    ("foreign_claim", &["foreign_claims", "rejected_claims", "foreign_claims_accepted"]),
    ("assignee_check", &["rejected_claims", "foreign_claims_accepted"]),
    ("rewrite", &["metadata_rewrites"]),
    ("publish", &["pipeline_attempts", "pipeline_failures", "pipeline_failures_streak", "pipeline_gates"]),
    ("pipeline_failure", &["pipeline_failures", "pipeline_failures_streak", "pipeline_gates"]),
];

/// What an update does, when it takes effect and not when it is refused.
const UPDATES: [&str; 7] = [
    "transitions",
    "invalid_transitions",
    "refused_transitions",
    "replays",
    "deduped",
    "duplicate_transitions",
    "metadata_rewrites",
];

#[test]
fn a_task_takes_its_claim_and_its_work() {
    let truth = measured(&world(tasks()), 1);
    assert_eq!(truth.arm("work.task_time", Arm::Stable).hist.mean(), Some(45e6));
    assert_eq!(count(&truth, "late"), 0);
    let slow = Scenario { faults: vec![bend("work", "work", By::Times(30.0))], ..world(tasks()) };
    let slow = measured(&slow, 1);
    assert_eq!(slow.arm("work.task_time", Arm::Stable).hist.mean(), Some(1_205e6));
    assert_eq!(count(&slow, "late"), count(&slow, "completes"));
}

#[test]
fn transitions_are_replayed_caught_and_out_of_order_as_often_as_told() {
    let spec = Tasks { replay: 0.2, idempotency: 0.7, disorder: 0.1, order_check: 0.6, rewrite: 0.05, ..tasks() };
    let truth = measured(&world(spec), 2);
    let count = |signal: &str| count(&truth, signal);
    assert!(is_share(count("replays"), count("transitions"), 0.2));
    assert!(is_share(count("deduped"), count("replays"), 0.7));
    assert_eq!(count("deduped") + count("duplicate_transitions"), count("replays"));
    let disordered = count("invalid_transitions") + count("refused_transitions");
    assert!(is_share(disordered, count("completes"), 0.1) && is_share(count("refused_transitions"), disordered, 0.6));
    assert!(is_share(count("metadata_rewrites"), count("transitions"), 0.05));
}

#[test]
fn only_one_target_gets_a_shared_claim() {
    let spec = |shared_claim| Tasks { targets: 4, shared_claim, eta: Span::from_secs(100), ..tasks() };
    let mut scenario = world(spec(1.0));
    scenario.faults = vec![Fault { at: Onset::At(Time(3_000_000_000)), ..bend("traffic", "rate", By::Times(0.0)) }];
    let requests = |truth: &Truth| count(truth, "created") / 4;
    let truth = measured(&scenario, 3);
    assert!(requests(&truth) > 2_700);
    assert_eq!((count(&truth, "deadlocked"), count(&truth, "completes")), (3 * requests(&truth), requests(&truth)));
    scenario.system = vec![component("work", Kind::Tasks(spec(0.3)))];
    let some = measured(&scenario, 3);
    assert!(count(&some, "deadlocked").is_multiple_of(3) && is_share(count(&some, "deadlocked") / 3, requests(&some), 0.3));
    scenario.faults.push(bend("work", "fanout", By::Times(0.1)));
    let single = measured(&scenario, 3);
    assert_eq!(
        (count(&single, "created"), count(&single, "deadlocked")),
        (requests(&some), 0),
        "at least one target, and one is no group"
    );
}

#[test]
fn claims_of_others_are_refused_by_the_check() {
    let spec = Tasks { foreign_claim: 0.2, assignee_check: 0.75, ..tasks() };
    let truth = measured(&world(spec), 4);
    let (foreign, rejected) = (count(&truth, "foreign_claims"), count(&truth, "rejected_claims"));
    assert!(is_share(foreign, count(&truth, "claims"), 0.2) && is_share(rejected, foreign, 0.75));
    assert_eq!(count(&truth, "foreign_claims_accepted"), foreign - rejected);
}

/// About sixty tasks are open at a time, and each breaches its agreement before it is done.
fn breaching() -> Tasks {
    Tasks { work: Dist::Constant(600.0), sla: Span::from_secs(200), ..tasks() }
}

#[test]
fn every_breach_is_found_once() {
    let truth = measured(&world(breaching()), 5);
    assert_eq!((count(&truth, "sweeps"), count(&truth, "messages_per_sweep")), (12, 12));
    // Tasks live 605 s: of those of the first hour, the sweep at its end finds all that are older than 200 s.
    let old = |truth: &Truth, horizon| {
        let scenario = Scenario { horizon: Span::from_secs(horizon), ..world(breaching()) };
        (count(truth, "sla_breaches"), count(&measured(&scenario, 5), "created"))
    };
    let (breaches, created) = old(&truth, 3_400);
    assert!(created.abs_diff(breaches) <= 1 && breaches > 3_000, "{breaches} of {created}");
    assert_eq!(count(&truth, "escalations"), breaches);
    let never = Scenario { faults: vec![bend("work", "sla", By::Times(4.0))], ..world(breaching()) };
    assert_eq!(count(&measured(&never, 5), "sla_breaches"), 0);
}

#[test]
fn sweeps_keep_to_their_cap_unless_told_otherwise() {
    let most = |truth: &Truth| truth.arm("work.messages_per_sweep", Arm::Stable).hist.max().map_or(0, |max| max / 1000);
    let kept = measured(&world(breaching()), 6);
    assert_eq!((most(&kept), count(&kept, "messages")), (3, 3 * 12));
    let two = Scenario { faults: vec![bend("work", "cap", By::Set(2.0))], ..world(breaching()) };
    assert_eq!(most(&measured(&two, 6)), 2);
    let storm = measured(&world(Tasks { cap_kept: 0.0, ..breaching() }), 6);
    assert_eq!(count(&storm, "messages"), count(&storm, "scanned"), "one for everything that is open");
    assert!(most(&storm) > 500);
    assert_eq!(count(&storm, "sla_breaches"), count(&kept, "sla_breaches"));
}

#[test]
fn who_only_records_sends_nothing_unless_it_does_not_keep_to_it() {
    let spec = Tasks { record_only: 1.0, ..breaching() };
    let silent = measured(&world(spec.clone()), 7);
    assert_eq!(["messages", "record_only_messages", "messages_per_sweep"].map(|s| count(&silent, s)), [0, 0, 0]);
    assert!(count(&silent, "escalations") > 3_000 && count(&silent, "sweeps") == 12);
    let loud = Scenario { faults: vec![bend("work", "record_only_kept", By::Set(0.0))], ..world(spec) };
    let loud = measured(&loud, 7);
    assert_eq!(count(&loud, "messages"), count(&measured(&world(breaching()), 7), "messages"));
    assert_eq!(count(&loud, "record_only_messages"), count(&loud, "messages"));
}

#[test]
fn both_arms_are_swept_where_both_have_somebody() {
    let scenario = world(breaching());
    let policy = ladder(&[Cohort::Share(0.3)], 4_000);
    let setup = setup(&scenario, &policy, 8);
    let truth = Truth::of(&mut drive(&setup, &policy, |_| {}));
    assert_eq!([Arm::Stable, Arm::Canary].map(|arm| truth.arm("work.sweeps", arm).count), [12, 12]);
    let [stable, canary] = [Arm::Stable, Arm::Canary].map(|arm| truth.arm("work.scanned", arm).count);
    assert!(is_share(canary, stable + canary, 0.3));
}

/// A world with pipelines alone: one publication in ten seconds.
fn pipelines(failure: f64) -> Scenario {
    let spec = Tasks { publish: 0.1, pipeline_failure: failure, ..tasks() };
    scenario(40_000, None, vec![component("work", Kind::Tasks(spec))])
}

#[test]
fn publications_come_as_often_as_told_on_each_arm() {
    let is_poisson = |n: u64, mean: f64| (n as f64 - mean).abs() <= 4.0 * mean.sqrt();
    let publications = |truth: &Truth, arm| truth.arm("work.pipeline_attempts", arm).count / 2;
    let straight = measured(&pipelines(0.0), 9);
    assert!(is_poisson(publications(&straight, Arm::Stable), 4_000.0));
    assert_eq!(count(&straight, "pipeline_gates"), 5 * count(&straight, "pipeline_attempts"));
    let policy = ladder(&[Cohort::Share(0.25)], 50_000);
    let on_arms = |scenario: &Scenario| {
        let setup = setup(scenario, &policy, 9);
        let truth = Truth::of(&mut drive(&setup, &policy, |_| {}));
        [Arm::Stable, Arm::Canary].map(|arm| publications(&truth, arm))
    };
    let [stable, canary] = on_arms(&pipelines(0.0));
    assert_eq!(stable + canary, publications(&straight, Arm::Stable), "an exposure moves no publication");
    let canary_only = Fault { on: Side::Canary, ..bend("work", "publish", By::Times(3.0)) };
    let [same, more] = on_arms(&Scenario { faults: vec![canary_only], ..pipelines(0.0) });
    assert_eq!(same, stable, "what bends the canary leaves stable alone");
    assert!(is_share(canary, 4_000, 0.25) && is_poisson(more, 3_000.0), "{canary} and {more}");
}

#[test]
fn a_rate_that_changes_on_the_way_is_still_a_rate() {
    // 0.1 a second for half the time, nothing for a quarter, and 0.4 for another.
    let from = |at: u64, until: u64, by| Fault {
        at: Onset::At(Time::ZERO + Span::from_secs(at)),
        lasting: Some(Span::from_secs(until - at)),
        ..bend("work", "publish", by)
    };
    let faults = vec![from(20_000, 30_000, By::Times(0.0)), from(30_000, 40_000, By::Plus(0.3))];
    let until = |horizon| {
        let scenario = Scenario { horizon: Span::from_secs(horizon), faults: faults.clone(), ..pipelines(0.0) };
        count(&measured(&scenario, 10), "pipeline_attempts") / 2
    };
    let [half, pause, all] = [20_000, 30_000, 40_000].map(until);
    assert!((half as f64 - 2_000.0).abs() < 4.0 * 2_000f64.sqrt() && pause == half);
    assert!(((all - half) as f64 - 4_000.0).abs() < 4.0 * 4_000f64.sqrt(), "{}", all - half);
}

#[test]
fn failures_in_a_row_are_a_streak() {
    let truth = measured(&pipelines(0.3), 11);
    let (attempts, failures) = (count(&truth, "pipeline_attempts"), count(&truth, "pipeline_failures"));
    assert!(is_share(failures, attempts, 0.3));
    let streaks = &truth.arm("work.pipeline_failures_streak", Arm::Stable).hist;
    // The k-th of a row comes with probability 0.3^(k - 1) of the first: the mean length so far is 1 / 0.7.
    let mean = streaks.mean().expect("some failed") / 1000.0;
    assert!((mean - 1.0 / 0.7).abs() < 4.0 * 0.78 * 2.0 / (failures as f64).sqrt(), "{mean}");
    let always = measured(&pipelines(1.0), 11);
    let longest = always.arm("work.pipeline_failures_streak", Arm::Stable).hist.max().expect("all failed");
    let all = count(&always, "pipeline_failures");
    assert!(longest.abs_diff(1000 * all) * 50 < longest, "{longest} thousandths for {all} failures");
    // One that fails at a gate drawn evenly has passed (n - 1) / 2 of them: 2.5 of six and 1.5 of four.
    assert!((count(&always, "pipeline_gates") as f64 / all as f64 - 2.0).abs() < 4.0 * 1.5 / (all as f64).sqrt());
}

#[test]
fn a_restart_sends_the_last_transitions_again() {
    let scenario = world(Tasks { idempotency: 0.5, ..breaching() });
    let setup = Setup::new(&scenario, &[], &[], 12);
    let mut world = World::new(&setup, Books::Everything);
    world.advance(Time::ZERO + Span::from_secs(3_000));
    let open = level(&levels(&mut world), "work.open");
    let before = Truth::of(&mut world);
    let claimed = count(&before, "claims") - count(&before, "completes");
    let again = || Action::Step { acts: vec![Act::Restart("work".into())], takes: Span::ZERO, by_operator: false };
    world.act(&again());
    world.act(&again());
    world.advance(Time::ZERO + Span::from_secs(3_000));
    let after = Truth::of(&mut world);
    assert_eq!(count(&after, "replays"), 2 * claimed);
    assert!(claimed > 400 && is_share(count(&after, "deduped"), 2 * claimed, 0.5));
    assert_eq!(level(&levels(&mut world), "work.open"), open, "tasks survive");
    assert_eq!(count(&after, "transitions"), count(&before, "transitions"));
}

#[test]
fn tasks_that_follow_come_from_what_was_completed() {
    let runs = component("runs", Kind::Calls(Calls { errors: 0.3, ..calls() }));
    let work = component("work", Kind::Tasks(Tasks { after: Some("runs".into()), targets: 2, ..tasks() }));
    let scenario = scenario(2_000, Some(Traffic::Poisson { rate: 1.0 }), vec![runs, work]);
    let truth = measured(&scenario, 13);
    assert_eq!(count(&truth, "created"), 2 * truth.count("runs.completes"));
    assert!(truth.count("runs.errors") > 400);
}

#[test]
fn a_storm_of_both_arms_is_nobodys_harm() {
    let objectives = vec![Objective {
        text: "messages_per_sweep".into(),
        component: "work".into(),
        signal: "messages_per_sweep".into(),
        op: Op::AtMost,
        limit: 3_000.0,
    }];
    let harmed = |on| {
        let faults = vec![Fault { on, ..bend("work", "cap_kept", By::Set(0.0)) }];
        let scenario = Scenario { faults, objectives: objectives.clone(), ..world(breaching()) };
        trial(&scenario, &ladder(&[Cohort::Share(0.3)], 4_000), 14, false).harmed
    };
    assert_eq!([Side::Both, Side::Stable, Side::Canary].map(harmed), [0, 0, 12]);
}

#[test]
fn a_shadow_has_tasks_and_nobody_meets_them() {
    let scenario = world(tasks());
    let policy = ladder(&[Cohort::Shadow], 4_000);
    let setup = setup(&scenario, &policy, 15);
    let mut world = drive(&setup, &policy, |_| {});
    let truth = Truth::of(&mut world);
    let [stable, canary] = [Arm::Stable, Arm::Canary].map(|arm| truth.arm("work.created", arm).count);
    assert!(canary > 3_000 && stable.abs_diff(canary) < 100, "{canary} of {stable}");
    assert_eq!(world.context.ledger.exposed_requests, 0);
}
