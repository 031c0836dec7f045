//! A check of one system at work: windows, limit, rule, and the verdict of a round.

use crate::hist::cell_of;
use crate::policy::{Check, Op, Scope, Unmet};
use crate::reading::{Reduce, blocks};
use crate::rules::{Arms, Events, Judge, Look, Share, State, Trend};
use crate::sample::{Arm, Sample, Segment};
use crate::show::Unit;
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
    pub segment: Option<Segment>,
    pub limit: CellLimit,
    /// What the arm under judgement shows.
    pub sight: Window,
    /// What stable shows, where the limit asks for it.
    pub stable: Option<Window>,
    pub rule: State,
}

/// A check bound to a system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundCheck {
    /// As in the policy.
    pub check: Check,
    pub unit: Unit,
    /// The arm under judgement.
    arm: Arm,
    /// What is read instead, where the check names an arm.
    scope: Option<Scope>,
    /// As bound: what the rules are when nothing has been seen.
    blank: Option<State>,
    cells: Vec<Cell>,
}

/// When and against what a check is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub now: Time,
    /// Everyone is on the canary by intent: stable is what it last was.
    pub stable_gone: bool,
    /// Fewer outcomes are inconclusive.
    pub min_samples: u64,
}

impl BoundCheck {
    pub fn new(check: &Check, unit: Unit, cells: Vec<Cell>) -> BoundCheck {
        let blank = cells.first().map(|c| c.rule.clone());
        let scope = check.reading.metrics()[0].arm;
        BoundCheck { check: check.clone(), unit, arm: Arm::Canary, scope, blank, cells }
    }

    /// The same check of another arm, with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, arm: Arm, floor: Time) -> BoundCheck {
        let blank = |cell: &Cell| Cell {
            segment: cell.segment.clone(),
            limit: cell.limit,
            sight: cell.sight.afresh(floor),
            stable: cell.stable.as_ref().map(|w| w.afresh(floor)),
            rule: self.blank.clone().unwrap_or_else(|| cell.rule.clone()),
        };
        let cells = self.cells.iter().map(blank).collect();
        BoundCheck { check: self.check.clone(), unit: self.unit, arm, scope: self.scope, blank: self.blank.clone(), cells }
    }

    fn forget(&mut self) {
        if let Some(blank) = &self.blank {
            self.cells.iter_mut().for_each(|cell| cell.rule = blank.clone());
        }
    }

    /// A stage took effect: rules forget, windows without a length begin again. Where the stage leaves nobody on stable, its
    /// window stays as it was.
    pub fn stage_began(&mut self, at: Time, stable_gone: bool) {
        self.forget();
        for cell in &mut self.cells {
            cell.sight.stage_began(at);
            if let Some(stable) = cell.stable.as_mut().filter(|_| !stable_gone) {
                stable.stage_began(at);
            }
        }
    }

    /// Takes in a sample that has arrived.
    pub fn take(&mut self, sample: &Sample) {
        let sees = self.scope.map_or(sample.arm == self.arm, |scope| scope.holds(sample.arm));
        for cell in &mut self.cells {
            if sees {
                cell.sight.take(sample);
            }
            if let Some(stable) = cell.stable.as_mut().filter(|_| sample.arm == Arm::Stable) {
                stable.take_stable(sample);
            }
        }
    }

    /// The verdict of this round. With several segments the worst one speaks; segments of which the arm has nobody are left
    /// out.
    pub fn judge(&mut self, moment: Moment) -> Verdict {
        let op = self.check.op;
        let mut failing = Vec::new();
        let mut verdicts = Vec::new();
        for cell in &mut self.cells {
            let Some(verdict) = cell.judge(op, moment) else { continue };
            if verdict.status == Status::Fail {
                failing.extend(cell.segment.clone());
            }
            verdicts.push(verdict);
        }
        let worst = |v: &Verdict| match v.status {
            Status::Fail => 0,
            Status::NoData => 1,
            Status::Inconclusive => 2,
            Status::Pass => 3,
        };
        let mut verdict = verdicts.into_iter().min_by_key(worst).unwrap_or_else(|| {
            let evidence =
                Evidence { window: (Time::ZERO, moment.now), note: "nobody of any segment".into(), ..Evidence::default() };
            Verdict { status: Status::Inconclusive, evidence }
        });
        verdict.evidence.unit = self.unit;
        verdict.evidence.failing = failing;
        verdict
    }
}

