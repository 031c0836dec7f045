//! Candidates that no other one beats in all respects.

use super::field::Field;
use super::scores::Scores;
use super::study::Study;

/// In how many respects candidates are compared: false rollbacks, detection, time to detect, exposure, rollout duration.
const RESPECTS: usize = 5;

/// Pareto's front, pooled over the worlds as written: those of the candidates played to the end for which no other one is as good in
/// every respect and better in one. Of equal candidates the first. In rising order.
pub fn front(study: &Study) -> Vec<usize> {
    let field = Field::as_written(&study.worlds);
    let contenders = field.contenders(&study.came);
    let mut points: Vec<(Point, usize)> =
        contenders.into_iter().map(|candidate| (point(&Scores::of(&field, &study.came[candidate])), candidate)).collect();
    points.sort_by(|(a, i), (b, j)| lexically(a, b).then(i.cmp(j)));
    let mut front: Vec<(Point, usize)> = Vec::new();
    // Whoever comes later in this order is nowhere better in all respects than one before.
    for (point, candidate) in points {
        if !front.iter().any(|(other, _)| is_no_worse(other, &point)) {
            front.push((point, candidate));
        }
    }
    let mut candidates: Vec<usize> = front.into_iter().map(|(_, candidate)| candidate).collect();
    candidates.sort_unstable();
    candidates
}

/// Less is better; infinite where there is no number.
type Point = [f64; RESPECTS];

fn point(scores: &Scores) -> Point {
    let none = f64::INFINITY;
    [
        scores.false_rollback.map_or(none, |rate| rate.value()),
        scores.detection.map_or(none, |rate| -rate.value()),
        scores.time_to_detect_s.unwrap_or(none),
        scores.exposed.unwrap_or(none),
        scores.rollout_s.unwrap_or(none),
    ]
}

fn lexically(a: &Point, b: &Point) -> std::cmp::Ordering {
    let parts = a.iter().zip(b).map(|(x, y)| x.total_cmp(y));
    parts.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

fn is_no_worse(a: &Point, b: &Point) -> bool {
    a.iter().zip(b).all(|(x, y)| x <= y)
}
