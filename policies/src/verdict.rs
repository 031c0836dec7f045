//! What a gate says, and why.

use crate::policy::Check;
use crate::sample::Segment;
use crate::show::Unit;
use crate::time::{Span, Time};

/// The four answers of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The evidence is within the limit.
    Pass,
    /// The evidence is beyond the limit.
    Fail,
    /// There is evidence, too little to judge. Never a pass.
    Inconclusive,
    /// No sample has arrived. Never a pass.
    NoData,
}

impl Status {
    /// All four.
    pub const ALL: [Status; 4] = [Status::Pass, Status::Fail, Status::Inconclusive, Status::NoData];

    /// `pass`, `fail`, `inconclusive` or `no-data`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::Inconclusive => "inconclusive",
            Status::NoData => "no-data",
        }
    }
}

/// What a verdict rests on. Durations are in seconds, shares in fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The reading, if there was one.
    pub value: Option<f64>,
    /// What it was held against, if that could be told.
    pub limit: Option<f64>,
    /// The window that was read: from (exclusive) and to (inclusive), by stamp.
    pub window: (Time, Time),
    /// Outcomes in the window: the denominator, or the values of a quantile.
    pub samples: u64,
    /// The age of the newest sample, if any arrived.
    pub age: Option<Span>,
    /// What the rule adds, such as `p = 0.003` or `stable as it last was`; may be empty.
    pub note: String,
    /// In what `value` and `limit` are expressed.
    pub unit: Unit,
    /// How long the metric has not moved at all, where that is suspicious: what is measured is alive and its numbers are not.
    pub still: Option<Span>,
    /// The segments that fail, where the check goes through segments or names one: those of the worst and all others.
    pub failing: Vec<Segment>,
}

/// A gate's answer in one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The answer.
    pub status: Status,
    /// What it rests on.
    pub evidence: Evidence,
}

impl Verdict {
    /// The verdict of a check in a sentence, such as
    /// `p95(runs.cancel_to_ack) = 812ms > 500ms over 10m (n=240, newest sample 20s old)`.
    pub fn sentence(&self, check: &Check) -> String {
        let Evidence { value, limit, samples, age, note, unit, .. } = &self.evidence;
        let over = check.over.map(|over| format!(" over {over}")).unwrap_or_default();
        let mut text = match (value, limit) {
            (Some(value), Some(limit)) => {
                let symbol = if check.op.holds(*value, *limit) { check.op.symbol() } else { check.op.opposite() };
                format!("{} = {} {symbol} {}{over}", check.reading, unit.show(*value), unit.show(*limit))
            }
            (Some(value), None) => format!("{} = {}{over}", check.reading, unit.show(*value)),
            (None, _) => format!("{}{over} has no value", check.reading),
        };
        match age {
            Some(age) => text.push_str(&format!(" (n={samples}, newest sample {age} old)")),
            None => text.push_str(" (no sample has arrived)"),
        }
        if !note.is_empty() {
            text.push_str(&format!("; {note}"));
        }
        text
    }
}
