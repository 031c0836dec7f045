//! What one play of scenario x policy x seed came to: the truth, after the fact.

use gatecrash_policies::hist::Hist;
use gatecrash_policies::sample::{Catalog, Sample, SignalKind};
use gatecrash_policies::time::Time;
use gatecrash_policies::verdict::Verdict;

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Harm, and a rollback at or after it.
    Detected,
    /// Harm, and no rollback.
    Missed,
    /// A rollback without harm before it.
    FalseRollback,
    /// Finished, where that was right.
    TruePromote,
    /// It says nothing, for the reason given.
    Insufficient,
}

impl Outcome {
    /// As in JSON: `detected`, `missed`, `false_rollback`, `true_promote`, `insufficient`.
    pub fn name(self) -> &'static str {
        ["detected", "missed", "false_rollback", "true_promote", "insufficient"][self as usize]
    }
}

/// The six instants, where they happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instants {
    /// First harmed outcome.
    pub harmed: Option<Time>,
    /// First arrival of a sample that contains one.
    pub shown: Option<Time>,
    /// The decision to roll back.
    pub decided: Option<Time>,
    /// No new request goes to the canary, or a step mitigated.
    pub withdrawn: Option<Time>,
    /// Last harmed outcome after `withdrawn`, else `withdrawn`.
    pub clear: Option<Time>,
    /// First success of the recovery check at or after `clear`.
    pub validated: Option<Time>,
}

impl Instants {
    /// In order, with their names.
    pub fn named(&self) -> [(&'static str, Option<Time>); 6] {
        [
            ("harmed", self.harmed),
            ("shown", self.shown),
            ("decided", self.decided),
            ("withdrawn", self.withdrawn),
            ("clear", self.clear),
            ("validated", self.validated),
        ]
    }
}

/// The owners of the five gaps between the instants, in order.
pub const GAPS: [&str; 5] = ["telemetry", "judgement", "rollback", "drain", "validation"];

/// One trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is insufficient; empty otherwise.
    pub reason: String,
    /// The gates that fired, the first one first; empty without a rollback.
    pub caught_by: Vec<String>,
    /// The stage in effect when it was decided to roll back; empty without a rollback.
    pub stage: String,
    /// When what happened.
    pub instants: Instants,
    /// Decided between harmed and shown.
    pub lucky: bool,
    /// Withdrawn by mitigation.
    pub mitigated: bool,
    /// A success of the recovery check before `clear`.
    pub premature_validation: Option<Time>,
    /// Both budgets of the policy kept; `None` when there was no rollback after harm or there is no budget.
    pub within_budget: Option<bool>,
    /// Requests (of any component) that met the canary.
    pub exposed_requests: u64,
    /// Subjects that met the canary at least once.
    pub exposed_subjects: u64,
    /// Harmed outcomes.
    pub harmed: u64,
    /// Duplicates that left the system, beyond the twin's.
    pub duplicates_leaked: u64,
    /// Events of the world that this trial went through, its shared beginning included.
    pub events: u64,
    /// When the trial was over: finished, recovered or the horizon.
    pub ended: Time,
    /// When the world stopped: `ended`, or later where the aftermath of a rollback was watched.
    pub stopped: Time,
    /// Whether everyone came to be on the canary with the last soak served.
    pub finished: bool,
    /// The items of readiness that stood in the way when the trial ended, as `name (owner)`.
    pub open_items: Vec<String>,
    /// The items of readiness that were ticked and not true when somebody was first exposed.
    pub untrue_items: Vec<String>,
    /// What stays outside after the rollback and has to be cleaned up: (what, how many).
    pub cleanup: Vec<(String, u64)>,
    /// What a person wants to read of it, in order of time.
    pub timeline: Vec<Entry>,
    /// Only where asked for.
    pub detail: Option<Box<Detail>>,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// `stage`, `fault`, `gate`, `decision`, `step`, `steering`, `recovery`, `harm`, `operator`, `readiness`,
    /// `review`, `measure` or `note`.
    pub kind: &'static str,
    /// What, in words.
    pub text: String,
}

/// What a picture of a trial needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// What the samples' series mean.
    pub catalog: Catalog,
    /// The truth of every signal after the warm-up.
    pub signals: Vec<TrueSignal>,
    /// Every sample as it was taken, in order of stamp; `arrived` tells when gates saw it.
    pub samples: Vec<Sample>,
    /// For each of `samples`, whether it was lost.
    pub lost: Vec<bool>,
    /// The exposed share of subjects: (since, share in ten-thousandths).
    pub exposure: Vec<(Time, u32)>,
    /// What the gates said: (round, index of the gate in the policy, verdict).
    pub verdicts: Vec<(Time, usize, Verdict)>,
    /// How the policy went through its stages.
    pub passages: Vec<gatecrash_policies::passage::Passage>,
    /// Harmed outcomes: (when, objective's index).
    pub harms: Vec<(Time, usize)>,
}

/// The truth of a signal, by arm.
#[derive(Clone, Debug, PartialEq)]
pub struct TrueSignal {
    /// `runs.latency`.
    pub name: String,
    /// How to read it.
    pub reads: SignalKind,
    /// Index 0 is stable, 1 is canary.
    pub arms: [TrueValue; 2],
}

/// What one arm's signal came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrueValue {
    /// Outcomes.
    pub count: u64,
    /// For durations (microseconds) and amounts (thousandths).
    pub hist: Hist,
    /// For levels: integrated over time (level x microseconds), and over how many microseconds.
    pub area: (u128, u64),
    /// For levels: the highest.
    pub max: u64,
}
