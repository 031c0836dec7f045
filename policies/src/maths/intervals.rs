//! Intervals for a share.

use super::{beta, normal};

/// Wilson's interval (1927) of `hits` out of `n`, with 1 - `alpha` in the middle; (0, 1) when `n` is zero.
///
/// For display: a decision with a promised error rate needs [`clopper_pearson`].
pub fn wilson(hits: u64, n: u64, alpha: f64) -> (f64, f64) {
    let z = normal::quantile(1.0 - alpha / 2.0);
    (wilson_end(hits, n, -z), wilson_end(hits, n, z))
}

/// The end of Wilson's interval that lies `z` standard errors to the right, or to the left when `z` is negative.
pub fn wilson_end(hits: u64, n: u64, z: f64) -> f64 {
    let (p, n_f) = (hits as f64 / n as f64, n as f64);
    let scale = 1.0 + z * z / n_f;
    let centre = (p + z * z / (2.0 * n_f)) / scale;
    let half = z * (p * (1.0 - p) / n_f + z * z / (4.0 * n_f * n_f)).sqrt() / scale;
    match () {
        // At the ends the exact bound is 0 or 1, which rounding would miss by 1e-17.
        _ if z < 0.0 && hits == 0 => 0.0,
        _ if z >= 0.0 && hits == n => 1.0,
        _ => centre + half,
    }
}

/// The exact interval of Clopper and Pearson (1934): outside of it lies the share with a chance of `alpha` / 2 at most on either side.
pub fn clopper_pearson(hits: u64, n: u64, alpha: f64) -> (f64, f64) {
    (lower_bound(hits, n, alpha / 2.0), upper_bound(hits, n, alpha / 2.0))
}

/// The share below which so many hits would be chance in at most `alpha`.
pub fn lower_bound(hits: u64, n: u64, alpha: f64) -> f64 {
    if hits == 0 { 0.0 } else { beta::quantile(hits as f64, (n - hits) as f64 + 1.0, alpha) }
}

/// The share above which so few hits would be chance in at most `alpha`: without any, 1 - alpha^(1/n).
pub fn upper_bound(hits: u64, n: u64, alpha: f64) -> f64 {
    match hits {
        _ if hits == n => 1.0,
        0 => 1.0 - alpha.powf(1.0 / n as f64),
        _ => beta::quantile(hits as f64 + 1.0, (n - hits) as f64, 1.0 - alpha),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_intervals() {
        // (hits, n, Wilson, Clopper-Pearson, tolerance), 95 %, as printed in the sources.
        let published = [
            // Newcombe 1998, Statistics in Medicine 17:857-872, table I, methods 3 and 5.
            (81, 263, (0.2553, 0.3662), (0.2527, 0.3676), 6e-5),
            (0, 20, (0.0, 0.1611), (0.0, 0.1684), 6e-5),
            // R, binom::binom.confint, by way of the tests of statsmodels.
            (18, 20, (0.6989663547715128, 0.972133518786232), (0.6830172859809176, 0.9876514728297052), 1e-6),
            (4, 200, (0.00780442641634947, 0.05028708690582643), (0.005475565879556443, 0.05041360908989634), 1e-6),
            (1, 30, (0.00590859, 0.16670391), (0.0008435709, 0.17216946), 1e-6),
            (0, 30, (0.0, 0.11351339), (0.0, 0.11570331), 1e-6),
        ];
        let near = |own: (f64, f64), other: (f64, f64), by: f64| (own.0 - other.0).abs() < by && (own.1 - other.1).abs() < by;
        for (hits, n, wilsons, exact, by) in published {
            assert!(near(wilson(hits, n, 0.05), wilsons, by), "{hits} of {n}: {:?}", wilson(hits, n, 0.05));
            assert!(near(clopper_pearson(hits, n, 0.05), exact, by), "{hits} of {n}: {:?}", clopper_pearson(hits, n, 0.05));
        }
    }

    #[test]
    fn one_end_may_be_had_alone() {
        // Without a hit it is z^2 / (n + z^2), and without a margin the share itself.
        assert!((wilson_end(0, 100, 0.84) - 0.7056 / 100.7056).abs() < 1e-15);
        assert!((wilson_end(3, 100, 0.0) - 0.03).abs() < 1e-15);
        assert_eq!((wilson_end(0, 0, -0.84), wilson_end(0, 0, 0.84)), (0.0, 1.0));
    }

    #[test]
    fn they_end_where_they_must() {
        for interval in [wilson, clopper_pearson] {
            assert_eq!(interval(0, 7, 0.05).0, 0.0);
            assert_eq!(interval(7, 7, 0.05).1, 1.0);
            assert_eq!(interval(0, 0, 0.05), (0.0, 1.0));
        }
    }
}
