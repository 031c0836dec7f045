//! What a rule looks at in a round.

use super::Note;
use crate::maths::{binomial, gamma, normal};
use crate::time::Time;

/// What a rule looks at in a round. Bad is always what the limit is against: with `>=` the other outcomes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// The round.
    pub now: Time,
    /// Whether the reading is within the limit.
    pub within: bool,
    /// Outcomes in the window.
    pub samples: u64,
    /// Whether there are as many as the gate asks for.
    pub enough: bool,
    /// What one arm may do. Of a limit that is relative to stable, what stable's reading makes of it.
    pub allowed: Allowed,
    /// What the canary may do beside stable; `None` when the limit is a number.
    pub versus: Option<Versus>,
    /// Both arms, in the window.
    pub window: Counts,
    /// Both arms, in the samples that arrived since the last look of this stage.
    pub fresh: Counts,
    /// Those samples of the arm under judgement, by stamp.
    pub news: &'a [News],
    /// The readings in the order of time.
    pub series: Series<'a>,
    /// All outcomes in the window.
    pub values: Values<'a>,
    /// How much the reading would differ from sample to sample on stable, were its samples as large as those of the arm under
    /// judgement: a standard deviation; `None` of fewer than eight.
    pub spread: Option<f64>,
    /// How much more the arms differ from window to window than chance makes them, as a factor of the variance; at least 1.
    pub dispersion: f64,
    /// What this look may spend of a chance of a false alarm that is shared by the whole policy; `None`: the rule's own.
    pub alpha: Option<f64>,
}

/// What the limit allows one arm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Allowed {
    /// Nothing that can be counted.
    #[default]
    Unknown,
    /// This share of bad outcomes, 0..=1.
    Share(f64),
    /// So many events per second of exposure.
    Rate(f64),
    /// This reading, at most (or at least, when worse is down).
    Value {
        /// The limit.
        limit: f64,
        /// Whether more is worse.
        worse_is_up: bool,
    },
}

/// What the limit allows the canary beside stable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Versus {
    /// A multiple of stable's share or rate.
    Times(f64),
    /// So much more than stable's share or rate.
    Plus(f64),
}

impl Versus {
    /// The multiple of stable's share or rate that is allowed, and how much more.
    pub fn line(self) -> (f64, f64) {
        match self {
            Versus::Times(factor) => (factor, 0.0),
            Versus::Plus(more) => (1.0, more),
        }
    }
}

/// Both arms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// The arm under judgement.
    pub own: Tally,
    /// Stable, where the limit is relative to it.
    pub stable: Tally,
}

impl Counts {
    /// Both stretches of time together.
    pub fn merge(&mut self, other: &Counts) {
        self.own.merge(&other.own);
        self.stable.merge(&other.stable);
    }
}

/// What one arm did in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Bad outcomes, or events.
    pub bad: u64,
    /// All outcomes, where bad ones are a share of them.
    pub all: u64,
    /// Seconds, or subjects x seconds where the limit is relative to stable.
    pub exposure: f64,
}

impl Tally {
    /// Both stretches of time together.
    pub fn merge(&mut self, other: &Tally) {
        self.bad += other.bad;
        self.all += other.all;
        self.exposure += other.exposure;
    }
}

/// A sample that arrived since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct News {
    /// When it was read.
    pub stamp: Time,
    /// What was in it.
    pub tally: Tally,
    /// The reading of this sample alone, where it has one.
    pub value: Option<f64>,
}

/// Readings in the order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Series<'a> {
    /// Of the arm under judgement. For a slope, long series are averaged in blocks.
    pub own: &'a [f64],
    /// Of stable, where the limit is relative to it.
    pub stable: &'a [f64],
    /// Whether the reading has to climb, rather than must not.
    pub climb: bool,
}

/// Outcomes as (cell of [`crate::hist`], how many), by cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// Of the arm under judgement.
    pub own: &'a [(u16, u64)],
    /// Of stable, where the limit is relative to it.
    pub stable: &'a [(u16, u64)],
}

/// Outcomes on the wrong side of a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// On the wrong side.
    pub bad: u64,
    /// In all.
    pub all: u64,
    /// The share of them that is allowed, 0..=1.
    pub allowed: f64,
}

