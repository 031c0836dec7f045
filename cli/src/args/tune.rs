//! Arguments of `tune`.

use super::Files;
use super::values::{amount, rate, severity, span, wobble};
use clap::ValueEnum;
use gatecrash_policies::time::Span;
use std::path::PathBuf;

/// Arguments of `tune`.
#[derive(Debug, clap::Args)]
#[command(after_help = TUNE_EXIT_CODES)]
pub struct Tune {
    /// A built-in policy or the path of a file
    pub policy: String,
    /// What to vary, and the values to try; may be given again. PATH is any part of the policy: gates.NAME.limit, .window, .rule,
    /// .rule.alpha, .min_samples, stages.NAME.cohort, .soak, round. VALUES are a list (5m,10m,30m), a range with a step
    /// (200ms..900ms/25ms) or one without (1%..20%)
    #[arg(long, value_name = "PATH=VALUES", required = true)]
    pub vary: Vec<String>,
    /// A built-in scenario or the path of a file; may be given again. Without any, the policy's own: to a runbook's policy its
    /// scenarios, to any other the general ones
    #[arg(long = "scenario", value_name = "S")]
    pub scenarios: Vec<String>,
    /// Rollbacks for nothing among the rollouts of each healthy scenario, at most: 1%. Without any constraint and without --cost, 5%
    #[arg(long, value_name = "R", value_parser = rate)]
    pub max_false_rollback: Option<f64>,
    /// Breaches caught among the rollouts of each scenario with one, at least: 95%
    #[arg(long, value_name = "R", value_parser = rate)]
    pub min_detection: Option<f64>,
    /// A breach caught later than this after the first harm counts as missed: 20m
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub detect_within: Option<Span>,
    /// Requests that meet the canary in each scenario with a breach, at most on the average
    #[arg(long, value_name = "N", value_parser = amount, allow_negative_numbers = true)]
    pub max_exposure: Option<f64>,
    /// From the beginning to the finish of each healthy scenario, at most on the average: 6h
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub max_duration: Option<Span>,
    /// How many rollouts have a breach: 5%. Goes with --cost
    #[arg(long, value_name = "R", value_parser = rate, requires = "cost")]
    pub breach_rate: Option<f64>,
    /// What a rollout costs: of a harmed outcome, of a rollback, and of the time that a healthy rollout takes. Candidates are then ranked
    /// by what a rollout costs on the average, and not by how many requests a breach exposes
    #[arg(long, value_name = "harm=N,rollback=N,delay=N/h", requires = "breach_rate")]
    pub cost: Option<String>,
    /// Trials of each candidate and scenario in the search; at least as many as the constraints take
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub trials: u64,
    /// The first seed of the search; the recommendation is scored on others
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Threads; without it, one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// The sizes at which breaches are played beside 1x, for the best of the candidates
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = severity, default_value = "0.5x,2x")]
    pub severity: Vec<f64>,
    /// How much healthy services drift beside 1x, for the best of the candidates
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = wobble, default_value = "2x")]
    pub wobble: Vec<f64>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t)]
    pub format: TuneFormat,
    /// Pictures and numbers beside what is printed
    #[command(flatten)]
    pub files: Files,
    /// Also write a row for each candidate and world as Parquet
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "FILE")]
    pub parquet: Option<PathBuf>,
    /// Also write the recommended policy: the file as it is, with nothing but the values changed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where to keep what has been played, so that the same command goes on there if it is killed. Without it, a file in the user's cache
    /// folder, which is removed at the end
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
}

const TUNE_EXIT_CODES: &str = "Exit codes: 0 a recommendation, also to keep the policy as it is; 1 nothing meets the constraints; \
2 a usage or input error; 3 interrupted: the same command goes on.";

/// How `tune` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TuneFormat {
    /// Tables, the recommendation last
    #[default]
    Text,
    /// gatecrash.tune/v1
    Json,
    /// One line per candidate and world, for spreadsheets
    Csv,
    /// For a pull request
    Markdown,
}
