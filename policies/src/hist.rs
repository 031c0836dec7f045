//! A mergeable histogram of durations or amounts in whole numbers.
//!
//! Cells are log-linear: exact below 256, then 128 cells to each doubling, so a value is known to within 0.8 %.
//! Count, sum, minimum and maximum are exact. Only occupied cells are stored.

/// How many values fell into each cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hist {
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
    /// (cell, count), by cell.
    cells: Vec<(u16, u32)>,
}

/// The cell of a value.
pub fn cell_of(value: u64) -> u16 {
    if value < 256 {
        return value as u16;
    }
    let shift = 56 - value.leading_zeros(); // >= 1: brings the value into 128..256
    (128 * (shift + 1) + ((value >> shift) as u32 - 128)) as u16
}

/// The largest value of a cell.
pub fn cell_top(cell: u16) -> u64 {
    if cell < 256 {
        return u64::from(cell);
    }
    let shift = u32::from(cell) / 128 - 1;
    let mantissa = u64::from(cell) % 128 + 128;
    (((u128::from(mantissa) + 1) << shift) - 1) as u64
}

impl Hist {
    /// The histogram of these values, which may be sorted on the way.
    pub fn of(values: &mut [u64]) -> Hist {
        let (Some(&min), Some(&max)) = (values.iter().min(), values.iter().max()) else { return Hist::default() };
        let (count, sum) = (values.len() as u64, values.iter().map(|value| u128::from(*value)).sum());
        let (first, last) = (cell_of(min), cell_of(max));
        // Where cells are as many as values, sorting is quicker than going through them.
        let mut cells = if usize::from(last - first) < values.len() { tally(values, first, last) } else { sort(values) };
        cells.shrink_to_fit(); // samples are kept
        Hist { count, sum, min, max, cells }
    }

    /// Adds one value.
    pub fn add(&mut self, value: u64) {
        let cell = cell_of(value);
        match self.cells.binary_search_by_key(&cell, |c| c.0) {
            Ok(i) => self.cells[i].1 += 1,
            Err(i) => self.cells.insert(i, (cell, 1)),
        }
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact mean, if there is a value.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The exact smallest value, if there is one.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The exact largest value, if there is one.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The value of rank `ceil(q * count)`, to within a cell; `q` in 0..=1.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for &(cell, n) in &self.cells {
            seen += u64::from(n);
            if seen >= rank {
                return Some(cell_top(cell).clamp(self.min, self.max));
            }
        }
        None
    }

    /// How many values are above `limit`; values in the limit's own cell count as within it.
    pub fn above(&self, limit: u64) -> u64 {
        let own = cell_of(limit);
        self.cells.iter().filter(|(cell, _)| *cell > own).map(|(_, n)| u64::from(*n)).sum()
    }

    /// The occupied cells: (largest value of the cell, count), by value.
    pub fn cells(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.cells.iter().map(|&(cell, n)| (cell_top(cell), n))
    }

    /// The exact sum of all values.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The occupied cells: (cell, count), by cell.
    pub(crate) fn raw_cells(&self) -> &[(u16, u32)] {
        &self.cells
    }

    /// Adds all values of `other`.
    pub fn merge(&mut self, other: &Hist) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum += other.sum;
        let mine = std::mem::take(&mut self.cells);
        self.cells.reserve(mine.len() + other.cells.len());
        let (mut a, mut b) = (mine.iter().copied().peekable(), other.cells.iter().copied().peekable());
        loop {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.0 == y.0 => (x.0, a.next().map_or(0, |c| c.1) + b.next().map_or(0, |c| c.1)),
                (Some(x), Some(y)) if x.0 < y.0 => a.next().expect("peeked"),
                (Some(_), None) => a.next().expect("peeked"),
                (_, Some(_)) => b.next().expect("peeked"),
                (None, None) => break,
            };
            self.cells.push(next);
        }
    }
}

/// The occupied cells of values that lie in the cells from `first` to `last`.
fn tally(values: &[u64], first: u16, last: u16) -> Vec<(u16, u32)> {
    let mut counts = vec![0; usize::from(last - first) + 1];
    values.iter().for_each(|value| counts[usize::from(cell_of(*value) - first)] += 1);
    (first..).zip(counts).filter(|(_, n)| *n > 0).collect()
}

/// The same of values anywhere.
fn sort(values: &mut [u64]) -> Vec<(u16, u32)> {
    values.sort_unstable();
    let mut cells: Vec<(u16, u32)> = Vec::new();
    for cell in values.iter().map(|value| cell_of(*value)) {
        match cells.last_mut() {
            Some((last, n)) if *last == cell => *n += 1,
            _ => cells.push((cell, 1)),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_lies_in_its_cell(value: u64) {
            let cell = cell_of(value);
            prop_assert!(value <= cell_top(cell));
            prop_assert!(cell == 0 || value > cell_top(cell - 1));
            prop_assert!((cell_top(cell) - value) as f64 <= value as f64 / 127.0);
        }

        #[test]
        fn merging_is_counting_together(mut a in proptest::collection::vec(0u64..1_000_000, 0..50),
                                        mut b in proptest::collection::vec(0u64..1_000_000, 0..50)) {
            let mut merged = Hist::of(&mut a);
            merged.merge(&Hist::of(&mut b));
            a.extend(&b);
            prop_assert_eq!(merged, Hist::of(&mut a));
        }
    }

    #[test]
    fn counting_and_sorting_come_to_the_same() {
        let mut values: Vec<u64> = (0..500).map(|i| i * i * 7 % 3_001).collect();
        let mut added = Hist::default();
        values.iter().for_each(|value| added.add(*value));
        assert_eq!(tally(&values, 0, cell_of(3_001)), sort(&mut values.clone()));
        assert_eq!(Hist::of(&mut values), added);
    }

    #[test]
    fn quantiles_of_a_hundred() {
        let hist = Hist::of(&mut (1..=100).collect::<Vec<_>>());
        assert_eq!(hist.quantile(0.95), Some(95));
        assert_eq!(hist.quantile(0.0), Some(1));
        assert_eq!(hist.above(90), 10);
        assert_eq!(Hist::default().quantile(0.5), None);
    }
}
