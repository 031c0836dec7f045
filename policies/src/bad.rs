//! What counts as bad, of a window and of a sample.

use crate::policy::Op;
use crate::reading::Point;
use crate::rules::Tally;
use crate::window::Window;

/// What counts as bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bad {
    /// What is counted.
    Events,
    /// All other outcomes.
    Others,
    /// Outcomes in cells above that of this value, in the samples' own unit.
    Above(u64),
    /// Outcomes in cells at or below that of this value; all are good when there is none.
    Below(Option<u64>),
}

/// Whether more is worse; `None`: neither is.
pub(crate) fn at_most(op: Op, limit: Option<f64>) -> Option<bool> {
    match op {
        Op::AtMost | Op::Below => Some(true),
        Op::AtLeast | Op::Above => Some(false),
        Op::Equal => (limit == Some(0.0)).then_some(true),
    }
}

/// What a window holds.
pub(crate) fn total(window: &Window, bad: Option<Bad>, relative: bool) -> Tally {
    let sums = window.sums();
    let exposure = if relative { sums.subject_time as f64 } else { sums.span as f64 } / 1e6;
    let of = |bad| match bad {
        Bad::Events => sums.events,
        Bad::Others => sums.outcomes.saturating_sub(sums.events),
        Bad::Above(value) => window.above(value),
        Bad::Below(value) => value.map_or(0, |value| sums.outcomes - window.above(value)),
    };
    Tally { bad: bad.map_or(0, of), all: sums.outcomes, exposure }
}

/// What a sample holds.
pub(crate) fn tally(point: &Point, bad: Option<Bad>, relative: bool) -> Tally {
    let time = if relative { u64::from(point.subjects) * point.span } else { point.span };
    let above = |value| point.hist.as_ref().map_or(0, |hist| hist.above(value));
    let of = |bad| match bad {
        Bad::Events => point.events,
        Bad::Others => point.outcomes.saturating_sub(point.events),
        Bad::Above(value) => above(value),
        Bad::Below(value) => value.map_or(0, |value| point.outcomes - above(value)),
    };
    Tally { bad: bad.map_or(0, of), all: point.outcomes, exposure: time as f64 / 1e6 }
}
