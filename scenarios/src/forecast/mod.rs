//! What can be said of a scenario and a policy without playing them: what is injected, when and on whom; what each stage will see; when
//! each gate can first judge and how likely it finds what; the earliest moment at which a breach could be caught.
//!
//! Times are "at the earliest": every gate passes as soon as it may, flags travel and people answer as fast as they ever do. Numbers of
//! requests and outcomes are means over trials, before wobble and faults, as if nobody waited for a server. `docs/explain.md` says what
//! cannot be known so.

mod catch;
mod course;
mod crowd;
mod demand;
mod faults;
mod flow;
mod gates;
mod knob;
mod model;
mod moves;
mod power;
mod sight;
mod spread;
mod stages;

use course::Clock;
use gatecrash_policies::policy::Policy;
use gatecrash_policies::rollout::Rollout;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{BindError, Catalog};
use gatecrash_sim::scenario::{Scenario, Side};
use sight::Way;

/// All that is known before a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The stages that can be reached before the horizon, in order.
    pub stages: Vec<StageForecast>,
    /// What is injected, in file order.
    pub faults: Vec<FaultForecast>,
    /// The earliest moment at which some gate could see what the faults do and turn back.
    pub earliest_catch: Option<Catch>,
    /// What else is worth knowing; each is a sentence.
    pub notes: Vec<String>,
}

/// A stage before it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct StageForecast {
    /// Its name.
    pub stage: String,
    /// Its index in the policy.
    pub index: usize,
    /// Who meets the canary, in words.
    pub cohort: String,
    /// When its cohort is in effect, at the earliest.
    pub begin: Time,
    /// When the next stage can be asked for, or the rollout finishes, at the earliest.
    pub end: Time,
    /// The share of subjects that is expected to meet the canary, 0..=1.
    pub exposed: f64,
    /// The same in subjects.
    pub subjects: f64,
    /// Expected requests of the traffic, from begin to end or the horizon, that the canary serves; copies for a shadow.
    pub canary_requests: f64,
    /// The same for stable.
    pub stable_requests: f64,
    /// Expected canary requests per second over that time; 0 of no time.
    pub canary_rate: f64,
    /// Its gates, in the policy's order; those that read a kind of component that the scenario lacks are left out.
    pub gates: Vec<GateForecast>,
}

/// A gate at a stage before it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct GateForecast {
    /// Its name.
    pub gate: String,
    /// Its index in the policy.
    pub index: usize,
    /// Outcomes that its window (or the stage so far) is expected to hold at the end of the stage, as far as `min_samples` counts them;
    /// the smallest of its segments. `None`: only playing tells.
    pub outcomes: Option<f64>,
    /// How many it asks for.
    pub min_samples: u64,
    /// The first round of the stage that can see a sample for it: before that it has no data.
    pub readable: Time,
    /// When it is expected to judge.
    pub judged: Judged,
    /// The chance that it has `min_samples` in its best round of the stage, 0..=1 (Poisson); `None`: only playing tells.
    pub chance_to_judge: Option<f64>,
    /// Its window is longer than the canary is exposed by the end of the stage: it is never full there.
    pub never_full: bool,
    /// The chance that it fails at one look at the end of the stage.
    pub power: Power,
}

/// When a gate is expected to judge in a stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// In this round, by expected numbers; after the stage's end it keeps the stage waiting.
    At(Time),
    /// Not by expected numbers before the horizon, as long as the stage lasts, and why; luck may do it (see `chance_to_judge`).
    Never(String),
    /// Only playing tells, and why.
    Unknown(String),
}

/// The chance that a gate fails at one look at the end of a stage's soak, in closed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// With its metric as the scenario's file has it: a false alarm, 0..=1.
    pub at_1x: Option<f64>,
    /// With its metric doubled (for `>=`, with what it lacks doubled), 0..=1.
    pub at_2x: Option<f64>,
    /// Where the metric is zero until something breaks and the first event fails: the share of outcomes that shows up by then with a
    /// chance of 95%.
    pub shows: Option<f64>,
    /// Why a chance is not known; empty where both are.
    pub reason: String,
}

