//! A check in one segment, or of everybody: its windows, and what they show to the rule.

use crate::apart::Apart;
use crate::arrivals::Arrivals;
use crate::bad::{Bad, at_most, tally, total};
use crate::gate::Moment;
use crate::hist::cell_of;
use crate::policy::Op;
use crate::reading::{Reduce, blocks};
use crate::rules::{Allowed, Counts, Judge, Look, News, Series, State, Values, Versus, Wants};
use crate::sample::{Sample, Segment};
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

/// A check in one segment, or in all together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    /// `None` when everybody is meant.
    segment: Option<Segment>,
    limit: CellLimit,
    /// What the arm under judgement shows.
    sight: Window,
    /// What stable shows, where the limit or the rule asks for it.
    stable: Option<Window>,
    rule: State,
    wants: Wants,
    arrivals: Arrivals,
    apart: Apart,
    /// Room for the series of both arms.
    series: [Vec<f64>; 2],
}

/// Stable's reading, and since when it is no more.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    reading: Option<f64>,
    gone: Option<Time>,
}

impl Cell {
    pub fn new(segment: Option<Segment>, limit: CellLimit, sight: Window, rule: State, wants: Wants) -> Cell {
        let relative = !matches!(limit, CellLimit::Absolute(_));
        let wants = Wants { spread: wants.spread && spread::is_told_by_samples(sight.source().reduce), ..wants };
        let stable = (relative || wants.spread).then(|| sight.clone());
        let (arrivals, apart) = (Arrivals::new(Time::ZERO), Apart::new());
        Cell { segment, limit, sight, stable, rule, wants, arrivals, apart, series: [Vec::new(), Vec::new()] }
    }

    /// `None` when everybody is meant.
    pub fn segment(&self) -> Option<&Segment> {
        self.segment.as_ref()
    }

    /// The rule, as far as it has come.
    pub fn rule(&self) -> &State {
        &self.rule
    }

