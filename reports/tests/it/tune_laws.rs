//! What holds of every search: ranks, fronts, halving.

use crate::fixtures;
use crate::studies::*;
use gatecrash_policies::time::Time;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::*;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Outcome, Trial};
use proptest::prelude::*;

fn truths() -> impl Strategy<Value = Vec<Truth>> {
    let truth = (0..5u32, 5..11u32, 1..6u32).prop_map(|(wrong, caught, exposed)| Truth {
        false_rollback: f64::from(wrong) / 20.0,
        detection: f64::from(caught) / 10.0,
        exposed: f64::from(exposed) * 100.0,
    });
    proptest::collection::vec(truth, 2..40)
}

fn searched(truths: Vec<Truth>, trials: u64, goals: &Goals) -> Study {
    Game { truths, worlds: two_worlds(), shared: Shared(1.0), repetition: 0 }.search(trials, goals)
}

fn goals() -> Goals {
    Goals { max_false_rollback: Some(0.1), min_detection: Some(0.8), ..Goals::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn survivors_are_few_and_the_policy_as_written_is_one(truths in truths(), keep in 1..50usize) {
        let study = searched(truths, 8, &goals());
        let left = survivors(&study, &goals(), keep);
        prop_assert_eq!(left.len(), keep.min(study.candidates.len()));
        prop_assert!(left.contains(&study.current) && left.is_sorted());
        prop_assert_eq!(&left, &survivors(&study, &goals(), keep));
        let best = rank(&study, &goals(), Caution::HALVING)[0].candidate;
        prop_assert!(keep < 3 || left.contains(&best), "the best so far goes on");
    }

    #[test]
    fn who_was_given_up_does_not_come_back(truths in truths(), keep in 1..20usize) {
        let mut study = searched(truths, 8, &goals());
        let first = survivors(&study, &goals(), keep);
        let game = Game { truths: vec![Truth { false_rollback: 0.0, detection: 1.0, exposed: 1.0 }; study.candidates.len()],
            worlds: two_worlds(), shared: Shared(1.0), repetition: 0 };
        for candidate in &first {
            let more = game.play(*candidate, 8..16, &goals());
            study.came[*candidate].iter_mut().zip(&more).for_each(|(came, more)| came.merge(more));
        }
        prop_assert_eq!(survivors(&study, &goals(), 100), first.clone());
        prop_assert!(rank(&study, &goals(), Caution::CHOICE).len() == first.len());
        prop_assert!(front(&study).iter().all(|candidate| first.contains(candidate)));
    }

    #[test]
    fn the_front_beats_everybody_else_and_nobody_on_it(truths in truths()) {
        let study = searched(truths, 12, &goals());
        let front = front(&study);
        let point = |candidate: usize| {
            let s = Scores::as_written(&study.worlds, &study.came[candidate]);
            let none = f64::INFINITY;
            [s.false_rollback.map_or(none, |r| r.value()), s.detection.map_or(none, |r| -r.value()),
             s.time_to_detect_s.unwrap_or(none), s.exposed.unwrap_or(none), s.rollout_s.unwrap_or(none)]
        };
        let no_worse = |a: usize, b: usize| point(a).iter().zip(point(b)).all(|(x, y)| *x <= y);
        prop_assert!(front.is_sorted() && !front.is_empty());
        for a in 0..study.candidates.len() {
            let beaten = front.iter().any(|b| *b != a && no_worse(*b, a));
            prop_assert_eq!(beaten, !front.contains(&a));
        }
    }

    #[test]
    fn ranks_are_in_order(truths in truths()) {
        let study = searched(truths, 12, &goals());
        let ranked = rank(&study, &goals(), Caution::CHOICE);
        prop_assert_eq!(ranked.len(), study.candidates.len());
        for pair in ranked.windows(2) {
            prop_assert!(pair[0].feasible || !pair[1].feasible);
            prop_assert!(!pair[1].feasible || pair[0].value.mean <= pair[1].value.mean * (1.0 + 1e-8));
            prop_assert!(pair[0].violation <= pair[1].violation);
        }
        // Whoever meets the goals with a margin may still meet them.
        let may: Vec<usize> = rank(&study, &goals(), Caution::HALVING).iter().filter(|r| r.feasible).map(|r| r.candidate).collect();
        prop_assert!(ranked.iter().filter(|r| r.feasible).all(|r| may.contains(&r.candidate)));
    }

    #[test]
    fn rungs_cut_the_field_and_end_with_all_trials(candidates in 1..200_000usize, trials in 1..1_000u64) {
        let plan = rungs(candidates, trials);
        prop_assert_eq!((plan[0].keep, plan[plan.len() - 1].trials), (candidates, trials));
        prop_assert!(plan.len() <= 4 && (plan.len() == 1) == (candidates <= 256 || trials <= 8));
        for pair in plan.windows(2) {
            prop_assert!(pair[0].trials < pair[1].trials && pair[0].keep > pair[1].keep && pair[1].keep >= 32);
        }
    }

    #[test]
    fn challengers_are_few_and_in_order(truths in truths()) {
        let study = searched(truths, 40, &goals());
        let ranked = rank(&study, &goals(), Caution::CHOICE);
        let feasible: Vec<usize> = ranked.iter().filter(|r| r.feasible && r.candidate != 0).map(|r| r.candidate).collect();
        let tried = challengers(&ranked, 0);
        prop_assert_eq!((tried.first(), tried.last()), (feasible.first(), feasible.last()));
        prop_assert!(tried.len() <= 7 && tried.is_sorted_by_key(|c| feasible.iter().position(|f| f == c)));
    }
}

#[test]
fn a_field_of_a_thousand_is_played_in_four_rungs() {
    let rung = |trials, keep| Rung { trials, keep };
    assert_eq!(rungs(1_000, 100), [rung(12, 1_000), rung(25, 250), rung(50, 63), rung(100, 32)]);
    assert_eq!(rungs(256, 100), [rung(100, 256)]);
    assert_eq!(rungs(257, 100), [rung(12, 257), rung(25, 65), rung(100, 32)], "no rung without a cut");
    assert_eq!(rungs(1_000, 8), [rung(8, 1_000)]);
}

fn came(trials: &[Trial]) -> Came {
    let mut came = Came::default();
    trials.iter().for_each(|trial| came.add(trial, |_| true));
    came
}

/// A gate that never judges rolls back nothing for nothing; but nothing comes to an end either.
#[test]
fn rollouts_that_do_not_end_are_not_harmless() {
    let stuck = |n: u64| -> Vec<Trial> {
        let one = |seed| match seed < n {
            true => fixtures::insufficient("calm", "p", seed, "no finish by the horizon"),
            false => fixtures::promoted("calm", "p", seed),
        };
        (0..100).map(one).collect()
    };
    let caught: Vec<Trial> = (0..100).map(|seed| fixtures::detected("spike", "p", seed)).collect();
    let of = |n: u64| vec![came(&caught), came(&stuck(n))];
    let (worlds, goals) = (two_worlds(), Goals { max_false_rollback: Some(0.01), ..Goals::default() });
    let keeps = |n: u64, now: u64| keeps_its_promise(&worlds, &of(n), &of(now), &goals, Caution::CHOICE);
    assert!(keeps(5, 0) && !keeps(6, 0), "a twentieth may");
    assert!(keeps(30, 30) && !keeps(31, 30), "or as many as in the policy as written");
}

#[test]
fn without_a_healthy_world_false_rollbacks_are_those_before_harm() {
    let trials: Vec<Trial> = (0..100)
        .map(|seed| if seed < 10 { fixtures::false_rollback("spike", "p", seed) } else { fixtures::detected("spike", "p", seed) })
        .collect();
    let worlds = &two_worlds()[..1];
    let goals = |most| Goals { max_false_rollback: Some(most), ..Goals::default() };
    let keeps = |most| keeps_its_promise(worlds, &[came(&trials)], &[came(&trials)], &goals(most), Caution::CHOICE);
    assert!(keeps(0.15) && !keeps(0.1) && Field::as_written(worlds).lacks_healthy());
    let scores = Scores::as_written(worlds, &[came(&trials)]);
    assert_eq!(scores.false_rollback.map(|rate| rate.hits), Some(10));
}

fn wrong(n: u64) -> Came {
    let one = |seed| if seed < n { fixtures::false_rollback("calm", "p", seed) } else { fixtures::promoted("calm", "p", seed) };
    came(&(0..100).map(one).collect::<Vec<_>>())
}

fn caught(exposed: u64) -> Came {
    let one = |seed| Trial { exposed_requests: exposed + seed % 2, ..fixtures::detected("spike", "p", seed) };
    came(&(0..100).map(one).collect::<Vec<_>>())
}

/// As written, candidate 1 is best, and 2 would be without the limit; where services drift twice as much, 1 breaks the limit and 0 wins;
/// at twice the faults all expose alike.
fn drifting() -> Study {
    let sizes = |severity, wobble| Sizes { severity, wobble };
    let mut worlds = two_worlds();
    worlds.push(World { sizes: sizes(1.0, 2.0), ..world("calm", Expect::Promote) });
    worlds.push(World { sizes: sizes(2.0, 1.0), ..world("spike", Expect::Rollback) });
    let truths = vec![Truth { false_rollback: 0.0, detection: 1.0, exposed: 1.0 }; 3];
    let mut study = Game { truths, worlds, shared: Shared(1.0), repetition: 0 }.study();
    study.came = vec![
        vec![caught(500), wrong(0), wrong(0), caught(50)],
        vec![caught(300), wrong(1), wrong(20), caught(50)],
        vec![caught(100), wrong(40), wrong(60), caught(50)],
    ];
    study
}

#[test]
fn the_winner_changes_as_the_world_drifts() {
    let goals = Goals { max_false_rollback: Some(0.05), ..Goals::default() };
    let found = drift(&drifting(), &goals, 1);
    let short: Vec<_> = found.iter().map(|d| (d.sizes.wobble, d.sizes.severity, d.winner, d.holds)).collect();
    assert_eq!(short, [(2.0, 1.0, Some(0), false), (1.0, 2.0, Some(1), true)], "a tie is no defeat");
    assert_eq!(drift(&drifting(), &goals, 0)[0].winner, Some(0));
}

#[test]
fn a_constraint_costs_what_the_best_without_it_saves() {
    let goals = Goals { max_false_rollback: Some(0.05), min_detection: Some(0.9), ..Goals::default() };
    let found = prices(&drifting(), &goals, 1);
    let price = |constraint, without, without_value| Price { constraint, without, with_value: 300.5, without_value };
    assert_eq!(found, [price("max_false_rollback", 2, 100.5), price("min_detection", 1, 300.5)]);
    assert!(prices(&drifting(), &goals, 2).is_empty(), "what does not meet the goals has no price");
}

#[test]
fn equal_values_go_to_who_changes_less() {
    let mut study = drifting();
    study.came = vec![study.came[0].clone(); 3];
    study.current = 2;
    assert_eq!(rank(&study, &Goals::default(), Caution::CHOICE).iter().map(|r| r.candidate).collect::<Vec<_>>(), [2, 0, 1]);
}

/// The value of what was added up is the mean of the values of the trials, with and without a cost, and so is a paired difference.
#[test]
fn sums_and_trials_agree_on_the_value() {
    let game = Game {
        truths: vec![
            Truth { false_rollback: 0.1, detection: 0.9, exposed: 300.0 },
            Truth { false_rollback: 0.3, detection: 0.7, exposed: 200.0 },
        ],
        worlds: two_worlds(),
        shared: Shared(0.5),
        repetition: 3,
    };
    let cost = Cost { breach_rate: 0.05, harm: 1.0, rollback: 500.0, delay: 2.0 };
    for goals in [Goals::default(), Goals { cost: Some(cost), ..Goals::default() }] {
        let objective = Objective::new(&game.worlds, &Field::as_written(&game.worlds), &goals);
        let value = |candidate: usize| objective.of(&game.play(candidate, 0..50, &goals)).mean;
        let by_trial = |candidate: usize| {
            let of =
                |seed: u64| -> f64 { (0..2).map(|world| objective.of_trial(world, &game.trial(candidate, world, seed))).sum() };
            (0..50).map(of).sum::<f64>() / 50.0
        };
        assert!((value(1) - by_trial(1)).abs() < 1e-9 * value(1).abs(), "{} {}", value(1), by_trial(1));
        let gain = game.gain(1, 0, 0..50, &goals);
        assert!((gain.mean - (value(1) - value(0))).abs() < 1e-9 * value(0) && gain.low < gain.mean && gain.mean < gain.high);
    }
}

/// By hand: a breach is detected after 10 minutes with 40 harmed outcomes; a healthy rollout takes 200 minutes.
#[test]
fn a_cost_is_what_it_says() {
    let cost = Cost { breach_rate: 0.05, harm: 1.0, rollback: 500.0, delay: 2.0 };
    let worlds = two_worlds();
    let objective = Objective::new(&worlds, &Field::as_written(&worlds), &Goals { cost: Some(cost), ..Goals::default() });
    let (caught, fine) = (fixtures::detected("spike", "p", 0), fixtures::promoted("calm", "p", 0));
    assert!((objective.of_trial(0, &caught) - 0.05 * (40.0 + 500.0)).abs() < 1e-12);
    assert!((objective.of_trial(1, &fine) - 0.95 * 2.0 * 200.0 / 60.0).abs() < 1e-12);
    let wrong = Trial { outcome: Outcome::FalseRollback, ..fixtures::false_rollback("calm", "p", 0) };
    assert_eq!(wrong.instants.decided, Some(Time(1_800_000_000)));
    assert!((objective.of_trial(1, &wrong) - 0.95 * (500.0 + 1.0)).abs() < 1e-12);
}

#[test]
fn pairs_may_come_in_any_order() {
    let worlds = two_worlds();
    let trial = |seed: u64, exposed: u64| Trial { exposed_requests: exposed, ..fixtures::detected("spike", "p", seed) };
    let fill = |seeds: &[u64]| {
        let mut paired = Paired::new(&worlds, &Goals::default());
        for seed in seeds {
            paired.add(1, &trial(*seed, 7), &trial(*seed, 900));
            paired.add(0, &trial(*seed, 100 + seed * seed), &trial(*seed, 120));
        }
        paired
    };
    assert_eq!(fill(&[1, 2, 3]).gain(), fill(&[3, 1, 2]).gain());
    // Differences -19, -16 and -11: mean -15.33, standard error sqrt(49 / 3 / 3).
    let gain = fill(&[1, 2, 3]).gain();
    assert!((gain.mean + 46.0 / 3.0).abs() < 1e-12 && (gain.high - gain.mean - 1.959_964 * (49.0f64 / 9.0).sqrt()).abs() < 1e-5);
    assert_eq!((gain.n, fill(&[1]).gain().high), (3, f64::INFINITY));
    let mut half = fill(&[1, 2]);
    half.add(0, &trial(9, 1), &trial(9, 1));
    assert_eq!(half.gain().n, 2, "a seed counts when all its worlds are there");
}
