//! Arguments of `lint`.

use clap::ValueEnum;

/// Arguments of `lint`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Lint {
    /// Policies, scenarios and suites, told by their first key; a name without a path may be something built in
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// A scenario that policies are checked in, beside those among the files; may be given again. Without any, and without suites, a
    /// policy's own, as `score` would choose them
    #[arg(long = "scenario", value_name = "S")]
    pub scenarios: Vec<String>,
    /// Play nothing: whether each gate catches something is not looked at
    #[arg(long)]
    pub no_play: bool,
    /// Threads; without it, one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: LintFormat,
}

/// How `lint` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// Each finding with its line and what to do, the verdict last
    #[default]
    Text,
    /// gatecrash.lint/v1
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// Annotations of a GitHub job, ten of a kind, the worst first
    Github,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing found but notes; 1 an error or a warning was found; 2 a file cannot be read, or is no file \
of ours (the others are checked nevertheless); 4 no file was given. A comment `# lint: allow GC101 (why)` on a line, right above it, or \
before the first key for the whole file, allows what is found there. `gatecrash list lints` lists the checks.";
