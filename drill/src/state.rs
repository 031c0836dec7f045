//! What a drill looks like at a moment, as JSON: `GET /api/state`, and the events of `GET /api/events`.
//!
//! Times in seconds since the beginning of the simulated rollout. Operators and observers get a [`State`] without [`Truth`]; what is in
//! the rest is what telemetry brought, what gates said, and what people did.

use crate::role::Role;
use serde::Serialize;

/// The schema of [`State`].
pub const SCHEMA: &str = "gatecrash.drill-state/v1";

/// All that a page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct State {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The policy's name.
    pub policy: String,
    /// What it is for, in a line.
    pub about: String,
    /// `manual`, `supervised` or `automatic`.
    pub mode: &'static str,
    /// The time and its pace.
    pub clock: Clock,
    /// `forward`, `back` or `over`.
    pub phase: &'static str,
    /// How it ended, if it has.
    pub over: Option<Over>,
    /// The ladder.
    pub stages: Vec<StageView>,
    /// The share of subjects on the canary, 0..=1, as the last samples tell; `None` before there are any.
    pub exposure: Option<f64>,
    /// Somebody holds: nothing promotes by itself.
    pub held: bool,
    /// All gates, in the policy's order.
    pub gates: Vec<GateView>,
    /// What waits for somebody to confirm it (supervised).
    pub proposal: Option<Proposal>,
    /// When it was decided to roll back.
    pub decided_s: Option<f64>,
    /// The playbook, in order.
    pub playbook: Vec<StepView>,
    /// The recovery check, once it is at work.
    pub recovery: Option<Recovery>,
    /// The policy's budgets.
    pub budget: Budget,
    /// Who has taken part so far.
    pub people: Vec<Person>,
    /// The switches that a progressive-delivery controller reads.
    pub switches: Switches,
    /// Only for the facilitator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
}

/// The time and its pace.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Clock {
    /// Simulated time.
    pub t_s: f64,
    /// Simulated seconds a second; `None` is as fast as it can.
    pub speed: Option<f64>,
    /// Whether it stands still.
    pub paused: bool,
    /// Since when people have been there: what was before was played at once.
    pub live_s: f64,
    /// When the scenario ends at the latest.
    pub horizon_s: f64,
    /// How far it lags behind its pace.
    pub behind_s: f64,
}

/// The end of a drill.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Over {
    /// When.
    pub at_s: f64,
    /// Why: `finished`, `recovered`, `horizon`, `time limit`, `nobody attended`, `stop condition`, `ended`, `interrupted`.
    pub reason: String,
    /// More about it; may be empty.
    pub text: String,
    /// Where the after-action report is, once it is there.
    pub report: Option<String>,
}

/// A stage of the ladder.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StageView {
    /// Its name.
    pub name: String,
    /// Who meets the canary, in words.
    pub cohort: String,
    /// Least healthy time in it.
    pub soak_s: f64,
    /// How much of that is served; `None` unless it is the one in effect.
    pub served_s: Option<f64>,
    /// `passed`, `current`, `entering`, `ahead` or `left` (rolled back from).
    pub state: &'static str,
    /// When it took effect.
    pub began_s: Option<f64>,
}

/// A gate and what it says.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GateView {
    /// Its name.
    pub name: String,
    /// The check, as in the policy.
    pub check: String,
    /// `rollback`, `hold` or `stop`.
    pub on_fail: &'static str,
    /// Whether it is judged now: in the stage, or in the recovery check.
    pub in_force: bool,
    /// Whether this system has what it reads at all.
    pub applies: bool,
    /// `pass`, `fail`, `inconclusive` or `no-data`; `None` while it is not judged.
    pub status: Option<&'static str>,
    /// Since when it has said so.
    pub since_s: Option<f64>,
    /// Why, in a sentence; may be empty.
    pub sentence: String,
    /// `plain`, `seconds`, `share` or `per_second`.
    pub unit: &'static str,
    /// `<=`, `>=`, `<`, `>` or `==`.
    pub op: &'static str,
}

/// What the policy wants done and people have to confirm: by doing it, or by holding.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proposal {
    /// Rises by one with each.
    pub number: u32,
    /// `promote`, `rollback` or `step`: the act that confirms it.
    pub act: &'static str,
    /// In words.
    pub text: String,
    /// When it was made.
    pub at_s: f64,
    /// When it lapses, if nobody confirms it.
    pub expires_s: Option<f64>,
}

