//! By how much the values of one sample lie above those of another.

use super::brent;
use super::normal::quantile;
use super::ranks::Ranks;

/// How near a bound is found, in the values' own unit: Kayenta's, whatever that unit is. Express values near it in a smaller unit.
pub const TOLERANCE: f64 = 1e-4;

/// The shift of one sample against another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The shift that explains the ranks best: the estimate of Hodges & Lehmann 1963.
    pub estimate: f64,
}

/// How many standard deviations the ranks of `x - by` lie above what chance would bring against `y`, corrected for ties and
/// continuity. Both ascend. `None` when all values are equal then.
pub fn deviate(x: &[f64], y: &[f64], by: f64) -> Option<f64> {
    let ranks = Ranks::of(x.iter().map(|v| (v - by, 1)), y.iter().map(|v| (*v, 1)));
    let above = ranks.u - ranks.pairs() / 2.0;
    let corrected = if above == 0.0 { 0.0 } else { above - 0.5 * above.signum() };
    let sigma = ranks.sigma();
    (sigma > 0.0).then(|| corrected / sigma)
}

/// The shift of `x` against `y`, both ascending, with an interval of `confidence` (0..1): the shifts that the normal test of
/// Mann & Whitney does not reject, as R's wilcox.test has them. `None` of an empty sample, or where a shift makes all values equal.
pub fn interval(x: &[f64], y: &[f64], confidence: f64) -> Option<Shift> {
    let (from, to) = (x.first()? - y.last()?, x.last()? - y.first()?);
    let beyond = |z: f64| move |by: f64| Some(deviate(x, y, by)? - z);
    let bound = |z: f64| match () {
        () if beyond(z)(from)? <= 0.0 => Some(from),
        () if beyond(z)(to)? >= 0.0 => Some(to),
        () => brent::root(beyond(z), from, to, TOLERANCE),
    };
    let z = -quantile((1.0 - confidence) / 2.0);
    Some(Shift { low: bound(z)?, high: bound(-z)?, estimate: brent::root(beyond(0.0), from, to, TOLERANCE)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_are_bounded_by_their_ends() {
        // Spinnaker Kayenta's MannWhitneySuite.
        let shift = interval(&[10.0, 20.0, 30.0, 40.0], &[1.0, 2.0, 3.0, 4.0], 0.95).expect("the values differ");
        assert_eq!((shift.low, shift.high), (6.0, 39.0));
        assert!((shift.estimate - 22.5).abs() < 1e-6, "{}", shift.estimate);
    }

    #[test]
    fn a_shifted_sample_is_found_shifted() {
        let y: Vec<f64> = (0..40).map(|i| f64::from(i * i) / 10.0).collect();
        let x: Vec<f64> = y.iter().map(|v| v + 25.0).collect();
        let shift = interval(&x, &y, 0.98).expect("the values differ");
        assert!(shift.low < 25.0 && 25.0 < shift.high, "{shift:?}");
        assert!((shift.estimate - 25.0).abs() < 0.6, "{shift:?}");
    }

    #[test]
    fn what_a_shift_makes_all_equal_has_none() {
        assert_eq!(interval(&[5.0, 5.0], &[1.0, 1.0, 1.0], 0.95), None);
        assert_eq!(interval(&[], &[1.0], 0.95), None);
    }
}
