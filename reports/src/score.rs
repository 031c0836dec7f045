//! Many trials of a scenario and a policy at one severity and wobble folded into one row, and the rows into a report.

use crate::measure::{MEASURES, Measure, SPECS};
use crate::promise::Promise;
use crate::reasons;
use crate::smallest::{SmallestSeverity, smallest_severities};
use crate::stats::{Rate, Summary};
use gatecrash_policies::time::Time;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Instants, Outcome, Trial};
use serde::Serialize;
use std::collections::BTreeMap;

/// Multiples of what a scenario says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Of its faults.
    pub severity: f64,
    /// Of its wobble: 0 is a world without drift.
    pub wobble: f64,
}

impl Default for Sizes {
    /// The scenario as written.
    fn default() -> Sizes {
        Sizes { severity: 1.0, wobble: 1.0 }
    }
}

/// Adds up trials of one scenario x policy x severity x wobble. Trials need not be kept, and a row can be had at any time: that
/// is how an interrupted job still reports. The order in which trials are added does not matter.
#[derive(Clone, Debug)]
pub struct Tally {
    scenario: String,
    policy: String,
    expect: Expect,
    sizes: Sizes,
    promise: Promise,
    /// Trials by outcome, in the order of [`Outcome`].
    outcomes: [u64; 5],
    /// Trials that kept the budgets, and those that had any to keep.
    within_budget: (u64, u64),
    lucky: u64,
    mitigated: u64,
    premature_validations: u64,
    caught_by: BTreeMap<String, u64>,
    insufficient_reasons: BTreeMap<String, u64>,
    values: Values,
}

/// One number per trial that has it, by measure.
type Values = [Vec<u64>; MEASURES];

impl Tally {
    /// No trials yet.
    pub fn new(scenario: &str, policy: &str, expect: Expect, sizes: Sizes, promise: Promise) -> Tally {
        Tally {
            scenario: scenario.to_string(),
            policy: policy.to_string(),
            expect,
            sizes,
            promise,
            outcomes: [0; 5],
            within_budget: (0, 0),
            lucky: 0,
            mitigated: 0,
            premature_validations: 0,
            caught_by: BTreeMap::new(),
            insufficient_reasons: BTreeMap::new(),
            values: Values::default(),
        }
    }

    /// Adds a trial.
    pub fn add(&mut self, trial: &Trial) {
        self.outcomes[trial.outcome as usize] += 1;
        if trial.outcome == Outcome::Insufficient {
            *self.insufficient_reasons.entry(reasons::cause(&trial.reason)).or_default() += 1;
        }
        if let Some(first) = trial.caught_by.first() {
            *self.caught_by.entry(first.clone()).or_default() += 1;
        }
        if let Some(kept) = trial.within_budget {
            self.within_budget.0 += u64::from(kept);
            self.within_budget.1 += 1;
        }
        self.lucky += u64::from(trial.lucky);
        self.mitigated += u64::from(trial.mitigated);
        self.premature_validations += u64::from(trial.premature_validation.is_some());
        for (list, spec) in self.values.iter_mut().zip(&SPECS) {
            list.extend(spec.measure.of(trial, self.expect));
        }
    }

