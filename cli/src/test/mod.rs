//! `test`: policies judged by what suites expect of them.

pub mod drill;
mod judge;
mod lock;
mod mutate;
mod plan;
mod play;
mod write;

use crate::args::{Test, Undecided};
use crate::crew::Crew;
use crate::{Failure, output};
use gatecrash_reports::suite::{SuiteReport, Verdict};
use lock::Locks;
use plan::Plan;

/// Plays until everything expected is decided, and writes what was asked for.
pub fn test(args: &Test) -> Result<(), Failure> {
    args.junit.as_deref().map_or(Ok(()), output::check_file)?;
    let plan = Plan::new(&args.suites, &args.filter)?;
    if args.list {
        return write::list(&plan);
    }
    let mut locks = Locks::read(&plan, args)?;
    let crew = Crew::new(args.jobs)?;
    let played = play::play(plan, &crew, args.fail_fast)?;
    let mut report = judge::report(&played);
    if args.mutate && !played.interrupted {
        report.mutants = mutate::mutate(&played, &crew)?;
        report.interrupted = report.mutants.is_none();
    }
    crew.finish();
    locks.settle(&played, &mut report, args)?;
    write::write(args, &report)?;
    conclude(args, &report)
}

fn conclude(args: &Test, report: &SuiteReport) -> Result<(), Failure> {
    match report.verdict {
        Verdict::Fail => Err(Failure::Unmet),
        _ if report.interrupted => Err(Failure::Open),
        Verdict::Undecided if args.undecided == Undecided::Fail => Err(Failure::Open),
        _ => Ok(()),
    }
}
