//! Arguments of `test`.

use clap::ValueEnum;
use std::path::PathBuf;

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Test {
    /// Suite files
    #[arg(required = true, value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Only what has this in the name of its suite, case, scenario or policy; may be given again, and then any of them will do
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,
    /// Say what would be judged, and play nothing
    #[arg(long)]
    pub list: bool,
    /// Stop at the first failure
    #[arg(long)]
    pub fail_fast: bool,
    /// Then spoil the policies in one place after the other (drop a gate, loosen a limit by 10%, 25% or 50%, halve a window, skip a
    /// stage, lose a step of the playbook), and name what no expectation notices
    #[arg(long)]
    pub mutate: bool,
    /// What becomes of expectations that the trials leave open
    #[arg(long, value_enum, default_value_t)]
    pub undecided: Undecided,
    /// Write gatecrash.lock beside the suites: from then on, a verdict that changes is reported with the reason
    #[arg(long)]
    pub lock: bool,
    /// Threads; without it, one per core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: TestFormat,
    /// Also write the result as JUnit XML: a test case for each scenario, policy and expectation
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// What becomes of expectations that the trials leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Undecided {
    /// Exit code 3
    #[default]
    Fail,
    /// They are named, and the exit code is that of the rest
    Warn,
}

/// How `test` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// What failed in full, what passed in a line, the verdict last
    #[default]
    Text,
    /// gatecrash.test/v1
    Json,
    /// For a pull request: the verdict, failures in full, passes folded away
    Markdown,
    /// Annotations for GitHub's runner, and the summary of the job where the runner asks for one (GITHUB_STEP_SUMMARY)
    Github,
}

impl TestFormat {
    /// The name under which reports know it.
    pub fn name(self) -> &'static str {
        match self {
            TestFormat::Text => "text",
            TestFormat::Json => "json",
            TestFormat::Markdown => "markdown",
            TestFormat::Github => "github",
        }
    }
}

const EXIT_CODES: &str = "Exit codes: 0 everything expected holds; 1 something does not; 2 a usage or input error; 3 undecided, or \
interrupted; 4 the suites, or the filter, select nothing.";
