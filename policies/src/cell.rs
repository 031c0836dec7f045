//! How a check is judged in one segment, or of everybody: what is shown to the rule, and what comes of it.

use crate::apart::Apart;
use crate::arrivals::Arrivals;
use crate::bad::{Bad, at_most, tally, total};
use crate::gate::Moment;
use crate::hist::cell_of;
use crate::policy::Op;
use crate::reading::{Reduce, Source, blocks};
use crate::rules::{Allowed, Counts, Judge, Look, News, Note, Series, State, Values, Versus, Wants};
use crate::sight::Sight;
use crate::spread;
use crate::time::Time;
use crate::verdict::{Evidence, Status, Verdict};
use crate::window::Window;

/// A limit of one part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CellLimit {
    /// A number.
    Absolute(f64),
    /// A multiple of stable's reading.
    Times(f64),
    /// So much more than stable's reading.
    Plus(f64),
}

/// How one policy judges what a [`Sight`] shows: its limit, and its rule with what that remembers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    /// Which sight, by index.
    pub sight: usize,
    limit: CellLimit,
    rule: State,
    wants: Wants,
    arrivals: Arrivals,
    apart: Apart,
    /// Room for the series of both arms.
    series: [Vec<f64>; 2],
}

impl Cell {
    pub fn new(sight: usize, limit: CellLimit, rule: State, wants: Wants) -> Cell {
        let (arrivals, apart) = (Arrivals::new(Time::ZERO), Apart::new());
        Cell { sight, limit, rule, wants, arrivals, apart, series: [Vec::new(), Vec::new()] }
    }

    /// Its limit.
    pub fn bound(&self) -> CellLimit {
        self.limit
    }

    /// The rule, as far as it has come.
    pub fn rule(&self) -> &State {
        &self.rule
    }

    /// Whether it hears of every sample.
    pub fn wants_news(&self) -> bool {
        self.wants.news
    }

