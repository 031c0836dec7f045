//! Arguments of `explain`.

use super::values::severity;
use clap::ValueEnum;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// A built-in scenario or the path of a file
    pub scenario: String,
    /// A built-in policy or the path of a file; without it, the scenario's own
    #[arg(long, value_name = "P")]
    pub policy: Option<String>,
    /// The size of every fault, as a multiple of what the scenario says
    #[arg(long, value_name = "X", value_parser = severity, default_value = "1x")]
    pub severity: f64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: ExplainFormat,
}

/// How `explain` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// Tables, and the earliest catch last
    #[default]
    Text,
    /// gatecrash.explain/v1
    Json,
}
