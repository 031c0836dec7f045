//! What a candidate comes to over all the worlds that decide.

use super::field::Field;
use super::study::{Came, Sum, World};
use crate::stats::Rate;

/// The trials of all worlds of a kind as one. Times in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Breaches detected in time, among trials that say something.
    pub detection: Option<Rate>,
    /// Healthy rollouts that were rolled back (where no world is healthy: breaches before any harm), among trials that say something.
    pub false_rollback: Option<Rate>,
    /// Mean time from harm to decision, of breaches detected.
    pub time_to_detect_s: Option<f64>,
    /// Mean requests that met the canary, of breaches.
    pub exposed: Option<f64>,
    /// Mean harmed outcomes, of breaches.
    pub harmed: Option<f64>,
    /// Mean time from the beginning to the finish, of healthy rollouts that finished.
    pub rollout_s: Option<f64>,
    /// The world in which breaches are detected least often, and that rate.
    pub least_detected: Option<(usize, Rate)>,
    /// The world with most false rollbacks, and that rate.
    pub most_false: Option<(usize, Rate)>,
}

impl Scores {
    /// In the scenarios as written.
    pub fn as_written(worlds: &[World], came: &[Came]) -> Scores {
        Scores::of(&Field::as_written(worlds), came)
    }

    /// In the worlds that decide.
    pub fn of(field: &Field, came: &[Came]) -> Scores {
        let pooled = |worlds: &[usize]| merged(worlds.iter().map(|world| &came[*world]));
        let (breaches, quiet) = (pooled(&field.breaches), pooled(field.quiet()));
        let healthy = pooled(&field.healthy);
        let rates = |worlds: &[usize], rate: fn(&Came) -> Option<Rate>| -> Vec<(usize, Rate)> {
            worlds.iter().filter_map(|world| Some((*world, rate(&came[*world])?))).collect()
        };
        let (detected, false_ones) = (rates(&field.breaches, detection), rates(field.quiet(), false_rollback));
        let by_rate = |a: &(usize, Rate), b: &(usize, Rate)| a.1.value().total_cmp(&b.1.value()).then(b.0.cmp(&a.0));
        Scores {
            detection: detection(&breaches),
            false_rollback: false_rollback(&quiet),
            time_to_detect_s: seconds(&breaches.detect),
            exposed: breaches.exposed.mean(),
            harmed: breaches.harmed.mean(),
            rollout_s: seconds(&healthy.rollout),
            least_detected: detected.into_iter().min_by(|a, b| a.1.value().total_cmp(&b.1.value()).then(a.0.cmp(&b.0))),
            most_false: false_ones.into_iter().max_by(by_rate),
        }
    }
}

/// Detected in time, of one world.
pub(super) fn detection(came: &Came) -> Option<Rate> {
    Rate::of(came.in_time, came.judged())
}

/// False rollbacks of one world.
pub(super) fn false_rollback(came: &Came) -> Option<Rate> {
    Rate::of(came.false_rollbacks, came.judged())
}

/// A mean of microseconds, in seconds.
pub(super) fn seconds(sum: &Sum) -> Option<f64> {
    sum.mean().map(|micros| micros / 1e6)
}

fn merged<'a>(parts: impl Iterator<Item = &'a Came>) -> Came {
    let mut all = Came::default();
    parts.for_each(|came| all.merge(came));
    all
}