/// A fault before it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultForecast {
    /// The preset's name, or `bend`.
    pub fault: String,
    /// What it bends, at the scenario's severity.
    pub bends: Vec<BendForecast>,
    /// When it begins, at the earliest; `None`: never before the horizon.
    pub begin: Option<Time>,
    /// The same as the file says it: `at 30m`, `4m after canary begins`.
    pub when: String,
    /// How long it lasts; `None` is for good.
    pub lasting: Option<Span>,
    /// Which arm.
    pub on: Side,
    /// Whom it concerns, in words: `canary, where surface is ios`.
    pub whom: String,
    /// The expected share of all requests (or subjects, where there is no traffic) that it concerns once somebody is exposed to it,
    /// 0..=1: at the stage that is in effect when it begins, or the first one that exposes somebody after that.
    pub share: f64,
    /// How its size moves: `at once`, `in full after 10m`.
    pub shape: String,
    /// Why nobody will meet it, if so.
    pub trouble: Option<String>,
}

/// A knob that a fault bends.
#[derive(Clone, Debug, PartialEq)]
pub struct BendForecast {
    /// `runs.cancel_latency`.
    pub knob: String,
    /// By how much: `6x`, `+2%`, `= 0`.
    pub by: String,
    /// What it is before, as far as the file says: `0.2%`, `median 120ms`.
    pub before: Option<String>,
    /// What it is at the fault's full size.
    pub after: Option<String>,
}

/// The earliest moment at which a breach could be caught.
#[derive(Clone, Debug, PartialEq)]
pub struct Catch {
    /// The gate.
    pub gate: String,
    /// The stage in effect then.
    pub stage: String,
    /// The fault that it sees, by index.
    pub fault: usize,
    /// When the fault meets somebody of its arm, at the earliest.
    pub since: Time,
    /// The first round that can see a sample with it in: no gate can know earlier.
    pub at: Time,
    /// When the gate is expected to have the outcomes and the rounds that it asks for; `None`: not before the horizon, or only playing
    /// tells.
    pub expected: Option<Time>,
    /// The gate reads what the fault bends itself, rather than what follows from it.
    pub direct: bool,
}

/// Whether bending a knob of a kind of component moves one of its signals by itself.
pub(crate) fn moves(kind: &str, knob: &str, signal: &str) -> bool {
    // A mark or an amount is a knob and a signal by the same name.
    knob == signal || moves::of(kind, knob).is_some_and(|entry| entry.moves.contains(&signal))
}

/// Works out what can be said of a policy in a scenario. Whether they go together is for [`crate::fits`] to say first.
///
/// # Errors
/// The first check of the policy that does not fit the scenario's system.
pub fn forecast(scenario: &Scenario, policy: &Policy) -> Result<Forecast, BindError> {
    let mut catalog: Catalog = gatecrash_sim::play::catalog(scenario, &[policy]);
    catalog.segments = Rollout::segments(policy, &catalog)?;
    let idle: Vec<String> = Rollout::new(policy, &catalog)?.not_applicable().into_iter().map(|gate| gate.to_string()).collect();
    let applies: Vec<bool> = policy.gates.iter().map(|gate| !idle.contains(&gate.name)).collect();
    let clock = Clock { scenario, policy };
    let (passages, kept) = course::course(clock, &applies);
    let way = Way { scenario, policy, passages: &passages };
    let stages = stages::all(clock, way, &applies, &catalog.attributes);
    let faults: Vec<FaultForecast> = (0..scenario.faults.len()).map(|i| faults::one(clock, way, i)).collect();
    let (earliest_catch, why) = catch::earliest(clock, way, &applies, &stages, &faults);
    let idle =
        (!idle.is_empty()).then(|| format!("Not judged, as the scenario has nothing of what they read: {}.", idle.join(", ")));
    let notes = kept.map(|kept| format!("The rollout goes no further: {kept}.")).into_iter().chain(idle).chain(why).collect();
    Ok(Forecast { stages, faults, earliest_catch, notes })
}
