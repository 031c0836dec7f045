//! What candidates are ranked by: mean exposed requests of a breach, or what a rollout costs.

use super::field::Field;
use super::goals::{Cost, Goals};
use super::study::{Came, Sum, World};
use gatecrash_sim::trial::{Outcome, Trial};

const MICROS_OF_AN_HOUR: f64 = 3.6e9;

/// A weighted mean over the worlds that decide: less is better.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    cost: Option<Cost>,
    /// By world: what of the value is its own, 0 where it does not decide; and whether it has a breach.
    weights: Vec<(f64, bool)>,
}

/// A mean, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The mean.
    pub mean: f64,
    /// Its standard error, or more than that: parts of a cost are taken to err together.
    pub error: f64,
}

impl Objective {
    /// With a cost: breaches count by how often a rollout has one, healthy worlds by the rest; those of a kind count alike. Without:
    /// exposed requests, every breach alike.
    pub fn new(worlds: &[World], field: &Field, goals: &Goals) -> Objective {
        let breaches = goals.cost.map_or(1.0, |cost| cost.breach_rate);
        let mut weights: Vec<(f64, bool)> = worlds.iter().map(|world| (0.0, world.has_breach())).collect();
        field.breaches.iter().for_each(|world| weights[*world].0 = breaches / field.breaches.len() as f64);
        field.healthy.iter().for_each(|world| weights[*world].0 = (1.0 - breaches) / field.healthy.len() as f64);
        Objective { cost: goals.cost, weights }
    }

    /// What a trial in this world adds to the mean of its seed.
    pub fn of_trial(&self, world: usize, trial: &Trial) -> f64 {
        let rolled_back = matches!(trial.outcome, Outcome::Detected | Outcome::FalseRollback);
        let under_way = trial.instants.decided.unwrap_or(trial.ended).0;
        let [exposed, harmed, under_way] = [trial.exposed_requests, trial.harmed, under_way].map(|n| n as f64);
        self.weighted(world, [exposed, harmed, f64::from(u8::from(rolled_back)), under_way])
    }

    /// Of everything that was played.
    pub fn of(&self, came: &[Came]) -> Value {
        let worlds = || (0..came.len()).filter(|world| self.weights[*world].0 > 0.0);
        let mean = worlds().map(|world| self.weighted(world, Parts::of(&came[world]).means)).sum();
        let squares: f64 = worlds().map(|world| self.weighted(world, Parts::of(&came[world]).errors).powi(2)).sum();
        Value { mean, error: squares.sqrt() }
    }

    /// Of exposed requests, harmed outcomes, rollbacks and microseconds under way.
    fn weighted(&self, world: usize, [exposed, harmed, rolled_back, under_way]: [f64; 4]) -> f64 {
        let (weight, breach) = self.weights[world];
        weight
            * match self.cost {
                None => exposed,
                Some(cost) => {
                    let delay = if breach { 0.0 } else { cost.delay * under_way / MICROS_OF_AN_HOUR };
                    cost.harm * harmed + cost.rollback * rolled_back + delay
                }
            }
    }
}

/// What an objective is made of: means over all trials of a world, and their standard errors.
struct Parts {
    means: [f64; 4],
    errors: [f64; 4],
}

impl Parts {
    fn of(came: &Came) -> Parts {
        let rollbacks = share(came.detected + came.false_rollbacks, came.trials());
        let of = |f: fn(&Sum) -> Option<f64>| {
            [&came.exposed, &came.harmed, &rollbacks, &came.under_way].map(|sum| f(sum).unwrap_or(0.0))
        };
        Parts { means: of(Sum::mean), errors: of(Sum::error) }
    }
}

/// As a sum of zeros and ones.
fn share(hits: u64, n: u64) -> Sum {
    Sum { n, total: u128::from(hits), squares: u128::from(hits) }
}

/// Of the rollbacks that would happen, the share that would be for a breach: b d / (b d + (1 - b) f), where a share b of rollouts has
/// one, d of them are detected, and f of the others are rolled back for nothing. Nothing where nothing is rolled back.
pub fn share_real(breach_rate: f64, detection: f64, false_rollback: f64) -> Option<f64> {
    let (real, false_ones) = (breach_rate * detection, (1.0 - breach_rate) * false_rollback);
    (real + false_ones > 0.0).then(|| real / (real + false_ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_breach_makes_most_rollbacks_false() {
        // Bayes: 1 % of rollouts, 99 % detected, 5 % false: 0.0099 / (0.0099 + 0.0495).
        assert!((share_real(0.01, 0.99, 0.05).expect("some") - 1.0 / 6.0).abs() < 1e-12);
        assert_eq!((share_real(0.5, 0.0, 0.0), share_real(1.0, 0.5, 0.9)), (None, Some(1.0)));
    }
}
