//! A check of one system at work: windows, limit, rule, and the verdict of a round.

use crate::cell::Cell;
use crate::policy::{Check, Scope, Unmet};
use crate::rules::{Judge, State};
use crate::sample::{Arm, Sample};
use crate::show::Unit;
use crate::time::Time;
use crate::verdict::{Evidence, Status, Verdict};

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
    blank: State,
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
    /// What this look may spend of a chance of a false alarm that is shared by the whole policy.
    pub alpha: Option<f64>,
}

impl BoundCheck {
    pub fn new(check: &Check, unit: Unit, cells: Vec<Cell>, blank: State) -> BoundCheck {
        let scope = check.reading.metrics()[0].arm;
        BoundCheck { check: check.clone(), unit, arm: Arm::Canary, scope, blank, cells }
    }

    /// The same check of another arm, with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, arm: Arm, floor: Time) -> BoundCheck {
        let cells = self.cells.iter().map(|cell| cell.afresh(&self.blank, floor)).collect();
        BoundCheck { arm, cells, check: self.check.clone(), blank: self.blank.clone(), ..*self }
    }

    /// In how many parts it is judged, each by itself.
    pub fn parts(&self) -> usize {
        self.cells.len()
    }

    /// The logarithms of the e-values of its parts, as far as the rule keeps one.
    pub fn log_e(&self) -> impl Iterator<Item = f64> + '_ {
        self.cells.iter().filter_map(|cell| cell.rule().log_e())
    }

    /// A stage took effect: rules forget, windows without a length begin again. Where the stage leaves nobody on stable, its
    /// window stays as it was.
    pub fn stage_began(&mut self, at: Time, stable_gone: bool) {
        self.cells.iter_mut().for_each(|cell| cell.stage_began(&self.blank, at, stable_gone));
    }

    /// Takes in a sample that has arrived.
    pub fn take(&mut self, sample: &Sample) {
        let sees = self.scope.map_or(sample.arm == self.arm, |scope| scope.holds(sample.arm));
        for cell in &mut self.cells {
            if sees {
                cell.take(sample);
            }
            if sample.arm == Arm::Stable {
                cell.take_stable(sample);
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
                failing.extend(cell.segment().cloned());
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
