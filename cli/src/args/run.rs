//! Arguments of `run`.

use super::Files;
use super::values::{severity, wobble};
use clap::ValueEnum;
use std::path::PathBuf;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// What is played
    #[command(flatten)]
    pub one: OneTrial,
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

/// Which trial is played.
#[derive(Debug, clap::Args)]
pub struct OneTrial {
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
    /// How much services drift when nothing is wrong, as a multiple of what the scenario says
    #[arg(long, value_name = "X", value_parser = wobble, default_value = "1x")]
    pub wobble: f64,
    /// Put a value into the scenario's file; may be given again: faults.0.by=3x
    #[arg(long, value_name = "PATH=VALUE")]
    pub with: Vec<String>,
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
