//! Whether one share is above what another allows: the score test, and exact tails where counts are small.

use super::binomial;
use super::hypergeometric::Table;
use super::normal;
use super::side::Side;

/// Bad outcomes of one arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// How many are bad; need not be whole.
    pub bad: f64,
    /// Of how many; more than zero.
    pub all: f64,
}

impl Part {
    fn share(&self) -> f64 {
        self.bad / self.all
    }

    /// The slope of its log-likelihood at a share: terms without outcomes stay out, even at the ends.
    fn slope(&self, share: f64) -> f64 {
        let term = |n: f64, p: f64| if n > 0.0 { n / p } else { 0.0 };
        term(self.bad, share) - term(self.all - self.bad, 1.0 - share)
    }

    fn whole(&self, round: fn(f64) -> f64) -> Part {
        let all = self.all.round().max(1.0);
        Part { bad: round(self.bad).min(all), all }
    }

    /// The smaller of the bad and good outcomes that are expected at a share.
    fn fewest(&self, share: f64) -> f64 {
        self.all * share.min(1.0 - share)
    }
}

/// Two arms and what the null says of them: the first arm's share is `ratio` times the other's `+ plus`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// The arm under judgement.
    pub canary: Part,
    /// Stable.
    pub stable: Part,
    /// More than zero; 1 if only `plus` is meant.
    pub ratio: f64,
    /// -1..1, as a fraction; 0 if only `ratio` is meant.
    pub plus: f64,
}

/// Expected outcomes of a kind below which the score is not to be trusted. The usual 5 (Cochran 1954) is meant for 5 %: of arms of 1 to 9,
/// it then fails 1.7 times as often as 1 % and 2.9 times as often as 0.1 %; of 100, 1.15 and 1.4 times.
const EXPECTED_MIN: f64 = 100.0;

/// How far a count that is worked out in fractions may be off.
const ROUNDING: f64 = 1e-7;

/// The counts that a binomial variable takes, but for a chance of 1e-14 or less.
fn likely(n: f64, p: f64) -> impl Iterator<Item = f64> {
    let (mean, reach) = (n * p, 8.0 * (n * p * (1.0 - p)).sqrt() + 20.0);
    let (from, to) = ((mean - reach).max(0.0) as u64, (mean + reach).min(n) as u64);
    (from..=to).map(|k| k as f64)
}

