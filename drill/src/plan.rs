//! What a drill is set up with: together with the acts, all that it depends on.

use serde::{Deserialize, Serialize};

/// Who decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// People decide, and run the playbook step by step.
    #[default]
    Manual,
    /// The policy proposes, people confirm; what nobody confirms in time lapses.
    Supervised,
    /// The policy decides; people look on, and may hold it or roll back earlier.
    Automatic,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 3] = [Mode::Manual, Mode::Supervised, Mode::Automatic];

    /// `manual`, `supervised` or `automatic`.
    pub fn name(self) -> &'static str {
        ["manual", "supervised", "automatic"][self as usize]
    }
}

/// A scenario or a policy: built in, or a file with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The built-in name, or the file as it was named.
    pub name: String,
    /// What the file said; nothing where it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A digest of what was said, in hexadecimal: what is built in may change from one version to the next.
    pub digest: String,
}

/// What a drill is set up with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What is played.
    pub scenario: Text,
    /// Changes to the scenario, as on the command line: `faults.0.by=3x`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// Whose rollout it is.
    pub policy: Text,
    /// The seed.
    pub seed: u64,
    /// Whether scenario and seed were drawn, so that nobody knew them.
    pub surprise: bool,
    /// Who decides.
    pub mode: Mode,
    /// When people come in, in simulated microseconds.
    pub start_us: u64,
    /// Simulated seconds a second at the beginning; `None` is as fast as it can.
    pub speed: Option<f64>,
    /// How long an approval may take before it lapses, in simulated microseconds.
    pub approve_within_us: u64,
    /// Conditions that end the drill, as on the command line: `harmed > 500`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_if: Vec<String>,
    /// The day on which it was held, `2026-11-22`.
    pub held: String,
}
