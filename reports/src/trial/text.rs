//! A trial as a story: what happened when, the six instants and five gaps, what it cost, and the verdict last.

use super::TrialReport;
use crate::formats::grid;
use crate::score::{gaps, shown_by_decision};
use crate::words::{self, one_line};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::{Expect, ReadReport};
use gatecrash_sim::trial::{GAPS, Outcome};
use std::io;

/// What each gap is made of, in the order of [`GAPS`].
pub(crate) const MADE_OF: [&str; 5] = [
    "lag, loss, scrape interval",
    "the gates: what is tuned",
    "propagation, playbook, people",
    "queues, reconnects, retries",
    "the recovery check",
];

impl TrialReport<'_> {
    /// Writes the trial for a person to follow.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let t = self.trial;
        let expect = words::expect(self.expect);
        writeln!(out, "{} x {}, seed {}, expect {expect}\n", one_line(&t.scenario), one_line(&t.policy), t.seed)?;
        let rows = t.timeline.iter().map(|e| vec![words::clock(e.at), e.kind.to_string(), one_line(&e.text)]);
        indented(grid(&["at", "what", ""], rows), out)?;
        indented(grid(&["gap", "from -> to", "at", "length", "made of"], self.gap_rows()), out)?;
        for (name, value) in self.facts() {
            writeln!(out, "  {name:<12}  {}", one_line(&value))?;
        }
        writeln!(out, "\n{}", self.verdict())
    }

    /// (gap, from -> to, at, length, made of) of the five.
    pub(crate) fn gap_rows(&self) -> impl Iterator<Item = Vec<String>> + use<> {
        let named = shown_by_decision(self.trial).named();
        let at = |time: Option<Time>| time.map_or(words::NOTHING.to_string(), words::clock);
        let lengths = gaps(self.trial);
        (0..GAPS.len()).map(move |i| {
            let ((from, a), (to, b)) = (named[i], named[i + 1]);
            let length = lengths[i].map_or(words::NOTHING.to_string(), |micros| Span(micros).to_string());
            let when = format!("{} -> {}", at(a), at(b));
            vec![GAPS[i].to_string(), format!("{from} -> {to}"), when, length, MADE_OF[i].to_string()]
        })
    }

    /// What else is to be said, as (name, value); only what applies.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let t = self.trial;
        let mut facts = vec![
            (
                "exposed",
                format!("{}, {}", words::count_of(t.exposed_requests, "request"), words::count_of(t.exposed_subjects, "subject")),
            ),
            ("harmed", words::count_of(t.harmed, "outcome")),
            ("leaked", words::count_of(t.duplicates_leaked, "duplicate")),
        ];
        if !t.caught_by.is_empty() {
            facts.push(("caught by", t.caught_by.join(", ")));
        }
        facts.extend(self.budgets().map(|text| ("budget", text)));
        if t.lucky {
            facts.push(("lucky", "decided before any sample could have shown the harm".into()));
        }
        if t.mitigated {
            facts.push(("mitigated", "a playbook step ended the harm without a withdrawal".into()));
        }
        if let Some(at) = t.premature_validation {
            facts.push(("premature", format!("the recovery check succeeded at {}, before the harm was over", words::clock(at))));
        }
        let listed = |name, items: &[String]| (!items.is_empty()).then(|| (name, items.join(", ")));
        facts.extend(listed("open", &t.open_items));
        facts.extend(listed("untrue", &t.untrue_items));
        facts.extend(listed("to clean up", &cleanup(&t.cleanup)));
        facts.extend(self.recorded.map(|r| ("recorded", recorded(r))));
        facts
    }

    /// Both budgets of the policy, where a rollback after harm makes them apply.
    fn budgets(&self) -> Option<String> {
        let at = &self.trial.instants;
        self.trial.within_budget?;
        let budgets = &self.policy.rollback;
        let withdraw = budgets.withdraw_within.map(|b| budget("withdrawn", b, at.harmed, at.withdrawn));
        let recover = budgets.recover_within.map(|b| budget("recovered", b, at.withdrawn, at.validated));
        Some(withdraw.into_iter().chain(recover).collect::<Vec<_>>().join("; "))
    }

    /// One sentence: what came of it and why.
    pub fn verdict(&self) -> String {
        let t = self.trial;
        let (at, by) = (&t.instants, one_line(t.caught_by.first().map_or("a gate", String::as_str)));
        let time = |time: Option<Time>| time.map_or("an unknown time".to_string(), words::clock);
        let after = |from: Option<Time>, to: Option<Time>| Some(to?.since(from?).to_string());
        let harmed = words::count_of(t.harmed, "outcome");
        match t.outcome {
            Outcome::Detected => {
                let decided = after(at.harmed, at.decided).unwrap_or_default();
                let recovered = after(at.decided, at.validated)
                    .map_or("recovery was never validated".to_string(), |r| format!("recovery was validated {r} after that"));
                format!("Detected: `{by}` rolled back {decided} after the first harm; {recovered}; {harmed} harmed.")
            }
            Outcome::Missed => format!("Missed: harm began at {} and nothing rolled back; {harmed} harmed.", time(at.harmed)),
            Outcome::FalseRollback if self.expect == Expect::Promote => {
                format!("False rollback: `{by}` rolled back at {}, and nothing was wrong with the canary.", time(at.decided))
            }
            Outcome::FalseRollback => format!("False rollback: `{by}` rolled back at {}, before any harm.", time(at.decided)),
            Outcome::TruePromote => format!("True promote: finished at {}, as it should.", words::clock(t.ended)),
            Outcome::Insufficient => format!("Insufficient: {}.", one_line(&t.reason)),
        }
    }
}

/// `12 duplicates`: what stays outside and how much of it.
pub(crate) fn cleanup(left: &[(String, u64)]) -> Vec<String> {
    left.iter().map(|(what, count)| format!("{} {what}", words::grouped(*count))).collect()
}

/// `withdrawn within 1h: took 43m, kept`.
fn budget(what: &str, budget: Span, from: Option<Time>, to: Option<Time>) -> String {
    match from.zip(to).map(|(from, to)| to.since(from)) {
        Some(took) if took <= budget => format!("{what} within {budget}: took {took}, kept"),
        Some(took) => format!("{what} within {budget}: took {took}, missed"),
        None => format!("{what} within {budget}: never, missed"),
    }
}

/// `trace.csv: 10,000 rows read, 9,998 used; 2 dropped: no timestamp (first in line 17)`.
pub(crate) fn recorded(r: &ReadReport) -> String {
    let mut text = format!("{}: {} read, {} used", r.file, words::count_of(r.read, "row"), words::grouped(r.used));
    for (reason, line, rows) in &r.dropped {
        text.push_str(&format!("; {} dropped: {reason} (first in line {line})", words::grouped(*rows)));
    }
    if r.not_played > 0 {
        text.push_str(&format!("; {} after the end of the trial, not played", words::count_of(r.not_played, "request")));
    }
    if r.out_of_order > 0 {
        text.push_str(&format!("; {} out of order, sorted", words::grouped(r.out_of_order)));
    }
    if let Some(step) = r.quantised {
        text.push_str(&format!("; the clock steps by {step}"));
    }
    text
}

fn indented(lines: Vec<String>, out: &mut dyn io::Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out)
}
