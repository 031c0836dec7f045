//! The slope of a series that outliers do not move.

/// The median of the slopes of all pairs of points (x, y), in order of x (Theil 1950, Sen 1968). `None` when no two differ in x.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (i, (x, y)) in points.iter().enumerate() {
        slopes.extend(points[i + 1..].iter().filter(|(later, _)| later > x).map(|(later, other)| (other - y) / (later - x)));
    }
    slopes.sort_unstable_by(f64::total_cmp);
    match (slopes.len(), slopes.len() / 2) {
        (0, _) => None,
        (n, middle) if n % 2 == 1 => Some(slopes[middle]),
        (_, middle) => Some((slopes[middle - 1] + slopes[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_as_published() {
        // pymannkendall's tests; validation/tables.json, group `mann_kendall_ties`.
        let table: [(&[f64], f64); 3] = [
            (&[3., 4., 4., 6., 5., 7., 9., 8., 11., 12., 12., 15.], 1.0),
            (&[2., 2., 3., 8., 15., 14., 9., 6., 4., 3., 2., 2.], -0.11805555555555555),
            (&[9., 8., 8., 7., 6., 6., 5., 3., 3., 1.], -0.8333333333333334),
        ];
        for (values, expect) in table {
            let points: Vec<_> = values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            let own = slope(&points).expect("there are two points");
            assert!((own - expect).abs() < 1e-12, "{values:?}: {own}");
        }
    }

    #[test]
    fn points_at_one_moment_have_no_slope() {
        assert_eq!(slope(&[]), None);
        assert_eq!(slope(&[(1.0, 2.0)]), None);
        assert_eq!(slope(&[(1.0, 2.0), (1.0, 5.0)]), None);
    }
}
