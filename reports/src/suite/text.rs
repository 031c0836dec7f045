//! A suite's result for people: what failed in full, what passed in a line, the verdict last.

use super::expectation::stem;
use super::report::{CaseResult, Checked, SuiteReport, SuiteResult};
use super::verdict::Verdict;
use crate::words::{count_of, one_line};
use std::io;

/// Numbers of a case that passed which are shown on its line.
const SHOWN: usize = 4;

/// Writes it.
pub fn write(report: &SuiteReport, out: &mut dyn io::Write) -> io::Result<()> {
    for suite in &report.suites {
        writeln!(out, "{} ({})", one_line(&suite.suite), one_line(&suite.file))?;
        for case in &suite.cases {
            write_case(suite, case, out)?;
        }
        writeln!(out)?;
    }
    for changed in &report.changed {
        writeln!(out, "changed: {}: {} -> {}", one_line(&changed.what), changed.before, changed.now)?;
        writeln!(out, "         {}", one_line(&changed.why))?;
    }
    report.mutants.as_ref().map_or(Ok(()), |mutants| mutants.write_text(out))?;
    writeln!(out, "{}", verdict_line(report))
}

fn write_case(suite: &SuiteResult, case: &CaseResult, out: &mut dyn io::Write) -> io::Result<()> {
    let worst = case.expectations.iter().map(|checked| checked.verdict).max_by_key(|verdict| rank(*verdict));
    let title = one_line(&format!("{} x {}, {}", case.title(), case.policy, case.played()));
    match worst {
        None => writeln!(out, "  -    {title}: not judged"),
        Some(Verdict::Pass) => writeln!(out, "  ok   {title}: {}", one_line(&numbers(case))),
        Some(verdict) => {
            writeln!(out, "  {} {title}", mark(verdict))?;
            case.expectations.iter().try_for_each(|checked| write_checked(suite, checked, out))
        }
    }
}

/// `detection_rate 100%, time_to_detect.p95 5m 15s`: what the first few of the expectations came to.
fn numbers(case: &CaseResult) -> String {
    let shown = case.expectations.iter().take(SHOWN);
    let mut parts: Vec<String> =
        shown.map(|checked| format!("{} {}", stem(&checked.expectation), checked.shown_value())).collect();
    let more = case.expectations.len().saturating_sub(SHOWN);
    parts.extend((more > 0).then(|| format!("{more} more")));
    parts.join(", ")
}

fn write_checked(suite: &SuiteResult, checked: &Checked, out: &mut dyn io::Write) -> io::Result<()> {
    let line = one_line(&format!("{}: {}", checked.expectation, checked.evidence()));
    writeln!(out, "      {} {line}", mark(checked.verdict))?;
    if checked.verdict == Verdict::Pass {
        return Ok(());
    }
    let mut say = |text: String| writeln!(out, "           {}", one_line(&text));
    checked.reason.iter().try_for_each(|reason| say(reason.clone()))?;
    say(format!("at {}", checked.places(suite).join(", ")))?;
    checked.worst.iter().try_for_each(|worst| say(format!("replay: {}", worst.replay)))
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
        (0, 0) if report.interrupted => format!("Undecided: {expectations} passed; {trials}{early}."),
        (0, 0) => format!("Passed: {expectations}; {trials}."),
        (0, open) => format!("Undecided: {open} of {expectations}; {} passed; {trials}{early}.", report.passed),
        (failed, 0) => format!("Failed: {failed} of {expectations}; {} passed; {trials}{early}.", report.passed),
        (failed, open) => {
            format!("Failed: {failed} of {expectations}; {} passed, {open} undecided; {trials}{early}.", report.passed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    #[test]
    fn what_passed_takes_a_line_and_what_failed_says_where_and_how_to_replay_it() {
        let mut out = Vec::new();
        write(&examples::report(), &mut out).expect("memory can be written");
        let expected = "\
regression (suites/all.yaml)
  ok   healthy: healthy-day x careful, 200 trials: false_rollback_rate 0%
  FAIL spike at 2x with faults.0.by=3x x careful, 400 trials
      ok   detection_rate >= 9%: 50% [40%, 60%], 400 trials
      FAIL time_to_detect.p95 <= 45m: 1h [50m, 1h 5m], 200 trials, 150 of which have it
           at suites/all.yaml:9, suites/../mine.yaml:12 (gates.errors.check)
           replay: gatecrash run spike --seed 7
      open caught_by(errors) >= 90%: 91% [-, 99%], 400 trials
           the limit lies within the interval
           at suites/all.yaml:9
           replay: gatecrash run spike --seed 7

Failed: 1 of 4 expectations; 2 passed, 1 undecided; 600 trials.
";
        assert_eq!(String::from_utf8(out).expect("it is UTF-8"), expected);
    }
    #[test]
    fn a_drill_is_one_and_has_no_interval() {
        let mut out = Vec::new();
        write(&examples::drills(), &mut out).expect("memory can be written");
        let expected = "\
drilled (drills.yaml)
  FAIL friday: spike x careful, a drill
      FAIL as_recorded >= 100%: 0%, 1 trial
           line 7: the record says so
           at drills.yaml:9
           replay: gatecrash replay friday.jsonl
  ok   monday: spike x careful, a drill: harmed.max 40

Failed: 1 of 2 expectations; 1 passed; 2 trials.
";
        assert_eq!(String::from_utf8(out).expect("it is UTF-8"), expected);
    }
}
