//! Whether a policy can be played in a scenario.

use crate::bends;
use crate::error::{Error, suggestion};
use crate::load::Loaded;
use gatecrash_policies::bind::{BindError, check_scrape};
use gatecrash_policies::policy::{Act, Cohort, Gate, Policy, Reading, Step};
use gatecrash_policies::rollout::Rollout;
use gatecrash_sim::catalog::KINDS;
use gatecrash_sim::scenario::{Fault, Onset, Scenario};

/// Whether the policy can be played in the scenario: its metrics, cohorts, knobs and environments exist, its windows hold a
/// scrape, and the stages by which faults are timed are its own. A kind of component that the scenario lacks is fine.
/// Gives warnings; each is a whole sentence that begins with a file's name.
pub fn fits(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    bind(scenario, policy)?;
    cohorts(scenario, policy)?;
    for (i, step) in policy.value.rollback.playbook.iter().enumerate() {
        playbook_step(scenario, policy, i, step)?;
    }
    for (i, fault) in scenario.value.faults.iter().enumerate() {
        timed(scenario, policy, i, fault)?;
    }
    let round = policy.value.round;
    if scenario.value.horizon.0 / round.0 > 10_000_000 {
        let message = format!("a round each {round} gives over 10 million until the horizon of {}", scenario.value.horizon);
        return Err(policy.error("round", message));
    }
    let absent = |gate: &&Gate| !absent_kinds(&scenario.value, &gate.check.reading).is_empty();
    let idle: Vec<&str> = policy.value.gates.iter().filter(absent).map(|gate| gate.name.as_str()).collect();
    if !idle.is_empty() {
        let (gates, lacks) = (idle.join(", "), &scenario.file);
        warnings.push(format!("{}: not judged, as {lacks} has no components of the kinds that they read: {gates}", policy.file));
    }
    let soaks: u64 = policy.value.stages.iter().map(|s| s.soak.0).fold(0, u64::saturating_add);
    if soaks > scenario.value.horizon.0 && policy.value.stages.len() > 1 {
        warnings.push(format!("{}: the soaks of all stages are longer than the horizon of {}", policy.file, scenario.file));
    }
    Ok(warnings)
}

fn bind(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>) -> Result<(), Error> {
    let fail =
        |error: BindError| policy.error(&path_of(&error.gate), format!("{} (in the scenario {})", error.message, scenario.file));
    let mut catalog = scenario.value.catalog();
    catalog.segments = Rollout::segments(&policy.value, &catalog).map_err(fail)?;
    Rollout::new(&policy.value, &catalog).map_err(fail)?;
    check_scrape(&policy.value, scenario.value.telemetry.scrape).map_err(fail)
}

/// Where the file speaks of what a [`BindError`] calls a gate.
fn path_of(gate: &str) -> String {
    if gate.starts_with("rollback.") {
        return gate.replace('[', ".").replace(']', "");
    }
    match gate.strip_suffix(" (needs)") {
        Some(name) => format!("gates.{name}.needs"),
        None => format!("gates.{gate}.check"),
    }
}

fn cohorts(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>) -> Result<(), Error> {
    for stage in &policy.value.stages {
        let path = format!("stages.{}.cohort", stage.name);
        cohort(&scenario.value, &stage.cohort)
            .map_err(|message| policy.error(&path, format!("{message} (in the scenario {})", scenario.file)))?;
    }
    Ok(())
}

/// Whether the scenario's subjects have what a cohort speaks of.
fn cohort(scenario: &Scenario, cohort: &Cohort) -> Result<(), String> {
    match cohort {
        Cohort::TenantShare(_) if scenario.subjects.tenants == 0 => Err("the subjects have no tenants".to_string()),
        Cohort::Internal if scenario.subjects.internal == 0.0 => Err("no subject is internal".to_string()),
        Cohort::Named { attribute, values } => {
            let attributes = scenario.catalog().attributes;
            let Some((_, known)) = attributes.iter().find(|(name, _)| name == attribute) else {
                return Err(format!("the subjects have no attribute `{attribute}`"));
            };
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            match values.iter().find(|v| !known.contains(&v.as_str())) {
                Some(value) => {
                    Err(format!("there is no {attribute} `{value}`{}", suggestion(value, &known[..known.len().min(20)])))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn playbook_step(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>, i: usize, step: &Step) -> Result<(), Error> {
    let base = format!("rollback.playbook.{i}");
    let fail = |key: &str, message: String| {
        Err(policy.error(&format!("{base}.{key}"), format!("{message} (in the scenario {})", scenario.file)))
    };
    let world = &scenario.value;
    let environments: Vec<&str> = world.steering.environments.iter().map(|(name, _)| name.as_str()).collect();
    for act in &step.acts {
        match act {
            Act::Cohort { cohort: whom, environments: places, only } => {
                if let Err(message) = cohort(world, whom) {
                    return fail("cohort", message);
                }
                if let Some(place) = places.iter().find(|p| !environments.contains(&p.as_str())) {
                    return fail("in", format!("unknown environment `{place}`{}", suggestion(place, &environments)));
                }
                let surfaces = world.subjects.attributes.iter().find(|(name, _)| name == "surface");
                let known: Vec<&str> = surfaces.iter().flat_map(|(_, list)| list.iter().map(|(v, _)| v.as_str())).collect();
                if let Some(surface) = only.as_ref().filter(|o| !known.contains(&o.as_str())) {
                    return fail("only", format!("there is no surface `{surface}`{}", suggestion(surface, &known)));
                }
            }
            Act::Bend { component, knob, .. } => bent(scenario, policy, &base, component, knob)?,
            Act::Restart(component) => {
                let kind = KINDS.iter().any(|k| k.name == component);
                let names: Vec<&str> = world.system.iter().map(|c| c.name.as_str()).collect();
                if !kind && !names.contains(&component.as_str()) {
                    return fail("restart", format!("unknown component `{component}`{}", suggestion(component, &names)));
                }
            }
        }
    }
    Ok(())
}

/// Whether a knob of the playbook exists and its size has the knob's unit.
fn bent(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>, base: &str, component: &str, knob: &str) -> Result<(), Error> {
    let path = format!("{base}.bend.{component}.{knob}");
    let fail = |message: String| policy.error(&path, format!("{message} (in the scenario {})", scenario.file));
    let unit = bends::unit(&scenario.value, component, knob).map_err(fail)?;
    match (unit, policy.source.find(&path)) {
        (Some(unit), Some(node)) => bends::size(node, unit).map(|_| ()).map_err(|problem| policy.source.error(problem)),
        _ => Ok(()),
    }
}

/// A fault timed by a stage needs that stage.
fn timed(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>, i: usize, fault: &Fault) -> Result<(), Error> {
    let Onset::Stage { name, .. } = &fault.at else { return Ok(()) };
    let stages: Vec<&str> = policy.value.stages.iter().map(|s| s.name.as_str()).collect();
    if stages.contains(&name.as_str()) {
        return Ok(());
    }
    let has = stages.join(", ");
    let message =
        format!("the fault begins by the stage `{name}`, which the policy {} does not have; its stages are: {has}", policy.file);
    Err(scenario.error(&format!("faults.{i}.at"), message))
}

/// The kinds that a reading names and the scenario has no component of.
fn absent_kinds(scenario: &Scenario, reading: &Reading) -> Vec<String> {
    let absent = |name: &str| bends::is_kind(name) && !scenario.system.iter().any(|c| c.name == name || c.spec().name == name);
    reading.metrics().into_iter().filter(|m| absent(&m.component)).map(|m| m.component.clone()).collect()
}
