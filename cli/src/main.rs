//! gatecrash: crash-test your rollout gates.

mod act;
mod args;
mod crew;
mod diff;
mod drill;
mod explain;
mod export;
mod init;
mod library;
mod lint;
mod list;
mod output;
mod replay;
mod run;
mod schema;
mod score;
mod select;
mod shell;
mod summary;
mod test;
mod tune;

use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// Exit codes that scripts depend on.
mod exit {
    /// Met; `run` and `score` report and end so whatever the outcome.
    pub const MET: u8 = 0;
    /// An expectation or a constraint is not met.
    pub const UNMET: u8 = 1;
    /// Usage or input error.
    pub const INPUT: u8 = 2;
    /// Undecided.
    pub const OPEN: u8 = 3;
    /// Nothing was selected.
    pub const NOTHING: u8 = 4;
}

/// Why a command could not do its work.
enum Failure {
    /// The user's: what was found and what to do.
    Input(String),
    /// The selection is empty.
    Nothing(String),
    /// What was asked for cannot be had; the report has said so.
    Unmet,
    /// Trials could not tell; the report has said so.
    Open,
    /// Somebody has had enough: how to go on.
    Interrupted(String),
    /// Writing failed; a reader that has gone away is no failure.
    Write(std::io::Error),
}

impl From<gatecrash_scenarios::Error> for Failure {
    fn from(error: gatecrash_scenarios::Error) -> Failure {
        Failure::Input(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Write(error)
    }
}

fn main() -> ExitCode {
    let result = match args::Args::parse().command {
        args::Command::Run(args) => run::run(&args),
        args::Command::Score(args) => score::score(&args),
        args::Command::Test(args) => test::test(&args),
        args::Command::Lint(args) => lint::lint(&args),
        args::Command::Drill(args) => drill::drill(&args),
        args::Command::Replay(args) => drill::replay(&args),
        args::Command::Diff(args) => diff::diff(&args),
        args::Command::Tune(args) => tune::tune(&args),
        args::Command::Explain(args) => explain::explain(&args),
        args::Command::Export(args) => export::export(&args),
        args::Command::Act(args) => act::act(&args),
        args::Command::List { kind, policy } => list::list(kind, policy.as_deref()),
        args::Command::Init(args) => init::init(&args.folder),
        args::Command::Schema(args) => schema::schema(&args.kind),
        args::Command::Completions { shell } => {
            // Into memory first: the generator panics when its reader goes away.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut args::Args::command(), "gatecrash", &mut script);
            output::stdout(|out| out.write_all(&script))
        }
        args::Command::Man => output::stdout(|out| clap_mangen::Man::new(args::Args::command()).render(out)),
    };
    ExitCode::from(match result {
        Ok(()) => exit::MET,
        Err(Failure::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => exit::MET,
        Err(Failure::Write(error)) => complain(&format!("cannot write: {error}"), exit::INPUT),
        Err(Failure::Input(message)) => complain(&message, exit::INPUT),
        Err(Failure::Unmet) => exit::UNMET,
        Err(Failure::Open) => exit::OPEN,
        Err(Failure::Interrupted(message)) => complain(&message, exit::OPEN),
        Err(Failure::Nothing(message)) => complain(&message, exit::NOTHING),
    })
}

fn complain(message: &str, code: u8) -> u8 {
    eprintln!("error: {message}");
    code
}