impl Cell {
    /// `None` when the arm has nobody of this segment.
    fn judge(&mut self, op: Op, moment: Moment) -> Option<Verdict> {
        let now = moment.now;
        self.sight.slide(now);
        let sums = *self.sight.sums();
        let nobody = sums.subject_time == 0 && sums.outcomes == 0 && sums.events == 0;
        if self.segment.is_some() && !self.sight.is_empty() && nobody {
            return None;
        }
        let mut evidence = Evidence {
            value: self.sight.value(),
            window: (self.sight.from(now), now),
            samples: sums.outcomes,
            age: self.sight.newest().map(|newest| now.since(newest)),
            ..Evidence::default()
        };
        let label = self.segment.as_ref().map(|s| format!("{}={}", s.attribute, s.value));
        let mut notes = vec![label.unwrap_or_default()];
        let limit = self.limit(moment, &mut notes);
        evidence.limit = limit;
        let status = match (evidence.value, limit) {
            _ if self.sight.is_empty() => Status::NoData,
            (Some(value), Some(limit)) => self.weigh(op, value, limit, moment.min_samples, &mut notes),
            (None, _) => {
                notes.push("nothing to read yet".into());
                Status::Inconclusive
            }
            (_, None) => Status::Inconclusive,
        };
        evidence.still = self.sight.still();
        if let Some(still) = evidence.still {
            notes.push(format!("suspect: it has not moved for {still}"));
        }
        evidence.note = notes.into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join("; ");
        Some(Verdict { status, evidence })
    }

    fn weigh(&mut self, op: Op, value: f64, limit: f64, min_samples: u64, notes: &mut Vec<String>) -> Status {
        let outcomes = self.sight.sums().outcomes;
        let enough = outcomes >= min_samples;
        let look = Look {
            within: self.within(op, value, limit),
            share: self.share(op, limit),
            enough,
            arms: self.arms(),
            trend: self.trend(op),
        };
        let answer = self.rule.judge(&look);
        notes.push(answer.note);
        if !enough && answer.status == Status::Inconclusive {
            notes.push(format!("{outcomes} of the {min_samples} outcomes it takes"));
        }
        answer.status
    }

    /// Both arms' events, where the rule compares them. Stable's window ends where the limit was read.
    fn arms(&self) -> Option<Arms> {
        let (State::PoissonRatio(_), CellLimit::Times(ratio), Some(stable)) = (&self.rule, self.limit, &self.stable) else {
            return None;
        };
        let of = |window: &Window| {
            let sums = window.sums();
            Events { events: sums.events, exposure: sums.subject_time as f64 / 1e6 }
        };
        Some(Arms { canary: of(&self.sight), stable: of(stable), ratio })
    }

    /// The points of a slope, where the rule looks for a trend.
    fn trend(&self, op: Op) -> Option<Trend> {
        let climb = matches!(op, Op::AtLeast | Op::Above);
        let points = || blocks(&self.sight.series()).into_iter().map(|(_, value)| value).collect();
        matches!(self.rule, State::MannKendall(_)).then(|| Trend { points: points(), climb })
    }

    /// A limit in the samples' own unit.
    fn raw(&self, limit: f64) -> u64 {
        (limit * self.sight.source().scale()).round() as u64
    }

    /// A quantile is known to within a cell of its histogram: in the limit's own cell it counts as within.
    fn within(&self, op: Op, value: f64, limit: f64) -> bool {
        let same_cell = || cell_of(self.raw(value)) == cell_of(self.raw(limit));
        op.holds(value, limit) || (matches!(self.sight.source().reduce, Reduce::Quantile(_)) && same_cell())
    }

