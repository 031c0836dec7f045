//! The parts of the system: one file per kind.

pub(crate) mod calls;
mod checks;
mod connections;
mod effects;
mod own;
mod reviews;
mod sources;
mod tasks;

use crate::error::Read;
use crate::forms::backoff;
use crate::read::{Fields, small};
use crate::yaml::Node;
use gatecrash_sim::catalog::{KINDS, WORLD};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{ComponentSpec, Kind, Pool, Retry, Scenario};

pub(crate) use own::attributes;

pub(crate) const RETRY: &[&str] = &["attempts", "backoff"];

/// Keys that every kind has.
const COMMON: [&str; 3] = ["marks", "amounts", "labels"];

/// Reads `system`. The scenario is complete but for its system, objectives and faults.
pub(crate) fn read(node: &Node, scenario: &Scenario) -> Read<Vec<ComponentSpec>> {
    let mut system: Vec<ComponentSpec> = Vec::new();
    let entries = node.entries("a map of components")?;
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    for (key, node) in entries {
        let name = key.identifier("a component")?;
        if WORLD.iter().chain(&KINDS).any(|part| part.name == name) || name == "stable" {
            return Err(key.problem(format!("`{name}` cannot name a component: it has a meaning of its own; choose another")));
        }
        let (kind, body) = node.choice("kind of component", &kinds)?;
        let (what, keys) = (kind.name.as_str(), keys_of(&kind.name));
        let fields = body.fields(what, &keys)?;
        let kind = match what {
            "calls" => Kind::Calls(calls::read(&fields, scenario)?),
            "effects" => Kind::Effects(effects::read(&fields)?),
            "connections" => Kind::Connections(connections::read(&fields)?),
            "reviews" => Kind::Reviews(reviews::read(&fields)?),
            "checks" => Kind::Checks(checks::read(&fields)?),
            _ => Kind::Tasks(tasks::read(&fields)?),
        };
        let part = ComponentSpec { name, kind, marks: Vec::new(), amounts: Vec::new(), labels: Vec::new() };
        system.push(own::read(part, &fields, scenario)?);
    }
    if system.is_empty() {
        return Err(node.problem("the system has no components; add one, like { runs: { calls: { service: exp(mean=1s) } } }"));
    }
    sources::check(entries, &system, scenario)?;
    Ok(system)
}

/// The keys of a kind, its own first.
pub(crate) fn keys_of(kind: &str) -> Vec<&'static str> {
    let own = match kind {
        "calls" => calls::KEYS,
        "effects" => effects::KEYS,
        "connections" => connections::KEYS,
        "reviews" => reviews::KEYS,
        "checks" => checks::KEYS,
        _ => tasks::KEYS,
    };
    own.iter().chain(&COMMON).copied().collect()
}

/// The name of the component that comes before; whether there is one is checked when all are known.
fn component_name(node: &Node) -> Read<String> {
    Ok(node.text("the name of a component")?.to_string())
}

fn pool(fields: &Fields) -> Read<Pool> {
    fields.or("pool", Pool::Shared, |n| n.word("pool", &[("shared", Pool::Shared), ("per_arm", Pool::PerArm)]))
}

fn retry(node: &Node) -> Read<Retry> {
    let fields = node.fields("retry", RETRY)?;
    // A hundred attempts at a thousand requests a second are load enough.
    Ok(Retry { attempts: small(1, 100)(fields.need("attempts")?)?, backoff: backoff(fields.need("backoff")?)? })
}

/// A log-normal by its median and p95, in seconds.
fn lognormal(median: f64, p95: f64) -> Dist {
    let sigma = libm::log(p95 / median) / gatecrash_sim::dice::normal_quantile(0.95);
    Dist::Lognormal { mu: libm::log(median), sigma }
}
