//! Two policies on the same seeds.

use super::answer::Gain;
use super::field::Field;
use super::goals::Goals;
use super::objective::Objective;
use super::study::World;
use gatecrash_sim::trial::Trial;
use std::collections::BTreeMap;

/// The normal deviate of a 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// Adds up, seed by seed, how much less a candidate comes to than the policy as written, in the terms in which candidates are ranked
/// and in the worlds as written. All worlds of a seed are one difference: the same luck runs through them.
///
/// The order in which trials are added does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    objective: Objective,
    worlds: Vec<usize>,
    /// By seed, then by world.
    differences: BTreeMap<u64, BTreeMap<usize, f64>>,
}

impl Paired {
    /// No trials yet.
    pub fn new(worlds: &[World], goals: &Goals) -> Paired {
        let field = Field::as_written(worlds);
        let objective = Objective::new(worlds, &field, goals);
        Paired { objective, worlds: field.all(), differences: BTreeMap::new() }
    }

    /// Adds what the candidate and the policy as written did in this world on the same seed. Perturbed worlds do not count.
    pub fn add(&mut self, world: usize, candidate: &Trial, current: &Trial) {
        if self.worlds.contains(&world) {
            let difference = self.objective.of_trial(world, candidate) - self.objective.of_trial(world, current);
            self.differences.entry(candidate.seed).or_default().insert(world, difference);
        }
    }

    /// The mean difference with its interval, over the seeds that were played in every world; unbounded while they are fewer than two.
    pub fn gain(&self) -> Gain {
        let complete = self.differences.values().filter(|by_world| by_world.len() == self.worlds.len());
        let seeds: Vec<f64> = complete.map(|by_world| by_world.values().sum()).collect();
        let n = seeds.len() as f64;
        if seeds.len() < 2 {
            let mean = seeds.first().copied().unwrap_or(0.0);
            return Gain { n: seeds.len() as u64, mean, low: f64::NEG_INFINITY, high: f64::INFINITY };
        }
        let mean = seeds.iter().sum::<f64>() / n;
        let variance = seeds.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
        let half = Z95 * (variance / n).sqrt();
        Gain { n: seeds.len() as u64, mean, low: mean - half, high: mean + half }
    }
}
