//! What a match has to know of its policies before it is played.

use crate::population::SEGMENTS_MAX;
use crate::scenario::Scenario;
use crate::setup::Setup;
use gatecrash_policies::policy::{AFFECTED, Act, Cohort, Policy, Reading};
use gatecrash_policies::sample::Segment;
use gatecrash_policies::{BindError, Catalog, Rollout};
use std::collections::BTreeMap;
use std::iter;

/// What can be measured in a scenario when these policies play: its own signals and attributes, and the attribute `probe` where
/// some policy sends probes.
pub fn catalog(scenario: &Scenario, policies: &[&Policy]) -> Catalog {
    let mut catalog = scenario.catalog();
    let mut probes: Vec<String> = Vec::new();
    for act in policies.iter().flat_map(|policy| acts(policy)) {
        if let Act::Probe { name, .. } = act
            && !probes.contains(name)
        {
            probes.push(name.clone());
        }
    }
    if !probes.is_empty() {
        probes.push(crate::probes::NONE.into());
        catalog.attributes.push(("probe".into(), probes));
    }
    catalog
}

/// Everything that the stages and the playbook of a policy may do beside the cohorts of the stages.
fn acts(policy: &Policy) -> impl Iterator<Item = &Act> {
    let enters = policy.stages.iter().flat_map(|stage| &stage.enter);
    enters.chain(policy.rollback.playbook.iter().flat_map(|step| &step.acts))
}

/// A policy made ready for a scenario, standing where the scenario has it begin.
pub(super) fn bind(scenario: &Scenario, policy: &Policy, catalog: &Catalog) -> Result<Rollout, BindError> {
    let rollout = Rollout::new(policy, catalog)?;
    let Some(stage) = &scenario.begin else { return Ok(rollout) };
    rollout.beginning_with(stage).ok_or_else(|| {
        let stages: Vec<&str> = policy.stages.iter().map(|s| s.name.as_str()).collect();
        let message = format!("the scenario begins with the stage `{stage}`; the policy has: {}", stages.join(", "));
        BindError { gate: "all gates".into(), message }
    })
}

/// Refuses more segments than the population can tell apart.
pub(super) fn check_segments(scenario: &Scenario, read: &[Segment], routed: &[Segment]) -> Result<(), (usize, BindError)> {
    let count = Setup::segments(scenario, read, routed).len();
    if count <= SEGMENTS_MAX {
        return Ok(());
    }
    let message = format!("{count} segments are read, routed by or bent together; {SEGMENTS_MAX} are the most");
    Err((0, BindError { gate: "all gates".into(), message }))
}

/// Refuses two probes whose requests could not be told apart.
pub(super) fn check_probes(catalog: &Catalog) -> Result<(), (usize, BindError)> {
    let mut names = catalog.attributes.iter().filter(|(a, _)| a == "probe").flat_map(|(_, names)| names);
    let mut tags = BTreeMap::new();
    let other = names.find_map(|name| tags.insert(crate::probes::tag(name), name).map(|other| (name, other)));
    let Some((name, other)) = other else { return Ok(()) };
    let message = format!("the probes `{other}` and `{name}` happen to have the same ordinals: rename one of them");
    Err((0, BindError { gate: "all gates".into(), message }))
}

/// Marks the signals that a policy reads, and the outcomes that its `min_samples` count.
pub(super) fn watch(policy: &Policy, catalog: &Catalog, watched: &mut [bool]) {
    let gates = policy.gates.iter().flat_map(|gate| iter::once(&gate.check).chain(gate.needs.as_ref().map(|needs| &needs.check)));
    for check in gates.chain(&policy.rollback.validate.checks) {
        for metric in check.reading.metrics() {
            let streak = matches!(check.reading, Reading::Streak(_)).then(|| format!("{}_streak", metric.signal));
            let names = [Some(metric.signal.as_str()), Some("outcomes"), streak.as_deref()];
            for id in names.into_iter().flatten().flat_map(|name| catalog.find(&metric.component, name)) {
                watched[usize::from(id)] = true;
            }
        }
    }
}

/// The segments that a policy's cohorts, stages and steps name.
pub(super) fn routed(policy: &Policy, catalog: &Catalog) -> Vec<Segment> {
    let segment = |attribute: &str, value: &String| Segment { attribute: attribute.into(), value: value.clone() };
    let named = |cohort: &Cohort| match cohort {
        Cohort::Named { attribute, values, .. } => values.iter().map(|v| segment(attribute, v)).collect(),
        _ => Vec::new(),
    };
    let surfaces = || {
        let known = catalog.attributes.iter().filter(|(name, _)| name == "surface");
        known.flat_map(|(name, values)| values.iter().map(|v| segment(name, v))).collect()
    };
    let done = |act: &Act| match act {
        Act::Cohort { cohort, only, .. } => {
            let only: Vec<Segment> = match only.as_deref() {
                Some(AFFECTED) => surfaces(),
                Some(surface) => vec![segment("surface", &surface.to_string())],
                None => Vec::new(),
            };
            named(cohort).into_iter().chain(only).collect()
        }
        Act::Bend { environments, .. } => environments.iter().map(|name| segment("environment", name)).collect(),
        _ => Vec::new(),
    };
    let stages = policy.stages.iter().flat_map(|stage| named(&stage.cohort));
    stages.chain(acts(policy).flat_map(done)).collect()
}