impl Look<'_> {
    /// The window as a share of outcomes, where the check is about one.
    pub fn share(&self) -> Option<Share> {
        match self.allowed {
            Allowed::Share(allowed) => Some(Share { bad: self.window.own.bad, all: self.window.own.all, allowed }),
            _ => None,
        }
    }

    /// What arrived since the last look; of stable as well, where the limit is relative to it.
    pub fn arrived(&self) -> Counts {
        if self.versus.is_some() {
            return self.fresh;
        }
        let mut own = Tally::default();
        self.news.iter().for_each(|news| own.merge(&news.tally));
        Counts { own, ..Counts::default() }
    }

    /// What the bad ones of an arm are held against: all outcomes, where the check is about a share of them, or exposure.
    pub fn size(&self, tally: &Tally) -> f64 {
        if let Allowed::Share(_) = self.allowed { tally.all as f64 } else { tally.exposure }
    }

    /// The chance of a false alarm that a rule per look has here: the policy's, where it shares one, or its own.
    pub fn alpha_or(&self, own: f64) -> f64 {
        self.alpha.unwrap_or(own)
    }

    /// Whether a rule per look fails at such a p-value: never where no false alarm is allowed.
    pub fn rejects(&self, p: f64, own: f64) -> bool {
        let alpha = self.alpha_or(own);
        alpha > 0.0 && p <= alpha
    }

    /// How far a sample is beyond the limit: about standard normal at the limit, positive is worse. Of counts the normal score of their
    /// mid-p-value, for few bad outcomes in standard deviations are far from normal; of other readings standard deviations. `None`: the
    /// sample has nothing to say, or nothing is known of its spread. Infinite: chance allows no such thing.
    pub fn z(&self, news: &News) -> Option<f64> {
        let Tally { bad, all, exposure } = news.tally;
        match self.allowed {
            Allowed::Share(p) => {
                (all > 0).then(|| normal_score(binomial::upper_tail(bad, all, p), binomial::upper_tail(bad + 1, all, p)))
            }
            Allowed::Rate(rate) => {
                let mean = rate * exposure;
                (exposure > 0.0).then(|| normal_score(poisson_tail(bad, mean), poisson_tail(bad + 1, mean)))
            }
            Allowed::Value { limit, worse_is_up } => {
                let spread = self.spread.filter(|s| *s > 0.0)?;
                let beyond = (news.value? - limit) / spread;
                Some(if worse_is_up { beyond } else { -beyond })
            }
            Allowed::Unknown => None,
        }
    }

    /// As [`Look::z`], of all that is new together: standard normal at the limit, however many samples came. `None`: none did.
    pub fn score(&self) -> Option<f64> {
        if !matches!(self.allowed, Allowed::Value { .. }) {
            return self.z(&News { tally: self.fresh.own, ..News::default() });
        }
        let scores = self.news.iter().filter_map(|news| self.z(news));
        let (n, sum) = scores.fold((0, 0.0), |(n, sum), z| (n + 1, sum + z));
        (n > 0).then(|| sum / f64::from(n).sqrt())
    }

    /// Why a rule that follows what is new has nothing to say, if so; `heard`: whether it has heard anything in this stage.
    pub fn unheard(&self, heard: bool) -> Option<&'static str> {
        match (self.allowed, self.spread) {
            (Allowed::Value { .. }, None) => Some("stable has too few samples to tell how much they differ"),
            (Allowed::Value { .. }, Some(spread)) if spread <= 0.0 => {
                Some("stable's samples are all alike: how far is far is not known")
            }
            _ if heard => None,
            _ => Some("nothing new in this stage yet"),
        }
    }
}

/// The standard normal value as far out as a count: so many or more have the one chance, still more the other. Half of what is exactly
/// so far counts as farther (Lancaster 1961), so that the scores of the limit itself are 0 in the mean.
fn normal_score(at_least: f64, more: f64) -> f64 {
    -normal::quantile((at_least + more) / 2.0)
}

/// P(X >= k) of a Poisson count.
fn poisson_tail(k: u64, mean: f64) -> f64 {
    if k == 0 { 1.0 } else { gamma::lower(k as f64, mean) }
}

/// How a rule that compares two arms accounts for arms that differ by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dispersion {
    /// By what was estimated of these arms.
    Estimated,
    /// By this factor of the variance; 1 is none.
    Fixed(f64),
}

impl Dispersion {
    /// The factor of the variance at a look; at least 1.
    pub fn at(self, look: &Look) -> f64 {
        match self {
            Dispersion::Estimated => look.dispersion.max(1.0),
            Dispersion::Fixed(factor) => factor,
        }
    }

    /// Adds to a note what was made of it, where it made a difference.
    pub fn tell(factor: f64, note: &mut Note) {
        if factor > 1.0 {
            let _ = write!(note, ", arms differ {factor:.1}x by themselves");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{fresh, readings, reads};

    #[test]
    fn scores_of_counts_are_normal_scores() {
        // Of 1000 at 1 in 2 the mid-p-value is near that of the normal: 532 is 2.024 deviations.
        let score = |bad, all, share| fresh(bad, all, share).score();
        assert!((score(532, 1_000, 0.5).expect("it has one") - 2.024).abs() < 0.002);
        assert!(score(500, 1_000, 0.5).expect("it has one").abs() < 1e-6);
        // None of 10 at 5 %: P(none) = 0.598737, of which half counts.
        assert!((normal::cdf(score(0, 10, 0.05).expect("it has one")) - 0.598737 / 2.0).abs() < 1e-6);
        assert_eq!((score(0, 9, 0.0), score(1, 9, 0.0)), (Some(0.0), Some(f64::INFINITY)));
        assert_eq!((score(9, 9, 1.0), score(0, 0, 0.5)), (Some(0.0), None));
    }

    #[test]
    fn scores_of_rates() {
        let rate = |bad, allowed| {
            let own = Tally { bad, all: 0, exposure: 60.0 };
            Look { allowed: Allowed::Rate(allowed), fresh: Counts { own, ..Counts::default() }, ..Look::default() }.score()
        };
        // P(X = 0) = exp(-1.2).
        assert!((normal::cdf(rate(0, 0.02).expect("it has one")) - (-1.2f64).exp() / 2.0).abs() < 1e-6);
        assert_eq!((rate(0, 0.0), rate(3, 0.0)), (Some(0.0), Some(f64::INFINITY)));
    }

    #[test]
    fn several_new_readings_are_one_score() {
        let both = [reads(13.0)[0], reads(11.0)[0], News::default()];
        let score = readings(&both).score().expect("there are two");
        assert!((score - 2.0 / 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(readings(&[]).score(), None);
        assert_eq!(Look { spread: Some(0.0), ..readings(&both) }.score(), None);
    }
}
