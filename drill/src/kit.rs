//! The kit of a drill: what a facilitator hands out, hangs up and keeps to themselves before it begins.
//!
//! Operators may read all of it but [`BRIEF`] without learning what will go wrong, or whether anything will: what comes from the
//! scenario stands in the brief alone, the rest is made of the policy and of what can be measured in the system.

mod abort;
mod brief;
mod checklist;
mod command;
mod hypothesis;
mod roles;
#[cfg(test)]
mod tests;

use crate::cast::Cast;
use crate::metrics::rules_for;

/// The file for the facilitator alone.
pub const BRIEF: &str = "brief.md";

const PROMETHEUS: &str = include_str!("../kit/prometheus.yml");
const RULES: &str = include_str!("../kit/rules.yml");
const DASHBOARD: &str = include_str!("../kit/dashboard.json");

/// All files of a kit, by name.
pub fn files(cast: &Cast, seed: u64) -> Vec<(String, String)> {
    let brief = (BRIEF.to_string(), brief::text(cast, seed));
    std::iter::once(brief).chain(handed_out(cast)).collect()
}

/// What operators may read.
fn handed_out(cast: &Cast) -> Vec<(String, String)> {
    let (game, policy) = (cast.game(), &cast.policy);
    let files = [
        ("abort.md", abort::text(policy)),
        ("roles.md", roles::text()),
        ("checklist.md", checklist::text(policy)),
        ("hypothesis.md", hypothesis::text(policy, game.catalog())),
        ("prometheus.yml", PROMETHEUS.replace("[rules.yml]", "[rules.yml, gate-rules.yml]")),
        ("rules.yml", RULES.to_string()),
        ("gate-rules.yml", rules_for(policy, game.catalog())),
        ("dashboard.json", DASHBOARD.to_string()),
    ];
    files.map(|(name, text)| (name.to_string(), text)).to_vec()
}
