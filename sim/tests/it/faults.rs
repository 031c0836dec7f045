//! Faults do what they say and nothing else: no fault of size zero, no draw moved elsewhere, no truth changed by telemetry.

use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::By;
use gatecrash_policies::{Cohort, Policy};
use gatecrash_sim::Trial;
use gatecrash_sim::scenario::*;
use proptest::prelude::*;

/// A trial without what a fault of size zero may leave behind: its lines in the timeline and its edges among the events.
fn essence(mut trial: Trial) -> Trial {
    trial.timeline.retain(|entry| entry.kind != "fault");
    trial.events = 0;
    trial
}

fn climb() -> Policy {
    ladder(&[Cohort::Share(0.3), Cohort::Share(0.7), Cohort::Share(1.0)], 400)
}

proptest! {
    #![proptest_config(effort(30))]

    #[test]
    fn a_fault_of_size_zero_is_no_fault(
        scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000, by_severity in any::<bool>()
    ) {
        let without = Scenario { faults: Vec::new(), ..scenario.clone() };
        let mut zero = scenario;
        if by_severity {
            zero.severity = 0.0;
        } else {
            for bend in zero.faults.iter_mut().flat_map(|f| &mut f.bends) {
                bend.by = if matches!(bend.by, By::Times(_)) { By::Times(1.0) } else { By::Plus(0.0) };
            }
        }
        let [zero, none] = [&zero, &without].map(|scenario| essence(trial(scenario, &policy, seed, false)));
        prop_assert_eq!(zero, none);
    }

    #[test]
    fn a_fault_of_writes_leaves_calls_alone(
        (scenario, faults) in any_scenario_with("tickets"), seed in 1u64..1_000
    ) {
        let with = Scenario { faults, ..scenario.clone() };
        let [with, without] = [&with, &scenario].map(|s| trial(s, &climb(), seed, true).detail.expect("asked for"));
        let [with, without] = [with, without].map(|detail| Truth(detail.signals));
        for name in ["runs", "tools", "sockets"] {
            let differences = differences(&with.component(name), &without.component(name));
            prop_assert!(differences.is_empty(), "{:?}", differences);
        }
    }

    #[test]
    fn a_fault_of_calls_leaves_connections_alone(
        (scenario, faults) in any_scenario_with("runs"), seed in 1u64..1_000
    ) {
        let with = Scenario { faults, ..scenario.clone() };
        let [with, without] = [&with, &scenario].map(|s| trial(s, &climb(), seed, true).detail.expect("asked for"));
        let [with, without] = [with, without].map(|detail| Truth(detail.signals));
        let differences = differences(&with.component("sockets"), &without.component("sockets"));
        prop_assert!(differences.is_empty(), "{:?}", differences);
        prop_assert_eq!(with.count("runs.starts"), without.count("runs.starts"), "traffic is open-loop");
    }

    #[test]
    fn a_fault_of_telemetry_changes_no_truth((scenario, faults) in any_scenario_with("telemetry"), seed in 1u64..1_000) {
        let with = Scenario { faults, ..scenario.clone() };
        let [with, without] = [&with, &scenario].map(|s| trial(s, &climb(), seed, true));
        prop_assert_eq!(with.instants.harmed, without.instants.harmed);
        prop_assert_eq!((with.harmed, with.exposed_requests), (without.harmed, without.exposed_requests));
        let [with, without] = [with, without].map(|trial| trial.detail.expect("asked for").signals);
        let differences = differences(&with.iter().collect::<Vec<_>>(), &without.iter().collect::<Vec<_>>());
        prop_assert!(differences.is_empty(), "{:?}", differences);
    }
}
