//! Scenarios in which a constraint is out of reach of everything that was tried: what is varied makes no difference there.

use super::Goals;
use super::caution::Caution;
use super::field::Field;
use super::goals::Constraint;
use super::judge::{Judge, Miss};
use super::study::Study;
use crate::words;
use serde::Serialize;

/// A constraint that no candidate meets in a scenario as written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutOfReach {
    /// Its key in JSON.
    pub constraint: &'static str,
    /// Where.
    pub scenario: String,
    /// The nearest that any candidate comes to it in the search, margin included: fractions, requests, seconds.
    pub nearest: f64,
    /// The gate that fires there most often first, in the trials of the candidate that comes nearest.
    pub gate: Option<String>,
}

/// What no candidate that was played to the end meets, scenario by scenario.
pub fn out_of_reach(study: &Study, goals: &Goals) -> Vec<OutOfReach> {
    let field = Field::as_written(&study.worlds);
    let contenders = field.contenders(&study.came);
    let judge = Judge::new(field.clone(), goals, Caution::CHOICE, &study.came[study.current]);
    let misses: Vec<(usize, Vec<Miss>)> = contenders.iter().map(|c| (*c, judge.misses(&study.came[*c]))).collect();
    let nearest = |constraint: Constraint, world: usize| {
        let here = |misses: &[Miss]| misses.iter().find(|m| m.constraint == constraint && m.world == world).copied();
        let all: Option<Vec<(usize, Miss)>> = misses.iter().map(|(c, misses)| Some((*c, here(misses)?))).collect();
        all?.into_iter().min_by(|a, b| a.1.shortfall().total_cmp(&b.1.shortfall()))
    };
    let found = |constraint: Constraint, world: usize| {
        let (candidate, miss) = nearest(constraint, world)?;
        let fired = study.came[candidate][world].caught_by.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        let gate = fired.filter(|_| constraint == Constraint::FalseRollback).map(|(gate, _)| gate.clone());
        let scenario = study.worlds[world].scenario.clone();
        Some(OutOfReach { constraint: constraint.key(), scenario, nearest: miss.bound, gate })
    };
    goals
        .asked()
        .into_iter()
        .flat_map(|constraint| field.all().into_iter().filter_map(move |world| found(constraint, world)))
        .collect()
}

/// Where nothing that was tried rolls back seldom enough, though something does elsewhere, and what to do about it.
pub(super) fn told(study: &Study, reach: &[OutOfReach]) -> Option<String> {
    let stuck: Vec<&OutOfReach> = reach.iter().filter(|of| of.constraint == Constraint::FalseRollback.key()).collect();
    if stuck.is_empty() || stuck.len() == Field::as_written(&study.worlds).quiet().len() {
        return None;
    }
    let one = |of: &&OutOfReach| {
        let gate = of.gate.as_ref().map_or(String::new(), |gate| format!(", where gate {gate} fires"));
        format!("{} ({}{gate})", of.scenario, words::percent(Constraint::FalseRollback.eased(of.nearest)))
    };
    let all = words::list(&stuck.iter().map(one).collect::<Vec<_>>());
    Some(format!(
        "what is varied decides too little in {all}: vary what fires there, or name the other scenarios with --scenario"
    ))
}
