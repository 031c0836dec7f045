//! A check of one system at work: windows, limit, rule, and the verdict of a round.
//!
//! Policies that differ only in how they hold a check (limit, window, rule, samples to wait for) share one: what they read is kept
//! once, and each way of holding it is a [`Variant`].

use crate::cell::{Cell, CellLimit};
use crate::policy::{Check, Scope, Unmet};
use crate::reading::Source;
use crate::rules::{Judge, Rule, State};
use crate::sample::{Arm, Sample, Segment};
use crate::show::Unit;
use crate::sight::Sight;
use crate::time::Time;
use crate::variant::{Ladders, Variant};
use crate::verdict::{Evidence, Status, Verdict};

/// A check bound to a system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundCheck {
    pub unit: Unit,
    /// The arm under judgement.
    arm: Arm,
    /// What is read instead, where the check names an arm.
    scope: Option<Scope>,
    sights: Vec<Sight>,
    /// At least one.
    variants: Vec<Variant>,
    /// By variant: what it said last.
    statuses: Vec<Status>,
    /// Built when it is needed.
    ladders: Option<Ladders>,
    /// Whether some rule hears of every sample.
    news: bool,
}

/// When and against what a check is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub now: Time,
    /// Everyone is on the canary by intent: stable is what it last was.
    pub stable_gone: bool,
    /// Fewer outcomes are inconclusive, whatever the gate says itself.
    pub min_samples: Option<u64>,
    /// What this look may spend of a chance of a false alarm that is shared by the whole policy.
    pub alpha: Option<f64>,
    /// Nobody reads notes.
    pub muted: bool,
}

/// A part in which a check must hold, bound to a system.
pub(crate) struct BoundPart {
    pub segment: Option<Segment>,
    pub source: Source,
    pub limit: CellLimit,
}

impl BoundCheck {
    pub fn new(check: &Check, unit: Unit, parts: Vec<BoundPart>, rule: &Rule, min_samples: u64) -> BoundCheck {
        let scope = check.reading.metrics()[0].arm;
        let (mut sights, mut cells) = (Vec::new(), Vec::new());
        for BoundPart { segment, source, limit } in parts {
            let wants = crate::cell::wants(rule.wants(), &source);
            let relative = !matches!(limit, CellLimit::Absolute(_));
            cells.push(Cell::new(sights.len(), limit, State::new(rule), wants));
            sights.push(Sight::new(segment, source, check.over, relative || wants.spread, relative));
        }
        let variant = Variant::new(check.clone(), rule.clone(), min_samples, cells);
        let news = rule.wants().news;
        BoundCheck {
            unit,
            arm: Arm::Canary,
            scope,
            sights,
            variants: vec![variant],
            statuses: vec![Status::NoData],
            ladders: None,
            news,
        }
    }

    /// The same check of another arm, with nothing seen, of samples that lie wholly after `floor`.
    pub fn afresh(&self, arm: Arm, floor: Time) -> BoundCheck {
        let sights = self.sights.iter().map(|sight| sight.afresh(floor)).collect();
        let variants = self.variants.iter().map(|variant| variant.afresh(floor)).collect();
        let statuses = vec![Status::NoData; self.statuses.len()];
        BoundCheck { arm, sights, variants, statuses, ladders: self.ladders.clone(), ..*self }
    }

    /// In how many parts it is judged, each by itself.
    pub fn parts(&self) -> usize {
        self.variants[0].cells.len()
    }

    /// The check, as the first of its variants has it.
    pub fn check(&self) -> &Check {
        &self.variants[0].check
    }

