//! Whether a candidate meets the goals, and by how much it does not.

use super::caution::Caution;
use super::field::Field;
use super::goals::{Constraint, Goals};
use super::study::{Came, World};

/// Healthy rollouts that may fail to come to an end though they are not rolled back, unless the policy as written has more of them.
pub const UNFINISHED: f64 = 0.05;

/// Holds what candidates came to against goals.
pub struct Judge<'a> {
    field: Field,
    goals: Goals,
    caution: Caution,
    current: &'a [Came],
}

/// A constraint that is not met in a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Miss {
    /// Which.
    pub constraint: Constraint,
    /// Where, by index.
    pub world: usize,
    /// What it comes to, its margin included: fractions, requests, seconds.
    pub bound: f64,
    /// What was asked for, in the same.
    pub limit: f64,
}

impl Miss {
    /// How far from the limit: of a mean, in units of the limit; of a rate, in units of sqrt(limit (1 - limit)), by which rates of any
    /// size scatter alike. A mean of nothing is infinitely far.
    pub fn shortfall(&self) -> f64 {
        let (by, unit) = ((self.bound - self.limit).abs(), self.limit * (1.0 - self.limit));
        match self.constraint {
            Constraint::Exposure | Constraint::Duration => by / self.limit.max(f64::MIN_POSITIVE),
            _ => by / unit.sqrt().max(f64::MIN_POSITIVE),
        }
    }
}

impl<'a> Judge<'a> {
    /// `current` is what the policy as written came to in the same trials.
    pub fn new(field: Field, goals: &Goals, caution: Caution, current: &'a [Came]) -> Judge<'a> {
        Judge { field, goals: *goals, caution, current }
    }

    /// Whether all constraints hold in all worlds that decide.
    pub fn holds(&self, came: &[Came]) -> bool {
        self.misses(came).is_empty()
    }

    /// What does not hold, constraint by constraint.
    pub fn misses(&self, came: &[Came]) -> Vec<Miss> {
        let kinds = Constraint::ASKED.into_iter().chain([Constraint::Finish]);
        kinds.flat_map(|constraint| self.against(constraint, came)).filter(|miss| !is_met(miss)).collect()
    }

    /// Where a constraint is farthest from being met, or nearest to failing; none where it was not asked for.
    pub fn worst(&self, constraint: Constraint, came: &[Came]) -> Option<Miss> {
        let ahead = |miss: &Miss| if constraint == Constraint::Detection { miss.bound } else { -miss.bound };
        self.against(constraint, came).into_iter().min_by(|a, b| ahead(a).total_cmp(&ahead(b)))
    }

    /// A constraint in each of its worlds, met or not.
    fn against(&self, constraint: Constraint, came: &[Came]) -> Vec<Miss> {
        let worlds = match constraint {
            Constraint::FalseRollback => self.field.quiet(),
            Constraint::Detection | Constraint::Exposure => &self.field.breaches,
            Constraint::Duration | Constraint::Finish => &self.field.healthy,
        };
        let miss = |world: &usize| {
            if says_nothing(constraint, &came[*world]) && says_nothing(constraint, &self.current[*world]) {
                return None;
            }
            let (limit, bound) = (self.limit(constraint, *world)?, self.bound(constraint, &came[*world]));
            Some(Miss { constraint, world: *world, bound, limit })
        };
        worlds.iter().filter_map(miss).collect()
    }

    fn limit(&self, constraint: Constraint, world: usize) -> Option<f64> {
        match constraint {
            Constraint::Finish => Some(unfinished(&self.current[world]).max(UNFINISHED)),
            asked => self.goals.limit(asked),
        }
    }

    fn bound(&self, constraint: Constraint, came: &Came) -> f64 {
        match constraint {
            Constraint::FalseRollback => self.caution.at_most(came.false_rollbacks, came.judged()),
            Constraint::Detection => self.caution.at_least(came.in_time, came.judged()),
            Constraint::Exposure => self.caution.mean(&came.exposed),
            Constraint::Duration => self.caution.mean(&came.rollout) / 1e6,
            // A comparison on the same seeds, not a promise: without a margin, or with one in the candidate's favour.
            Constraint::Finish => Caution(self.caution.0.min(0.0)).at_most(came.insufficient + came.missed, came.trials()),
        }
    }
}

/// Whether the trials of a world have nothing to say of a constraint: where those of the policy as written have not either, as in a
/// scenario whose rollout is not allowed to begin, nobody is held to it there.
fn says_nothing(constraint: Constraint, came: &Came) -> bool {
    match constraint {
        Constraint::FalseRollback | Constraint::Detection => came.judged() == 0,
        Constraint::Duration => came.rollout.n == 0,
        Constraint::Exposure | Constraint::Finish => false,
    }
}

fn is_met(miss: &Miss) -> bool {
    if miss.constraint == Constraint::Detection { miss.bound >= miss.limit } else { miss.bound <= miss.limit }
}

/// The share of trials that neither finished nor were rolled back.
fn unfinished(came: &Came) -> f64 {
    (came.insufficient + came.missed) as f64 / came.trials().max(1) as f64
}

/// Whether fresh trials bear out what the search has said: all constraints hold in every scenario as written. `current` is what the
/// policy as written came to on the same seeds.
pub fn keeps_its_promise(worlds: &[World], came: &[Came], current: &[Came], goals: &Goals, caution: Caution) -> bool {
    Judge::new(Field::as_written(worlds), goals, caution, current).holds(came)
}
