//! The trial that shows the difference best.

use super::pairing::{Pair, Pairs, World};
use super::verdict::{Found, Judged, Score, Status};
use crate::measure::Measure;

/// What is less likely by chance than this need not be told apart.
const BEYOND_DOUBT: f64 = 0.001;

/// One seed of one world, and what both policies made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Where.
    pub world: World,
    /// With which seed.
    pub seed: u64,
    /// The score that shows it.
    pub measure: Measure,
    /// Of the old policy: 1 or 0, microseconds, or a count.
    pub old: u64,
    /// Of the new one.
    pub new: u64,
}

/// Of the score that changed most surely, those for the worse first, the pair that differs most in that direction. Where no score
/// changed, of the first that decides and differs in some pair.
pub fn example(judged: &Judged, all: &[Pairs]) -> Option<Example> {
    let (world, score, found) = telling(judged)?;
    let pairs = &all[world];
    let wanted = if found.difference < 0.0 { -1 } else { 1 };
    // Of shares all gains are alike: the one with the most harm between them tells most.
    let harm = |pair: &Pair| {
        let (old, new) = pairs.at(pair.seed, Measure::Harmed);
        old.unwrap_or(0).abs_diff(new.unwrap_or(0))
    };
    let pair = pairs
        .of(score.measure)
        .into_iter()
        .max_by_key(|pair| (pair.difference() * wanted, harm(pair), std::cmp::Reverse(pair.seed)))?;
    let Pair { seed, old, new } = pair;
    Some(Example { world: pairs.world.clone(), seed, measure: score.measure, old, new })
}

/// The score that changed most surely, with the index of its world.
pub(super) fn telling(judged: &Judged) -> Option<(usize, &Score, &Found)> {
    let rank =
        |status: Status| [Status::Worse, Status::Better, Status::Tolerated, Status::Same].iter().position(|s| *s == status);
    let scores = judged.worlds.iter().enumerate().flat_map(|(i, world)| world.scores.iter().map(move |score| (i, score)));
    let able = scores.filter(|(_, score)| score.decides).filter_map(|(i, score)| Some((i, score, score.found.as_ref()?)));
    let differing = able.filter(|(_, _, found)| found.differing > 0);
    // Below a thousandth all are beyond doubt: then what matters most speaks, of which scores come first.
    let place = |i: usize, score: &Score| judged.worlds[i].scores.iter().position(|other| other.measure == score.measure);
    differing.min_by(|(i, a, x), (j, b, y)| {
        let surely = x.p.max(BEYOND_DOUBT).total_cmp(&y.p.max(BEYOND_DOUBT));
        rank(a.status).cmp(&rank(b.status)).then(surely).then(place(*i, a).cmp(&place(*j, b)))
    })
}
