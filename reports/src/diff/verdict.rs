//! Better, worse, or the same as far as the trials tell: score by score, world by world, and in all.

use super::deciding::deciding;
use super::estimate::Estimate;
use super::family::{ERROR, divided_by};
use super::outcomes::shares;
use super::pairing::{Level, Pair, Pairs, World, differing, in_unit};
use super::times::means;
use super::tolerance::Tolerances;
use crate::measure::{Measure, SPECS, Unit};

/// What a score came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It became worse, beyond chance and beyond what is tolerated.
    Worse,
    /// It became worse, but perhaps not by more than is tolerated.
    Tolerated,
    /// It became better, beyond chance.
    Better,
    /// It is not what it was, beyond chance, and does not decide.
    Changed,
    /// No change was found; one as large as the interval reaches may be there.
    Same,
    /// Too few pairs have it in both trials: none of a share, fewer than two of a time or count.
    NoData,
}

impl Status {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Status::Worse => "worse",
            Status::Tolerated => "tolerated",
            Status::Better => "better",
            Status::Changed => "changed",
            Status::Same => "same",
            Status::NoData => "no data",
        }
    }
}

/// A score of both policies in a world: in fractions, seconds or counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Which.
    pub measure: Measure,
    /// Whether it can make the new policy better or worse.
    pub decides: bool,
    /// What came of it.
    pub status: Status,
    /// How many pairs have it in both trials.
    pub pairs: u64,
    /// The numbers, where there are pairs enough.
    pub found: Option<Found>,
}

/// The numbers of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Of the old policy, in the pairs.
    pub old: Level,
    /// Of the new one.
    pub new: Level,
    /// New less old, with an interval that holds together with those of all that is compared.
    pub difference: f64,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Corrected for all that is compared.
    pub p: f64,
    /// How much worse it may become.
    pub tolerance: f64,
    /// How many pairs differ.
    pub differing: u64,
}

impl Found {
    /// Half of the interval: how large a change could be told from none.
    pub fn resolution(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// In one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something became better and nothing worse.
    Better,
    /// Something became worse and nothing better.
    Worse,
    /// Something became worse and something else better.
    Mixed,
    /// No change was found, or none beyond what is tolerated.
    Same,
}

impl Verdict {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Mixed => "mixed",
            Verdict::Same => "same",
        }
    }

    /// Whether something became worse.
    pub fn is_worse(self) -> bool {
        matches!(self, Verdict::Worse | Verdict::Mixed)
    }

    fn of<'a>(scores: impl Iterator<Item = &'a Score>) -> Verdict {
        let (mut better, mut worse) = (false, false);
        for score in scores.filter(|score| score.decides) {
            better |= score.status == Status::Better;
            worse |= score.status == Status::Worse;
        }
        match (better, worse) {
            (true, true) => Verdict::Mixed,
            (true, false) => Verdict::Better,
            (false, true) => Verdict::Worse,
            (false, false) => Verdict::Same,
        }
    }
}

/// What came of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Where.
    pub world: World,
    /// How many pairs of trials were played.
    pub pairs: u64,
    /// All scores that it can have: those that decide first.
    pub scores: Vec<Score>,
}

impl Compared {
    /// In one word.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.scores.iter())
    }

    /// Whether some score is not what it was.
    pub fn is_changed(&self) -> bool {
        self.scores.iter().any(|score| !matches!(score.status, Status::Same | Status::NoData))
    }

    /// Whether some score that decides could be compared.
    pub fn has_data(&self) -> bool {
        self.scores.iter().any(|score| score.decides && score.status != Status::NoData)
    }
}

/// What came of all worlds, and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// World by world, in the order in which they were given.
    pub worlds: Vec<Compared>,
    /// How many scores decide and could be compared.
    pub comparisons: u64,
    /// By how many the error of each is divided.
    pub divided_by: u64,
}

impl Judged {
    /// In one word.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.worlds.iter().flat_map(|world| &world.scores))
    }

    /// Whether anything that decides could be compared.
    pub fn has_data(&self) -> bool {
        self.worlds.iter().any(Compared::has_data)
    }
}

/// Compares everything that both policies did.
pub fn judge(all: &[Pairs], tolerances: &Tolerances) -> Judged {
    let able = |pairs: &[Pair], measure: Measure| pairs.len() >= least_pairs(measure);
    let counts: Vec<u64> = all
        .iter()
        .flat_map(|world| deciding(world.world.expect).iter().map(|measure| (*measure, world.of(*measure))))
        .filter(|(measure, pairs)| able(pairs, *measure))
        .map(|(_, pairs)| differing(&pairs))
        .collect();
    let divided_by = divided_by(&counts, ERROR);
    let worlds = all.iter().map(|pairs| compare(pairs, divided_by, tolerances)).collect();
    Judged { worlds, comparisons: counts.len() as u64, divided_by }
}

/// A mean without a second number has no interval.
fn least_pairs(measure: Measure) -> usize {
    if measure.spec().unit == Unit::Share { 1 } else { 2 }
}

fn compare(pairs: &Pairs, divided_by: u64, tolerances: &Tolerances) -> Compared {
    let first = deciding(pairs.world.expect);
    let others = SPECS.iter().map(|spec| spec.measure).filter(|m| m.is_of(pairs.world.expect) && !first.contains(m));
    let of = |measure: Measure| score(&pairs.of(measure), measure, first.contains(&measure), divided_by, tolerances);
    Compared { world: pairs.world.clone(), pairs: pairs.len(), scores: first.iter().copied().chain(others).map(of).collect() }
}

fn score(pairs: &[Pair], measure: Measure, decides: bool, divided_by: u64, tolerances: &Tolerances) -> Score {
    let found = (pairs.len() >= least_pairs(measure)).then(|| found(pairs, measure, divided_by, tolerances));
    let status = found.map_or(Status::NoData, |found| status(&found, measure, decides));
    Score { measure, decides, status, pairs: pairs.len() as u64, found }
}

fn found(pairs: &[Pair], measure: Measure, divided_by: u64, tolerances: &Tolerances) -> Found {
    let (unit, alpha) = (measure.spec().unit, ERROR / divided_by as f64);
    let Estimate { difference, low, high, p } = if unit == Unit::Share { shares(pairs, alpha) } else { means(pairs, alpha) };
    let old = Level::of(unit, pairs.iter().map(|pair| pair.old));
    Found {
        old,
        new: Level::of(unit, pairs.iter().map(|pair| pair.new)),
        difference: in_unit(unit, difference),
        low: in_unit(unit, low),
        high: in_unit(unit, high),
        p: (p * divided_by as f64).min(1.0),
        tolerance: tolerances.of(measure, old.mean),
        differing: differing(pairs),
    }
}

fn status(found: &Found, measure: Measure, decides: bool) -> Status {
    // How much worse it became, at least and at most.
    let (least, most) = if measure.spec().less { (found.low, found.high) } else { (-found.high, -found.low) };
    match () {
        _ if least <= 0.0 && most >= 0.0 => Status::Same,
        _ if !decides => Status::Changed,
        _ if most < 0.0 => Status::Better,
        _ if least > found.tolerance => Status::Worse,
        _ => Status::Tolerated,
    }
}
