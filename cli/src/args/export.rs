//! Arguments of `export`.

use super::OneTrial;
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
    /// What is played
    #[command(flatten)]
    pub one: OneTrial,
    /// When the trial begins, with a zone, such as 2026-11-16T08:00:00Z; without it, in the week of Monday 2024-01-01 (UTC), at the
    /// weekday and hour at which the scenario's clock begins
    #[arg(long, value_name = "MOMENT", value_parser = gatecrash_scenarios::unix_ms)]
    pub from: Option<u64>,
    /// Write into a file, and print what was written
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
