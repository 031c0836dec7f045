//! The scores of a trial, each one number or none: the one catalog that rows, expectations and comparisons are made of.

use crate::score::gaps;
use gatecrash_policies::time::Time;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Outcome, Trial};

/// A score of a trial. Shares are 1 where it happened and 0 where it did not; times are microseconds; the rest are counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Harm, and a rollback at or after it.
    DetectionRate,
    /// A rollback for nothing, or before any harm.
    FalseRollbackRate,
    /// Finished, where that was right.
    TruePromoteRate,
    /// Harm, and no rollback.
    Missed,
    /// A trial that says nothing.
    Insufficient,
    /// Both budgets kept.
    WithinBudget,
    /// Decided before the harm was shown.
    Lucky,
    /// Harm ended by a playbook step without a withdrawal.
    Mitigated,
    /// Recovery declared before it was over.
    PrematureValidations,
    /// Harmed to decided.
    TimeToDetect,
    /// Decided to withdrawn.
    Rollback,
    /// Decided to validated.
    Recovery,
    /// Harmed to shown.
    GapTelemetry,
    /// Shown to decided.
    GapJudgement,
    /// Decided to withdrawn.
    GapRollback,
    /// Withdrawn to clear.
    GapDrain,
    /// Clear to validated.
    GapValidation,
    /// Requests that met the canary.
    ExposedRequests,
    /// Subjects that met the canary.
    ExposedSubjects,
    /// Harmed outcomes.
    Harmed,
    /// Duplicates that left the system.
    DuplicatesLeaked,
    /// From the beginning to the finish.
    Rollout,
}

/// What a measure is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1 or 0 a trial: over many, a share.
    Share,
    /// Microseconds.
    Time,
    /// Things.
    Count,
}

/// What is said of a measure.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The measure.
    pub measure: Measure,
    /// As suites and reports call it.
    pub name: &'static str,
    /// What it is a number of.
    pub unit: Unit,
    /// Whether less of it is better.
    pub less: bool,
    /// Of which scenarios it can be had; all when there is nothing.
    pub only: Option<Expect>,
    /// What it is, in a line.
    pub about: &'static str,
}

/// How many there are.
pub const MEASURES: usize = 22;

const fn share(measure: Measure, name: &'static str, less: bool, only: Option<Expect>, about: &'static str) -> Spec {
    Spec { measure, name, unit: Unit::Share, less, only, about }
}

const fn time(measure: Measure, name: &'static str, only: Option<Expect>, about: &'static str) -> Spec {
    Spec { measure, name, unit: Unit::Time, less: true, only, about }
}

const fn count(measure: Measure, name: &'static str, about: &'static str) -> Spec {
    Spec { measure, name, unit: Unit::Count, less: true, only: None, about }
}

const BREACH: Option<Expect> = Some(Expect::Rollback);

/// All of them, in the order of [`Measure`].
pub static SPECS: [Spec; MEASURES] = [
    share(
        Measure::DetectionRate,
        "detection_rate",
        false,
        BREACH,
        "breaches that were rolled back, of trials that say something",
    ),
    share(
        Measure::FalseRollbackRate,
        "false_rollback_rate",
        true,
        None,
        "rollbacks for nothing or before any harm, of trials that say something",
    ),
    share(
        Measure::TruePromoteRate,
        "true_promote_rate",
        false,
        Some(Expect::Promote),
        "rollouts that finished, of trials that say something",
    ),
    share(Measure::Missed, "missed", true, BREACH, "breaches that were never rolled back, of trials that say something"),
    share(Measure::Insufficient, "insufficient", true, None, "trials that say nothing, of all trials"),
    share(Measure::WithinBudget, "within_budget", false, BREACH, "both budgets of the policy kept, of rollbacks after harm"),
    share(Measure::Lucky, "lucky", true, BREACH, "decisions before the harm was shown, of trials that say something"),
    share(
        Measure::Mitigated,
        "mitigated",
        false,
        BREACH,
        "harm that a step of the playbook ended without a withdrawal, of trials that say something",
    ),
    share(
        Measure::PrematureValidations,
        "premature_validations",
        true,
        None,
        "recoveries that were declared before it was over, of trials that say something",
    ),
    time(Measure::TimeToDetect, "time_to_detect", BREACH, "from the first harm to the decision, of breaches that were detected"),
    time(Measure::Rollback, "rollback", None, "from the decision to the withdrawal, of rollbacks"),
    time(Measure::Recovery, "recovery", None, "from the decision to the validated recovery, of rollbacks that were validated"),
    time(Measure::GapTelemetry, "gaps.telemetry", BREACH, "from the first harm until a sample shows it"),
    time(Measure::GapJudgement, "gaps.judgement", BREACH, "from the first sample that shows the harm to the decision"),
    time(Measure::GapRollback, "gaps.rollback", None, "from the decision to the withdrawal"),
    time(Measure::GapDrain, "gaps.drain", None, "from the withdrawal to the last harm"),
    time(Measure::GapValidation, "gaps.validation", None, "from the last harm to the validated recovery"),
    count(Measure::ExposedRequests, "exposed_requests", "requests that met the canary"),
    count(Measure::ExposedSubjects, "exposed_subjects", "subjects that met the canary"),
    count(Measure::Harmed, "harmed", "outcomes that were harmed"),
    count(Measure::DuplicatesLeaked, "duplicates_leaked", "duplicates that left the system"),
    time(Measure::Rollout, "rollout", None, "from the beginning to the finish, of rollouts that finished"),
];

