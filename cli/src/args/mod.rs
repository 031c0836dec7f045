//! What can be said on the command line.

mod act;
mod diff;
mod drill;
mod explain;
mod export;
mod init;
mod lint;
mod run;
mod schema;
mod score;
mod test;
mod tune;
mod values;

pub use act::Act;
pub use diff::{Diff, DiffFormat};
pub use drill::{Drill, DrillCommand, DrillFormat, DrillInit, ModeName, ReplayFile, Report, Seed};
pub use explain::{Explain, ExplainFormat};
pub use export::{Export, To};
pub use init::Init;
pub use lint::{Lint, LintFormat};
pub use run::{OneTrial, Run, RunFormat};
pub use schema::Schema;
pub use score::Score;
pub use test::{Test, TestFormat, Undecided};
pub use tune::{Tune, TuneFormat};

use clap::{Parser, Subcommand, ValueEnum};
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
    /// Judge policies by what suites expect of them
    Test(Test),
    /// Find what is wrong with policies, scenarios and suites although they can be read
    Lint(Lint),
    /// Say what changed between two policies for better or worse, beyond chance, on the same luck
    Diff(Diff),
    /// Find the gate that is worth having: try many values for parts of a policy, and recommend the best under constraints
    Tune(Tune),
    /// Hold a rehearsal: a rollout in front of people, who act on a page, by `gatecrash act` or over HTTP, and are scored
    Drill(Box<Drill>),
    /// Play a drill again from its record or script, and print the after-action report
    Replay(ReplayFile),
    /// Say what can be known without playing: what is injected, what each stage will see, when each gate can first judge and what it
    /// finds, and the earliest moment at which the breach could be caught
    Explain(Explain),
    /// Play one trial and write it for another tool to read
    Export(Export),
    /// Take part in a drill: do what the buttons of its page do
    Act(Act),
    /// List what is built in
    List {
        /// What to list; without it, a line about each kind
        kind: Option<Kind>,
        /// Of the scenarios only those that play this policy as their own, with what is expected and the gate that each is about
        #[arg(long, value_name = "P")]
        policy: Option<String>,
    },
    /// Write a commented starter into a folder: policy, scenarios, suite, schemas for editors, and a workflow
    Init(Init),
    /// Print a JSON Schema: of files that are read, for editors, or of what is written, for scripts
    Schema(Schema),
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
    /// What `lint` finds
    Lints,
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
}
