//! Continued fractions.

/// The value of `b0 + a1 / (b1 + a2 / (b2 + ...))`, from the front until nothing changes: the method of Lentz as Thompson and Barnett
/// (1986) amended it. `term(k)` is `(a_k, b_k)` for k = 1, 2, ...; `b0` is not zero.
pub fn continued(b0: f64, term: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut value, mut above, mut below) = (b0, b0, 0.0);
    for k in 1..TERMS_MAX {
        let (a, b) = term(f64::from(k));
        below = 1.0 / not_zero(b + a * below);
        above = not_zero(b + a / above);
        value *= above * below;
        if (above * below - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The slowest here, the incomplete beta function, needs about the root of its larger parameter.
const TERMS_MAX: u32 = 1_000_000;

/// A denominator may pass through zero on the way; a tiny number instead leaves the limit as it is.
fn not_zero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golden_ratio_is_all_ones() {
        assert!((continued(1.0, |_| (1.0, 1.0)) - (1.0 + 5f64.sqrt()) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn a_fraction_that_ends_is_exact() {
        assert_eq!(continued(2.0, |k| (if k < 2.0 { 3.0 } else { 0.0 }, 4.0)), 2.75);
    }
}
