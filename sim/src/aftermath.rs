//! What a trial leaves behind for people: what stays outside and has to be cleaned up, and what was ticked and not true.

use crate::ledger::Violation;
use crate::play::Record;
use crate::scenario::Kind;
use crate::setup::Setup;
use gatecrash_policies::policy::Policy;
use gatecrash_policies::time::Time;
use std::collections::BTreeSet;

/// Harmed outcomes and leaked duplicates that no rollback undoes, by objective: (its text, how many). `leaked` are those of the
/// objectives that every writing component has; an outcome that an objective of the scenario covers as well counts there.
pub fn cleanup(setup: &Setup, harms: &[Violation], leaked: &[Violation]) -> Vec<(String, u64)> {
    let covered: BTreeSet<_> = harms.iter().map(|v| v.key).collect();
    let stays = |v: &&Violation| {
        let owner = setup.signal_owners[usize::from(v.key.signal)];
        matches!(setup.scenario.system[usize::from(owner)].kind, Kind::Effects(_) | Kind::Reviews(_) | Kind::Tasks(_))
    };
    let beside = leaked.iter().filter(|v| !covered.contains(&v.key));
    let mut counts = vec![0; setup.objectives.len()];
    harms.iter().filter(stays).chain(beside).for_each(|v| counts[usize::from(v.objective)] += 1);
    let mut cleanup: Vec<(String, u64)> = Vec::new();
    for (objective, count) in setup.objectives.iter().zip(counts).filter(|(_, count)| *count > 0) {
        match cleanup.iter_mut().find(|(text, _)| *text == objective.text) {
            Some((_, sum)) => *sum += count,
            None => cleanup.push((objective.text.clone(), count)),
        }
    }
    cleanup
}

/// When somebody was first exposed, and the items of the policy's readiness that were ticked by then and not true.
pub fn untrue_items(setup: &Setup, policy: &Policy, record: &Record) -> Option<(Time, Vec<String>)> {
    let facts = setup.scenario.readiness.as_ref()?;
    let readiness = policy.readiness.as_ref()?;
    let (exposed, ..) = record.ledger.exposure.iter().find(|(_, _, nobody)| !nobody)?;
    let is_named = |item: &str| readiness.items.iter().any(|own| own.name == item);
    let is_untrue = |fact: &&crate::scenario::Fact| !fact.is_true && fact.claimed.is_some_and(|at| at <= *exposed);
    let untrue = facts.iter().filter(is_untrue).filter(|fact| is_named(&fact.item));
    Some((*exposed, untrue.map(|fact| fact.item.clone()).collect()))
}
