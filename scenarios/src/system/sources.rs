//! Whether each component has somewhere for its requests to come from.

use crate::error::{Problem, Read, Spot, suggestion};
use crate::read::shortened;
use crate::yaml::{Key, Node};
use gatecrash_sim::scenario::{ComponentSpec, Kind, Scenario};

const CALLS: &[&str] = &["calls"];

/// Calls come after calls before them or take the traffic; reviews and checks come after calls, tasks too or take the traffic;
/// effects come after calls, reviews or checks.
pub(super) fn check(entries: &[(Key, Node)], system: &[ComponentSpec], scenario: &Scenario) -> Read<()> {
    for (i, ((key, node), part)) in entries.iter().zip(system).enumerate() {
        let (after, kinds, of) = match &part.kind {
            Kind::Calls(calls) => (calls.after.as_ref(), CALLS, "calls"),
            Kind::Reviews(reviews) => (Some(&reviews.after), CALLS, "calls"),
            Kind::Checks(checks) => (Some(&checks.after), CALLS, "calls"),
            Kind::Tasks(tasks) => (tasks.after.as_ref(), CALLS, "calls"),
            Kind::Effects(effects) => (Some(&effects.after), &["calls", "reviews", "checks"][..], "calls, reviews or checks"),
            Kind::Connections(_) => continue,
        };
        let fits = |c: &&ComponentSpec| kinds.contains(&c.spec().name);
        let all: Vec<&str> = system.iter().filter(fits).map(|c| c.name.as_str()).collect();
        let before: Vec<&str> = system[..i].iter().filter(fits).map(|c| c.name.as_str()).collect();
        let known = if matches!(part.kind, Kind::Calls(_)) { &before } else { &all };
        if let Some(after) = after.filter(|a| !known.contains(&a.as_str())) {
            let later = if all.contains(&after.as_str()) { ", or one that stands below" } else { "" };
            let hint = suggestion(after, known);
            let message = format!("`after` names no component of kind {of}{later}: `{}`{hint}", shortened(after));
            return Err(Problem { at: Some(place(node, "after").unwrap_or(key.at)), message });
        }
        let takes_traffic = match &part.kind {
            Kind::Calls(calls) => calls.after.is_none(),
            Kind::Tasks(tasks) => tasks.after.is_none() && tasks.publish == 0.0,
            _ => false,
        };
        if takes_traffic && scenario.traffic.is_none() {
            return Err(key.problem(format!("nothing arrives at `{}`; the scenario needs the key `traffic`", part.name)));
        }
    }
    Ok(())
}

/// Where a key of a component's body has its value.
fn place(component: &Node, key: &str) -> Option<Spot> {
    let (_, body) = component.entries("").ok()?.first()?;
    let (_, value) = body.entries("").ok()?.iter().find(|(k, _)| k.name == key)?;
    Some(value.at)
}