    /// The logarithms of the e-values of its parts, as far as the rule keeps one.
    pub fn log_e(&self) -> impl Iterator<Item = f64> + '_ {
        self.variants[0].cells.iter().filter_map(|cell| cell.rule().log_e())
    }

    /// Takes in how another policy holds the same check, both with nothing seen: the number of that variant.
    pub fn admit(&mut self, other: &BoundCheck) -> usize {
        let newcomer = &other.variants[0];
        if let Some(known) = self.variants.iter().position(|variant| variant.holds_like(newcomer)) {
            return known;
        }
        let mut variant = newcomer.clone();
        for cell in &mut variant.cells {
            let sight = &other.sights[cell.sight];
            cell.sight = self.sights.iter().position(|own| own.is_like(sight)).unwrap_or_else(|| {
                self.sights.push(sight.clone());
                self.sights.len() - 1
            });
        }
        self.variants.push(variant);
        self.statuses.push(Status::NoData);
        self.ladders = None;
        self.news |= other.news;
        self.variants.len() - 1
    }

    /// Keeps these variants, in rising order, and what they read.
    pub fn keep(&mut self, variants: &[usize]) {
        if variants.len() == self.variants.len() {
            return;
        }
        self.statuses = variants.iter().map(|v| self.statuses[*v]).collect();
        let mut place = 0;
        self.variants.retain(|_| {
            place += 1;
            variants.binary_search(&(place - 1)).is_ok()
        });
        self.keep_sights();
    }

    /// A copy with these variants, in rising order; `blank`: of windows with nothing in them.
    pub fn only(&self, variants: &[usize], blank: bool) -> BoundCheck {
        let sight = |sight: &Sight| if blank { sight.afresh(Time::ZERO) } else { sight.clone() };
        let mut copy = BoundCheck {
            sights: self.sights.iter().map(sight).collect(),
            variants: variants.iter().map(|v| self.variants[*v].clone()).collect(),
            statuses: variants.iter().map(|v| self.statuses[*v]).collect(),
            ladders: None,
            ..*self
        };
        copy.keep_sights();
        copy
    }

    /// Lets go of what was read; what was said stays.
    pub fn forget(&mut self) {
        self.sights = self.sights.iter().map(|sight| sight.afresh(Time::ZERO)).collect();
    }

    /// Keeps what some variant reads.
    fn keep_sights(&mut self) {
        self.ladders = None;
        let mut used: Vec<usize> = self.variants.iter().flat_map(|v| v.cells.iter().map(|cell| cell.sight)).collect();
        used.sort_unstable();
        used.dedup();
        if used.len() == self.sights.len() {
            return;
        }
        for cell in self.variants.iter_mut().flat_map(|v| &mut v.cells) {
            cell.sight = used.binary_search(&cell.sight).expect("it is used");
        }
        let mut place = 0;
        self.sights.retain(|_| {
            place += 1;
            used.binary_search(&(place - 1)).is_ok()
        });
    }

    /// How many ways there are to hold it.
    pub fn variants(&self) -> usize {
        self.variants.len()
    }

    /// What was said last by one who holds it so.
    pub fn status(&self, variant: usize) -> Status {
        self.statuses[variant]
    }

    /// Fails, whatever its own evidence: with that of others it is enough.
    pub fn fail(&mut self) {
        self.statuses.fill(Status::Fail);
    }

    /// Whether anybody's last word was a fail.
    pub fn anybody_fails(&self) -> bool {
        self.statuses.contains(&Status::Fail)
    }

    /// The segments in which it failed last.
    pub fn failing(&self, variant: usize) -> Vec<Segment> {
        let Variant { cells, failing, .. } = &self.variants[variant];
        match cells.as_slice() {
            _ if self.statuses[variant] != Status::Fail => Vec::new(),
            // It may not have been judged itself.
            [cell] => self.sights[cell.sight].segment.iter().cloned().collect(),
            _ => failing.clone(),
        }
    }

    /// A stage took effect: rules forget, windows without a length begin again. Where the stage leaves nobody on stable, its
    /// window stays as it was.
    pub fn stage_began(&mut self, at: Time, stable_gone: bool) {
        self.sights.iter_mut().for_each(|sight| sight.stage_began(at, stable_gone));
        self.variants.iter_mut().for_each(|variant| variant.stage_began(at));
    }

    /// Takes in a sample that has arrived.
    pub fn take(&mut self, sample: &Sample) {
        let sees = self.scope.map_or(sample.arm == self.arm, |scope| scope.holds(sample.arm));
        for (place, sight) in self.sights.iter_mut().enumerate() {
            let own = sees && sight.own.take(sample);
            let stable = sample.arm == Arm::Stable && sight.take_stable(sample);
            if self.news && (own || stable) {
                let here = listeners(&mut self.variants).filter(|cell| cell.sight == place);
                here.for_each(|cell| cell.hear_of(sample.stamp, own, stable));
            }
        }
    }

    /// The verdict of this round. Where there are several ways to hold the check, the status of each is known afterwards, and the
    /// evidence of none.
    pub fn judge(&mut self, moment: Moment) -> Verdict {
        self.look(moment);
        let sights = &self.sights;
        if let [variant] = self.variants.as_mut_slice() {
            let mut verdict = variant.judge(sights, moment);
            verdict.evidence.unit = self.unit;
            verdict.evidence.failing.clone_from(&variant.failing);
            self.statuses[0] = verdict.status;
            return verdict;
        }
        let variants = &mut self.variants;
        let ladders = self.ladders.get_or_insert_with(|| Ladders::of(variants));
        let quietly = Moment { muted: true, ..moment };
        ladders.climb(&mut self.statuses, |variant| variants[variant].judge(sights, quietly).status);
        Verdict { status: self.statuses[0], evidence: Evidence::default() }
    }

    /// Lets all windows end now; those who listen hear what is new.
    fn look(&mut self, moment: Moment) {
        let Moment { now, .. } = moment;
        if self.news {
            listeners(&mut self.variants).for_each(|cell| cell.hear_stable(&self.sights[cell.sight]));
        }
        self.sights.iter_mut().for_each(|sight| sight.look_aside(moment));
        if self.news {
            let op = self.check().op;
            listeners(&mut self.variants).for_each(|cell| cell.hear(&self.sights[cell.sight], op, now));
        }
        self.sights.iter_mut().for_each(|sight| sight.look(now));
    }
}

