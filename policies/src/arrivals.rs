//! What arrived since a rule last looked: each sample once.

use crate::rules::{Counts, News};
use crate::time::Time;

/// Samples that a rule has not heard of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrivals {
    /// Stamps at or before this are not news: they are of an earlier stage, or left the window before.
    pub since: Time,
    /// Stamps of the arm under judgement that were not looked at yet.
    pub own: Vec<Time>,
    /// Stamps of stable.
    pub stable: Vec<Time>,
    /// What those of the arm under judgement held.
    pub news: Vec<News>,
    /// What all of them held.
    pub fresh: Counts,
    /// Whether a stage took effect since the rule was told: they show those who moved with it as well.
    pub moving: bool,
}

impl Arrivals {
    /// Nothing has arrived since then.
    pub fn new(since: Time) -> Arrivals {
        Arrivals { since, own: Vec::new(), stable: Vec::new(), news: Vec::new(), fresh: Counts::default(), moving: false }
    }

    /// What came before is no news. Samples that were read since have arrived already, if the stage took effect between two rounds.
    pub fn stage_began(&mut self, at: Time) {
        self.since = at;
        self.heard();
        self.moving = true;
    }

    /// The rule has been told.
    pub fn heard(&mut self) {
        self.news.clear();
        self.fresh = Counts::default();
        self.moving = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stage_did_not_weigh_the_next_one_does_not() {
        let mut arrivals = Arrivals::new(Time::ZERO);
        arrivals.own.push(Time(7));
        arrivals.news.push(News::default());
        arrivals.fresh.own.bad = 3;
        arrivals.stage_began(Time(5));
        assert_eq!(arrivals, Arrivals { own: vec![Time(7)], moving: true, ..Arrivals::new(Time(5)) });
    }
}
