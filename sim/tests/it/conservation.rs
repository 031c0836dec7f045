//! What goes in comes out, whatever goes wrong.

use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::By;
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::*;
use proptest::prelude::*;

fn check_calls(truth: &Truth, levels: &[(String, u64)], name: &str) -> Result<(), TestCaseError> {
    let count = |signal: &str| truth.count(&format!("{name}.{signal}"));
    let ends = ["completes", "errors", "cancelled", "dropped"].map(count);
    prop_assert_eq!(count("outcomes"), ends.iter().sum::<u64>(), "{}: every outcome has its kind", name);
    prop_assert_eq!(count("attempts"), count("starts") + count("retries"), "{}: attempts", name);
    let in_system = level(levels, &format!("{name}.in_system"));
    prop_assert!(count("starts") >= count("outcomes") + in_system, "{}: the rest is backing off", name);
    let queue = level(levels, &format!("{name}.queue"));
    prop_assert!(queue <= in_system, "{}: {} in the queue, {} in the system", name, queue, in_system);
    prop_assert!(count("failures") >= count("retries") + count("errors"));
    let failures = ["rejected", "timeouts", "abandoned"].map(count).iter().sum::<u64>();
    prop_assert!(count("failures") >= failures);
    prop_assert_eq!(count("latency"), count("completes"));
    prop_assert_eq!(count("cancel_to_ack"), count("cancelled"));
    prop_assert!(count("cancels") >= count("cancelled"));
    prop_assert!(count("service") <= count("wait") && count("wait") <= count("attempts"));
    Ok(())
}

/// Writes that were attempted: all, unless something suppresses them.
fn attempted(truth: &Truth, scenario: &Scenario) -> Result<u64, TestCaseError> {
    let count = |signal: &str| truth.count(&format!("tickets.{signal}"));
    let attempted = count("attempts") - count("retries");
    let suppresses = scenario.faults.iter().flat_map(|f| &f.bends).any(|bend| bend.knob == "suppress");
    prop_assert!(attempted == count("writes") || (suppresses && attempted < count("writes")));
    Ok(attempted)
}

fn check_effects(truth: &Truth, scenario: &Scenario) -> Result<(), TestCaseError> {
    let count = |signal: &str| truth.count(&format!("tickets.{signal}"));
    let ends = ["completes", "errors", "unknown", "lost"].map(count);
    prop_assert_eq!(count("outcomes"), ends.iter().sum::<u64>());
    prop_assert!(attempted(truth, scenario)? >= count("outcomes"), "the rest is in flight");
    prop_assert!(count("retried_unknown") <= count("retries"));
    prop_assert!(count("commits") <= count("writes") + count("duplicates"));
    prop_assert!(count("commits") >= count("completes") + count("duplicates"), "an answer is the answer to a commit");
    prop_assert!(count("reconciled") <= count("unknown"));
    prop_assert!(count("writes") <= truth.count("runs.completes") + count("after_failure"));
    prop_assert!(count("after_failure") <= truth.count("runs.errors"));
    Ok(())
}

fn check_connections(truth: &Truth, levels: &[(String, u64)], clients: u64) -> Result<(), TestCaseError> {
    let count = |signal: &str| truth.count(&format!("sockets.{signal}"));
    let away = clients - level(levels, "sockets.connected");
    prop_assert_eq!(count("drops") + count("moved"), count("outcomes") + away, "every episode ends or is still open");
    prop_assert_eq!(count("outcomes"), count("reconnects_ok"));
    prop_assert_eq!(count("registrations"), count("reconnects_ok"));
    prop_assert_eq!(count("reconnects"), count("reconnects_ok") + count("auth_errors") + count("connect_timeouts"));
    prop_assert!(count("attempts") >= count("reconnects"));
    prop_assert!(level(levels, "sockets.backlog") <= away);
    prop_assert!(count("evicted") <= count("drops"));
    Ok(())
}

/// The same world, in which faults end after ten minutes and no request comes after fifteen; then it has three hours.
fn with_an_end(mut scenario: Scenario) -> Scenario {
    for fault in &mut scenario.faults {
        fault.at = Onset::At(Time::ZERO);
        fault.lasting = Some(Span::from_secs(600));
    }
    scenario.faults.push(Fault {
        name: "the end".into(),
        bends: vec![Bend { component: "traffic".into(), knob: "rate".into(), by: By::Times(0.0) }],
        shape: Shape::Step,
        at: Onset::At(Time::ZERO + Span::from_secs(900)),
        lasting: None,
        on: Side::Both,
        only: None,
    });
    scenario.wobble = Wobble::default();
    scenario.telemetry.scrape = Span::from_secs(60);
    scenario.horizon = Span::from_secs(3 * 3_600);
    scenario
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn what_went_in_came_out_or_is_still_there(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        let (truth, levels) = (Truth::of(&mut world), levels(&mut world));
        check_calls(&truth, &levels, "runs")?;
        if truth.has("tools") {
            check_calls(&truth, &levels, "tools")?;
        }
        if truth.has("tickets") {
            check_effects(&truth, &scenario)?;
        }
        if truth.has("sockets") {
            check_connections(&truth, &levels, setup.population.len() as u64)?;
        }
    }

    #[test]
    fn when_no_more_comes_everything_ends(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let scenario = with_an_end(scenario);
        let setup = setup(&scenario, &policy, seed);
        let mut world = drive(&setup, &policy, |_| {});
        let (truth, levels) = (Truth::of(&mut world), levels(&mut world));
        for name in ["runs", "tools"].into_iter().filter(|name| truth.has(name)) {
            prop_assert_eq!(truth.count(&format!("{name}.starts")), truth.count(&format!("{name}.outcomes")), "{}", name);
            prop_assert_eq!(level(&levels, &format!("{name}.in_system")), 0, "{}", name);
            prop_assert_eq!(level(&levels, &format!("{name}.queue")), 0, "{}", name);
        }
        if truth.has("tickets") {
            prop_assert_eq!(attempted(&truth, &scenario)?, truth.count("tickets.outcomes"));
        }
        if truth.has("sockets") {
            let waiting = level(&levels, "sockets.backlog");
            prop_assert!(waiting < setup.population.len() as u64 / 2, "{} clients wait to be accepted", waiting);
        }
    }
}