/// The cells that hear of every sample.
fn listeners(variants: &mut [Variant]) -> impl Iterator<Item = &mut Cell> {
    variants.iter_mut().flat_map(|variant| &mut variant.cells).filter(|cell| cell.wants_news())
}

/// A gate bound to a system.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundGate {
    pub check: BoundCheck,
    pub needs: Option<(BoundCheck, Unmet)>,
    /// Whether it was judged in the last round.
    judged: bool,
}

impl BoundGate {
    pub fn new(check: BoundCheck, needs: Option<(BoundCheck, Unmet)>) -> BoundGate {
        BoundGate { check, needs, judged: false }
    }

    /// See [`BoundCheck::afresh`].
    pub fn afresh(&self, arm: Arm, floor: Time) -> BoundGate {
        let needs = self.needs.as_ref().map(|(check, unmet)| (check.afresh(arm, floor), *unmet));
        BoundGate::new(self.check.afresh(arm, floor), needs)
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

    /// See [`BoundCheck::only`].
    pub fn only(&self, variants: &[usize], blank: bool) -> BoundGate {
        BoundGate { check: self.check.only(variants, blank), needs: self.needs.clone(), judged: self.judged }
    }

    /// See [`BoundCheck::forget`].
    pub fn forget(&mut self) {
        self.check.forget();
        self.needs.iter_mut().for_each(|(needs, _)| needs.forget());
    }

    /// Takes in how another policy holds the same gate, both with nothing seen: the number of that variant.
    pub fn admit(&mut self, other: &BoundGate) -> usize {
        self.check.admit(&other.check)
    }

    /// What one who holds it so was told in the last round; `None` when it was not judged.
    pub fn status(&self, variant: usize) -> Option<Status> {
        self.judged.then(|| self.check.status(variant))
    }

    /// The verdict of this round; `None` when the gate's event did not occur and need not.
    pub fn judge(&mut self, moment: Moment) -> Option<Verdict> {
        let verdict = match self.held_back(moment) {
            Some(held_back) => {
                self.check.statuses.fill(held_back.as_ref().map_or(Status::Pass, |verdict| verdict.status));
                held_back
            }
            None => Some(self.check.judge(moment)),
        };
        self.judged = verdict.is_some();
        verdict
    }

    /// What is said instead of a verdict while what the gate needs does not hold.
    fn held_back(&mut self, moment: Moment) -> Option<Option<Verdict>> {
        let (needs, unmet) = self.needs.as_mut()?;
        let met = needs.judge(Moment { min_samples: Some(0), ..moment });
        let held_back = |status, note: &str| {
            // The needed reading's numbers are not the gate's own.
            let note = format!("{note}: {}", needs.check());
            let evidence = Evidence { value: None, limit: None, note, failing: Vec::new(), ..met.evidence.clone() };
            Some(Some(Verdict { status, evidence }))
        };
        match (met.status, unmet) {
            (Status::Pass, _) => None,
            // Without samples nobody knows whether the event occurred: silence does not excuse the gate.
            (Status::NoData, _) => held_back(Status::NoData, "cannot tell whether it is needed"),
            (_, Unmet::Skip) => Some(None),
            (_, Unmet::Wait) => held_back(Status::Inconclusive, "waits for"),
            (_, Unmet::Insufficient) => held_back(Status::Inconclusive, "insufficient without"),
        }
    }
}
