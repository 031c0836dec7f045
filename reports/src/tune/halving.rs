//! Successive halving: few trials for candidates that are beaten, many for the others, the same luck for all.
//!
//! Most candidates of a large grid show within some ten trials that they are not worth having: they miss every breach, or roll back
//! half of all healthy rollouts. Comparing them on the same seeds takes the luck of the worlds out of it. So every rung plays those that
//! are left about twice as often and then keeps about a quarter of them; all rungs together take as many trials as a fraction of the
//! whole grid would, and those that decide are played as often as they would be without it.

use super::caution::Caution;
use super::front::front;
use super::goals::Goals;
use super::rank::{Ranked, rank};
use super::study::Study;
use std::collections::BTreeSet;

/// Up to so many candidates are all played to the end: it takes seconds.
pub const ALL_UP_TO: usize = 256;
/// So many candidates are played to the end at least, for the pictures and for second thoughts.
pub const FINALISTS: usize = 32;
/// The fewest trials of a world that say anything about a candidate.
const FEWEST: u64 = 8;
/// By how much a rung cuts the field.
const CUT: usize = 4;

/// A step of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Trials of each candidate in each world as written by its end, those of the rungs before included.
    pub trials: u64,
    /// How many candidates are played in it.
    pub keep: usize,
}

/// What to play, in order: the first rung has all candidates, [`survivors`] chooses those of the next one, the last has all trials.
pub fn rungs(candidates: usize, trials: u64) -> Vec<Rung> {
    if candidates <= ALL_UP_TO {
        return vec![Rung { trials, keep: candidates }];
    }
    let mut rungs: Vec<Rung> = Vec::new();
    let mut keep = candidates;
    for part in [8, 4, 2, 1] {
        let trials = (trials / part).max(FEWEST.min(trials));
        match rungs.last_mut() {
            // So few trials in all that a rung would add none.
            Some(last) if last.trials == trials => continue,
            // So few candidates that it would leave out none.
            Some(last) if last.keep == keep => last.trials = trials,
            _ => rungs.push(Rung { trials, keep }),
        }
        keep = keep.div_ceil(CUT).max(FINALISTS);
    }
    rungs
}

/// The candidates to go on with, in rising order: `keep` of those that were played most so far, all when they are no more.
///
/// The policy as written is always among them. Of the other places, half go to the best by an optimistic ranking, in which a candidate
/// stays in the race as long as it may still meet the goals. A quarter goes to the Pareto front, so that pictures show what there is to
/// choose from. The rest is spread evenly over all that may still meet the goals: as long as few trials have been played, the best by
/// value are those that alarm at anything and have been lucky, and the best that is true lies somewhere behind them.
pub fn survivors(study: &Study, goals: &Goals, keep: usize) -> Vec<usize> {
    let ranked = rank(study, goals, Caution::HALVING);
    let keep = keep.clamp(1, ranked.len().max(1));
    let order: Vec<usize> = ranked.iter().map(|r| r.candidate).collect();
    let mut chosen = BTreeSet::from([study.current]);
    let places = keep - 1;
    let half = keep - places / 2;
    fill(&mut chosen, half, order.iter().copied());
    let on_front = front(study);
    fill(&mut chosen, half + places / 4, order.iter().copied().filter(|c| on_front.binary_search(c).is_ok()));
    let open: Vec<usize> =
        ranked.iter().filter(|r| r.feasible).map(|r: &Ranked| r.candidate).filter(|c| !chosen.contains(c)).collect();
    let free = keep.saturating_sub(chosen.len());
    fill(&mut chosen, keep, spread(&open, free));
    fill(&mut chosen, keep, order.into_iter());
    chosen.into_iter().collect()
}

/// Adds candidates until there are so many.
fn fill(chosen: &mut BTreeSet<usize>, up_to: usize, candidates: impl Iterator<Item = usize>) {
    for candidate in candidates {
        if chosen.len() >= up_to {
            return;
        }
        chosen.insert(candidate);
    }
}

/// `n` of them at equal distances.
fn spread(candidates: &[usize], n: usize) -> impl Iterator<Item = usize> {
    let n = n.min(candidates.len());
    (0..n).map(move |i| candidates[(2 * i + 1) * candidates.len() / (2 * n)])
}
