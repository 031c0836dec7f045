//! Candidates from the best to the worst.

use super::caution::Caution;
use super::field::Field;
use super::goals::Goals;
use super::judge::{Judge, Miss};
use super::objective::{Objective, Value};
use super::scores::Scores;
use super::study::Study;
use std::cmp::Ordering;

/// A candidate and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Its index.
    pub candidate: usize,
    /// Whether all constraints hold in all worlds that decide.
    pub feasible: bool,
    /// What it is ranked by: mean exposed requests of a breach, or expected cost of a rollout.
    pub value: Value,
    /// The shortfalls of all constraints and worlds added up; 0 when feasible. See [`Miss::shortfall`].
    pub violation: f64,
    /// The constraints that do not hold.
    pub misses: Vec<Miss>,
    ties: Ties,
}

/// What decides between equal values.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ties {
    /// The value to nine digits: rounded, not compared with a tolerance, since equal must be equal for all.
    value: f64,
    detection: f64,
    detect_s: f64,
    changed: usize,
}

/// The candidates that were played to the end, best first, by the worlds as written.
///
/// Feasible ones lead, those of lower value first; values that agree to nine digits are equal, and then comes first who detects more, who
/// is faster, who changes fewer dials of the policy as written, who was named first. The others follow by how far they are from being
/// feasible, then alike.
pub fn rank(study: &Study, goals: &Goals, caution: Caution) -> Vec<Ranked> {
    rank_in(study, &Field::as_written(&study.worlds), goals, caution)
}

/// The same by other worlds.
pub(super) fn rank_in(study: &Study, field: &Field, goals: &Goals, caution: Caution) -> Vec<Ranked> {
    let judge = Judge::new(field.clone(), goals, caution, &study.came[study.current]);
    let objective = Objective::new(&study.worlds, field, goals);
    let ranked = |candidate: usize| {
        let came = &study.came[candidate];
        let misses = judge.misses(came);
        let (scores, value) = (Scores::of(field, came), objective.of(came));
        Ranked {
            candidate,
            feasible: misses.is_empty(),
            value,
            violation: misses.iter().map(Miss::shortfall).sum(),
            misses,
            ties: Ties {
                value: nine_digits(value.mean),
                detection: scores.detection.map_or(0.0, |rate| rate.value()),
                detect_s: scores.time_to_detect_s.unwrap_or(f64::INFINITY),
                changed: study.changed(candidate).len(),
            },
        }
    };
    let mut all: Vec<Ranked> = field.contenders(&study.came).into_iter().map(ranked).collect();
    all.sort_by(order);
    all
}

fn order(a: &Ranked, b: &Ranked) -> Ordering {
    let (x, y) = (&a.ties, &b.ties);
    b.feasible
        .cmp(&a.feasible)
        .then(a.violation.total_cmp(&b.violation))
        .then(x.value.total_cmp(&y.value))
        .then(y.detection.total_cmp(&x.detection))
        .then(x.detect_s.total_cmp(&y.detect_s))
        .then(x.changed.cmp(&y.changed))
        .then(a.candidate.cmp(&b.candidate))
}

fn nine_digits(value: f64) -> f64 {
    if value.is_finite() { format!("{value:.8e}").parse().expect("a float that was just printed") } else { value }
}