    /// The same with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, blank: &State, floor: Time) -> Cell {
        Cell {
            segment: self.segment.clone(),
            limit: self.limit,
            sight: self.sight.afresh(floor),
            stable: self.stable.as_ref().map(|w| w.afresh(floor)),
            rule: blank.clone(),
            wants: self.wants,
            arrivals: Arrivals::new(floor),
            apart: Apart::new(),
            series: [Vec::new(), Vec::new()],
        }
    }

    /// A stage took effect: see [`crate::gate::BoundCheck::stage_began`].
    pub fn stage_began(&mut self, blank: &State, at: Time, stable_gone: bool) {
        self.rule = blank.clone();
        self.arrivals.stage_began(at);
        self.sight.stage_began(at);
        if let Some(stable) = self.stable.as_mut().filter(|_| !stable_gone) {
            stable.stage_began(at);
        }
    }

    /// Takes in a sample of the arm under judgement.
    pub fn take(&mut self, sample: &Sample) {
        if self.sight.take(sample) && self.wants.news {
            self.arrivals.own.push(sample.stamp);
        }
    }

    /// Takes in a sample of stable.
    pub fn take_stable(&mut self, sample: &Sample) {
        if let Some(stable) = &mut self.stable
            && stable.take_stable(sample)
            && self.wants.news
        {
            self.arrivals.stable.push(sample.stamp);
        }
    }

    /// `None` when the arm has nobody of this segment.
    pub fn judge(&mut self, op: Op, moment: Moment) -> Option<Verdict> {
        let now = moment.now;
        if !self.reads_quantile() {
            self.collect_stable(Some(Bad::Events));
        }
        let beside = self.beside(moment);
        let bad = self.bad(op, self.limit(beside));
        if self.reads_quantile() {
            // Which of stable's outcomes are bad hangs on its reading.
            self.collect_stable(bad);
        }
        self.collect_own(bad, now);
        self.sight.slide(now);
        let sums = *self.sight.sums();
        let nobody = sums.subject_time == 0 && sums.outcomes == 0 && sums.events == 0;
        if self.segment.is_some() && !self.sight.is_empty() && nobody {
            return None;
        }
        let limit = self.limit(beside);
        let mut evidence = Evidence {
            value: self.sight.value(),
            limit,
            window: (self.sight.from(now), now),
            samples: sums.outcomes,
            age: self.sight.newest().map(|newest| now.since(newest)),
            still: self.sight.still(),
            note: self.segment.as_ref().map(|s| format!("{}={}", s.attribute, s.value)).unwrap_or_default(),
            ..Evidence::default()
        };
        let relative = !matches!(self.limit, CellLimit::Absolute(_));
        match (beside.reading, beside.gone) {
            (None, _) if relative => add(&mut evidence.note, "stable has no data"),
            (Some(_), Some(to)) => add(&mut evidence.note, &format!("stable as it last was, {} ago", now.since(to))),
            _ => {}
        }
        let status = match (evidence.value, limit) {
            _ if self.sight.is_empty() => Status::NoData,
            (Some(value), Some(limit)) => self.weigh(op, value, limit, moment, &mut evidence.note),
            (None, _) => {
                add(&mut evidence.note, "nothing to read yet");
                Status::Inconclusive
            }
            (_, None) => Status::Inconclusive,
        };
        if let Some(still) = evidence.still {
            add(&mut evidence.note, &format!("suspect: it has not moved for {still}"));
        }
        Some(Verdict { status, evidence })
    }

    fn weigh(&mut self, op: Op, value: f64, limit: f64, moment: Moment, notes: &mut String) -> Status {
        let samples = self.sight.sums().outcomes;
        let enough = samples >= moment.min_samples;
        self.fill_series();
        let bad = self.bad(op, Some(limit));
        let window = self.window(bad);
        let dispersion = self.dispersion(&window);
        let look = Look {
            now: moment.now,
            within: self.within(op, value, limit),
            samples,
            enough,
            allowed: self.allowed(op, limit),
            versus: self.versus(),
            window,
            fresh: self.arrivals.fresh,
            news: &self.arrivals.news,
            series: Series { own: &self.series[0], stable: &self.series[1], climb: matches!(op, Op::AtLeast | Op::Above) },
            values: Values { own: self.sight.cells(), stable: self.stable.as_ref().map_or(&[], Window::cells) },
            spread: self.stable.as_ref().filter(|_| self.wants.spread).and_then(|stable| spread::of(&self.sight, stable)),
            dispersion,
            alpha: moment.alpha,
        };
        let mut note = String::new();
        self.rule.listen(&look);
        let status = self.rule.judge(&look, &mut note);
        self.arrivals.heard();
        add(notes, &note);
        if !enough && status == Status::Inconclusive {
            add(notes, &format!("{samples} of the {} outcomes it takes", moment.min_samples));
        }
        status
    }

    fn reads_quantile(&self) -> bool {
        matches!(self.sight.source().reduce, Reduce::Quantile(_))
    }

    /// What newly arrived of stable.
    fn collect_stable(&mut self, bad: Option<Bad>) {
        let Some(stable) = &self.stable else { return };
        let relative = !matches!(self.limit, CellLimit::Absolute(_));
        for stamp in self.arrivals.stable.drain(..).filter(|stamp| *stamp > self.arrivals.since) {
            let Some(point) = stable.at(stamp) else { continue };
            self.arrivals.fresh.stable.merge(&tally(point, bad, relative));
        }
    }

    /// What newly arrived of the arm under judgement.
    fn collect_own(&mut self, bad: Option<Bad>, now: Time) {
        let relative = !matches!(self.limit, CellLimit::Absolute(_));
        let source = self.sight.source();
        // Until a quantile's limit is known nobody can tell which outcomes are bad: they wait as long as they are in the window.
        if bad.is_some() || !self.reads_quantile() {
            self.arrivals.own.sort_unstable();
            for stamp in self.arrivals.own.drain(..).filter(|stamp| *stamp > self.arrivals.since) {
                let Some(point) = self.sight.at(stamp) else { continue };
                let tally = tally(point, bad, relative);
                self.arrivals.fresh.own.merge(&tally);
                self.arrivals.news.push(News { stamp, tally, value: source.value_of(point) });
            }
        }
        // A copy of a sample that has left the window would not be known again.
        self.arrivals.since = self.arrivals.since.max(self.sight.from(now));
    }

    fn dispersion(&mut self, window: &Counts) -> f64 {
        if self.versus().is_none() || !self.wants.arms {
            return 1.0;
        }
        // Those who move with a stage reconnect, which is not how the arms differ by themselves.
        let fresh = if self.arrivals.moving { Counts::default() } else { self.arrivals.fresh };
        let (fresh, window) = (self.in_time(fresh), self.in_time(*window));
        self.apart.add(&fresh);
        self.apart.dispersion(&window)
    }

    /// The same without outcomes where the check is about events in time.
    fn in_time(&self, mut counts: Counts) -> Counts {
        if let Reduce::Rate | Reduce::Count = self.sight.source().reduce {
            (counts.own.all, counts.stable.all) = (0, 0);
        }
        counts
    }

    fn fill_series(&mut self) {
        if !self.wants.series {
            return;
        }
        let [own, stable] = &mut self.series;
        own.clear();
        stable.clear();
        if matches!(self.sight.source().reduce, Reduce::Growth | Reduce::GrowthOfTotal) {
            own.extend(blocks(&self.sight.series()).into_iter().map(|(_, value)| value));
            return;
        }
        let values = |window: &Window, to: &mut Vec<f64>| {
            to.extend(window.points().filter_map(|p| window.source().value_of(p)));
        };
        values(&self.sight, own);
        if let Some(window) = &self.stable {
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
    fn window(&self, bad: Option<Bad>) -> Counts {
        let relative = self.versus().is_some();
        let own = total(&self.sight, bad, relative);
        let beside = if self.reads_quantile() { bad } else { Some(Bad::Events) };
        let stable = self.stable.as_ref().map(|window| total(window, beside, relative));
        Counts { own, stable: stable.unwrap_or_default() }
    }

    /// A limit in the samples' own unit.
    fn raw(&self, limit: f64) -> u64 {
        (limit * self.sight.source().scale()).round() as u64
    }

    /// A quantile is known to within a cell of its histogram: in the limit's own cell it counts as within.
    fn within(&self, op: Op, value: f64, limit: f64) -> bool {
        let same_cell = || cell_of(self.raw(value)) == cell_of(self.raw(limit));
        op.holds(value, limit) || (self.reads_quantile() && same_cell())
    }

    /// What counts as bad, where the check is about outcomes or events; `None` when the limit must be known for it and is not.
    fn bad(&self, op: Op, limit: Option<f64>) -> Option<Bad> {
        let at_most = at_most(op, limit)?;
        match (self.sight.source().reduce, at_most) {
            (Reduce::Quantile(_), true) => Some(Bad::Above(self.raw(limit?))),
            (Reduce::Quantile(_), false) => Some(Bad::Below(self.raw(limit?).checked_sub(1))),
            (Reduce::Ratio | Reduce::Share(..), false) => Some(Bad::Others),
            (Reduce::Ratio | Reduce::Share(..) | Reduce::Count | Reduce::Rate, _) => Some(Bad::Events),
            _ => None,
        }
    }

    fn allowed(&self, op: Op, limit: f64) -> Allowed {
        let Some(at_most) = at_most(op, Some(limit)) else { return Allowed::Unknown };
        let share = limit.clamp(0.0, 1.0);
        match self.sight.source().reduce {
            Reduce::Quantile(q) => Allowed::Share(if at_most { 1.0 - q } else { q }),
            Reduce::Ratio | Reduce::Share(..) => Allowed::Share(if at_most { share } else { 1.0 - share }),
            Reduce::Count if at_most && limit == 0.0 && self.versus().is_none() => Allowed::Share(0.0),
            Reduce::Rate if at_most && self.versus().is_none() => Allowed::Rate(limit),
            Reduce::Mean | Reduce::Min | Reduce::Max | Reduce::Last => Allowed::Value { limit, worse_is_up: at_most },
            _ => Allowed::Unknown,
        }
    }

    /// Stable's reading now, or as it last was.
    fn beside(&mut self, moment: Moment) -> Beside {
        let Some(stable) = &mut self.stable else { return Beside::default() };
        let gone = moment.stable_gone || stable.vacant();
        let to = if gone { stable.newest().unwrap_or(moment.now) } else { moment.now };
        stable.slide(to);
        if matches!(self.limit, CellLimit::Absolute(_)) {
            return Beside::default();
        }
        let reading = match self.sight.source().reduce {
            Reduce::Rate | Reduce::Count => stable.per_subject(),
            _ => stable.value(),
        };
        Beside { reading, gone: gone.then_some(to) }
    }

    /// The limit as a number, in the unit of the reading; `None` when stable cannot tell it.
    fn limit(&self, beside: Beside) -> Option<f64> {
        if let CellLimit::Absolute(limit) = self.limit {
            return Some(limit);
        }
        let reading = beside.reading.map(|reading| match self.sight.source().reduce {
            // Arms differ in size: what stable would have had with as many subjects as this arm.
            Reduce::Rate => reading * self.sight.subjects(),
            Reduce::Count => reading * (self.sight.sums().subject_time as f64 / 1e6),
            _ => reading,
        });
        reading.map(|reading| match self.limit {
            CellLimit::Times(factor) => factor * reading,
            CellLimit::Plus(more) => reading + more,
            CellLimit::Absolute(limit) => limit,
        })
    }
}

/// Adds a remark.
fn add(notes: &mut String, note: &str) {
    if !notes.is_empty() && !note.is_empty() {
        notes.push_str("; ");
    }
    notes.push_str(note);
}
