//! Whether what stages and steps do can be done in the scenario.

use super::{Pair, cohorts};
use crate::bends;
use crate::error::{Error, suggestion};
use gatecrash_policies::policy::{AFFECTED, Act};
use gatecrash_sim::catalog::KINDS;

pub(super) fn check(pair: Pair) -> Result<(), Error> {
    for stage in &pair.rules().stages {
        let base = format!("stages.{}.enter", stage.name);
        for (i, act) in numbered(pair, &base, &stage.enter) {
            check_act(pair, &format!("{base}.{i}"), "set", act)?;
        }
    }
    for (i, step) in pair.rules().rollback.playbook.iter().enumerate() {
        let base = format!("rollback.playbook.{i}");
        step.acts.iter().try_for_each(|act| check_act(pair, &base, "bend", act))?;
    }
    Ok(())
}

/// The acts of a stage with the items of the file that they stand in: an item that sets several knobs is several acts.
fn numbered<'a>(pair: Pair, base: &str, acts: &'a [Act]) -> Vec<(usize, &'a Act)> {
    let mut item = 0;
    let mut left = 0;
    let mut list = Vec::new();
    for act in acts {
        if left == 0 {
            let set = pair.policy.source.find(&format!("{base}.{item}.set"));
            left = match act {
                Act::Bend { .. } => set.and_then(|node| node.entries("").ok()).map_or(1, <[_]>::len),
                _ => 1,
            };
            item += 1;
        }
        left -= 1;
        list.push((item - 1, act));
    }
    list
}

/// `base` is the path of what the act stands in, `bend` the key of its knobs.
fn check_act(pair: Pair, base: &str, bend: &str, act: &Act) -> Result<(), Error> {
    let world = pair.world();
    match act {
        Act::Cohort { cohort, environments, only } => {
            let whom = cohorts::known(world, cohort);
            whom.map_err(|message| pair.fail(&format!("{base}.cohort"), message))?;
            known_environments(pair, base, environments)?;
            only.as_ref().map_or(Ok(()), |only| known_surface(pair, base, only))
        }
        Act::Bend { component, knob, environments, .. } => {
            known_environments(pair, base, environments)?;
            known_knob(pair, &format!("{base}.{bend}.{component}.{knob}"), component, knob)
        }
        Act::Restart(component) => {
            let kind = KINDS.iter().any(|k| k.name == component);
            let names: Vec<&str> = world.system.iter().map(|c| c.name.as_str()).collect();
            if kind || names.contains(&component.as_str()) {
                return Ok(());
            }
            let hint = suggestion(component, &names);
            Err(pair.fail(&format!("{base}.restart"), format!("unknown component `{component}`{hint}")))
        }
        Act::Probe { .. } if world.traffic.is_none() => {
            Err(pair.fail(&format!("{base}.probe"), "nothing takes requests: a probe needs the key `traffic` there".into()))
        }
        Act::Probe { .. } => Ok(()),
    }
}

fn known_environments(pair: Pair, base: &str, places: &[String]) -> Result<(), Error> {
    let known: Vec<&str> = pair.world().steering.environments.iter().map(|(name, _)| name.as_str()).collect();
    match places.iter().find(|place| !known.contains(&place.as_str())) {
        Some(place) => {
            Err(pair.fail(&format!("{base}.in"), format!("unknown environment `{place}`{}", suggestion(place, &known))))
        }
        None => Ok(()),
    }
}

fn known_surface(pair: Pair, base: &str, only: &str) -> Result<(), Error> {
    let surfaces = pair.world().subjects.attributes.iter().find(|(name, _)| name == "surface");
    let known: Vec<&str> = surfaces.iter().flat_map(|(_, list)| list.iter().map(|(v, _)| v.as_str())).collect();
    let message = match only {
        AFFECTED if known.is_empty() => "the subjects have no surfaces, of which some could be affected".to_string(),
        AFFECTED => return Ok(()),
        surface if known.contains(&surface) => return Ok(()),
        surface => format!("there is no surface `{surface}`{}", suggestion(surface, &known)),
    };
    Err(pair.fail(&format!("{base}.only"), message))
}

/// Whether a knob exists and its size has the knob's unit.
fn known_knob(pair: Pair, path: &str, component: &str, knob: &str) -> Result<(), Error> {
    let unit = bends::unit(pair.world(), component, knob).map_err(|message| pair.fail(path, message))?;
    match (unit, pair.policy.source.find(path)) {
        (Some(unit), Some(node)) => bends::size(node, unit).map(|_| ()).map_err(|problem| pair.policy.source.error(problem)),
        _ => Ok(()),
    }
}
