//! What can be said on the command line.

use clap::{Parser, Subcommand, ValueEnum};
use gatecrash_policies::time::Span;
use std::path::PathBuf;

/// Crash-test your rollout gates: play a rollout policy against simulated or recorded traffic with faults injected, and say what
/// the policy is worth.
#[derive(Debug, Parser)]
#[command(name = "gatecrash", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 not met; 2 a usage or input error; 3 undecided; 4 nothing was selected; 101 a bug."
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play one trial and print its timeline, the six instants and who owns the gaps between them
    Run(Run),
    /// Play many trials and say what each policy is worth; without arguments, the whole built-in library
    Score(Score),
    /// Find the gate that is worth having: try many values for parts of a policy, and recommend the best under constraints
    Tune(Tune),
    /// List what is built in
    List {
        /// What to list; without it, a line about each kind
        kind: Option<Kind>,
        /// Of the scenarios only those that play this policy as their own, with what is expected and the gate that each is about
        #[arg(long, value_name = "P")]
        policy: Option<String>,
    },
    /// Print shell completions
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// What every command that plays can write beside what it prints.
#[derive(Debug, clap::Args)]
pub struct Files {
    /// Also write one self-contained page with pictures
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Also write the page's pictures as one SVG
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Also write the numbers behind them as CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// A built-in scenario or the path of a file
    pub scenario: String,
    /// A built-in policy or the path of a file; without it, the scenario's own
    #[arg(long, value_name = "P")]
    pub policy: Option<String>,
    /// The seed: the same seed gives the same trial, to the byte
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The size of every fault, as a multiple of what the scenario says
    #[arg(long, value_name = "X", value_parser = severity, default_value = "1x")]
    pub severity: f64,
    /// How to print the trial
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    /// Pictures and numbers beside what is printed
    #[command(flatten)]
    pub files: Files,
    /// Also write every sample, verdict and event, one JSON object a line
    #[arg(long, value_name = "FILE.jsonl")]
    pub trace: Option<PathBuf>,
    /// Also write the reports that runbooks ask for at each advance: one per execution of a stage's gates, as Markdown and JSON,
    /// with a go/no-go statement, evidence and blockers, and an index
    #[arg(long, value_name = "DIR")]
    pub gate_report: Option<PathBuf>,
}

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

/// `1%`, or `0.01`.
fn rate(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a rate from 0% to 100%; write it like 1%");
    let fraction = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.trim().parse(),
    };
    fraction.ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(wrong)
}

fn span(text: &str) -> Result<Span, String> {
    gatecrash_policies::units::span(text)
}

/// A number of requests.
fn amount(text: &str) -> Result<f64, String> {
    let number = text.replace('_', "").parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| format!("`{text}` is not a number of requests; write it like 250"))
}

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

/// `1.5x`, or `1.5`.
fn severity(text: &str) -> Result<f64, String> {
    multiple(text, 1_000.0).ok_or_else(|| format!("`{text}` is not a size from 0x to 1000x; write it like 1.5x"))
}

/// `2x`, or `2`. At ten times the usual drifts a log-sd is 3, the most that a scenario may state.
fn wobble(text: &str) -> Result<f64, String> {
    multiple(text, 10.0).ok_or_else(|| format!("`{text}` is not a multiple from 0x (no wobble) to 10x; write it like 2x"))
}

fn multiple(text: &str, most: f64) -> Option<f64> {
    let digits = text.trim().strip_suffix('x').unwrap_or(text.trim());
    digits.parse().ok().filter(|factor| (0.0..=most).contains(factor))
}

/// How `run` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A timeline that a person can follow
    #[default]
    Text,
    /// gatecrash.trial/v1
    Json,
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

/// What `list` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Built-in scenarios and what each teaches
    Scenarios,
    /// Built-in policies
    Policies,
    /// Fault presets and what they bend
    Faults,
    /// Kinds of component
    Components,
    /// What gates can read
    Signals,
    /// What faults and steps can bend
    Knobs,
    /// How evidence is weighed
    Rules,
    /// How a score can be printed
    Formats,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn severities_are_multiples() {
        assert_eq!(severity("1.5x"), Ok(1.5));
        assert_eq!(severity("0"), Ok(0.0));
        for wrong in ["", "x", "-1x", "nan", "inf", "2y", "1e9x"] {
            assert!(severity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn wobbles_are_multiples() {
        assert_eq!(["0", "1x", "1", " 2.5x"].map(wobble), [Ok(0.0), Ok(1.0), Ok(1.0), Ok(2.5)]);
        for wrong in ["", "x", "-1x", "nan", "inf", "11x", "2y"] {
            assert!(wobble(wrong).is_err(), "{wrong}");
        }
    }
}
