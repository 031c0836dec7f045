//! Two samples ranked together: the Mann-Whitney U and how it is distributed by chance.

use super::normal::upper_tail;
use std::cmp::Ordering;
use std::iter::Peekable;

/// What the ranks of two samples say. Values that are equal share the mean of their ranks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ranks {
    /// How many values the first sample has.
    pub m: f64,
    /// How many the second has.
    pub n: f64,
    /// Pairs in which the first sample's value is the larger, ties counted half: its rank sum less m (m + 1) / 2.
    pub u: f64,
    /// The sum of t^3 - t over all groups of t equal values.
    pub ties: f64,
}

/// Which departure from "both are distributed alike" is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first sample's values are larger.
    Greater,
    /// They are smaller.
    Less,
    /// Either.
    Both,
}

impl Ranks {
    /// Ranks two samples of cells (value, how many values), each in ascending order.
    pub fn of(xs: impl IntoIterator<Item = (f64, u64)>, ys: impl IntoIterator<Item = (f64, u64)>) -> Ranks {
        let (mut xs, mut ys) = (xs.into_iter().peekable(), ys.into_iter().peekable());
        let mut ranks = Ranks::default();
        while let Some(value) = least(xs.peek(), ys.peek()) {
            let (x, y) = (take(&mut xs, value), take(&mut ys, value));
            ranks.u += x * (ranks.n + y / 2.0);
            ranks.m += x;
            ranks.n += y;
            let tied = x + y;
            ranks.ties += tied * tied * tied - tied;
        }
        ranks
    }

    /// How many pairs there are of one value of each sample.
    pub fn pairs(&self) -> f64 {
        self.m * self.n
    }

    /// The chance that a value of the first sample is larger than one of the second, ties counted half: the common language
    /// effect size, and the area under the curve of a detector whose scores these are.
    pub fn larger(&self) -> f64 {
        self.u / self.pairs()
    }

    /// U's standard deviation by chance, corrected for ties; 0 when all values are equal or a sample has none.
    pub fn sigma(&self) -> f64 {
        if self.pairs() == 0.0 {
            return 0.0;
        }
        let all = self.m + self.n;
        (self.pairs() / 12.0 * (all + 1.0 - self.ties / (all * (all - 1.0)))).max(0.0).sqrt()
    }

    /// How many standard deviations U lies above what chance would bring, corrected for ties and continuity: the normal deviate of
    /// the test for greater. 0 when all values are equal.
    pub fn deviate(&self) -> f64 {
        let sigma = self.sigma();
        if sigma == 0.0 { 0.0 } else { (self.u - self.pairs() / 2.0 - 0.5) / sigma }
    }

    /// The p-value of the normal approximation, `corrected` for continuity or not; 1 when all values are equal.
    pub fn normal_p(&self, side: Side, corrected: bool) -> f64 {
        let sigma = self.sigma();
        if sigma == 0.0 {
            return 1.0;
        }
        let half = if corrected { 0.5 } else { 0.0 };
        self.p(side, |u| upper_tail((u - self.pairs() / 2.0 - half) / sigma))
    }

    /// The exact p-value, where no two values are equal. `ways` is a buffer to count in.
    pub fn exact_p(&self, side: Side, ways: &mut Vec<f64>) -> f64 {
        self.p(side, |u| lower_tail((self.pairs() - u) as u64, self.m as u64, self.n as u64, ways))
    }

    /// The p-value, given the chance of so large a U or larger.
    fn p(&self, side: Side, mut tail: impl FnMut(f64) -> f64) -> f64 {
        let mirrored = self.pairs() - self.u;
        match side {
            Side::Greater => tail(self.u),
            Side::Less => tail(mirrored),
            Side::Both => (2.0 * tail(self.u.max(mirrored))).min(1.0),
        }
    }
}

/// The least value that either sample has left.
fn least(x: Option<&(f64, u64)>, y: Option<&(f64, u64)>) -> Option<f64> {
    match (x, y) {
        (Some(x), Some(y)) => Some(x.0.min(y.0)),
        (x, y) => x.or(y).map(|cell| cell.0),
    }
}

/// Takes the cells up to `value`; what is no number is taken as well, so that every walk ends.
fn take(cells: &mut Peekable<impl Iterator<Item = (f64, u64)>>, value: f64) -> f64 {
    let mut count = 0.0;
    while let Some((_, n)) = cells.next_if(|cell| cell.0.partial_cmp(&value) != Some(Ordering::Greater)) {
        count += n as f64;
    }
    count
}

/// P(U <= u) of samples of `m` and `n` values in random order, none equal: the coefficients of
/// prod (1 - q^(n + i)) / (1 - q^i), i = 1..=m (Mann & Whitney 1947). `ways` is a buffer to count in.
pub fn lower_tail(u: u64, m: u64, n: u64, ways: &mut Vec<f64>) -> f64 {
    let pairs = m * n;
    if u >= pairs {
        return 1.0;
    }
    if 2 * u >= pairs {
        // U is distributed symmetrically; the smaller tail takes less counting and keeps more digits.
        return 1.0 - lower_tail(pairs - u - 1, m, n, ways);
    }
    count_ways(u as usize, m as usize, n as usize, ways);
    let orders: f64 = (1..=m).map(|i| (n + i) as f64 / i as f64).product();
    ways.iter().sum::<f64>() / orders
}

