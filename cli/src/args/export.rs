//! Arguments of `export`.

use super::values::{severity, wobble};
use clap::Subcommand;
use std::path::PathBuf;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// For whom.
    #[command(subcommand)]
    pub to: To,
}

/// Who reads what is exported.
#[derive(Debug, Subcommand)]
pub enum To {
    /// OpenMetrics text at simulated times, for Prometheus and its kind: `promtool tsdb create-blocks-from openmetrics`
    Openmetrics(OpenMetrics),
}

/// Arguments of `export openmetrics`.
#[derive(Debug, clap::Args)]
pub struct OpenMetrics {
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
    /// When the trial begins, with a zone, such as 2026-11-16T08:00:00Z; without it, in the week of Monday 2024-01-01 (UTC), at the
    /// weekday and hour at which the scenario's clock begins
    #[arg(long, value_name = "MOMENT", value_parser = gatecrash_scenarios::unix_ms)]
    pub from: Option<u64>,
    /// Write into a file, and print what was written
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
