//! The smallest fault that a policy catches reliably, where several sizes were played.

use crate::score::Row;
use crate::words;
use gatecrash_sim::scenario::Expect;
use serde::Serialize;

/// The smallest fault that a policy catches reliably.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmallestSeverity {
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// The factor on the scenario's wobble.
    pub wobble: f64,
    /// What was played, in rising order.
    pub severities: Vec<f64>,
    /// Caught in 80 % of trials.
    pub at_80: Option<Caught>,
    /// Caught in 95 % of trials.
    pub at_95: Option<Caught>,
}

/// A severity that is caught often enough, as is every larger one that was played.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Caught {
    /// The factor on the scenario's faults.
    pub severity: f64,
    /// Whether the low end of the interval is beyond the mark as well: enough trials to be sure.
    pub certain: bool,
}

impl SmallestSeverity {
    /// The scenario, with its wobble where that is not as stated.
    pub fn name(&self) -> String {
        format!("{}{}", self.scenario, words::wobble_of(self.wobble))
    }
}

impl Caught {
    /// `2x`, `2x?` where the trials are too few to be sure, `none`.
    pub fn shown(caught: Option<Caught>) -> String {
        caught.map_or("none".to_string(), |c| format!("{}x{}", c.severity, if c.certain { "" } else { "?" }))
    }
}

/// Of every scenario, policy and wobble that was played at several severities.
pub(crate) fn smallest_severities(rows: &[Row]) -> Vec<SmallestSeverity> {
    let mut found: Vec<SmallestSeverity> = Vec::new();
    for row in rows.iter().filter(|r| r.expect == Expect::Rollback) {
        if found.iter().any(|f| f.scenario == row.scenario && f.policy == row.policy && f.wobble == row.wobble) {
            continue;
        }
        let alike = |r: &&Row| r.scenario == row.scenario && r.policy == row.policy && r.wobble == row.wobble;
        let mut same: Vec<&Row> = rows.iter().filter(alike).collect();
        same.sort_by(|a, b| a.severity.total_cmp(&b.severity));
        if same.len() > 1 {
            found.push(SmallestSeverity {
                scenario: row.scenario.clone(),
                policy: row.policy.clone(),
                wobble: row.wobble,
                severities: same.iter().map(|r| r.severity).collect(),
                at_80: smallest_caught(&same, 0.80),
                at_95: smallest_caught(&same, 0.95),
            });
        }
    }
    found
}

/// `rows` in rising order of severity.
fn smallest_caught(rows: &[&Row], mark: f64) -> Option<Caught> {
    let clears = |row: &&&Row| row.detection_rate.is_some_and(|r| r.value() >= mark);
    let smallest = rows.iter().rev().take_while(clears).last()?;
    let certain = smallest.detection_rate.is_some_and(|r| r.interval().0 >= mark);
    Some(Caught { severity: smallest.severity, certain })
}