    /// Trials added so far.
    pub fn trials(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// What they came to so far.
    pub fn row(&self) -> Row {
        let [detected, missed, false_rollbacks, true_promotes, insufficient] = self.outcomes;
        let judged = self.trials() - insufficient;
        let counts = |measure: Measure| Summary::of_counts(&self.values[measure as usize]);
        let times = |measure: Measure| Summary::of_micros(&self.values[measure as usize]);
        Row {
            scenario: self.scenario.clone(),
            policy: self.policy.clone(),
            expect: self.expect,
            severity: self.sizes.severity,
            wobble: self.sizes.wobble,
            trials: self.trials(),
            detected,
            missed,
            false_rollbacks,
            true_promotes,
            insufficient,
            detection_rate: if self.expect == Expect::Rollback { Rate::of(detected, judged) } else { None },
            false_rollback_rate: Rate::of(false_rollbacks, judged),
            false_rollback_bound: self.promise.clone(),
            within_budget: Rate::of(self.within_budget.0, self.within_budget.1),
            caught_by: self.caught_by.clone(),
            time_to_detect_s: times(Measure::TimeToDetect),
            rollback_s: times(Measure::Rollback),
            recovery_s: times(Measure::Recovery),
            gaps_s: Gaps {
                telemetry: times(Measure::GapTelemetry),
                judgement: times(Measure::GapJudgement),
                rollback: times(Measure::GapRollback),
                drain: times(Measure::GapDrain),
                validation: times(Measure::GapValidation),
            },
            exposed_requests: counts(Measure::ExposedRequests),
            exposed_subjects: counts(Measure::ExposedSubjects),
            harmed: counts(Measure::Harmed),
            duplicates_leaked: counts(Measure::DuplicatesLeaked),
            rollout_s: times(Measure::Rollout),
            lucky: self.lucky,
            mitigated: self.mitigated,
            premature_validations: self.premature_validations,
            insufficient_reasons: self.insufficient_reasons.clone(),
        }
    }
}

/// Microseconds from one instant to a later one, where both happened in that order.
fn between(from: Option<Time>, to: Option<Time>) -> Option<u64> {
    to?.0.checked_sub(from?.0)
}

/// The five gaps of a trial in microseconds, in the order of [`gatecrash_sim::trial::GAPS`].
///
/// The first two exist where harm came before any decision (detected or missed); a rollback for nothing has only the
/// last three.
pub fn gaps(trial: &Trial) -> [Option<u64>; 5] {
    let at = shown_by_decision(trial);
    let harm_came_first = matches!(trial.outcome, Outcome::Detected | Outcome::Missed);
    [
        between(at.harmed, at.shown).filter(|_| harm_came_first),
        between(at.shown, at.decided).filter(|_| harm_came_first),
        between(at.decided, at.withdrawn),
        between(at.withdrawn, at.clear),
        between(at.clear, at.validated),
    ]
}

/// The instants as they count: a lucky decision, made before the harm was shown, counts as its showing.
pub fn shown_by_decision(trial: &Trial) -> Instants {
    let mut at = trial.instants;
    if trial.lucky {
        at.shown = at.decided;
    }
    at
}

/// One scenario x policy x severity x wobble. Its fields are the JSON keys; times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// What a good policy does.
    #[serde(serialize_with = "crate::words::expect_name")]
    pub expect: Expect,
    /// The factor on the scenario's faults.
    pub severity: f64,
    /// The factor on the scenario's wobble.
    pub wobble: f64,
    /// Trials played.
    pub trials: u64,
    /// Harm, and a rollback at or after it.
    pub detected: u64,
    /// Harm, and no rollback.
    pub missed: u64,
    /// Rollbacks for nothing, or before any harm.
    pub false_rollbacks: u64,
    /// Finished, where that was right.
    pub true_promotes: u64,
    /// Trials that say nothing.
    pub insufficient: u64,
    /// Detected among those that say something, where a rollback is expected.
    pub detection_rate: Option<Rate>,
    /// False rollbacks among those that say something.
    pub false_rollback_rate: Option<Rate>,
    /// How often, at most, as far as the policy's rules promise.
    pub false_rollback_bound: Promise,
    /// Both budgets kept, among the trials in which they apply.
    pub within_budget: Option<Rate>,
    /// Rolled-back trials by the first gate that fired.
    pub caught_by: BTreeMap<String, u64>,
    /// Harmed to decided, of detected trials.
    pub time_to_detect_s: Option<Summary>,
    /// Decided to withdrawn.
    pub rollback_s: Option<Summary>,
    /// Decided to validated.
    pub recovery_s: Option<Summary>,
    /// Between the six instants.
    pub gaps_s: Gaps,
    /// Requests that met the canary.
    pub exposed_requests: Option<Summary>,
    /// Subjects that met the canary.
    pub exposed_subjects: Option<Summary>,
    /// Harmed outcomes.
    pub harmed: Option<Summary>,
    /// Duplicates that left the system.
    pub duplicates_leaked: Option<Summary>,
    /// From the beginning to the finish, of trials that finished.
    pub rollout_s: Option<Summary>,
    /// Decisions before the harm was shown.
    pub lucky: u64,
    /// Harm ended by a playbook step without a withdrawal.
    pub mitigated: u64,
    /// Recoveries that were declared before it was over.
    pub premature_validations: u64,
    /// Why trials say nothing: by cause, not by how far each had come.
    pub insufficient_reasons: BTreeMap<String, u64>,
}

impl Row {
    /// The gates that fired first, with how often; those that caught most come first.
    pub fn gates(&self) -> Vec<(&str, u64)> {
        let mut gates: Vec<_> = self.caught_by.iter().map(|(gate, n)| (gate.as_str(), *n)).collect();
        // Stable: alphabetical among equals.
        gates.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        gates
    }

    /// The reason that most of the insufficient trials have, and how many; the first by alphabet among equals.
    pub fn main_reason(&self) -> Option<(&str, u64)> {
        let most = self.insufficient_reasons.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
        Some((most.0, *most.1))
    }
}

/// The five gaps by their owners, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Gaps {
    /// Harmed to shown.
    pub telemetry: Option<Summary>,
    /// Shown to decided.
    pub judgement: Option<Summary>,
    /// Decided to withdrawn.
    pub rollback: Option<Summary>,
    /// Withdrawn to clear.
    pub drain: Option<Summary>,
    /// Clear to validated.
    pub validation: Option<Summary>,
}

impl Gaps {
    /// In order, with their owners.
    pub fn named(&self) -> [(&'static str, Option<Summary>); 5] {
        [
            ("telemetry", self.telemetry),
            ("judgement", self.judgement),
            ("rollback", self.rollback),
            ("drain", self.drain),
            ("validation", self.validation),
        ]
    }
}

/// All rows of a job.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreReport {
    /// `gatecrash.score/v1`.
    pub schema: &'static str,
    /// The first seed.
    pub seed: u64,
    /// Trials asked for, of each row.
    pub trials: u64,
    /// Scenario by scenario.
    pub rows: Vec<Row>,
    /// Where several severities were played.
    pub smallest_severity: Vec<SmallestSeverity>,
    /// Where the job ended early.
    pub interrupted: Option<Interrupted>,
}

/// How far an interrupted job came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interrupted {
    /// Trials asked for, in all.
    pub planned: u64,
    /// Trials played.
    pub done: u64,
}

impl ScoreReport {
    /// The report of these rows. `trials` is what was asked for of each row; when rows have fewer, the job counts as
    /// interrupted.
    pub fn new(seed: u64, trials: u64, rows: Vec<Row>) -> ScoreReport {
        let (planned, done) = (trials * rows.len() as u64, rows.iter().map(|r| r.trials).sum());
        let smallest_severity = smallest_severities(&rows);
        let interrupted = (done < planned).then_some(Interrupted { planned, done });
        ScoreReport { schema: "gatecrash.score/v1", seed, trials, rows, smallest_severity, interrupted }
    }
}
