//! A preset bends what a system has of it.

use crate::support::complains;
use gatecrash_policies::policy::By;
use gatecrash_scenarios::scenario_from_text;
use gatecrash_sim::presets::PRESETS;
use gatecrash_sim::scenario::Bend;

const CALLS: &str = "\
scenario: a
expect: rollback
horizon: 1h
subjects: { count: 100 }
traffic: { poisson: { rate: 5/s } }
system:
  runs: { calls: { service: 1s, hops: { count: 2, latency: 1s } } }
  turns: { calls: { service: 1s, marks: { tagged: 100% } } }
telemetry: { scrape: 15s }
objectives: [ runs.latency <= 5s ]
faults: [ { fault: error_burst, at: 10m } ]
";

fn check(fault: &str, points_at: &str, says: &str) {
    complains(CALLS, ("fault: error_burst", fault), (points_at, says), |text| scenario_from_text("a.yaml", text));
}

fn bends(fault: &str) -> Vec<Bend> {
    let text = CALLS.replace("fault: error_burst", fault);
    scenario_from_text("a.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value.faults.remove(0).bends
}

fn bend(component: &str, knob: &str, by: By) -> Bend {
    Bend { component: component.into(), knob: knob.into(), by }
}

#[test]
fn what_a_system_lacks_is_left_out() {
    assert_eq!(bends("fault: recursion_loop"), [bend("calls", "hops", By::Times(3.0))]);
    assert_eq!(bends("fault: recursion_loop, by: 5x"), [bend("calls", "hops", By::Times(5.0))], "the first that is left");
    assert_eq!(bends("fault: recursion_loop, component: runs"), [bend("runs", "hops", By::Times(3.0))]);
    assert_eq!(bends("fault: tag_loss, by: 0.5x"), [bend("calls", "tagged", By::Times(0.5))]);
    assert_eq!(bends("fault: tag_loss, component: turns"), [bend("turns", "tagged", By::Times(0.9))]);
    assert_eq!(bends("fault: flag_drift"), [bend("steering", "drift", By::Set(1.0))]);
}

#[test]
fn what_it_needs_is_named() {
    check("fault: reconnect_storm", "reconnect_storm", "needs a component of kind connections, and this system has none");
    check(
        "fault: trace_loss",
        "trace_loss",
        "of kind effects, or one of kind calls with the mark `traced`, and this system has none",
    );
    check("fault: flow_stall", "flow_stall", "needs a component of kind checks with the flow step `matching_complete`");
    check("fault: tag_loss, component: runs", "runs", "`tag_loss` needs calls with the mark `tagged`, and `runs` has none of it");
    check("fault: tag_loss, component: rums", "rums", "unknown component `rums`; did you mean `runs`?");
    check("fault: tag_los", "tag_los", "did you mean `tag_loss`?");
    check("fault: tag_loss, by: 5s", "5s", "does not fit this knob; write it like 2x, +2%");
}

/// A system with all that presets bend, kinds and conventions.
#[test]
fn every_preset_has_a_system_in_which_all_of_it_applies() {
    let system = "\
system:
  runs: { calls: { service: 1s, marks: { tagged: 100%, traced: 100%, cross_tenant: 0% } } }
  tickets: { effects: { after: runs, marks: { unvalidated: 0% } } }
  sockets: { connections: { accept_rate: 50/s } }
  desk: { reviews: { after: runs, review: 1m } }
  answers: { checks: { after: runs, flow: { matching_complete: 40% } } }
  work: { tasks: { after: runs, work: 5m } }
";
    let (head, rest) = CALLS.split_once("system:\n").unwrap();
    let (_, tail) = rest.split_once("telemetry:").unwrap();
    for preset in PRESETS {
        let tail = tail.replace("error_burst", preset.name);
        let text = format!("{head}{system}telemetry:{tail}");
        let scenario = scenario_from_text("a.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}")).value;
        assert_eq!(scenario.faults[0].bends.len(), preset.bends.len(), "{}", preset.name);
        assert_eq!((scenario.faults[0].on, scenario.faults[0].lasting), (preset.on, preset.lasting));
    }
}