/// A step of the playbook.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepView {
    /// From 1.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// What it does, in words.
    pub does: String,
    /// How long it takes, before flags travel.
    pub takes_s: f64,
    /// Whether it applies to the gates that fail (or failed, when it was decided).
    pub applies: bool,
    /// Whether it is the one to run next.
    pub next: bool,
    /// Who ran it, and when; more than once is a repetition.
    pub runs: Vec<StepRun>,
}

/// Somebody ran a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepRun {
    /// Who; `policy` where it ran by itself.
    pub who: String,
    /// When.
    pub at_s: f64,
    /// When it had taken effect.
    pub done_s: Option<f64>,
}

/// The recovery check at work.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Recovery {
    /// What it waits for, in words.
    pub text: String,
    /// Passing rounds must last so long.
    pub clean_for_s: f64,
    /// When it first succeeded.
    pub validated_s: Option<f64>,
}

/// The policy's budgets.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Budget {
    /// Harmed to withdrawn.
    pub withdraw_within_s: Option<f64>,
    /// Withdrawn to validated.
    pub recover_within_s: Option<f64>,
}

/// Somebody who has taken part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// Their name.
    pub who: String,
    /// In which role they last did something; `None` where nobody says.
    pub role: Option<Role>,
    /// The facilitator has sent them away: what they do is refused.
    pub away: bool,
}

/// What `/gate/check` and `/rollback/check` answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Switches {
    /// Promotion is approved.
    pub gate: bool,
    /// A rollback is asked for.
    pub rollback: bool,
}

/// What only the facilitator sees.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about.
    pub about: String,
    /// The seed.
    pub seed: u64,
    /// `rollback` or `promote`: what would be right.
    pub expect: &'static str,
    /// The faults that there are: planned, in force and over.
    pub faults: Vec<FaultView>,
    /// The share of subjects that meets the canary, as it truly is.
    pub exposure: f64,
    /// Harmed outcomes so far.
    pub harmed: u64,
    /// The first of them.
    pub harmed_s: Option<f64>,
    /// When telemetry first showed harm.
    pub shown_s: Option<f64>,
    /// Requests that met the canary so far.
    pub exposed_requests: u64,
}

/// A fault as the facilitator sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FaultView {
    /// Its name.
    pub name: String,
    /// What it bends.
    pub text: String,
    /// When it is due, in words (`1h after stage canary`).
    pub due: String,
    /// When it began.
    pub began_s: Option<f64>,
    /// Whether it was injected in this drill.
    pub injected: bool,
}

/// A line of the log: event `log`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// When.
    pub t_s: f64,
    /// `stage`, `gate`, `decision`, `step`, `operator`, `readiness`, `review`, `measure`, `recovery`, `note` of the rollout; `act` of
    /// people; `proposal`; `clock`; `report` (somebody says so); `refused`; `over`. For the facilitator also `fault`, `steering`, `harm`.
    pub kind: String,
    /// Who did it, where somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// In which role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What, in words.
    pub text: String,
}

/// What the gates' metrics came to: event `points`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Points {
    /// When they were read.
    pub t_s: f64,
    /// Those that could be read.
    pub points: Vec<Point>,
}

/// One metric, in the unit of its gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    /// The gate, by its place in [`State::gates`].
    pub gate: usize,
    /// Of the canary.
    pub canary: Option<f64>,
    /// Of stable.
    pub stable: Option<f64>,
    /// Of those who were on the canary.
    pub former: Option<f64>,
    /// What the canary is held against.
    pub limit: Option<f64>,
}

/// The metrics of one gate so far, column by column, thinned out to a thousand moments: in the answer to `GET /api/state`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chart {
    /// The gate, by its place in [`State::gates`].
    pub gate: usize,
    /// When.
    pub t_s: Vec<f64>,
    /// See [`Point`].
    pub canary: Vec<Option<f64>>,
    /// See [`Point`].
    pub stable: Vec<Option<f64>>,
    /// See [`Point`].
    pub former: Vec<Option<f64>>,
    /// See [`Point`].
    pub limit: Vec<Option<f64>>,
}
