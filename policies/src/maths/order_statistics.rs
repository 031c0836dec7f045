//! What the values of a sample, in order, say about a quantile: Hahn and Meeker 1991.

use super::binomial::{lower_tail, upper_tail};
use super::search::least;

/// The ranks whose values bound a quantile: of `n` values in order, the `lower`th is at most the quantile, the `upper`th at least,
/// each but for a chance of half the alpha they were asked for. `lower` 0 is no bound, nor is `upper` n + 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// 0..=n.
    pub lower: u64,
    /// 1..=n + 1.
    pub upper: u64,
}

impl Ranks {
    /// Of the quantile `p` (0..1) of `n` values.
    pub fn of(n: u64, p: f64, alpha: f64) -> Ranks {
        // `B` values of n are at most the quantile: l is the last for which P(B < l) is small enough, u the first for P(B >= u).
        let too_high = |l: u64| l > n || lower_tail(l, n, p) > alpha / 2.0;
        Ranks { lower: least(0, too_high), upper: least(0, |u| u > n || upper_tail(u, n, p) <= alpha / 2.0) }
    }

    /// How likely the quantile lies between them.
    pub fn coverage(&self, n: u64, p: f64) -> f64 {
        let below = if self.lower == 0 { 0.0 } else { lower_tail(self.lower - 1, n, p) };
        1.0 - below - upper_tail(self.upper, n, p)
    }

    /// Where the quantile lies, seen from a limit that `within` of the values do not exceed.
    pub fn against(&self, within: u64) -> Place {
        match () {
            _ if within < self.lower => Place::Above,
            _ if within >= self.upper => Place::Below,
            _ => Place::Unclear,
        }
    }
}

/// A quantile as seen from a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Even its lower bound is beyond the limit.
    Above,
    /// Even its upper bound is not.
    Below,
    /// The limit lies between the bounds.
    Unclear,
}

/// How many values it takes before the largest of them is above the quantile `coverage` with a chance of `confidence`; or, with
/// `ends` 2, before that share of all values lies between the smallest and the largest (Wilks 1941).
pub fn values_needed(coverage: f64, confidence: f64, ends: u64) -> u64 {
    least(ends, |n| upper_tail(ends, n, 1.0 - coverage) >= confidence)
}

/// The least count of values beyond the limit that speaks against its being above the quantile `p` of `n` values; n + 1: none does.
pub fn critical_count(n: u64, p: f64, alpha: f64) -> u64 {
    least(0, |c| upper_tail(c, n, 1.0 - p) <= alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabled_ranks() {
        // validation/tables.json, group `quantile_ci_ranks`, 95 %: (n, quantile, lower, upper, coverage).
        let table = [
            (50, 0.5, 18, 33, 0.9671608624357315),
            (50, 0.95, 44, 51, 0.9882135522027357),
            (100, 0.95, 90, 100, 0.9826070607121812),
            (300, 0.95, 277, 293, 0.9671879247859064),
            (1_000, 0.5, 469, 532, 0.9537088026395018),
            (1_000, 0.95, 936, 964, 0.9580952682226541),
        ];
        for (n, p, lower, upper, coverage) in table {
            let ranks = Ranks::of(n, p, 0.05);
            assert_eq!(ranks, Ranks { lower, upper }, "n = {n}, {p}");
            assert!((ranks.coverage(n, p) - coverage).abs() < 1e-9, "n = {n}, {p}");
        }
    }

    #[test]
    fn the_limit_is_held_against_the_values_of_these_ranks() {
        // Values 1..=100 and limits between them: x_(90) > T iff fewer than 90 are within, x_(100) <= T iff all are.
        let ranks = Ranks::of(100, 0.95, 0.05);
        let places = [89, 90, 99, 100].map(|within| ranks.against(within));
        assert_eq!(places, [Place::Above, Place::Unclear, Place::Unclear, Place::Below]);
        // Of 50 no value is sure to be above p95, of 5 none is sure to be below.
        assert_eq!(Ranks::of(50, 0.95, 0.05).against(50), Place::Unclear);
        assert_eq!(Ranks::of(5, 0.2, 0.05).against(0), Place::Unclear);
    }

    #[test]
    fn the_numbers_of_wilks() {
        let one_end = [(0.95, 0.95, 59), (0.99, 0.95, 299), (0.9, 0.95, 29), (0.95, 0.99, 90)];
        let both = [(0.95, 0.95, 93), (0.99, 0.95, 473)];
        assert!(one_end.iter().all(|(coverage, confidence, n)| values_needed(*coverage, *confidence, 1) == *n));
        assert!(both.iter().all(|(coverage, confidence, n)| values_needed(*coverage, *confidence, 2) == *n));
    }

    #[test]
    fn the_count_that_rejects() {
        // Group `quantile_gate_p95`.
        assert_eq!([20, 100, 1_000, 5_000].map(|n| critical_count(n, 0.95, 0.05)), [4, 10, 63, 277]);
        assert_eq!(critical_count(1, 0.95, 0.01), 2, "one value proves nothing");
    }
}
