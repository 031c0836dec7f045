//! What is recommended, and what stands in the way where nothing can be.

use super::answer::{Advice, Finalist, Gain, GiveUp, Price, WouldTake};
use super::caution::Caution;
use super::field::Field;
use super::goals::{Constraint, Goals};
use super::judge::{Judge, Miss, keeps_its_promise};
use super::rank::{Ranked, rank};
use super::study::Study;

/// The candidates to be tried on fresh seeds, in order, until one keeps its promise: of those that meet the goals in the search, the
/// policy as written left out, since it is played there anyway.
///
/// The best of them is likely to have been lucky, and its neighbours in the ranking with it: the steps double, and the last one is there.
/// So they are few, and may be played together; each that is tried is one more that may pass by chance.
pub fn challengers(ranked: &[Ranked], current: usize) -> Vec<usize> {
    let feasible: Vec<usize> = ranked.iter().filter(|r| r.feasible && r.candidate != current).map(|r| r.candidate).collect();
    let steps = std::iter::successors(Some(0), |place| Some(2 * place + 1));
    let mut chosen: Vec<usize> = steps.map_while(|place: usize| feasible.get(place).copied()).collect();
    chosen.extend(feasible.last().filter(|last| chosen.last() != Some(*last)));
    chosen
}

/// What is recommended. `current` is the policy as written on fresh seeds; `challenger` is the first of [`challengers`] that kept its
/// promise there ([`keeps_its_promise`] with [`Caution::PROMISE`]), and what it gains.
///
/// A change is recommended when the policy as written breaks a constraint (its 95 % interval lies beyond the limit), or when the
/// challenger is better by more than noise (the 95 % interval of the paired difference lies below 0). When nothing has kept its promise,
/// the policy as written included, nothing meets the goals.
pub fn advice(
    study: &Study,
    goals: &Goals,
    current: &Finalist,
    challenger: Option<(usize, Gain)>,
    would_take: Vec<WouldTake>,
) -> Advice {
    let holds = |caution| keeps_its_promise(&current.worlds, &current.came, &current.came, goals, caution);
    match challenger {
        Some((to, gain)) if gain.high < 0.0 || !holds(Caution::BROKEN) => Advice::Change { to, gain },
        None if !holds(Caution::CHOICE) => impossible(study, goals, would_take),
        best_other => Advice::Keep { best_other },
    }
}

fn impossible(study: &Study, goals: &Goals, would_take: Vec<WouldTake>) -> Advice {
    let ranked = rank(study, goals, Caution::CHOICE);
    let closest = ranked.first().map_or(study.current, |r| r.candidate);
    let give_up = goals.asked().into_iter().filter_map(|constraint| give_up(study, goals, &ranked, constraint)).collect();
    Advice::Impossible { closest, give_up, would_take }
}

/// What this constraint would have to become, margin included, if it alone were given up. Candidates that met it in the search are left
/// out: on fresh seeds they did not.
fn give_up(study: &Study, goals: &Goals, ranked: &[Ranked], constraint: Constraint) -> Option<GiveUp> {
    let judge = Judge::new(Field::as_written(&study.worlds), goals, Caution::CHOICE, &study.came[study.current]);
    let worst = |r: &&Ranked| Some((r.candidate, judge.worst(constraint, &study.came[r.candidate])?));
    let apart = |miss: &Miss| miss.shortfall();
    let alone = |r: &&Ranked| !r.feasible && r.misses.iter().all(|miss| miss.constraint == constraint);
    // Stable: of equals the first by rank.
    let nearest = ranked.iter().filter(alone).filter_map(|r| worst(&r)).min_by(|a, b| apart(&a.1).total_cmp(&apart(&b.1)));
    let (_, in_the_way) = nearest.or_else(|| worst(&ranked.first()?))?;
    Some(GiveUp {
        constraint: constraint.key(),
        asked: in_the_way.limit,
        reached: nearest.map(|(_, miss)| miss.bound).filter(|bound| bound.is_finite()),
        by: nearest.map(|(candidate, _)| candidate),
        scenario: study.worlds[in_the_way.world].scenario.clone(),
    })
}

/// What each constraint costs: the best candidate without it, by the search, and its value beside the recommended one's. Nothing where
/// the recommended one is the policy as written and was not shown to meet the goals.
pub fn prices(study: &Study, goals: &Goals, recommended: usize) -> Vec<Price> {
    let value_of = |ranked: &[Ranked], candidate: usize| ranked.iter().find(|r| r.candidate == candidate).map(|r| r.value.mean);
    let price = |constraint: Constraint| {
        let ranked = rank(study, &goals.without(constraint), Caution::CHOICE);
        let best = ranked.first().filter(|best| best.feasible)?;
        let with_value = value_of(&ranked, recommended)?;
        Some(Price { constraint: constraint.key(), without: best.candidate, with_value, without_value: best.value.mean })
    };
    let meets = rank(study, goals, Caution::ENTRY).iter().any(|r| r.feasible && r.candidate == recommended);
    goals.asked().into_iter().filter(|_| meets).filter_map(price).collect()
}
