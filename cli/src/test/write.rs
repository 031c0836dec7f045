//! Where the result of `test` goes.

use super::plan::Plan;
use crate::args::{Test, TestFormat, Undecided};
use crate::{Failure, output, summary};
use gatecrash_reports::suite::{SuiteReport, formats, junit, markdown};

/// Writes the result as it was asked for.
pub fn write(args: &Test, report: &SuiteReport) -> Result<(), Failure> {
    if let Some(path) = &args.junit {
        output::file(path, |out| junit::write(report, args.undecided == Undecided::Fail, out))?;
    }
    if args.format == TestFormat::Github {
        summary::append(|room| markdown::within(report, room))?;
    }
    let format = formats::named(args.format.name()).expect("every format of the command line has its writer");
    output::stdout(|out| (format.write)(report, out))
}

/// What would be judged, a line for each expectation.
pub fn list(plan: &Plan) -> Result<(), Failure> {
    output::stdout(|out| {
        for check in &plan.checks {
            let row = &plan.rows[check.row];
            let suite = &plan.suites[row.suite];
            let world = &plan.worlds[row.lane.world];
            let player = &world.players[row.lane.player];
            let looks = format!("{} to {} trials", check.looks[0], check.looks[check.looks.len() - 1]);
            let played = world.drill.as_ref().map_or(looks, |drill| format!("the drill {}", drill.path));
            writeln!(
                out,
                "{}:{} {} x {}: {} ({played})",
                suite.file, check.wanted.at.line, world.scenario.name, player.policy.value.name, check.expectation.text,
            )?;
        }
        writeln!(out, "{} expectations of {} cases; nothing was played.", plan.checks.len(), plan.rows.len())
    })
}
