//! Who is in a cohort.

use crate::population::BUCKETS;
use crate::scenario::Assign;
use crate::setup::Setup;
use gatecrash_policies::policy::Cohort;

/// A cohort made ready: one that counts has picked its subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    cohort: Cohort,
    /// In order; empty for cohorts that do not count.
    picked: Vec<u32>,
}

impl Members {
    /// Picks. The same subjects are picked in every environment, and by every policy.
    pub fn new(setup: &Setup, cohort: Cohort) -> Members {
        let picked = match &cohort {
            Cohort::Named { attribute, values, count: Some(count) } => {
                setup.population.lowest(*count, |subject| is_named(setup, subject, attribute, values))
            }
            Cohort::Counted(parts) => union(parts.iter().map(|(what, count)| counted(setup, what, *count))),
            _ => Vec::new(),
        };
        Members { cohort, picked }
    }

    /// Nobody.
    pub fn nobody() -> Members {
        Members { cohort: Cohort::Nobody, picked: Vec::new() }
    }

    /// Whether it is sent copies.
    pub fn is_shadow(&self) -> bool {
        self.cohort == Cohort::Shadow
    }

    /// The probability that a subject meets the canary.
    pub fn chance(&self, setup: &Setup, subject: usize) -> f64 {
        let population = &setup.population;
        let below = |bucket: u16, share: f64| f64::from(bucket) < (share * f64::from(BUCKETS)).round();
        let certain = |is_in: bool| if is_in { 1.0 } else { 0.0 };
        match (&self.cohort, setup.scenario.assign) {
            (Cohort::Nobody | Cohort::Shadow, _) => 0.0,
            (Cohort::Internal, _) => certain(population.internal[subject]),
            (Cohort::Share(share), Assign::Subject) => certain(below(population.buckets[subject], *share)),
            (Cohort::Share(share), Assign::Request) => *share,
            (Cohort::Share(share), Assign::Replica { of }) if *share > 0.0 => {
                (share * f64::from(of)).round().max(1.0) / f64::from(of)
            }
            (Cohort::Share(_), Assign::Replica { .. }) => 0.0,
            (Cohort::TenantShare(share), _) => {
                let tenant = population.tenants[subject] as usize;
                certain(population.tenant_buckets.get(tenant).is_some_and(|bucket| below(*bucket, *share)))
            }
            (Cohort::Counted(_) | Cohort::Named { count: Some(_), .. }, _) => {
                certain(self.picked.binary_search(&(subject as u32)).is_ok())
            }
            (Cohort::Named { attribute, values, count: None }, _) => certain(is_named(setup, subject, attribute, values)),
        }
    }
}

fn is_named(setup: &Setup, subject: usize, attribute: &str, values: &[String]) -> bool {
    let is_in =
        |value: &String| setup.bit(attribute, value).is_some_and(|bit| setup.population.segments[subject] >> bit & 1 == 1);
    values.iter().any(is_in)
}

/// A part of a cohort that counts. A node is a single subject where none are modelled.
fn counted(setup: &Setup, what: &str, count: u32) -> Vec<u32> {
    let population = &setup.population;
    let is_single = matches!(what, "session" | "user" | "subject");
    let groups = if is_single { None } else { population.lowest_groups(what, count) };
    match groups {
        Some(subjects) => subjects,
        None if is_single || what == "node" => population.lowest(count, |_| true),
        None => Vec::new(),
    }
}

fn union(parts: impl Iterator<Item = Vec<u32>>) -> Vec<u32> {
    let mut all: Vec<u32> = parts.flatten().collect();
    all.sort_unstable();
    all.dedup();
    all
}
