//! Stages before they are played.

use super::course::{Clock, Passage};
use super::sight::Way;
use super::{StageForecast, crowd, gates};
use gatecrash_policies::policy::Scope;
use gatecrash_policies::time::Time;
use gatecrash_sim::steering::name_of;

/// Every stage of the way, as far as the horizon.
pub(super) fn all(clock: Clock, way: Way, applies: &[bool], attributes: &[(String, Vec<String>)]) -> Vec<StageForecast> {
    way.passages.iter().map(|passage| one(clock, way, passage, applies, attributes)).collect()
}

fn one(clock: Clock, way: Way, passage: &Passage, applies: &[bool], attributes: &[(String, Vec<String>)]) -> StageForecast {
    let spec = &way.policy.stages[passage.stage];
    let until = passage.end.min(Time::ZERO + way.scenario.horizon);
    let canary = way.load(Scope::Canary, passage.begin, until, None);
    let stable = way.load(Scope::Stable, passage.begin, until, None);
    let exposed = crowd::exposed(way.scenario, &spec.cohort);
    let requests = canary.requests + canary.copies;
    let seconds = until.since(passage.begin).seconds();
    let judged = spec.gates.iter().filter(|gate| applies[**gate]);
    StageForecast {
        stage: spec.name.clone(),
        index: passage.stage,
        cohort: name_of(&spec.cohort),
        begin: passage.begin,
        end: passage.end,
        exposed,
        subjects: exposed * crowd::subjects(way.scenario),
        canary_requests: requests,
        stable_requests: stable.requests,
        canary_rate: if seconds > 0.0 { requests / seconds } else { 0.0 },
        gates: judged.map(|gate| gates::one(clock, way, passage, *gate, attributes)).collect(),
    }
}
