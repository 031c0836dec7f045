//! On which side an alternative lies.

use super::normal;

/// What a test holds against its null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The canary's is greater: what gates ask.
    Greater,
    /// It is less.
    Less,
    /// It differs.
    Both,
}

impl Side {
    /// The p-value of a statistic that is standard normal under the null.
    pub fn of_z(self, z: f64) -> f64 {
        match self {
            Side::Greater => normal::upper_tail(z),
            Side::Less => normal::cdf(z),
            Side::Both => 2.0 * normal::upper_tail(z.abs()),
        }
    }
}

/// Outcomes as unlikely as the observed one count as such, though rounding has them a little likelier: what R allows.
pub(super) const AS_UNLIKELY: f64 = 1.0 + 1e-7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_of_a_z() {
        assert!((Side::Both.of_z(-1.959963984540054) - 0.05).abs() < 1e-14);
        assert!((Side::Greater.of_z(1.959963984540054) - 0.025).abs() < 1e-14);
        assert!((Side::Less.of_z(1.959963984540054) - 0.975).abs() < 1e-14);
    }
}
