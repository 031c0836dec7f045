//! Who there is: stable buckets and attributes, drawn once per trial and never changed.

use crate::dice::{Dice, Purpose};
use crate::scenario::{Scenario, Traffic};
use gatecrash_policies::sample::Segment;

/// Buckets are in 0..10,000.
pub const BUCKETS: u32 = 10_000;

/// At most so many segments can be told apart in one play.
pub const SEGMENTS_MAX: usize = 128;

/// The subjects of one trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Population {
    /// Per subject, in 0..10,000: a share of 5 % is the buckets below 500.
    pub buckets: Vec<u16>,
    /// Per subject, the index of its environment.
    pub environments: Vec<u8>,
    /// Per subject, whether it is internal.
    pub internal: Vec<bool>,
    /// Per subject, its tenant (0 when there are none).
    pub tenants: Vec<u32>,
    /// How many tenants there are.
    pub tenant_count: u32,
    /// Per tenant, its bucket.
    pub tenant_buckets: Vec<u16>,
    /// Per subject, which of `segments` it belongs to: bit i is segment i.
    pub segments: Vec<u128>,
}

impl Population {
    /// Draws the population; `segments` are those that somebody reads or bends, at most [`SEGMENTS_MAX`].
    pub fn new(scenario: &Scenario, segments: &[Segment], dice: Dice) -> Population {
        let subjects = &scenario.subjects;
        let keys = match &scenario.traffic {
            Some(Traffic::Recorded(recorded)) => Some(&recorded.keys),
            _ => None,
        };
        let count = keys.map_or(subjects.count as usize, Vec::len);
        let mut population = Population { tenant_count: subjects.tenants, ..Population::default() };
        population.tenant_buckets = (0..subjects.tenants).map(|t| bucket(dice, u64::MAX - u64::from(t))).collect();
        for subject in 0..count as u64 {
            // Recorded subjects are assigned by their key, so that a share keeps the sessions of a trace whole.
            let key = keys.map_or(subject, |keys| keys[subject as usize]);
            population.buckets.push(bucket(dice, key));
            let internal = unit(dice, subject, 0) < subjects.internal;
            let tenant = (unit(dice, subject, 1) * f64::from(subjects.tenants)) as u32;
            let environment = pick(&scenario.steering.environments, unit(dice, subject, 2)).unwrap_or(0);
            let values: Vec<Option<usize>> = subjects
                .attributes
                .iter()
                .enumerate()
                .map(|(i, (_, values))| pick(values, unit(dice, subject, 3 + i as u64)))
                .collect();
            let belongs = |segment: &Segment| match segment.attribute.as_str() {
                "tenant" => segment.value == format!("t{tenant}"),
                "internal" => segment.value == internal.to_string(),
                "environment" => scenario.steering.environments.get(environment).is_some_and(|(name, _)| *name == segment.value),
                other => subjects
                    .attributes
                    .iter()
                    .zip(&values)
                    .any(|((name, list), value)| name == other && value.is_some_and(|v| list[v].0 == segment.value)),
            };
            let mask = segments.iter().enumerate().filter(|(_, s)| belongs(s)).fold(0, |mask, (i, _)| mask | 1u128 << i);
            population.internal.push(internal);
            population.tenants.push(tenant);
            population.environments.push(environment as u8);
            population.segments.push(mask);
        }
        population
    }

    /// How many subjects there are.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }
}

fn bucket(dice: Dice, key: u64) -> u16 {
    (dice.hash(Purpose::Bucket, key, 0) % u64::from(BUCKETS)) as u16
}

fn unit(dice: Dice, subject: u64, which: u64) -> f64 {
    (dice.hash(Purpose::Attributes, subject, which) >> 11) as f64 / (1u64 << 53) as f64
}

/// The value that `u` falls on, where shares are laid end to end.
fn pick(values: &[(String, f64)], u: f64) -> Option<usize> {
    let mut edge = 0.0;
    values.iter().position(|(_, share)| {
        edge += share;
        u < edge
    })
}
