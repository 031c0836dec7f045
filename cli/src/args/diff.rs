//! Arguments of `diff`.

use super::values::{severity, tolerance};
use clap::ValueEnum;
use gatecrash_reports::Measure;

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Diff {
    /// What was: a built-in policy, the path of a file, or a file of a git revision like HEAD~1:policies/x.yaml
    pub old: String,
    /// What is: the same
    pub new: String,
    /// A built-in scenario or the path of a file; may be given again. Without any, the policies' own: to a runbook's policy its
    /// scenarios, to any other the general ones
    #[arg(long = "scenario", value_name = "S")]
    pub scenarios: Vec<String>,
    /// Pairs of trials of each scenario and severity
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    pub trials: u64,
    /// The first seed; pair i is played with seed + i
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Threads; without it, one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// The sizes of every fault, as multiples of what the scenario says: 0.5x,1x,2x
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = severity, default_value = "1x")]
    pub severity: Vec<f64>,
    /// How much worse a score may become: percentage points of shares, a part of the old mean of times and counts. 2%, or of one
    /// score time_to_detect=10%; may be given again
    #[arg(long, value_name = "T", value_parser = tolerance)]
    pub tolerance: Vec<(Option<Measure>, f64)>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
}

/// How `diff` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// What changed in the policy and in its scores, the verdict last
    #[default]
    Text,
    /// gatecrash.diff/v1
    Json,
    /// For a pull request
    Markdown,
    /// Annotations for GitHub's runner, and the same as Markdown in the job's summary
    Github,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing became worse beyond chance and tolerance; 1 something did; 2 a usage or input error; \
3 interrupted, or no score could be compared; 4 no scenario is left that both policies may play.";