impl Measure {
    /// What is said of it.
    pub fn spec(self) -> &'static Spec {
        &SPECS[self as usize]
    }

    /// As suites and reports call it.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The measure of this name.
    pub fn named(name: &str) -> Option<Measure> {
        SPECS.iter().find(|spec| spec.name == name).map(|spec| spec.measure)
    }

    /// Whether a scenario of which this is expected has it.
    pub fn is_of(self, expect: Expect) -> bool {
        self.spec().only.is_none_or(|only| only == expect)
    }

    /// What a trial of a scenario of which this is expected has of it.
    pub fn of(self, trial: &Trial, expect: Expect) -> Option<u64> {
        if !self.is_of(expect) {
            return None;
        }
        let at = &trial.instants;
        let judged = |happened: bool| (trial.outcome != Outcome::Insufficient).then_some(u64::from(happened));
        match self {
            Measure::DetectionRate => judged(trial.outcome == Outcome::Detected),
            Measure::FalseRollbackRate => judged(trial.outcome == Outcome::FalseRollback),
            Measure::TruePromoteRate => judged(trial.outcome == Outcome::TruePromote),
            Measure::Missed => judged(trial.outcome == Outcome::Missed),
            Measure::Insufficient => Some(u64::from(trial.outcome == Outcome::Insufficient)),
            Measure::WithinBudget => trial.within_budget.map(u64::from),
            Measure::Lucky => judged(trial.lucky),
            Measure::Mitigated => judged(trial.mitigated),
            Measure::PrematureValidations => judged(trial.premature_validation.is_some()),
            Measure::TimeToDetect => between(at.harmed, at.decided).filter(|_| trial.outcome == Outcome::Detected),
            Measure::Rollback => between(at.decided, at.withdrawn),
            Measure::Recovery => between(at.decided, at.validated),
            Measure::GapTelemetry => gaps(trial)[0],
            Measure::GapJudgement => gaps(trial)[1],
            Measure::GapRollback => gaps(trial)[2],
            Measure::GapDrain => gaps(trial)[3],
            Measure::GapValidation => gaps(trial)[4],
            Measure::ExposedRequests => Some(trial.exposed_requests),
            Measure::ExposedSubjects => Some(trial.exposed_subjects),
            Measure::Harmed => Some(trial.harmed),
            Measure::DuplicatesLeaked => Some(trial.duplicates_leaked),
            Measure::Rollout => trial.finished.then_some(trial.ended.0),
        }
    }
}

/// Microseconds from one instant to a later one, where both happened in that order.
fn between(from: Option<Time>, to: Option<Time>) -> Option<u64> {
    to?.0.checked_sub(from?.0)
}

/// A trial as scores remember it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The seed that it was played with.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The gate that fired first, where it was rolled back.
    pub caught_by: Option<Box<str>>,
    /// Why it says nothing; empty where it does.
    pub reason: Box<str>,
    /// By measure; [`NONE`] where there is none.
    values: [u64; MEASURES],
}

/// No trial has that much of anything.
const NONE: u64 = u64::MAX;

impl Facts {
    /// Of a trial of a scenario of which this is expected.
    pub fn of(trial: &Trial, expect: Expect) -> Facts {
        let reason = if trial.outcome == Outcome::Insufficient { crate::reasons::cause(&trial.reason) } else { String::new() };
        Facts {
            seed: trial.seed,
            outcome: trial.outcome,
            caught_by: trial.caught_by.first().map(|gate| gate.as_str().into()),
            reason: reason.into(),
            values: SPECS.each_ref().map(|spec| spec.measure.of(trial, expect).unwrap_or(NONE)),
        }
    }

    /// What it has of a measure.
    pub fn get(&self, measure: Measure) -> Option<u64> {
        Some(self.values[measure as usize]).filter(|value| *value != NONE)
    }

    /// Whether it says something, and what this gate has to do with it: 1 where it fired first. Where a rollback was right, only a
    /// breach that was detected counts; where it was not, every rollback does.
    pub fn caught_by(&self, gate: &str) -> Option<u64> {
        let caught = self.caught_by.as_deref() == Some(gate);
        let before_harm = self.outcome == Outcome::FalseRollback && self.get(Measure::DetectionRate).is_some();
        (self.outcome != Outcome::Insufficient).then_some(u64::from(caught && !before_harm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_stands_in_its_place_and_has_a_name_of_its_own() {
        for (i, spec) in SPECS.iter().enumerate() {
            assert_eq!(spec.measure as usize, i, "{}", spec.name);
            assert_eq!(Measure::named(spec.name), Some(spec.measure));
            assert!(!spec.about.is_empty());
        }
    }
}
