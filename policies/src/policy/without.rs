//! A policy with one gate taken out: what the gate is worth is what the policy loses with it.

use super::{Policy, Step};

/// The policy as it would be if the gate with this index had never been written. All indices of gates move up. Stages, measures
/// and the validation no longer name it; where it was all that the validation read, those that fired are read again. A step that
/// was carried out when this gate alone had fired goes with it, since it would otherwise be carried out always; a step that was
/// left out when it had fired (`unless`) stays, since it cannot fire any more.
///
/// # Panics
/// When there is no such gate.
pub fn without_gate(policy: &Policy, gate: usize) -> Policy {
    let mut rest = policy.clone();
    rest.gates.remove(gate);
    rest.stages.iter_mut().for_each(|stage| forget(&mut stage.gates, gate));
    rest.measures.retain(|measure| measure.gate != gate);
    rest.measures.iter_mut().for_each(|measure| measure.gate -= usize::from(measure.gate > gate));
    forget(&mut rest.rollback.validate.gates, gate);
    rest.rollback.playbook.retain(|step| step.when != [gate]);
    rest.rollback.playbook.iter_mut().for_each(|step: &mut Step| {
        forget(&mut step.when, gate);
        forget(&mut step.unless, gate);
    });
    rest
}

/// Takes an index out of a list; those above it move up.
fn forget(gates: &mut Vec<usize>, gate: usize) {
    gates.retain(|other| *other != gate);
    gates.iter_mut().for_each(|other| *other -= usize::from(*other > gate));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;
    use crate::policy::{Gate, Measure, OnFail, Rule, Stage};
    use crate::rollout::Rollout;
    use crate::sample::Catalog;
    use crate::time::Span;

    fn gate(name: &str) -> Gate {
        Gate {
            name: name.into(),
            row: String::new(),
            check: parse("count(runs.errors) == 0").expect("it is a check"),
            rule: Rule::new("threshold"),
            min_samples: 1,
            on_fail: OnFail::Rollback,
            needs: None,
        }
    }

    fn step(name: &str, when: &[usize], unless: &[usize]) -> Step {
        Step { name: name.into(), when: when.to_vec(), unless: unless.to_vec(), ..Step::default() }
    }

    fn policy() -> Policy {
        let stage = |gates: &[usize]| Stage { gates: gates.to_vec(), ..Stage::default() };
        let mut policy = Policy {
            round: Span::from_secs(60),
            gates: ["a", "b", "c"].map(gate).to_vec(),
            stages: vec![stage(&[0, 1, 2]), stage(&[1]), stage(&[2, 0])],
            measures: vec![Measure { gate: 1, at: vec![] }, Measure { gate: 2, at: vec![] }],
            ..Policy::default()
        };
        policy.rollback.playbook =
            vec![step("always", &[], &[]), step("b", &[1], &[]), step("b or c", &[1, 2], &[0]), step("not b", &[], &[1])];
        policy.rollback.validate.gates = vec![0, 1, 2];
        policy
    }

    /// Every list of gates of a policy, by name.
    fn named(policy: &Policy) -> Vec<Vec<&str>> {
        let names = |list: &Vec<usize>| list.iter().map(|i| policy.gates[*i].name.as_str()).collect();
        let steps = policy.rollback.playbook.iter().flat_map(|step| [&step.when, &step.unless]);
        let stages = policy.stages.iter().map(|stage| &stage.gates);
        stages.chain(steps).chain([&policy.rollback.validate.gates]).map(names).collect()
    }

    #[test]
    fn nothing_names_it_any_more_and_everything_else_keeps_its_gates() {
        let rest = without_gate(&policy(), 1);
        let steps: Vec<&str> = rest.rollback.playbook.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(steps, ["always", "b or c", "not b"]);
        let none = Vec::<&str>::new;
        let steps = [none(), none(), vec!["c"], vec!["a"], none(), none()];
        let mut expected = vec![vec!["a", "c"], none(), vec!["c", "a"]];
        expected.extend(steps);
        expected.push(vec!["a", "c"]);
        assert_eq!(named(&rest), expected);
        assert_eq!(rest.measures, [Measure { gate: 1, at: vec![] }]);
        let catalog = Catalog { kinds: vec!["runs".into()], ..Catalog::default() };
        let bound = Rollout::new(&rest, &catalog).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(bound.not_applicable(), ["a", "c"]);
    }

    #[test]
    fn a_gate_that_nothing_names_leaves_the_policy_as_it_was() {
        let policy = policy();
        let mut more = policy.clone();
        more.gates.push(gate("d"));
        assert_eq!(without_gate(&more, 3), policy);
    }

    #[test]
    fn in_which_order_gates_go_does_not_matter() {
        let policy = policy();
        assert_eq!(without_gate(&without_gate(&policy, 0), 1), without_gate(&without_gate(&policy, 2), 0));
    }
}
