//! How often the decision of a search is right, where the truth is known.
//!
//! Tolerated: of recommendations, 5 % whose true rate breaks the constraint; 10 % of changes where all candidates are equal; 5 % in which
//! a clearly better candidate is not found.

use crate::studies::*;
use gatecrash_reports::tune::*;

/// False rollbacks from a tenth of the limit to twice the limit; the more of them, the fewer requests are exposed: the best that is
/// allowed lies right at the limit. The policy as written is far too slow.
fn around(limit: f64, n: usize) -> Vec<Truth> {
    let truth = |i: usize| {
        let x = i as f64 / n as f64;
        Truth { false_rollback: limit * (0.1 + 1.9 * x), detection: 1.0, exposed: 1_000.0 * (1.0 - 0.5 * x) }
    };
    let mut truths: Vec<Truth> = (0..n).map(truth).collect();
    truths[0].exposed = 2_000.0;
    truths
}

/// The exposure of the best candidate of [`around`] that is within the limit.
const BEST: f64 = 1_000.0 * (1.0 - 0.5 * 0.9 / 1.9);

fn game(truths: &[Truth], shared: f64, repetition: u64) -> Game {
    Game { truths: truths.to_vec(), worlds: two_worlds(), shared: Shared(shared), repetition }
}

/// What each of so many searches comes to.
fn advices(truths: &[Truth], goals: &Goals, trials: u64, shared: f64, repetitions: u64) -> Vec<Advice> {
    let one = |repetition| {
        let game = game(truths, shared, repetition);
        game.decide(&game.search(trials, goals), goals, goals.fresh_trials(trials))
    };
    (0..repetitions).map(one).collect()
}

fn changes(advices: &[Advice]) -> Vec<usize> {
    let to = |advice: &Advice| if let Advice::Change { to, .. } = advice { Some(*to) } else { None };
    advices.iter().filter_map(to).collect()
}

fn false_rollbacks(limit: f64) -> Goals {
    Goals { max_false_rollback: Some(limit), ..Goals::default() }
}

/// 500 candidates by halving, whose luck is all the same, mostly the same, or each one's own.
#[test]
fn what_is_recommended_meets_its_constraint() {
    for (limit, shared) in [(0.05, 1.0), (0.05, 0.8), (0.05, 0.0), (0.01, 0.8), (0.01, 0.0)] {
        let truths = around(limit, 500);
        let to = changes(&advices(&truths, &false_rollbacks(limit), 100, shared, 60));
        let broken = to.iter().filter(|to| truths[**to].false_rollback > limit).count();
        let exposed = to.iter().map(|to| truths[*to].exposed).sum::<f64>() / to.len() as f64 / BEST;
        println!("limit {limit}, shared {shared}: {broken} of {} broken, {exposed:.2} of the best exposure", to.len());
        assert!(broken * 20 <= to.len(), "limit {limit}, shared {shared}: {broken} of {}", to.len());
        assert!(to.len() >= 40, "limit {limit}, shared {shared}: only {} were bold enough", to.len());
        assert!(exposed < 1.3, "limit {limit}, shared {shared}: the best exposes {exposed} times fewer");
    }
}

/// A search that believed its own numbers would be wrong here nearly always: the promise on fresh seeds is what holds.
#[test]
fn the_best_of_a_search_is_mostly_luck() {
    let (limit, goals) = (0.01, false_rollbacks(0.01));
    let truths = around(limit, 200);
    let lucky = |repetition| {
        let study = game(&truths, 0.0, repetition).search(100, &goals);
        let best = rank(&study, &goals, Caution::CHOICE)[0].candidate;
        truths[best].false_rollback > limit
    };
    assert!((0..20).filter(|repetition| lucky(*repetition)).count() >= 15);
}

#[test]
fn where_all_are_equal_yours_stays() {
    let truths = vec![Truth { false_rollback: 0.005, detection: 0.97, exposed: 400.0 }; 64];
    let goals = Goals { max_false_rollback: Some(0.05), min_detection: Some(0.9), ..Goals::default() };
    for shared in [0.0, 0.7] {
        let all = advices(&truths, &goals, 100, shared, 100);
        let kept = all.iter().filter(|advice| matches!(advice, Advice::Keep { .. })).count();
        println!("shared {shared}: {kept} of 100 kept");
        assert!(kept >= 90, "shared {shared}: {kept} of 100");
    }
}

#[test]
fn what_is_clearly_better_is_found() {
    let mut truths = vec![Truth { false_rollback: 0.005, detection: 0.97, exposed: 400.0 }; 64];
    truths[41].exposed = 200.0;
    let goals = Goals { max_false_rollback: Some(0.05), min_detection: Some(0.9), ..Goals::default() };
    let all = advices(&truths, &goals, 100, 0.5, 40);
    let found = changes(&all).iter().filter(|to| **to == 41).count();
    println!("{found} of 40 found");
    assert!(found >= 38, "{found} of 40");
}

#[test]
fn what_breaks_the_constraint_is_replaced_by_what_costs_more() {
    let truths = [
        Truth { false_rollback: 0.2, detection: 0.97, exposed: 200.0 },
        Truth { false_rollback: 0.004, detection: 0.97, exposed: 500.0 },
    ];
    let all = advices(&truths, &false_rollbacks(0.05), 200, 0.5, 40);
    assert!(changes(&all).len() >= 38, "{}", changes(&all).len());
    assert!(all.iter().all(|advice| !matches!(advice, Advice::Change { gain, .. } if gain.mean < 0.0)), "it exposes more");
}

#[test]
fn what_cannot_be_met_is_said_with_what_to_give_up() {
    let truths = [
        Truth { false_rollback: 0.3, detection: 0.99, exposed: 200.0 },
        Truth { false_rollback: 0.1, detection: 0.99, exposed: 500.0 },
        Truth { false_rollback: 0.0, detection: 0.3, exposed: 2_000.0 },
    ];
    let goals = Goals { max_false_rollback: Some(0.02), min_detection: Some(0.9), ..Goals::default() };
    let Advice::Impossible { closest, give_up, .. } = advices(&truths, &goals, 200, 0.5, 1).remove(0) else {
        panic!("nothing meets the goals")
    };
    assert_eq!(closest, 1);
    assert_eq!(
        give_up.iter().map(|g| (g.constraint, g.by)).collect::<Vec<_>>(),
        [("max_false_rollback", Some(1)), ("min_detection", Some(2))]
    );
    // What is said to be reached would have been met, had it been asked for.
    let eased = Goals { max_false_rollback: give_up[0].reached, ..goals };
    let study = game(&truths, 0.5, 0).search(200, &goals);
    let ranked = rank(&study, &eased, Caution::CHOICE);
    assert!(ranked[0].feasible && ranked[0].candidate == 1, "{ranked:?}");
}

/// Halving finds what playing everything finds, for a fraction of the trials.
#[test]
fn halving_costs_little() {
    let (limit, goals) = (0.05, false_rollbacks(0.05));
    let truths = around(limit, 2_000);
    let study = game(&truths, 0.8, 1).search(200, &goals);
    assert!(study.effort.trials * 5 < 2_000 * 2 * 200, "{}", study.effort.trials);
    let to = changes(&advices(&truths, &goals, 200, 0.8, 20));
    let exposed = to.iter().map(|to| truths[*to].exposed).sum::<f64>() / to.len() as f64 / BEST;
    println!("{} recommended, {exposed:.2} of the best exposure, {} trials", to.len(), study.effort.trials);
    assert!(to.len() == 20 && exposed < 1.3, "{} {exposed}", to.len());
}
