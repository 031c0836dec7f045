//! Arguments of `drill` and `replay`.

use super::values::span;
use clap::{Subcommand, ValueEnum};
use gatecrash_policies::time::Span;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Arguments of `drill`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Drill {
    /// Something else than to hold one.
    #[command(subcommand)]
    pub command: Option<DrillCommand>,
    /// A built-in scenario or the path of a file; with `--seed surprise` it may be left out
    pub scenario: Option<String>,
    /// A built-in policy or the path of a file; without it, the scenario's own
    #[arg(long, value_name = "P")]
    pub policy: Option<String>,
    /// Put a value into the scenario's file; may be given again: faults.0.by=3x
    #[arg(long, value_name = "PATH=VALUE")]
    pub with: Vec<String>,
    /// The seed, or `surprise`: scenario and seed are drawn from what the policy can play, healthy ones among them
    #[arg(long, value_name = "N|surprise", value_parser = seed, default_value = "1")]
    pub seed: Seed,
    /// Who decides
    #[arg(long, value_enum, default_value_t)]
    pub mode: ModeName,
    /// Simulated seconds a second, or `max`
    #[arg(long, value_name = "1|10|60|max", value_parser = speed, default_value = "1")]
    pub speed: Speed,
    /// When people come in: a time of the rollout, or so long before the first fault begins; what is before is played at once
    #[arg(long, value_name = "TIME|fault-10m", default_value = "0s")]
    pub start: String,
    /// The clock stands still until somebody lets it go
    #[arg(long)]
    pub paused: bool,
    /// Supervised: an approval that nobody gives for so long (simulated) lapses
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "15m")]
    pub approve_within: Span,
    /// Where the page and its interface are; other addresses than loopback need --role-tokens
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,
    /// Who may come in: a line per token, `ROLE TOKEN [NAME]`
    #[arg(long, value_name = "FILE")]
    pub role_tokens: Option<PathBuf>,
    /// Write down all that happens, so that it plays again: `gatecrash replay FILE`
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// End it when this holds, such as `harmed > 500`, `duplicates_leaked > 0` or `exposed_requests > 10_000`; may be given again
    #[arg(long, value_name = "CONDITION")]
    pub stop_if: Vec<String>,
    /// End it after so long (of people's time)
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "4h")]
    pub time_limit: Span,
    /// End it when nobody has watched or done anything for so long (of people's time)
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "30m")]
    pub attend_within: Span,
    /// What is written when it is over
    #[command(flatten)]
    pub report: Report,
}

/// What can be written of a drill that is over.
#[derive(Debug, clap::Args)]
pub struct Report {
    /// How to print the after-action report
    #[arg(long, value_enum, default_value_t)]
    pub format: DrillFormat,
    /// Also write it as one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Also write it as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DrillFormat {
    /// Markdown, and the verdict in a line
    #[default]
    Text,
    /// gatecrash.drill-report/v1
    Json,
}

/// What `drill` does beside holding one.
#[derive(Debug, Subcommand)]
pub enum DrillCommand {
    /// Write what a facilitator prepares: brief, roles, checklist, hypothesis, abort criteria, and files for Prometheus and Grafana
    Init(DrillInit),
}

/// Arguments of `drill init`.
#[derive(Debug, clap::Args)]
pub struct DrillInit {
    /// A built-in scenario or the path of a file
    pub scenario: String,
    /// A built-in policy or the path of a file; without it, the scenario's own
    #[arg(long, value_name = "P")]
    pub policy: Option<String>,
    /// The seed that will be played
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The folder to write into; it is made, and nothing in it is written over
    #[arg(long, value_name = "DIR", default_value = "drill")]
    pub dir: PathBuf,
}

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub struct ReplayFile {
    /// A record that `drill --record` wrote, or a script (YAML)
    pub file: PathBuf,
    /// Also write a record of what was played
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// What is written of it
    #[command(flatten)]
    pub report: Report,
}

/// Who decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ModeName {
    /// People decide, and run the playbook step by step
    #[default]
    Manual,
    /// The policy proposes, people confirm; approvals may lapse
    Supervised,
    /// The policy decides; people look on, may hold it, and may roll back earlier
    Automatic,
}

/// A seed, or that it is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// This one.
    Given(u64),
    /// Drawn, with the scenario.
    Surprise,
}

fn seed(text: &str) -> Result<Seed, String> {
    match text {
        "surprise" => Ok(Seed::Surprise),
        _ => text.parse().map(Seed::Given).map_err(|_| "a seed is a whole number, or `surprise`".into()),
    }
}

/// Simulated seconds a second; `None` is as fast as it can.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(pub Option<f64>);

fn speed(text: &str) -> Result<Speed, String> {
    gatecrash_drill::act::SpeedName::Name(text.into()).read().map(Speed)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let numbers = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let parsed = numbers.as_deref().unwrap_or(text).parse();
    parsed.map_err(|_| format!("`{text}` is no address with a port; write it like 127.0.0.1:7878 (port 0 finds a free one)"))
}
