//! Whether the scenario has the subjects that the policy exposes.

use super::Pair;
use crate::error::{Error, suggestion};
use gatecrash_policies::policy::Cohort;
use gatecrash_sim::scenario::Scenario;

pub(super) fn check(pair: Pair) -> Result<(), Error> {
    for stage in &pair.rules().stages {
        let path = format!("stages.{}.cohort", stage.name);
        known(pair.world(), &stage.cohort).map_err(|message| pair.fail(&path, message))?;
    }
    Ok(())
}

/// Whether the scenario's subjects have what a cohort speaks of.
pub(super) fn known(scenario: &Scenario, cohort: &Cohort) -> Result<(), String> {
    match cohort {
        Cohort::TenantShare(_) if scenario.subjects.tenants == 0 => Err("the subjects have no tenants".to_string()),
        Cohort::Internal if scenario.subjects.internal == 0.0 => Err("no subject is internal".to_string()),
        Cohort::Named { attribute, values, .. } => {
            let known = values_of(scenario, attribute)?;
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            match values.iter().find(|v| !known.contains(&v.as_str())) {
                Some(value) => {
                    Err(format!("there is no {attribute} `{value}`{}", suggestion(value, &known[..known.len().min(20)])))
                }
                None => Ok(()),
            }
        }
        Cohort::Counted(groups) => groups.iter().try_for_each(|(group, count)| enough(scenario, group, *count)),
        _ => Ok(()),
    }
}

/// The values of an attribute of the subjects; labels are of requests, and nobody is routed by them.
fn values_of(scenario: &Scenario, attribute: &str) -> Result<Vec<String>, String> {
    let mut labels = scenario.system.iter().flat_map(|part| &part.labels);
    let is_label = labels.any(|(label, _)| label == attribute);
    let found = scenario.catalog().attributes.into_iter().find(|(name, _)| name == attribute && !is_label);
    found.map(|(_, values)| values).ok_or_else(|| format!("the subjects have no attribute `{attribute}`"))
}

/// Whether there are so many groups, or subjects.
fn enough(scenario: &Scenario, group: &str, count: u32) -> Result<(), String> {
    let there = match group {
        "session" | "user" | "subject" => match &scenario.traffic {
            Some(gatecrash_sim::scenario::Traffic::Recorded(trace)) => trace.subjects as usize,
            _ => scenario.subjects.count as usize,
        },
        attribute => values_of(scenario, attribute)?.len(),
    };
    match count as usize <= there {
        true => Ok(()),
        false => Err(format!("there are {there} of `{group}`, fewer than {count}")),
    }
}
