//! Whether a policy can be played in a scenario.

mod acts;
mod cohorts;
mod timing;

pub(crate) use timing::stage_times;

use crate::bends;
use crate::error::Error;
use crate::load::Loaded;
use crate::system::attributes;
use gatecrash_policies::bind::{BindError, check_scrape};
use gatecrash_policies::policy::{Act, Gate, Policy, Reading};
use gatecrash_policies::rollout::Rollout;
use gatecrash_policies::sample::Catalog;
use gatecrash_sim::scenario::Scenario;

/// Whether the policy can be played in the scenario: its metrics, cohorts, knobs and environments exist, its windows hold a
/// scrape, and the stages by which the scenario times things are its own. A kind of component that the scenario lacks is fine.
/// Gives warnings; each is a whole sentence that begins with a file's name.
pub fn fits(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>) -> Result<Vec<String>, Error> {
    let pair = Pair { scenario, policy };
    pair.bind()?;
    cohorts::check(pair)?;
    acts::check(pair)?;
    timing::check(pair)?;
    let mut warnings = Vec::new();
    pair.idle_gates(&mut warnings);
    timing::soaks(pair, &mut warnings);
    pair.unkept_items(&mut warnings);
    Ok(warnings)
}

/// A policy and the scenario in which it is to be played.
#[derive(Clone, Copy)]
struct Pair<'a> {
    scenario: &'a Loaded<Scenario>,
    policy: &'a Loaded<Policy>,
}

impl<'a> Pair<'a> {
    fn world(self) -> &'a Scenario {
        &self.scenario.value
    }

    fn rules(self) -> &'a Policy {
        &self.policy.value
    }

    /// An error at a path of the policy's file.
    fn fail(self, path: &str, message: String) -> Error {
        self.policy.error(path, format!("{message} (in the scenario {})", self.scenario.file))
    }

    fn bind(self) -> Result<(), Error> {
        let fail = |error: BindError| self.fail(&path_of(&error.gate), error.message);
        let mut catalog = catalog(self.world(), self.rules());
        catalog.segments = Rollout::segments(self.rules(), &catalog).map_err(fail)?;
        Rollout::new(self.rules(), &catalog).map_err(fail)?;
        check_scrape(self.rules(), self.world().telemetry.scrape).map_err(fail)
    }

    /// Gates that read kinds which the scenario lacks.
    fn idle_gates(self, warnings: &mut Vec<String>) {
        let absent = |gate: &&Gate| !absent_kinds(self.world(), &gate.check.reading).is_empty();
        let idle: Vec<&str> = self.rules().gates.iter().filter(absent).map(|gate| gate.name.as_str()).collect();
        if !idle.is_empty() {
            let (file, gates, lacks) = (&self.policy.file, idle.join(", "), &self.scenario.file);
            warnings.push(format!("{file}: not judged, as {lacks} has no components of the kinds that they read: {gates}"));
        }
    }

    /// Items of readiness of which only one of the two files speaks. One that blocks by its presence may well be absent.
    fn unkept_items(self, warnings: &mut Vec<String>) {
        let (Some(asked), Some(kept)) = (&self.rules().readiness, &self.world().readiness) else { return };
        let open = asked.items.iter().filter(|item| !item.blocks && !kept.iter().any(|fact| fact.item == item.name));
        let open: Vec<&str> = open.map(|item| item.name.as_str()).collect();
        let (file, list) = (&self.policy.file, &self.scenario.file);
        if !open.is_empty() {
            let items = open.join(", ");
            warnings.push(format!("{file}: never ready, as the list of {list} does not name these items: {items}"));
        }
        let idle = kept.iter().filter(|fact| !asked.items.iter().any(|item| item.name == fact.item));
        let idle: Vec<&str> = idle.map(|fact| fact.item.as_str()).collect();
        if !idle.is_empty() {
            warnings.push(format!("{list}: {} does not ask for these items of readiness: {}", self.policy.file, idle.join(", ")));
        }
    }
}

/// What a policy can read of a scenario: its probes too.
fn catalog(scenario: &Scenario, policy: &Policy) -> Catalog {
    let mut catalog = Catalog { attributes: attributes(scenario), ..scenario.catalog() };
    let mut probes = Vec::new();
    for act in policy.stages.iter().flat_map(|stage| &stage.enter) {
        if let Act::Probe { name, .. } = act
            && !probes.contains(name)
        {
            probes.push(name.clone());
        }
    }
    if !probes.is_empty() && !catalog.attributes.iter().any(|(name, _)| name == "probe") {
        probes.push("none".into()); // ordinary requests
        catalog.attributes.push(("probe".into(), probes));
    }
    catalog
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

/// The kinds that a reading names and the scenario has no component of.
fn absent_kinds(scenario: &Scenario, reading: &Reading) -> Vec<String> {
    let absent = |name: &str| bends::is_kind(name) && !scenario.system.iter().any(|c| c.name == name || c.spec().name == name);
    reading.metrics().into_iter().filter(|m| absent(&m.component)).map(|m| m.component.clone()).collect()
}
