//! Whether stages, faults and the horizon go together.

use super::Pair;
use crate::error::{Error, suggestion};
use gatecrash_policies::policy::{Policy, Stage};
use gatecrash_policies::time::Span;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::{Expect, Onset};

pub(super) fn check(pair: Pair) -> Result<(), Error> {
    let stages: Vec<&str> = pair.rules().stages.iter().map(|s| s.name.as_str()).collect();
    let begin = begin(pair, &stages)?;
    for (i, fault) in pair.world().faults.iter().enumerate() {
        let Onset::Stage { name, .. } = &fault.at else { continue };
        let fail = |message: String| Err(pair.scenario.error(&format!("faults.{i}.at"), message));
        match stages.iter().position(|stage| stage == name) {
            None => return fail(format!("the fault begins by the stage `{name}`, which {}", lacks(pair, &stages))),
            Some(stage) if stage < begin => {
                let from = stages[begin];
                return fail(format!(
                    "the fault begins by the stage `{name}`, which lies before `{from}`, with which the rollout begins: it never would"
                ));
            }
            Some(_) => {}
        }
    }
    let (round, horizon) = (pair.rules().round, pair.world().horizon);
    match horizon.0 / round.0.max(1) > 10_000_000 {
        true => {
            let message = format!("a round each {round} gives over 10 million until the horizon of {horizon}");
            Err(pair.policy.error("round", message))
        }
        false => Ok(()),
    }
}

/// The stage with which the rollout begins.
fn begin(pair: Pair, stages: &[&str]) -> Result<usize, Error> {
    let Some(name) = &pair.world().begin else { return Ok(0) };
    let found = stages.iter().position(|stage| stage == name);
    found.ok_or_else(|| {
        let hint = suggestion(name, stages);
        let message =
            format!("the rollout begins with the stage `{name}`, which the policy {} does not have{hint}", pair.policy.file);
        pair.scenario.error("begin", message)
    })
}

fn lacks(pair: Pair, stages: &[&str]) -> String {
    format!("the policy {} does not have; its stages are: {}", pair.policy.file, stages.join(", "))
}

/// When each stage of a policy is reached at the earliest, by its soaks alone, and when the rollout finishes; a stage before the one
/// with which the scenario begins is not reached at all.
pub(crate) fn stage_times(world: &Scenario, policy: &Policy) -> (Vec<Option<Span>>, Span) {
    let day = world.operators.calendar.day();
    let soak = |stage: &Stage| stage.soak.0.saturating_add(day.0.saturating_mul(u64::from(stage.business_days)));
    let from = policy.stages.iter().position(|stage| Some(&stage.name) == world.begin.as_ref()).unwrap_or(0);
    let mut now = Span::ZERO;
    let mut times = vec![None; from];
    for stage in &policy.stages[from..] {
        times.push(Some(now));
        now = Span(now.0.saturating_add(soak(stage)));
    }
    (times, now)
}

/// Warns where the soaks leave no time to finish; a breach that ends in a rollback needs none.
pub(super) fn soaks(pair: Pair, warnings: &mut Vec<String>) {
    let world = pair.world();
    let (times, finish) = stage_times(world, pair.rules());
    if world.expect == Expect::Promote && finish > world.horizon && times.iter().flatten().count() > 1 {
        warnings
            .push(format!("{}: the soaks of all stages are longer than the horizon of {}", pair.policy.file, pair.scenario.file));
    }
}
