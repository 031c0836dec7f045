//! A suite's result for a pull request or a job's summary: the verdict first and last, what failed in full and worst first, what
//! passed folded away.

use super::report::{CaseResult, Checked, SuiteReport, SuiteResult};
use super::text::verdict_line;
use super::verdict::Verdict;
use crate::words::{count_of, markdown as plain, one_line};
use std::io;

/// The most bytes that GitHub takes for the summary of a step; one that is larger it drops as a whole.
pub const SUMMARY_MAX: usize = 1 << 20;

/// Kept back for what says how much was left out, and for the ends of what was begun.
const RESERVE: usize = 300;

/// Writes it, as long as it may be.
pub fn write(report: &SuiteReport, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(within(report, SUMMARY_MAX).as_bytes())
}

/// The same in at most `most` bytes: what comes last is left out, and counted. Nothing where not even the verdict has room.
pub fn within(report: &SuiteReport, most: usize) -> String {
    let verdict = format!("**{}**\n", plain(&verdict_line(report)));
    let Some(room) = most.checked_sub(2 * verdict.len() + RESERVE) else { return String::new() };
    let mut page = Page { text: format!("{verdict}\n"), room };
    page.list("change", report.changed.iter().map(changed));
    page.list("failure", report.worst_first().into_iter().map(failure));
    page.list("table", report.mutants.iter().map(mutants));
    let passed: Vec<_> = report.checked().filter(|(_, _, checked)| checked.verdict == Verdict::Pass).collect();
    if !passed.is_empty() {
        page.text += &format!("<details><summary>{} passed</summary>\n\n", passed.len());
        page.text += "| case | policy | expectation | measured |\n|---|---|---|---|\n";
        page.list("pass", passed.into_iter().map(|(_, case, checked)| row(case, checked)));
        page.text += "\n</details>\n\n";
    }
    page.text + &verdict
}

/// What is written so far, and the bytes that are left.
struct Page {
    text: String,
    room: usize,
}

impl Page {
    /// As many of these as there is room for, and how many there was none for.
    fn list(&mut self, what: &str, items: impl Iterator<Item = String>) {
        let mut items = items.peekable();
        while let Some(item) = items.next_if(|item| item.len() <= self.room) {
            self.room -= item.len();
            self.text += &item;
        }
        let left_out = items.count() as u64;
        if left_out > 0 {
            self.room = 0;
            self.text += &format!("\n{} left out: there is no more room here\n\n", count_of(left_out, what));
        }
    }
}

fn changed(changed: &super::Changed) -> String {
    let super::Changed { what, before, now, why } = changed;
    format!("- changed: {}: {} -> {}; {}\n\n", code(what), plain(before), plain(now), plain(why))
}

fn failure((suite, case, checked): (&SuiteResult, &CaseResult, &Checked)) -> String {
    let word = if checked.verdict == Verdict::Fail { "FAIL" } else { "undecided" };
    let mut text = format!("### {word}: {}\n\n", code(&checked.expectation));
    text += &format!("{} x {}: **{}**", plain(&case.title()), plain(&case.policy), plain(&checked.evidence()));
    text += &checked.reason.as_ref().map_or(String::new(), |reason| format!("; {}", plain(reason)));
    text += &format!("  \nat {}\n", checked.places(suite).iter().map(|place| code(place)).collect::<Vec<_>>().join(", "));
    let replay = checked.worst.as_ref().map(|worst| format!("\n```sh\n{}\n```\n", one_line(&worst.replay)));
    text + &replay.unwrap_or_default() + "\n"
}

fn mutants(mutants: &super::MutantReport) -> String {
    let mut text = Vec::new();
    mutants.write_text(&mut text).expect("memory can be written");
    format!("```text\n{}```\n\n", String::from_utf8_lossy(&text))
}

fn row(case: &CaseResult, checked: &Checked) -> String {
    let cells = [&case.title(), &case.policy, &checked.expectation, &checked.evidence()].map(|cell| plain(cell));
    format!("| {} |\n", cells.join(" | "))
}

/// As it is, whatever is in it.
fn code(text: &str) -> String {
    format!("`{}`", one_line(text).replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    #[test]
    fn the_verdict_comes_first_and_last_and_failures_in_full() {
        let text = within(&examples::report(), SUMMARY_MAX);
        let verdict = "**Failed: 1 of 4 expectations; 2 passed, 1 undecided; 600 trials.**\n";
        assert!(text.starts_with(verdict) && text.ends_with(verdict), "{text}");
        let failure = "### FAIL: `time_to_detect.p95 <= 45m`\n\nspike at 2x with faults.0.by=3x x careful: **1h [50m, 1h 5m], 200 \
trials, 150 of which have it**  \nat `suites/all.yaml:9`, `suites/../mine.yaml:12 (gates.errors.check)`\n\n```sh\ngatecrash run spike \
--seed 7\n```\n";
        assert!(text.contains(failure), "{text}");
        assert!(text.contains("<details><summary>2 passed</summary>\n\n| case |"), "{text}");
        assert!(
            text.contains("| healthy: healthy-day | careful | false_rollback_rate &lt;= 5% | 0% [0%, 3%], 200 trials |"),
            "{text}"
        );
    }

    #[test]
    fn what_has_no_room_is_counted_and_the_worst_stay() {
        let report = examples::failures(5_000);
        let whole = within(&report, usize::MAX / 2);
        assert!(whole.len() > SUMMARY_MAX && !whole.contains("left out"));
        for most in [SUMMARY_MAX, 5_000, 1_000] {
            let text = within(&report, most);
            assert!(text.len() <= most && text.contains("failures left out"), "{most}: {}", text.len());
            assert!(text.ends_with(&format!("**{}**\n", verdict_line(&report))));
        }
        let shown = within(&report, 5_000).matches("### FAIL").count();
        assert!(within(&report, 5_000).contains(&format!("{} failures left out", crate::words::grouped(5_000 - shown as u64))));
        assert!(within(&report, 1_500).contains("many.yaml:2501"), "the worst is the one in the middle");
        assert_eq!(within(&report, 100), "");
    }

    #[test]
    fn names_cannot_break_out() {
        let text = within(&examples::failures(1), SUMMARY_MAX);
        assert!(text.contains("a\\|b &lt;c> `d` ?[2J?]]>"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    }
}
