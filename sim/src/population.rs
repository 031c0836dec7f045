//! Who there is: stable buckets and attributes, drawn once per trial and never changed.

use crate::dice::{Dice, Purpose};
use crate::scenario::{Scenario, Traffic};
use gatecrash_policies::sample::Segment;

/// Buckets are in 0..10,000.
pub const BUCKETS: u32 = 10_000;

/// At most so many segments can be told apart in one play.
pub const SEGMENTS_MAX: usize = 128;

/// The draw of a subject's channel, far from those of the attributes that a scenario lists.
const CHANNEL: u64 = u64::MAX;

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
    /// The other attributes by which subjects are grouped, by name: `channel` and `node` where there are some, then those that the
    /// scenario lists.
    pub groups: Vec<(String, Groups)>,
    /// Per subject, which of `segments` it belongs to: bit i is segment i.
    pub segments: Vec<u128>,
}

/// Subjects by the value of one attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// Per subject, the index of its value, if it has one.
    pub of: Vec<Option<u32>>,
    /// Per value, its bucket.
    pub buckets: Vec<u16>,
}

/// How the members of a segment are recognised.
enum Mark {
    Tenant(u32),
    Internal(bool),
    Environment(usize),
    /// (index into `groups`, index of the value)
    Group(usize, u32),
    /// Not an attribute of subjects.
    Nobody,
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
        population.tenant_buckets = (0..subjects.tenants).map(|t| bucket(dice, u64::MAX - u64::from(t), 0)).collect();
        for subject in 0..count as u64 {
            // Recorded subjects are assigned by their key, so that a share keeps the sessions of a trace whole.
            let key = keys.map_or(subject, |keys| keys[subject as usize]);
            let environment = pick(&scenario.steering.environments, unit(dice, subject, 2)).unwrap_or(0);
            population.buckets.push(bucket(dice, key, 0));
            population.internal.push(unit(dice, subject, 0) < subjects.internal);
            population.tenants.push((unit(dice, subject, 1) * f64::from(subjects.tenants)) as u32);
            population.environments.push(environment as u8);
        }
        population.groups = groups(scenario, count, dice);
        population.segments = vec![0; count];
        for (bit, segment) in segments.iter().enumerate() {
            let mark = population.mark(scenario, segment);
            for subject in 0..count {
                population.segments[subject] |= u128::from(population.has(subject, &mark)) << bit;
            }
        }
        population
    }

    fn mark(&self, scenario: &Scenario, segment: &Segment) -> Mark {
        let Segment { attribute, value } = segment;
        let environments = &scenario.steering.environments;
        match attribute.as_str() {
            "tenant" => numbered(value, "t").map_or(Mark::Nobody, Mark::Tenant),
            "internal" => value.parse().map_or(Mark::Nobody, Mark::Internal),
            "environment" => environments.iter().position(|(name, _)| name == value).map_or(Mark::Nobody, Mark::Environment),
            other => {
                let Some(group) = self.groups.iter().position(|(name, _)| name == other) else { return Mark::Nobody };
                let listed = scenario.subjects.attributes.iter().find(|(name, _)| name == other);
                let index = match (other, listed) {
                    ("channel", None) => numbered(value, "c"),
                    ("node", None) => numbered(value, "n"),
                    (_, listed) => listed.and_then(|(_, list)| list.iter().position(|(v, _)| v == value)).map(|i| i as u32),
                };
                index.map_or(Mark::Nobody, |index| Mark::Group(group, index))
            }
        }
    }

    fn has(&self, subject: usize, mark: &Mark) -> bool {
        match mark {
            Mark::Tenant(tenant) => self.tenants[subject] == *tenant,
            Mark::Internal(internal) => self.internal[subject] == *internal,
            Mark::Environment(environment) => usize::from(self.environments[subject]) == *environment,
            Mark::Group(group, value) => self.groups[*group].1.of[subject] == Some(*value),
            Mark::Nobody => false,
        }
    }

    /// The `count` subjects of those that `is_in` names which have the lowest buckets, in order of subject.
    pub fn lowest(&self, count: u32, is_in: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut all: Vec<(u16, u32)> = (0..self.len()).filter(|s| is_in(*s)).map(|s| (self.buckets[s], s as u32)).collect();
        all.sort_unstable();
        all.truncate(count as usize);
        let mut lowest: Vec<u32> = all.into_iter().map(|(_, subject)| subject).collect();
        lowest.sort_unstable();
        lowest
    }

    /// The subjects of the `count` values of an attribute which have the lowest buckets, in order of subject. `None`: subjects are
    /// not grouped by such an attribute.
    pub fn lowest_groups(&self, attribute: &str, count: u32) -> Option<Vec<u32>> {
        let among = |buckets: &[u16]| {
            let mut order: Vec<(u16, u32)> = buckets.iter().copied().zip(0..).collect();
            order.sort_unstable();
            order.into_iter().take(count as usize).map(|(_, value)| value).collect::<Vec<_>>()
        };
        let subjects = 0..self.len() as u32;
        if attribute == "tenant" {
            let chosen = among(&self.tenant_buckets);
            return (self.tenant_count > 0).then(|| subjects.filter(|s| chosen.contains(&self.tenants[*s as usize])).collect());
        }
        let (_, groups) = self.groups.iter().find(|(name, _)| name == attribute)?;
        let chosen = among(&groups.buckets);
        Some(subjects.filter(|s| groups.of[*s as usize].is_some_and(|value| chosen.contains(&value))).collect())
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

/// Channels are drawn, nodes follow one another, other attributes are drawn by their shares.
fn groups(scenario: &Scenario, count: usize, dice: Dice) -> Vec<(String, Groups)> {
    let subjects = &scenario.subjects;
    let buckets = |values: u32, which: u64| (0..values).map(|v| bucket(dice, u64::from(v), which)).collect::<Vec<_>>();
    let all = || 0..count as u64;
    let mut groups = Vec::new();
    if subjects.channels > 0 {
        let channel = |subject| Some((unit(dice, subject, CHANNEL) * f64::from(subjects.channels)) as u32);
        groups.push(("channel".to_string(), Groups { of: all().map(channel).collect(), buckets: buckets(subjects.channels, 1) }));
    }
    if subjects.nodes > 0 {
        let node = |subject| Some((subject * u64::from(subjects.nodes) / count as u64) as u32);
        groups.push(("node".to_string(), Groups { of: all().map(node).collect(), buckets: buckets(subjects.nodes, 2) }));
    }
    for (i, (name, values)) in subjects.attributes.iter().enumerate() {
        let value = |subject| pick(values, unit(dice, subject, 3 + i as u64)).map(|v| v as u32);
        groups
            .push((name.clone(), Groups { of: all().map(value).collect(), buckets: buckets(values.len() as u32, 3 + i as u64) }));
    }
    groups
}

/// The number in a value such as `t7`.
fn numbered(value: &str, letter: &str) -> Option<u32> {
    let number: u32 = value.strip_prefix(letter)?.parse().ok()?;
    (value == format!("{letter}{number}")).then_some(number)
}

fn bucket(dice: Dice, key: u64, which: u64) -> u16 {
    (dice.hash(Purpose::Bucket, key, which) % u64::from(BUCKETS)) as u16
}

fn unit(dice: Dice, subject: u64, which: u64) -> f64 {
    dice.unit(Purpose::Attributes, subject, which)
}

/// The value that `u` falls on, where shares are laid end to end.
fn pick(values: &[(String, f64)], u: f64) -> Option<usize> {
    let mut edge = 0.0;
    values.iter().position(|(_, share)| {
        edge += share;
        u < edge
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_one_way() {
        assert_eq!(["t7", "t07", "c7", "t", "t+7"].map(|v| numbered(v, "t")), [Some(7), None, None, None, None]);
    }
}
