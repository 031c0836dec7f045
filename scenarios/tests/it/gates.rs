//! No gate of the five runbooks can be dropped unseen: `gates.txt` lists them all.

use gatecrash_scenarios::{Listed, library_scenarios, load_policy, runbook_policies};
use gatecrash_sim::scenario::Expect;

/// A line of the table: row, policy, gate, state.
struct Line {
    policy: &'static str,
    gate: &'static str,
    state: &'static str,
}

fn table() -> Vec<Line> {
    let lines = include_str!("gates.txt").lines().filter(|line| !line.starts_with('#'));
    let words = |line: &'static str| {
        let (row, rest) = line.split_once(' ').expect("a row");
        let (policy, rest) = rest.trim_start().split_once(' ').expect("a policy");
        let (gate, state) = rest.trim_start().split_once(' ').expect("a gate");
        assert!(row.starts_with(|c: char| "ABCDE".contains(c)), "{line}");
        Line { policy, gate, state: state.trim() }
    };
    lines.map(words).collect()
}

fn has(scenarios: &[Listed], line: &Line, expect: Expect) -> bool {
    let about = |s: &&Listed| s.family.as_deref() == Some(line.policy) && s.gate.as_deref() == Some(line.gate);
    scenarios.iter().filter(about).any(|s| s.expect == Some(expect))
}

#[test]
fn every_gate_of_the_runbooks_is_live_or_says_why_not() {
    let scenarios = library_scenarios();
    let table = table();
    assert!(table.len() >= 70, "{}", table.len());
    for line in &table {
        let policy = load_policy(line.policy).expect("a built-in policy").value;
        let Line { policy: name, gate, state } = line;
        assert!(policy.gates.iter().any(|g| g.name == *gate), "{name} has no gate {gate}");
        assert!(has(&scenarios, line, Expect::Promote), "{name}: {gate} has no near miss");
        let breached = has(&scenarios, line, Expect::Rollback);
        assert!(breached == (*state == "live"), "{name}: {gate} is {state}, and breached: {breached}");
    }
}

#[test]
fn every_gate_of_a_runbook_policy_is_in_the_table() {
    let table = table();
    for listed in runbook_policies() {
        for gate in load_policy(&listed.name).expect("built in").value.gates {
            let found = table.iter().any(|line| line.policy == listed.name && line.gate == gate.name);
            assert!(found, "{}: {} is in no row", listed.name, gate.name);
        }
    }
}
