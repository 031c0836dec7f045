//! Many comparisons at once: how small the error of each must be so that all of them together err seldom enough.

use super::estimate::attainable;

/// How often a whole diff of two policies that are equally good may find a difference.
pub const ERROR: f64 = 0.05;

/// By how many the error is divided. Bonferroni's number is that of all comparisons; of these, those in which so few pairs differ that
/// they could not be found to differ whatever way these fell need no share of it (Tarone 1990, "A modified Bonferroni method for
/// discrete data"). `differing`: of each comparison, how many pairs differ.
pub fn divided_by(differing: &[u64], error: f64) -> u64 {
    let able = |k: u64| differing.iter().filter(|pairs| attainable(**pairs) <= error / k as f64).count() as u64;
    (1..).find(|k| able(*k) <= *k).expect("there are fewer comparisons than numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_differ_takes_no_share() {
        assert_eq!(divided_by(&[], ERROR), 1);
        assert_eq!(divided_by(&[400; 7], ERROR), 7);
        assert_eq!(divided_by(&[400, 400, 0, 0, 1, 2, 5], ERROR), 2);
        // 7 pairs can show a difference at 5 % / 2, but not at 5 % / 3.
        assert_eq!(divided_by(&[7, 7], ERROR), 2);
        assert_eq!(divided_by(&[9, 9, 9, 5], ERROR), 3);
    }
}
