//! Arguments of `score`.

use super::Files;
use super::values::{severity, wobble};
use clap::ValueEnum;

/// Arguments of `score`.
#[derive(Debug, clap::Args)]
pub struct Score {
    /// A built-in scenario or the path of a file; may be given again. Without any, the built-in ones: to a runbook's policy its
    /// own scenarios, to any other the general ones
    #[arg(long = "scenario", value_name = "S")]
    pub scenarios: Vec<String>,
    /// A built-in policy or the path of a file; may be given again. Without any, the scenarios' own, or all built-in ones when
    /// no scenario is given either. A file whose policy has the name of a runbook's plays that one's scenarios
    #[arg(long = "policy", value_name = "P")]
    pub policies: Vec<String>,
    /// Trials of each scenario, policy, severity and wobble
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub trials: u64,
    /// The first seed; trial i is played with seed + i
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Threads; without it, one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// The sizes of every fault, as multiples of what the scenario says: 0.5x,1x,2x
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = severity, default_value = "1x")]
    pub severity: Vec<f64>,
    /// How much services drift when nothing is wrong, as multiples of what the scenario says: 0,1x,2x
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = wobble, default_value = "1x")]
    pub wobble: Vec<f64>,
    /// How to print the score
    #[arg(long, value_enum, default_value_t)]
    pub format: ScoreFormat,
    /// Pictures and numbers beside what is printed
    #[command(flatten)]
    pub files: Files,
}

/// How `score` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ScoreFormat {
    /// One row per scenario and policy, the verdict line last
    #[default]
    Table,
    /// gatecrash.score/v1
    Json,
    /// One line per row, for spreadsheets
    Csv,
    /// For a pull request
    Markdown,
}

impl ScoreFormat {
    /// The name under which reports know it.
    pub fn name(self) -> &'static str {
        match self {
            ScoreFormat::Table => "table",
            ScoreFormat::Json => "json",
            ScoreFormat::Csv => "csv",
            ScoreFormat::Markdown => "markdown",
        }
    }
}
