//! The ways in which several policies hold one check.

use crate::cell::{Cell, CellLimit};
use crate::gate::Moment;
use crate::policy::{Check, Op};
use crate::rules::{Rule, State};
use crate::sample::Segment;
use crate::sight::Sight;
use crate::time::Time;
use crate::verdict::{Evidence, Status, Verdict};

/// One way: a limit, a window, a rule, and how many outcomes it waits for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    pub check: Check,
    rule: Rule,
    /// What the rule is when nothing has been seen.
    blank: State,
    pub min_samples: u64,
    /// One for each part in which the check must hold.
    pub cells: Vec<Cell>,
    /// The segments that failed when it was judged last.
    pub failing: Vec<Segment>,
}

impl Variant {
    pub fn new(check: Check, rule: Rule, min_samples: u64, cells: Vec<Cell>) -> Variant {
        Variant { check, blank: State::new(&rule), rule, min_samples, cells, failing: Vec::new() }
    }

    /// Whether both are one way to hold the same check. What differs most often comes first: there may be thousands to compare.
    pub fn holds_like(&self, other: &Variant) -> bool {
        let own = (&self.check.limit, self.check.over, self.min_samples);
        own == (&other.check.limit, other.check.over, other.min_samples) && self.rule == other.rule
    }

    /// The same with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, floor: Time) -> Variant {
        let cells = self.cells.iter().map(|cell| cell.afresh(&self.blank, floor)).collect();
        let (check, rule, blank) = (self.check.clone(), self.rule.clone(), self.blank.clone());
        Variant { check, rule, blank, cells, failing: Vec::new(), ..*self }
    }

    /// See [`crate::gate::BoundCheck::stage_began`].
    pub fn stage_began(&mut self, at: Time) {
        self.cells.iter_mut().for_each(|cell| cell.stage_began(&self.blank, at));
    }

    /// The verdict of this round. With several segments the worst one speaks; segments of which the arm has nobody are left
    /// out.
    pub fn judge(&mut self, sights: &[Sight], moment: Moment) -> Verdict {
        let moment = Moment { min_samples: moment.min_samples.or(Some(self.min_samples)), ..moment };
        self.failing.clear();
        let mut worst: Option<Verdict> = None;
        for cell in &mut self.cells {
            let sight = &sights[cell.sight];
            let Some(verdict) = cell.judge(sight, self.check.op, moment) else { continue };
            if verdict.status == Status::Fail {
                self.failing.extend(sight.segment.clone());
            }
            if worst.as_ref().is_none_or(|worst| rank(verdict.status) < rank(worst.status)) {
                worst = Some(verdict);
            }
        }
        worst.unwrap_or_else(|| {
            let note = "nobody of any segment".into();
            let evidence = Evidence { window: (Time::ZERO, moment.now), note, ..Evidence::default() };
            Verdict { status: Status::Inconclusive, evidence }
        })
    }

    /// Whether it is judged like the other but for its limit, so that a looser limit is never judged worse.
    fn differs_in_limit_alone(&self, other: &Variant) -> bool {
        let kind = |variant: &Variant| std::mem::discriminant(&variant.cells[0].bound());
        let one = |variant: &Variant| variant.cells.len() == 1 && variant.check.op != Op::Equal;
        one(self)
            && one(other)
            && self.blank.orders_limits()
            && self.cells[0].sight == other.cells[0].sight
            && kind(self) == kind(other)
            && (self.min_samples, &self.rule) == (other.min_samples, &other.rule)
    }

    /// Its limit, larger the more it allows.
    fn looseness(&self) -> f64 {
        let (CellLimit::Absolute(limit) | CellLimit::Times(limit) | CellLimit::Plus(limit)) = self.cells[0].bound();
        if matches!(self.check.op, Op::AtLeast | Op::Above) { -limit } else { limit }
    }
}

/// The worst status first.
fn rank(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::NoData => 1,
        Status::Inconclusive => 2,
        Status::Pass => 3,
    }
}

/// Variants that differ in their limits alone, the strictest first: where two of them are judged alike, so are all between.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ladders(Vec<Vec<usize>>);

impl Ladders {
    /// Of all variants of a check.
    pub fn of(variants: &[Variant]) -> Ladders {
        let mut ladders: Vec<Vec<usize>> = Vec::new();
        for (i, variant) in variants.iter().enumerate() {
            match ladders.iter_mut().find(|ladder| variants[ladder[0]].differs_in_limit_alone(variant)) {
                Some(ladder) => ladder.push(i),
                None => ladders.push(vec![i]),
            }
        }
        let looseness = |i: &usize| variants[*i].looseness();
        ladders.iter_mut().filter(|l| l.len() > 1).for_each(|l| l.sort_by(|a, b| looseness(a).total_cmp(&looseness(b))));
        Ladders(ladders)
    }

    /// Judges as many rungs as it takes to know the status of all.
    pub fn climb(&self, statuses: &mut [Status], mut judge: impl FnMut(usize) -> Status) {
        for ladder in &self.0 {
            let mut known = |rung: usize, statuses: &mut [Status]| statuses[ladder[rung]] = judge(ladder[rung]);
            let top = ladder.len() - 1;
            known(0, statuses);
            if top > 0 {
                known(top, statuses);
            }
            let mut open = vec![(0, top)];
            while let Some((low, high)) = open.pop() {
                let (least, most) = (statuses[ladder[low]], statuses[ladder[high]]);
                if least == most {
                    ladder[low..high].iter().for_each(|variant| statuses[*variant] = least);
                } else if high - low > 1 {
                    let middle = (low + high) / 2;
                    known(middle, statuses);
                    open.extend([(low, middle), (middle, high)]);
                }
            }
        }
    }
}
