//! Fisher's exact test: how the bad outcomes of two arms divide between them by chance, given how many there are.

use super::side::{AS_UNLIKELY, Side};

/// Bad and good outcomes of two arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// Bad of the first arm.
    pub bad: u64,
    /// Good of the first arm.
    pub good: u64,
    /// Bad of the second arm.
    pub other_bad: u64,
    /// Good of the second arm.
    pub other_good: u64,
}

impl Table {
    /// Fisher's exact p-value of equal shares.
    pub fn p(&self, side: Side) -> f64 {
        let counts = |way: Way, weight: f64| match (side, way) {
            (Side::Greater, Way::Up) | (Side::Less, Way::Down) => true,
            (Side::Greater, Way::Down) | (Side::Less, Way::Up) => false,
            (Side::Both, _) => weight <= AS_UNLIKELY,
        };
        let (up, down) = (self.sums(Way::Up, |w| counts(Way::Up, w)), self.sums(Way::Down, |w| counts(Way::Down, w)));
        let (part, all) = (1.0 + up.0 + down.0, 1.0 + up.1 + down.1);
        if part.is_infinite() { 1.0 } else { part / all }
    }

    /// Of the outcomes with more bad on the first arm, or with fewer: the weight of those that count, and of all, where the observed
    /// one weighs 1. The walk ends where nothing is left to add; a sum that overflows is infinite, and the other side then nothing.
    fn sums(&self, way: Way, counts: impl Fn(f64) -> bool) -> (f64, f64) {
        let (mut part, mut all, mut weight, mut cells) = (0.0, 0.0, 1.0, self.cells(way));
        loop {
            weight *= cells.step();
            all += weight;
            part += if counts(weight) { weight } else { 0.0 };
            if weight <= (1.0 + all) * 1e-20 || all.is_infinite() {
                return (part, all);
            }
        }
    }

    /// The counts of the cells that a step empties and of those that it fills.
    fn cells(&self, way: Way) -> Cells {
        let [a, b, c, d] = [self.bad, self.good, self.other_bad, self.other_good].map(|n| n as f64);
        match way {
            Way::Up => Cells { emptied: [b, c], filled: [a, d] },
            Way::Down => Cells { emptied: [a, d], filled: [b, c] },
        }
    }
}

#[derive(Clone, Copy)]
enum Way {
    /// To more bad on the first arm.
    Up,
    Down,
}

/// Two cells lose what two others gain.
struct Cells {
    emptied: [f64; 2],
    filled: [f64; 2],
}

impl Cells {
    /// Moves one, and says how much likelier the new table is: 0 when nothing could be moved.
    fn step(&mut self) -> f64 {
        let from: f64 = self.emptied.iter().product();
        self.emptied = self.emptied.map(|n| n - 1.0);
        self.filled = self.filled.map(|n| n + 1.0);
        from / self.filled.iter().product::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(cells: [[u64; 2]; 2], side: Side) -> f64 {
        let [[bad, good], [other_bad, other_good]] = cells;
        Table { bad, good, other_bad, other_good }.p(side)
    }

    #[test]
    fn p_values_of_r() {
        // R fisher.test by way of scipy's tests (validation/tables.json, group `fisher_exact_R`).
        let table = [
            ([[100, 2], [1_000, 5]], 0.1301, 6e-5),
            ([[5, 1], [10, 10]], 0.1973244, 6e-8),
            ([[5, 16], [20, 25]], 0.1725862, 5e-7),
            ([[5, 0], [1, 4]], 0.04761904, 6e-8),
            ([[0, 2], [6, 4]], 0.4545454545, 1e-9),
        ];
        for (cells, expect, tolerance) in table {
            assert!((p(cells, Side::Both) - expect).abs() < tolerance, "{cells:?}");
        }
    }

    #[test]
    fn the_lady_tasting_tea() {
        // Fisher 1935: 17 of 70.
        assert!((p([[3, 1], [1, 3]], Side::Greater) - 17.0 / 70.0).abs() < 1e-15);
        assert!((p([[1, 3], [3, 1]], Side::Greater) - 69.0 / 70.0).abs() < 1e-15);
        assert!((p([[1, 3], [3, 1]], Side::Less) - 17.0 / 70.0).abs() < 1e-15);
    }

    #[test]
    fn the_impossible_and_the_empty() {
        assert_eq!(p([[0, 9], [0, 90]], Side::Greater), 1.0);
        assert_eq!(p([[0, 0], [3, 90]], Side::Both), 1.0);
        assert_eq!(p([[5_000, 0], [0, 5_000]], Side::Greater), 0.0);
        assert_eq!(p([[0, 5_000], [5_000, 0]], Side::Greater), 1.0);
    }
}
