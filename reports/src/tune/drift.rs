//! How far the world may drift before something else would be recommended.

use super::answer::{Advice, Drift, TuneReport};
use super::caution::Caution;
use super::field::Field;
use super::goals::Goals;
use super::rank::{Ranked, rank_in};
use super::study::Study;
use crate::score::Sizes;
use crate::words;

/// The normal deviate of a 95 % interval.
const Z95: f64 = 1.96;

/// What the search says of each size other than as written, in the order in which they were played: the scenarios that were played at it
/// take the place of the same ones as written, all others stay. Sizes at which the recommended candidate was not played say nothing.
pub fn drift(study: &Study, goals: &Goals, recommended: usize) -> Vec<Drift> {
    sizes(study).into_iter().filter_map(|sizes| at(study, goals, recommended, sizes)).collect()
}

fn sizes(study: &Study) -> Vec<Sizes> {
    let mut seen: Vec<Sizes> = Vec::new();
    for world in study.worlds.iter().filter(|world| !world.is_as_written()) {
        if !seen.contains(&world.sizes) {
            seen.push(world.sizes);
        }
    }
    seen
}

fn at(study: &Study, goals: &Goals, recommended: usize, sizes: Sizes) -> Option<Drift> {
    let ranked = |caution| rank_in(study, &Field::drifted(&study.worlds, sizes), goals, caution);
    // It was shown to meet the goals as written, and has only not to break them here; what takes its place is to be shown.
    let own = ranked(Caution::ENTRY).into_iter().find(|r| r.candidate == recommended)?;
    let others = ranked(Caution::CHOICE);
    let best = others.first().filter(|best| best.feasible && (!own.feasible || beats(best, &own)));
    let winner = best.map(|best| best.candidate).or(own.feasible.then_some(recommended));
    Some(Drift { sizes, winner, holds: own.feasible })
}

/// Whether it is better by more than noise, of which both have their own: the luck that they share makes this careful.
fn beats(best: &Ranked, own: &Ranked) -> bool {
    own.value.mean - best.value.mean > Z95 * best.value.error.hypot(own.value.error)
}

/// One sentence: how far the world may drift before the winner changes. Nothing where no other size was played.
pub(super) fn said(report: &TuneReport, name: impl Fn(usize) -> String) -> Option<String> {
    let recommended = match report.advice {
        Advice::Change { to, .. } => to,
        Advice::Keep { .. } => report.study.current,
        Advice::Impossible { .. } => return None,
    };
    let stays = |d: &&Drift| d.holds && d.winner == Some(recommended);
    let mut by_distance: Vec<&Drift> = report.drift.iter().collect();
    by_distance.sort_by(|a, b| distance(a.sizes).total_cmp(&distance(b.sizes)));
    let (mut far, mut changes) = (Vec::new(), Vec::new());
    for (to, is_this_way) in WAYS {
        let way: Vec<&Drift> = by_distance.iter().copied().filter(|d| is_this_way(d.sizes)).collect();
        far.extend(way.iter().take_while(|d| stays(d)).last().map(|d| format!("{to} {}", shown(d.sizes))));
        changes.extend(way.iter().find(|d| !stays(d)).map(|d| change(d, &name)));
    }
    let far = (!far.is_empty()).then(|| format!("it stays the best {}", words::list(&far)));
    let said: Vec<String> = far.into_iter().chain(changes).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// A way in which a world may drift.
type Way = (&'static str, fn(Sizes) -> bool);

/// All of them. Where both sizes differ, the wobble counts.
const WAYS: [Way; 4] = [
    ("down to", |s| s.wobble < 1.0),
    ("up to", |s| s.wobble > 1.0),
    ("down to", |s| s.wobble == 1.0 && s.severity < 1.0),
    ("up to", |s| s.wobble == 1.0 && s.severity > 1.0),
];

/// How far from as written, as a factor.
fn distance(sizes: Sizes) -> f64 {
    [sizes.severity, sizes.wobble].map(|factor| factor.max(1.0 / factor.max(1e-9))).into_iter().fold(1.0, f64::max)
}

/// `wobble 2x`, `faults 0.5x`.
pub(super) fn shown(sizes: Sizes) -> String {
    let wobble = (sizes.wobble != 1.0).then(|| format!("wobble {}", words::wobble(sizes.wobble)));
    let faults = (sizes.severity != 1.0).then(|| format!("faults of {}x", sizes.severity));
    wobble.into_iter().chain(faults).collect::<Vec<_>>().join(" and ")
}

fn change(drift: &Drift, name: &impl Fn(usize) -> String) -> String {
    let at = shown(drift.sizes);
    match drift.winner {
        None => format!("at {at} nothing is shown to meet the goals"),
        Some(other) if drift.holds => format!("at {at} it still meets the goals, but {} is better", name(other)),
        Some(other) => format!("at {at} it is not shown to meet the goals, and {} would be recommended", name(other)),
    }
}
