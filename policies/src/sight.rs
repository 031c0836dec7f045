//! What both arms show of one reading over one window, in one segment or of everybody: kept once for all who judge it.

use crate::gate::Moment;
use crate::reading::{Reduce, Source};
use crate::sample::{Sample, Segment};
use crate::time::{Span, Time};
use crate::window::{Sums, Window};

/// The windows of one reading, and what they show in this round.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sight {
    /// `None` when everybody is meant.
    pub segment: Option<Segment>,
    /// What the arm under judgement shows.
    pub own: Window,
    /// What stable shows, where a limit or a rule asks for it.
    pub stable: Option<Window>,
    /// Whether some limit hangs on stable's reading.
    relative: bool,
    pub beside: Beside,
    pub seen: Seen,
}

/// Stable's reading, and since when it is no more.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Beside {
    pub reading: Option<f64>,
    pub gone: Option<Time>,
}

/// What the arm under judgement shows in a round, worked out once.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub value: Option<f64>,
    pub sums: Sums,
    pub still: Option<Span>,
}

impl Sight {
    /// An empty one. `stable`: whether stable is seen as well; `relative`: whether its reading is a measure.
    pub fn new(segment: Option<Segment>, source: Source, over: Option<Span>, stable: bool, relative: bool) -> Sight {
        let own = Window::new(source, over);
        let stable = stable.then(|| own.clone());
        Sight { segment, own, stable, relative, beside: Beside::default(), seen: Seen::default() }
    }

    /// Whether both show the same.
    pub fn is_like(&self, other: &Sight) -> bool {
        self.segment == other.segment
            && self.relative == other.relative
            && self.stable.is_some() == other.stable.is_some()
            && self.own.reads_like(&other.own)
    }

    /// The same with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, floor: Time) -> Sight {
        let stable = self.stable.as_ref().map(|window| window.afresh(floor));
        let (own, segment) = (self.own.afresh(floor), self.segment.clone());
        Sight { own, stable, segment, beside: Beside::default(), seen: Seen::default(), ..*self }
    }

    /// A stage took effect: see [`crate::gate::BoundCheck::stage_began`].
    pub fn stage_began(&mut self, at: Time, stable_gone: bool) {
        self.own.stage_began(at);
        if let Some(stable) = self.stable.as_mut().filter(|_| !stable_gone) {
            stable.stage_began(at);
        }
    }

    /// Takes in a sample of stable; whether it was taken.
    pub fn take_stable(&mut self, sample: &Sample) -> bool {
        self.stable.as_mut().is_some_and(|stable| stable.take_stable(sample))
    }

    /// What is read.
    pub fn source(&self) -> &Source {
        self.own.source()
    }

    pub fn reads_quantile(&self) -> bool {
        matches!(self.source().reduce, Reduce::Quantile(_))
    }

    /// Lets stable's window end now, or where stable ended, and reads it.
    pub fn look_aside(&mut self, moment: Moment) {
        let Some(stable) = &mut self.stable else { return };
        let gone = moment.stable_gone || stable.vacant();
        let to = if gone { stable.newest().unwrap_or(moment.now) } else { moment.now };
        stable.slide(to);
        if !self.relative {
            return;
        }
        let reading = match self.own.source().reduce {
            Reduce::Rate | Reduce::Count => stable.per_subject(),
            _ => stable.value(),
        };
        self.beside = Beside { reading, gone: gone.then_some(to) };
    }

    /// Lets the window end now, and reads it.
    pub fn look(&mut self, now: Time) {
        self.own.slide(now);
        self.seen = Seen { value: self.own.value(), sums: *self.own.sums(), still: self.own.still() };
    }

    /// Whether the arm has nobody of this segment.
    pub fn is_of_nobody(&self) -> bool {
        let sums = &self.seen.sums;
        let nobody = sums.subject_time == 0 && sums.outcomes == 0 && sums.events == 0;
        self.segment.is_some() && !self.own.is_empty() && nobody
    }

    /// What stable would read with as many subjects as the arm under judgement.
    pub fn stable_reading(&self) -> Option<f64> {
        self.beside.reading.map(|reading| match self.source().reduce {
            Reduce::Rate => reading * self.own.subjects(),
            Reduce::Count => reading * (self.own.sums().subject_time as f64 / 1e6),
            _ => reading,
        })
    }
}