impl Shares {
    /// The likeliest shares of canary and stable under the null; the pooled share for both if it says that they are equal.
    /// The log-likelihood is concave, so its slope changes sign once.
    pub fn at_null(&self) -> (f64, f64) {
        let slope = |stable: f64| self.ratio * self.canary.slope(self.allowed(stable)) + self.stable.slope(stable);
        let (mut low, mut high) = ((-self.plus / self.ratio).max(0.0), ((1.0 - self.plus) / self.ratio).min(1.0));
        for _ in 0..80 {
            let middle = (low + high) / 2.0;
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        (self.allowed(high), high)
    }

    /// The score statistic: standard normal under the null, positive where the canary has more bad than it allows. Its variance is
    /// that of the likeliest null (Farrington and Manning 1990; pooled where the shares are to be equal). 0 where nothing varies.
    pub fn z(&self) -> f64 {
        let (p1, p0) = self.at_null();
        let variance = p1 * (1.0 - p1) / self.canary.all + self.ratio.powi(2) * p0 * (1.0 - p0) / self.stable.all;
        if variance > 0.0 { self.excess() / variance.sqrt() } else { 0.0 }
    }

    /// Whether fewer outcomes of some kind are expected, from stable's share, than the score test needs. The canary's own have no say:
    /// one more bad could otherwise move it from the score to an exact tail that is larger.
    pub fn is_sparse(&self) -> bool {
        let stable = self.stable.share();
        self.canary.fewest(self.allowed(stable)).min(self.stable.fewest(stable)) < EXPECTED_MIN
    }

    /// What is allowed the canary where stable has this share.
    fn allowed(&self, stable: f64) -> f64 {
        (self.ratio * stable + self.plus).clamp(0.0, 1.0)
    }

    /// The p-value of the canary's having so many bad or more: of the score, and exact where it would not be.
    pub fn p(&self) -> f64 {
        match () {
            _ if !self.is_sparse() => normal::upper_tail(self.z()),
            _ if self.ratio == 1.0 && self.plus == 0.0 => self.whole().fisher(),
            _ => self.whole().exact_at_null(),
        }
    }

    /// The same where so many outcomes say as much as one: the statistic is less by the root of `factor`.
    pub fn divided(&self, factor: f64) -> Shares {
        let part = |part: Part| Part { bad: part.bad / factor, all: part.all / factor };
        Shares { canary: part(self.canary), stable: part(self.stable), ..*self }
    }

    /// Exact tests need whole counts: what is not rounds to what speaks less against the null.
    fn whole(&self) -> Shares {
        Shares { canary: self.canary.whole(f64::floor), stable: self.stable.whole(f64::ceil), ..*self }
    }

    /// Fisher's exact test of equal shares.
    fn fisher(&self) -> f64 {
        let split = |part: Part| (part.bad as u64, (part.all - part.bad) as u64);
        let ((bad, good), (other_bad, other_good)) = (split(self.canary), split(self.stable));
        Table { bad, good, other_bad, other_good }.p(Side::Greater)
    }

    /// The chance of an excess as large if both arms had the likeliest shares of the null. Fisher's test would need the odds between
    /// them, which hang on stable's share unless both are equal. The sum goes over the arm with fewer likely outcomes.
    fn exact_at_null(&self) -> f64 {
        let ((p1, p0), (n1, n0)) = (self.at_null(), (self.canary.all, self.stable.all));
        let excess = self.excess() + self.plus;
        // As large an excess with `k` bad on the canary: so few on stable; with `k` on stable: so many on the canary.
        let few = |k: f64| ((k / n1 - excess) * n0 / self.ratio + ROUNDING).floor();
        let many = |k: f64| ((excess + self.ratio * k / n0) * n1 - ROUNDING).ceil();
        let sum: f64 = if self.canary.fewest(p1) < self.stable.fewest(p0) {
            likely(n1, p1).map(|k| binomial::exactly(k, n1, p1) * binomial::at_most(few(k), n0, p0)).sum()
        } else {
            likely(n0, p0).map(|k| binomial::exactly(k, n0, p0) * binomial::at_least(many(k), n1, p1)).sum()
        };
        sum.min(1.0)
    }

    /// How far the canary's share is above what stable's allows.
    fn excess(&self) -> f64 {
        self.canary.share() - self.ratio * self.stable.share() - self.plus
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares([x1, n1, x0, n0]: [u64; 4], ratio: f64, plus: f64) -> Shares {
        let part = |bad, all| Part { bad: bad as f64, all: all as f64 };
        Shares { canary: part(x1, n1), stable: part(x0, n0), ratio, plus }
    }

    #[test]
    fn tabled_statistics_of_equal_shares() {
        // validation/tables.json, group `two_proportion_z_own`: the pooled z.
        let table = [
            ([15, 1_000, 150, 19_000], 2.4211064869832613),
            ([3, 500, 2, 9_500], 5.6442921859430735),
            ([55, 5_000, 900, 95_000], 1.0816163356656838),
        ];
        for (counts, z) in table {
            assert!((shares(counts, 1.0, 0.0).z() - z).abs() < 1e-12, "{counts:?}");
        }
        // Where enough are expected, the p-value is that of the score.
        let many = shares([5_500, 500_000, 90_000, 9_500_000], 1.0, 0.0);
        assert!((shares(table[2].0, 1.0, 0.0).z() * 10.0 - many.z()).abs() < 1e-9 && many.p() == normal::upper_tail(many.z()));
    }

    #[test]
    fn the_likeliest_null_meets_what_was_observed_when_it_may() {
        for (ratio, plus) in [(2.0, 0.0), (1.0, 0.05), (0.9, 0.1), (1.0, -0.01)] {
            let stable: f64 = 0.1;
            let counts = [(1_000.0 * (ratio * stable + plus)).round() as u64, 1_000, 1_000, 10_000];
            let (p1, p0) = shares(counts, ratio, plus).at_null();
            assert!((p0 - stable).abs() < 1e-12 && (p1 - ratio * stable - plus).abs() < 1e-12, "{ratio} {plus}: {p1} {p0}");
            assert!(shares(counts, ratio, plus).z().abs() < 1e-9);
        }
    }

    #[test]
    fn few_bad_outcomes_are_weighed_exactly() {
        let few = shares([3, 500, 2, 9_500], 1.0, 0.0);
        // The ways to draw 3, 4 or 5 of the 5 bad among 500 of 10,000, in whole numbers: far from the 8e-9 of the score.
        assert!(few.is_sparse() && (few.p() - 0.0011520377195640813).abs() < 1e-12, "{}", few.p());
        assert_eq!(shares([0, 100, 0, 1_900], 1.0, 0.0).p(), 1.0);
        assert_eq!(shares([0, 100, 0, 1_900], 2.0, 0.0).p(), 1.0);
        // Stable is without fault, so the canary's own tail remains: P(Bin(100, 2%) >= 7).
        assert!((shares([7, 100, 0, 1_900], 1.0, 0.02).p() - binomial::upper_tail(7, 100, 0.02)).abs() < 1e-3);
    }

    #[test]
    fn false_alarms_are_as_rare_as_promised_where_counts_are_small() {
        let (n1, n0) = (40, 200);
        for (ratio, plus, stable) in [(1.0, 0.0, 0.03), (2.0, 0.0, 0.03), (1.0, 0.05, 0.01), (1.0, 0.05, 0.0), (0.98, 0.02, 0.02)]
        {
            let chance = |k: u64, n: u64, p| binomial::exactly(k as f64, n as f64, p);
            let allowed = ratio * stable + plus;
            let alarm = |x1, x0| shares([x1, n1, x0, n0], ratio, plus).p() <= 0.05;
            let alarms = (0..=12).flat_map(|x1| (0..=25).map(move |x0| (x1, x0))).filter(|(x1, x0)| alarm(*x1, *x0));
            let rate: f64 = alarms.map(|(x1, x0)| chance(x1, n1, allowed) * chance(x0, n0, stable)).sum();
            assert!(rate > 0.001 && rate <= 0.05, "{ratio} {plus} {stable}: {rate}");
        }
    }

    #[test]
    fn the_ends_are_shares_too() {
        for counts in [[0, 10, 0, 10], [10, 10, 10, 10], [10, 10, 0, 10], [0, 10, 10, 10]] {
            for (ratio, plus) in [(1.0, 0.0), (3.0, 0.0), (1.0, 0.5), (1.0, -0.5), (0.98, 0.02)] {
                let p = shares(counts, ratio, plus).p();
                assert!((0.0..=1.0).contains(&p), "{counts:?} {ratio} {plus}: {p}");
            }
        }
    }
}
