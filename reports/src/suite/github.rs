//! A suite's result as annotations of a pull request: what failed as errors, what is undecided as warnings, the verdict last.

use super::report::{CaseResult, Checked, SuiteReport, SuiteResult};
use super::text::verdict_line;
use super::verdict::Verdict;
use crate::github::{self, Annotation, Kind};
use crate::words::one_line;
use std::io;

/// Writes it.
pub fn write(report: &SuiteReport, out: &mut dyn io::Write) -> io::Result<()> {
    let annotations: Vec<Annotation> = report.worst_first().into_iter().map(annotation).collect();
    github::write(&annotations, out)?;
    for changed in &report.changed {
        let text = format!("changed: {}: {} -> {}; {}", changed.what, changed.before, changed.now, changed.why);
        writeln!(out, "{}", one_line(&text))?;
    }
    report.mutants.as_ref().map_or(Ok(()), |mutants| mutants.write_text(out))?;
    writeln!(out, "{}", verdict_line(report))
}

fn annotation((suite, case, checked): (&SuiteResult, &CaseResult, &Checked)) -> Annotation {
    let (kind, word) = match checked.verdict {
        Verdict::Fail => (Kind::Error, "fails"),
        _ => (Kind::Warning, "is undecided"),
    };
    let (file, at) = match &checked.policy_line {
        Some(place) => (place.file.as_str(), (place.line, place.column)),
        None => (suite.file.as_str(), (checked.line, checked.column)),
    };
    let mut lines = vec![format!("{} x {}: {}", case.title(), case.policy, checked.evidence())];
    lines.extend(checked.reason.clone());
    lines.push(format!("expected at {}:{}", suite.file, checked.line));
    lines.extend(checked.worst.iter().map(|worst| format!("replay: {}", worst.replay)));
    let message = lines.iter().map(|line| one_line(line)).collect::<Vec<_>>().join("\n");
    Annotation { kind, file: straight(file), at: Some(at), title: one_line(&format!("{} {word}", checked.expectation)), message }
}

/// A path without `.` and without folders that it leaves again: GitHub knows files by no other.
fn straight(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !["..", ""].contains(last)) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn written(report: &SuiteReport) -> String {
        let mut out = Vec::new();
        write(report, &mut out).expect("memory can be written");
        String::from_utf8(out).expect("it is UTF-8")
    }

    #[test]
    fn failures_stand_on_the_policys_line_and_what_is_undecided_on_the_suites() {
        let text = written(&examples::report());
        let lines: Vec<&str> = text.lines().collect();
        let error = "::error file=mine.yaml,line=12,col=5,title=time_to_detect.p95 <= 45m fails::spike at 2x with faults.0.by=3x x \
careful: 1h [50m, 1h 5m], 200 trials, 150 of which have it%0Aexpected at suites/all.yaml:9%0Areplay: gatecrash run spike --seed 7";
        assert_eq!(lines[0], error);
        assert!(
            lines[1].starts_with("::warning file=suites/all.yaml,line=9,col=5,title=caught_by(errors) >= 90%25 is undecided::")
        );
        assert_eq!((lines.len(), lines[2]), (3, verdict_line(&examples::report()).as_str()));
    }

    #[test]
    fn ten_of_a_kind_and_the_worst_first() {
        let text = written(&examples::failures(31));
        assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10);
        assert!(text.starts_with("::error file=many.yaml,line=16,"), "{text}");
        assert!(text.contains("and 21 more of kind error"));
    }

    #[test]
    fn paths_are_as_git_has_them() {
        let straightened = ["./a/../b.yaml", "a/b/../../c.yaml", "../a/./b.yaml", "/x/../y.yaml", "a.yaml"].map(straight);
        assert_eq!(straightened, ["b.yaml", "c.yaml", "../a/b.yaml", "/y.yaml", "a.yaml"]);
    }
}
