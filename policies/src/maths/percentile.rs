//! Percentiles of a sample.

/// The value below which a share `p` of 0..=1 of ascending values lies, between two of them in proportion: type 7 of Hyndman &
/// Fan 1996, R's default. `None` of no values.
pub fn linear(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_as_published() {
        // Spinnaker Kayenta's StatisticSuite: steps of a half, and the NIST handbook's example.
        let halves: Vec<f64> = (0..8).map(|i| f64::from(i) / 2.0).collect();
        let mut nist = [95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.061, 95.1591, 95.1195, 95.1772, 95.0925, 95.199, 95.1682];
        nist.sort_unstable_by(f64::total_cmp);
        let table: [(&[f64], f64, f64); 4] =
            [(&halves, 0.05, 0.175), (&halves, 1.0, 3.5), (&halves, 0.0, 0.0), (&nist, 0.9, 95.19568)];
        for (sorted, p, expect) in table {
            let own = linear(sorted, p).expect("there are values");
            assert!((own - expect).abs() < 1e-9, "{p} of {sorted:?}: {own}");
        }
        assert_eq!(linear(&[], 0.5), None);
        assert_eq!(linear(&[7.0], 0.99), Some(7.0));
    }
}
