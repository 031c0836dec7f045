//! Searches over whole numbers.

/// The least whole number of at least `from` that holds, where all above one that holds hold too; one of them must.
pub fn least(from: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let mut step = 1;
    while !holds(from + step - 1) {
        step *= 2;
    }
    // It lies within `step` of `from`, and none of the first half of them holds.
    let (mut low, mut high) = (from + step / 2, from + step - 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_first_that_holds() {
        for from in [0, 1, 5] {
            for first in from..from + 70 {
                assert_eq!(least(from, |n| n >= first), first, "from {from}");
            }
            assert_eq!(least(from, |_| true), from);
        }
    }
}