    /// The same with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, blank: &State, floor: Time) -> Cell {
        Cell { arrivals: Arrivals::new(floor), ..Cell::new(self.sight, self.limit, blank.clone(), self.wants) }
    }

    /// A stage took effect: see [`crate::gate::BoundCheck::stage_began`].
    pub fn stage_began(&mut self, blank: &State, at: Time) {
        self.rule = blank.clone();
        self.arrivals.stage_began(at);
    }

    /// A sample was taken in, into the window of the arm under judgement, of stable, or of both.
    pub fn hear_of(&mut self, stamp: Time, own: bool, stable: bool) {
        self.arrivals.own.extend(own.then_some(stamp));
        self.arrivals.stable.extend(stable.then_some(stamp));
    }

    /// Counts what newly arrived of stable, before its window moves on; where a quantile is read, [`Cell::hear`] does.
    pub fn hear_stable(&mut self, sight: &Sight) {
        if self.wants.news && !sight.reads_quantile() {
            self.collect_stable(sight, Some(Bad::Events));
        }
    }

    /// Counts what newly arrived, before the window moves on.
    pub fn hear(&mut self, sight: &Sight, op: Op, now: Time) {
        if !self.wants.news {
            return;
        }
        let bad = bad(sight, op, self.limit(sight));
        if sight.reads_quantile() {
            // Which of stable's outcomes are bad hangs on its reading.
            self.collect_stable(sight, bad);
        }
        self.collect_own(sight, bad, now);
    }

    /// The verdict on what the sight shows now; `None` when the arm has nobody of its segment.
    pub fn judge(&mut self, sight: &Sight, op: Op, moment: Moment) -> Option<Verdict> {
        if sight.is_of_nobody() {
            return None;
        }
        let now = moment.now;
        let limit = self.limit(sight);
        let mut note = if moment.muted { Note::muted() } else { Note::new() };
        if let Some(segment) = sight.segment.as_ref().filter(|_| !moment.muted) {
            note.add(&format!("{}={}", segment.attribute, segment.value));
        }
        match (sight.beside.reading, sight.beside.gone) {
            (None, _) if self.is_relative() => note.add("stable has no data"),
            (Some(_), Some(to)) if self.is_relative() => {
                let _ = write!(note, "{}stable as it last was, {} ago", note.gap(), now.since(to));
            }
            _ => {}
        }
        let status = match (sight.seen.value, limit) {
            _ if sight.own.is_empty() => Status::NoData,
            (Some(value), Some(limit)) => self.weigh(sight, (op, value, limit), moment, &mut note),
            (None, _) => {
                note.add("nothing to read yet");
                Status::Inconclusive
            }
            (_, None) => Status::Inconclusive,
        };
        if let Some(still) = sight.seen.still {
            let _ = write!(note, "{}suspect: it has not moved for {still}", note.gap());
        }
        let evidence = Evidence {
            value: sight.seen.value,
            limit,
            window: (sight.own.from(now), now),
            samples: sight.seen.sums.outcomes,
            age: sight.own.newest().map(|newest| now.since(newest)),
            still: sight.seen.still,
            note: note.into_text(),
            ..Evidence::default()
        };
        Some(Verdict { status, evidence })
    }

    fn weigh(&mut self, sight: &Sight, held: (Op, f64, f64), moment: Moment, notes: &mut Note) -> Status {
        let (op, value, limit) = held;
        let samples = sight.seen.sums.outcomes;
        let least = moment.min_samples.unwrap_or(0);
        let enough = samples >= least;
        self.fill_series(sight);
        let window = self.window(sight, bad(sight, op, Some(limit)));
        let dispersion = self.dispersion(sight, &window);
        let stable = sight.stable.as_ref();
        let look = Look {
            now: moment.now,
            within: within(sight, op, value, limit),
            samples,
            enough,
            allowed: self.allowed(sight, op, limit),
            versus: self.versus(),
            window,
            fresh: self.arrivals.fresh,
            news: &self.arrivals.news,
            series: Series { own: &self.series[0], stable: &self.series[1], climb: matches!(op, Op::AtLeast | Op::Above) },
            values: Values { own: sight.own.cells(), stable: stable.map_or(&[], Window::cells) },
            spread: stable.filter(|_| self.wants.spread).and_then(|stable| spread::of(&sight.own, stable)),
            dispersion,
            alpha: moment.alpha,
        };
        let mut note = notes.blank();
        self.rule.listen(&look);
        let status = self.rule.judge(&look, &mut note);
        notes.add(&note.into_text());
        self.arrivals.heard();
        if !enough && status == Status::Inconclusive {
            let _ = write!(notes, "{}{samples} of the {} outcomes it takes", notes.gap(), least);
        }
        status
    }

    fn is_relative(&self) -> bool {
        self.versus().is_some()
    }

    /// What newly arrived of stable.
    fn collect_stable(&mut self, sight: &Sight, bad: Option<Bad>) {
        let Some(stable) = &sight.stable else { return };
        let relative = self.is_relative();
        for stamp in self.arrivals.stable.drain(..).filter(|stamp| *stamp > self.arrivals.since) {
            let Some(point) = stable.at(stamp) else { continue };
            self.arrivals.fresh.stable.merge(&tally(point, bad, relative));
        }
    }

    /// What newly arrived of the arm under judgement.
    fn collect_own(&mut self, sight: &Sight, bad: Option<Bad>, now: Time) {
        let relative = self.is_relative();
        // Until a quantile's limit is known nobody can tell which outcomes are bad: they wait as long as they are in the window.
        if bad.is_some() || !sight.reads_quantile() {
            self.arrivals.own.sort_unstable();
            for stamp in self.arrivals.own.drain(..).filter(|stamp| *stamp > self.arrivals.since) {
                let Some(point) = sight.own.at(stamp) else { continue };
                let tally = tally(point, bad, relative);
                self.arrivals.fresh.own.merge(&tally);
                self.arrivals.news.push(News { stamp, tally, value: sight.source().value_of(point) });
            }
        }
        // A copy of a sample that has left the window would not be known again.
        self.arrivals.since = self.arrivals.since.max(sight.own.from(now));
    }

    fn dispersion(&mut self, sight: &Sight, window: &Counts) -> f64 {
        if self.versus().is_none() || !self.wants.arms {
            return 1.0;
        }
        // Those who move with a stage reconnect, which is not how the arms differ by themselves.
        let fresh = if self.arrivals.moving { Counts::default() } else { self.arrivals.fresh };
        self.apart.add(&in_time(sight, fresh));
        self.apart.dispersion(&in_time(sight, *window))
    }

    fn fill_series(&mut self, sight: &Sight) {
        if !self.wants.series {
            return;
        }
        let [own, stable] = &mut self.series;
        own.clear();
        stable.clear();
        if matches!(sight.source().reduce, Reduce::Growth | Reduce::GrowthOfTotal) {
            own.extend(blocks(&sight.own.series()).into_iter().map(|(_, value)| value));
            return;
        }
        let values = |window: &Window, to: &mut Vec<f64>| {
            to.extend(window.points().filter_map(|p| window.source().value_of(p)));
        };
        values(&sight.own, own);
        if let Some(window) = &sight.stable {
            values(window, stable);
        }
    }

    fn versus(&self) -> Option<Versus> {
        match self.limit {
            CellLimit::Absolute(_) => None,
            CellLimit::Times(factor) => Some(Versus::Times(factor)),
            CellLimit::Plus(more) => Some(Versus::Plus(more)),
        }
    }

    /// Both arms in their windows. Stable's ends where the limit was read.
    fn window(&self, sight: &Sight, bad: Option<Bad>) -> Counts {
        let relative = self.is_relative();
        let own = total(&sight.own, bad, relative);
        let beside = if sight.reads_quantile() { bad } else { Some(Bad::Events) };
        let stable = sight.stable.as_ref().map(|window| total(window, beside, relative));
        Counts { own, stable: stable.unwrap_or_default() }
    }

    fn allowed(&self, sight: &Sight, op: Op, limit: f64) -> Allowed {
        let Some(at_most) = at_most(op, Some(limit)) else { return Allowed::Unknown };
        let share = limit.clamp(0.0, 1.0);
        let relative = self.is_relative();
        match sight.source().reduce {
            Reduce::Quantile(q) => Allowed::Share(if at_most { 1.0 - q } else { q }),
            Reduce::Ratio | Reduce::Share(..) => Allowed::Share(if at_most { share } else { 1.0 - share }),
            Reduce::Count if at_most && limit == 0.0 && !relative => Allowed::Share(0.0),
            Reduce::Rate if at_most && !relative => Allowed::Rate(limit),
            Reduce::Mean | Reduce::Min | Reduce::Max | Reduce::Last => Allowed::Value { limit, worse_is_up: at_most },
            _ => Allowed::Unknown,
        }
    }

    /// The limit as a number, in the unit of the reading; `None` when stable cannot tell it.
    fn limit(&self, sight: &Sight) -> Option<f64> {
        match self.limit {
            CellLimit::Absolute(limit) => Some(limit),
            CellLimit::Times(factor) => sight.stable_reading().map(|reading| factor * reading),
            CellLimit::Plus(more) => sight.stable_reading().map(|reading| reading + more),
        }
    }
}

