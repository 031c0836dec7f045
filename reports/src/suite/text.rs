//! A suite's result for people: what failed in full, what passed in a line, the verdict last.

use super::report::{CaseResult, Checked, SuiteReport};
use super::verdict::Verdict;
use crate::words::{count_of, one_line};
use std::io;

/// Writes it.
pub fn write(report: &SuiteReport, out: &mut dyn io::Write) -> io::Result<()> {
    for suite in &report.suites {
        writeln!(out, "{} ({})", one_line(&suite.suite), one_line(&suite.file))?;
        for case in &suite.cases {
            write_case(case, out)?;
        }
        writeln!(out)?;
    }
    for changed in &report.changed {
        writeln!(out, "changed: {}: {} -> {}; {}", changed.what, changed.before, changed.now, changed.why)?;
    }
    report.mutants.as_ref().map_or(Ok(()), |mutants| mutants.write_text(out))?;
    writeln!(out, "{}", verdict_line(report))
}

fn write_case(case: &CaseResult, out: &mut dyn io::Write) -> io::Result<()> {
    let worst = case.expectations.iter().map(|checked| checked.verdict).max_by_key(|verdict| rank(*verdict));
    let title = one_line(&format!("{} x {}", case.title(), case.policy));
    writeln!(out, "  {} {title}, {}", mark(worst.unwrap_or(Verdict::Pass)), count_of(case.trials, "trial"))?;
    for checked in &case.expectations {
        write_checked(checked, out)?;
    }
    Ok(())
}

fn write_checked(checked: &Checked, out: &mut dyn io::Write) -> io::Result<()> {
    let trials = if checked.n == checked.trials { String::new() } else { format!(", of {} trials", checked.n) };
    writeln!(out, "      {} {}: {}{trials}", mark(checked.verdict), one_line(&checked.expectation), checked.shown())?;
    if checked.verdict == Verdict::Pass {
        return Ok(());
    }
    if let Some(reason) = &checked.reason {
        writeln!(out, "           {}", one_line(reason))?;
    }
    match &checked.worst {
        Some(worst) => writeln!(out, "           replay: {}", one_line(&worst.replay)),
        None => Ok(()),
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Undecided => 1,
        Verdict::Fail => 2,
    }
}

/// Four letters, so that lines are in line.
fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "ok  ",
        Verdict::Fail => "FAIL",
        Verdict::Undecided => "open",
    }
}

/// `Failed: 2 of 14 expectations; 11 passed, 1 undecided; 5,400 trials.`
pub fn verdict_line(report: &SuiteReport) -> String {
    let all = report.passed + report.failed + report.undecided;
    let trials = count_of(report.trials, "trial");
    let early = if report.interrupted { "; ended early, the rest was not judged" } else { "" };
    let expectations = count_of(all as u64, "expectation");
    match (report.failed, report.undecided) {
        (0, 0) => format!("Passed: {expectations}; {trials}{early}."),
        (0, open) => format!("Undecided: {open} of {expectations}; {} passed; {trials}{early}.", report.passed),
        (failed, 0) => format!("Failed: {failed} of {expectations}; {} passed; {trials}{early}.", report.passed),
        (failed, open) => {
            format!("Failed: {failed} of {expectations}; {} passed, {open} undecided; {trials}{early}.", report.passed)
        }
    }
}