/// In how many orders of the values U is 0, 1, .. `u`.
fn count_ways(u: usize, m: usize, n: usize, ways: &mut Vec<f64>) {
    ways.clear();
    ways.resize(u + 1, 0.0);
    ways[0] = 1.0;
    for i in 1..=m {
        (n + i..=u).rev().for_each(|k| ways[k] -= ways[k - n - i]);
        (i..=u).for_each(|k| ways[k] += ways[k - i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(values: &[f64]) -> Vec<(f64, u64)> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.into_iter().map(|v| (v, 1)).collect()
    }

    fn ranks(x: &[f64], y: &[f64]) -> Ranks {
        Ranks::of(cells(x), cells(y))
    }

    #[test]
    fn exact_tails_as_published() {
        // Mann & Whitney 1947, p. 52; to three digits.
        let table: [(u64, u64, &[f64]); 3] = [
            (1, 3, &[0.25, 0.5, 0.75]),
            (3, 5, &[0.018, 0.036, 0.071, 0.125, 0.196, 0.286, 0.393, 0.5, 0.607]),
            (4, 6, &[0.005, 0.010, 0.019, 0.033, 0.057, 0.086, 0.129, 0.176, 0.238, 0.305, 0.381, 0.457, 0.543]),
        ];
        for (m, n, tails) in table {
            for (u, expect) in tails.iter().enumerate() {
                let own = lower_tail(u as u64, m, n, &mut Vec::new());
                assert!((own - expect).abs() < 0.0011, "m = {m}, n = {n}, U = {u}: {own}");
            }
        }
    }

    /// In how many orders of `m` and `n` values U is `u`: the largest is one of the first sample's, above all n, or it is not.
    fn ways(u: i64, m: i64, n: i64) -> f64 {
        match (u, m, n) {
            (u, ..) if u < 0 => 0.0,
            (u, 0, _) | (u, _, 0) => f64::from(u8::from(u == 0)),
            _ => ways(u - n, m - 1, n) + ways(u, m, n - 1),
        }
    }

    #[test]
    fn both_ways_of_counting_agree() {
        for (m, n) in [(1, 9), (5, 4), (6, 6), (9, 2)] {
            let all: f64 = (0..=m * n).map(|u| ways(u, m, n)).sum();
            for u in 0..=m * n {
                let tail = (0..=u).map(|k| ways(k, m, n)).sum::<f64>() / all;
                let own = lower_tail(u as u64, m as u64, n as u64, &mut Vec::new());
                assert!((own - tail).abs() < 1e-13, "m = {m}, n = {n}, U = {u}: {own}, {tail}");
            }
        }
    }

    #[test]
    fn p_values_of_r() {
        // R's wilcox.test by way of scipy's tests: validation/tables.json, group `mann_whitney_R`.
        let x = [210.05211, 110.19063, 307.918612];
        let y = [
            436.08811482466416,
            416.3739732976819,
            179.96975939463582,
            197.8118754228619,
            34.038757281225756,
            138.54220550921517,
            128.7769351470246,
            265.9272142795185,
            275.6617533155341,
            592.3408339541626,
            448.7317759061702,
            300.61495185038905,
            187.97508449019588,
        ];
        let ranks = ranks(&x, &y);
        let table =
            [(Side::Both, true, 0.6865041817876), (Side::Both, false, 0.6377328900502), (Side::Greater, true, 0.7047591913255)];
        for (side, corrected, expect) in table {
            let own = ranks.normal_p(side, corrected);
            assert!((own - expect).abs() < 1e-10, "{side:?}, {corrected}: {own}");
        }
        assert!((ranks.exact_p(Side::Less, &mut Vec::new()) - 0.3517857142857).abs() < 1e-10);
    }

    #[test]
    fn ties_are_counted_half() {
        // Hanley & McNeil 1982, ratings of 58 normal and 51 abnormal images: the area is 0.893.
        let rated = |counts: [u64; 5]| counts.into_iter().zip(1..).map(|(n, rating)| (f64::from(rating), n)).collect::<Vec<_>>();
        let images = Ranks::of(rated([3, 2, 2, 11, 33]), rated([33, 6, 6, 11, 2]));
        assert_eq!((images.m, images.n), (51.0, 58.0));
        assert!((images.larger() - 0.893).abs() < 0.0006);
    }

    #[test]
    fn what_is_all_alike_proves_nothing() {
        let alike = ranks(&[5.0; 4], &[5.0; 7]);
        assert_eq!((alike.sigma(), alike.larger()), (0.0, 0.5));
        assert_eq!(alike.normal_p(Side::Greater, false), 1.0);
        assert_eq!(ranks(&[], &[1.0]).normal_p(Side::Both, true), 1.0);
        assert_eq!(ranks(&[f64::NAN], &[1.0, f64::NAN]).pairs(), 2.0, "the walk ends");
    }

    proptest! {
        #[test]
        fn u_counts_pairs(x in proptest::collection::vec(0u8..20, 1..30), y in proptest::collection::vec(0u8..20, 1..30)) {
            let pair = |a: u8, b: u8| f64::from(i8::from(a > b) - i8::from(a < b)) / 2.0 + 0.5;
            let brute: f64 = x.iter().flat_map(|a| y.iter().map(|b| pair(*a, *b))).sum();
            let floats = |values: &[u8]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
            let (own, mirrored) = (ranks(&floats(&x), &floats(&y)), ranks(&floats(&y), &floats(&x)));
            prop_assert_eq!(own.u, brute);
            prop_assert_eq!(own.u + mirrored.u, own.pairs());
            prop_assert_eq!(own.ties, mirrored.ties);
        }
    }
}