    /// The outcomes on the wrong side of the limit, where the check is about a share of outcomes.
    fn share(&self, op: Op, limit: f64) -> Option<Share> {
        let sums = self.sight.sums();
        let all = sums.outcomes;
        let at_most = match op {
            Op::AtMost | Op::Below => true,
            Op::AtLeast | Op::Above => false,
            Op::Equal if limit == 0.0 => true,
            Op::Equal => return None,
        };
        let limit_share = limit.clamp(0.0, 1.0);
        Some(match self.sight.source().reduce {
            Reduce::Quantile(q) if at_most => Share { bad: self.sight.above(self.raw(limit)), all, allowed: 1.0 - q },
            Reduce::Quantile(q) => {
                let good = self.raw(limit).checked_sub(1).map_or(all, |below| self.sight.above(below));
                Share { bad: all - good, all, allowed: q }
            }
            Reduce::Ratio | Reduce::Share(..) if at_most => Share { bad: sums.events, all, allowed: limit_share },
            Reduce::Ratio | Reduce::Share(..) => Share { bad: all.saturating_sub(sums.events), all, allowed: 1.0 - limit_share },
            Reduce::Count if at_most && limit == 0.0 => Share { bad: sums.events, all, allowed: 0.0 },
            _ => return None,
        })
    }

    /// The limit as a number, in the unit of the reading; `None` when stable cannot tell it.
    fn limit(&mut self, moment: Moment, notes: &mut Vec<String>) -> Option<f64> {
        if let CellLimit::Absolute(limit) = self.limit {
            return Some(limit);
        }
        let stable = self.stable.as_mut().expect("a relative limit has a window on stable");
        let gone = moment.stable_gone || stable.vacant();
        let to = if gone { stable.newest().unwrap_or(moment.now) } else { moment.now };
        stable.slide(to);
        let reading = match self.sight.source().reduce {
            // Arms differ in size: what stable would have had with as many subjects as this arm.
            Reduce::Rate => stable.per_subject().map(|r| r * self.sight.subjects()),
            Reduce::Count => stable.per_subject().map(|r| r * (self.sight.sums().subject_time as f64 / 1e6)),
            _ => stable.value(),
        };
        match reading {
            None => notes.push("stable has no data".into()),
            Some(_) if gone => notes.push(format!("stable as it last was, {} ago", moment.now.since(to))),
            Some(_) => {}
        }
        reading.map(|reading| match self.limit {
            CellLimit::Times(factor) => factor * reading,
            CellLimit::Plus(more) => reading + more,
            CellLimit::Absolute(limit) => limit,
        })
    }
}

/// A gate bound to a system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundGate {
    pub check: BoundCheck,
    pub needs: Option<(BoundCheck, Unmet)>,
}

impl BoundGate {
    /// See [`BoundCheck::afresh`].
    pub fn afresh(&self, arm: Arm, floor: Time) -> BoundGate {
        let needs = self.needs.as_ref().map(|(check, unmet)| (check.afresh(arm, floor), *unmet));
        BoundGate { check: self.check.afresh(arm, floor), needs }
    }

    /// See [`BoundCheck::stage_began`].
    pub fn stage_began(&mut self, at: Time, stable_gone: bool) {
        self.check.stage_began(at, stable_gone);
        if let Some((needs, _)) = &mut self.needs {
            needs.stage_began(at, stable_gone);
        }
    }

    /// Takes in a sample that has arrived.
    pub fn take(&mut self, sample: &Sample) {
        self.check.take(sample);
        if let Some((needs, _)) = &mut self.needs {
            needs.take(sample);
        }
    }

    /// The verdict of this round; `None` when the gate's event did not occur and need not.
    pub fn judge(&mut self, moment: Moment) -> Option<Verdict> {
        if let Some((needs, unmet)) = &mut self.needs {
            let met = needs.judge(Moment { min_samples: 0, ..moment });
            let held_back = |status, note: &str| {
                // The needed reading's numbers are not the gate's own.
                let note = format!("{note}: {}", needs.check);
                let evidence = Evidence { value: None, limit: None, note, failing: Vec::new(), ..met.evidence.clone() };
                Some(Verdict { status, evidence })
            };
            match (met.status, unmet) {
                (Status::Pass, _) => {}
                // Without samples nobody knows whether the event occurred: silence does not excuse the gate.
                (Status::NoData, _) => return held_back(Status::NoData, "cannot tell whether it is needed"),
                (_, Unmet::Skip) => return None,
                (_, Unmet::Wait) => return held_back(Status::Inconclusive, "waits for"),
                (_, Unmet::Insufficient) => return held_back(Status::Inconclusive, "insufficient without"),
            }
        }
        Some(self.check.judge(moment))
    }
}
