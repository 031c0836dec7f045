//! Checks of policies.

pub mod dead_step;
pub mod narrow_window;
pub mod never_judged;
pub mod no_gates;
pub mod no_playbook;
pub mod no_verdict;
pub mod part_of_all;
pub mod peeking;
pub mod power;
pub mod promise;
pub mod recovery;
pub mod recovery_samples;
pub mod short_soak;
pub mod slow_playbook;
pub mod stays_exposed;
pub mod too_fine;
pub mod unused_gate;

use crate::forecast::{Forecast, GateForecast, StageForecast, forecast};
use crate::load::Loaded;
use gatecrash_policies::policy::{Gate, Policy, Stage};
use gatecrash_policies::time::Span;
use gatecrash_sim::Scenario;

/// A scenario in which a policy is checked, and what can be said of both without playing.
#[derive(Debug)]
pub struct World<'a> {
    /// The scenario.
    pub scenario: &'a Loaded<Scenario>,
    forecast: Option<Forecast>,
}

impl<'a> World<'a> {
    /// Of a policy in a scenario.
    pub fn new(policy: &Policy, scenario: &'a Loaded<Scenario>) -> World<'a> {
        World { scenario, forecast: forecast(&scenario.value, policy).ok() }
    }

    /// The stages that can be reached.
    fn stages(&self) -> impl Iterator<Item = &StageForecast> {
        self.forecast.iter().flat_map(|forecast| &forecast.stages)
    }
}

/// A gate at a stage, in all worlds in which the stage can be reached and the gate is judged.
fn at<'a>(worlds: &'a [World], stage: &str, gate: usize) -> impl Iterator<Item = (&'a StageForecast, &'a GateForecast)> {
    let stages = worlds.iter().flat_map(World::stages).filter(move |other| other.stage == stage);
    stages.flat_map(move |stage| stage.gates.iter().filter(move |other| other.index == gate).map(move |gate| (stage, gate)))
}

/// The gates of a stage.
fn gates_of<'a>(policy: &'a Policy, stage: &'a Stage) -> impl Iterator<Item = &'a Gate> {
    stage.gates.iter().map(|i| &policy.gates[*i])
}

/// The soak of a stage, a business day counting as a day.
fn soak(stage: &Stage) -> Span {
    const DAY: u64 = 86_400_000_000;
    Span(stage.soak.0.saturating_add(DAY.saturating_mul(stage.business_days.into())))
}

/// Names in a line: `a`, `b` and `c`.
fn named(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// From the end of a scrape's interval to its arrival, on the average, and the interval.
fn scrape_and_delay(scenario: &Loaded<Scenario>) -> (Span, Span) {
    let telemetry = &scenario.value.telemetry;
    (telemetry.scrape, Span::from_secs_f64(telemetry.delay.mean()))
}