/// What a rule wants that reads from this source.
pub(crate) fn wants(wants: Wants, source: &Source) -> Wants {
    Wants { spread: wants.spread && spread::is_told_by_samples(source.reduce), ..wants }
}

/// A limit in the samples' own unit.
fn raw(sight: &Sight, limit: f64) -> u64 {
    (limit * sight.source().scale()).round() as u64
}

/// A quantile is known to within a cell of its histogram: in the limit's own cell it counts as within.
fn within(sight: &Sight, op: Op, value: f64, limit: f64) -> bool {
    let same_cell = || cell_of(raw(sight, value)) == cell_of(raw(sight, limit));
    op.holds(value, limit) || (sight.reads_quantile() && same_cell())
}

/// What counts as bad, where the check is about outcomes or events; `None` when the limit must be known for it and is not.
fn bad(sight: &Sight, op: Op, limit: Option<f64>) -> Option<Bad> {
    let at_most = at_most(op, limit)?;
    match (sight.source().reduce, at_most) {
        (Reduce::Quantile(_), true) => Some(Bad::Above(raw(sight, limit?))),
        (Reduce::Quantile(_), false) => Some(Bad::Below(raw(sight, limit?).checked_sub(1))),
        (Reduce::Ratio | Reduce::Share(..), false) => Some(Bad::Others),
        (Reduce::Ratio | Reduce::Share(..) | Reduce::Count | Reduce::Rate, _) => Some(Bad::Events),
        _ => None,
    }
}

/// The same without outcomes where the check is about events in time.
fn in_time(sight: &Sight, mut counts: Counts) -> Counts {
    if let Reduce::Rate | Reduce::Count = sight.source().reduce {
        (counts.own.all, counts.stable.all) = (0, 0);
    }
    counts
}
