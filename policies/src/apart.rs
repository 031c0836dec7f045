//! How much two arms differ from window to window by themselves.
//!
//! Services drift, and not quite in step: a test that takes outcomes for independent alarms far oftener than it says. Here the
//! time since the canary began is cut into blocks, whatever the stage. That one arm's part of both arms' events varies between
//! the blocks more than chance makes it is the dispersion of quasi-likelihood (Wedderburn 1974): Pearson's chi-square over its
//! degrees of freedom. Blocks double in length as time goes by, as in the method of batch means, so that slow drift shows as
//! well. What both arms do alike cancels. A drift as slow as the time that was seen cannot be told from a breach.

use crate::rules::{Counts, Tally};

/// With fewer blocks nothing is estimated.
const FEWEST: usize = 8;
/// With so many, two are made one.
const MOST: usize = 2 * FEWEST;

/// Both arms since the canary began, in blocks of equally many looks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Apart {
    blocks: Vec<Counts>,
    open: Counts,
    /// Looks in the open block, and in every other.
    looks: (u32, u32),
}

impl Apart {
    pub fn new() -> Apart {
        Apart { blocks: Vec::with_capacity(MOST), open: Counts::default(), looks: (0, 1) }
    }

    /// What arrived since the last look.
    pub fn add(&mut self, fresh: &Counts) {
        self.open.merge(fresh);
        self.looks.0 += 1;
        if self.looks.0 < self.looks.1 {
            return;
        }
        self.blocks.push(std::mem::take(&mut self.open));
        self.looks.0 = 0;
        if self.blocks.len() == MOST {
            for i in 0..FEWEST {
                self.blocks[i] = self.blocks[2 * i];
                let next = self.blocks[2 * i + 1];
                self.blocks[i].merge(&next);
            }
            self.blocks.truncate(FEWEST);
            self.looks.1 *= 2;
        }
    }

    /// By which factor the variance of a comparison over `window` exceeds that of chance; at least 1. A window that is shorter than a
    /// block suffers less.
    pub fn dispersion(&self, window: &Counts) -> f64 {
        let Some((factor, of_a_block, ratio)) = self.estimate() else { return 1.0 };
        // Drift that outlasts blocks would add up over those in the window. To take that for granted costs more than it brings: a
        // breach that begins in the window then excuses itself.
        1.0 + (factor - 1.0).max(0.0) * (expected(window, ratio).1 / of_a_block).min(1.0)
    }

    /// The dispersion of the blocks, the variance that chance gives one, and the canary's share or rate over stable's.
    fn estimate(&self) -> Option<(f64, f64, f64)> {
        if self.blocks.len() < FEWEST {
            return None;
        }
        let mut all = Counts::default();
        self.blocks.iter().for_each(|block| all.merge(block));
        let ratio = ratio(&all)?;
        let (mut chi_square, mut information) = (0.0, 0.0);
        for block in &self.blocks {
            let (mean, variance) = expected(block, ratio);
            if variance > 0.0 {
                chi_square += (block.own.bad as f64 - mean).powi(2) / variance;
                information += variance;
            }
        }
        let of_a_block = information / self.blocks.len() as f64;
        (of_a_block > 0.0).then(|| (chi_square / (self.blocks.len() - 1) as f64, of_a_block, ratio))
    }
}

/// In what the events of an arm are counted: outcomes, where it has any, or time.
fn size(tally: &Tally) -> f64 {
    if tally.all > 0 { tally.all as f64 } else { tally.exposure }
}

/// The canary's share or rate over stable's.
fn ratio(counts: &Counts) -> Option<f64> {
    let Counts { own, stable } = counts;
    let both = own.bad > 0 && stable.bad > 0 && size(own) > 0.0 && size(stable) > 0.0;
    both.then(|| own.bad as f64 / size(own) / (stable.bad as f64 / size(stable)))
}

/// Mean and variance of the canary's part of the events of both arms, if their rates stand in this ratio. Of outcomes, the fewer are
/// good the less there is to chance.
fn expected(counts: &Counts, ratio: f64) -> (f64, f64) {
    let events = (counts.own.bad + counts.stable.bad) as f64;
    let outcomes = (counts.own.all + counts.stable.all) as f64;
    let own = ratio * size(&counts.own);
    let both = own + size(&counts.stable);
    let part = if both > 0.0 { own / both } else { 0.0 };
    let good = if outcomes > 0.0 { 1.0 - events / outcomes } else { 1.0 };
    (events * part, events * part * (1.0 - part) * good)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(own: u64, stable: u64) -> Counts {
        let tally = |bad, exposure| Tally { bad, all: 0, exposure };
        Counts { own: tally(own, 10.0), stable: tally(stable, 90.0) }
    }

    fn after(blocks: impl Iterator<Item = Counts>) -> f64 {
        let (mut apart, mut all) = (Apart::new(), Counts::default());
        for block in blocks {
            apart.add(&block);
            all.merge(&block);
        }
        apart.dispersion(&all)
    }

    #[test]
    fn what_both_arms_do_alike_is_no_dispersion() {
        assert_eq!(after((0..40).map(|i| counts(10 * (1 + i % 7), 90 * (1 + i % 7)))), 1.0);
    }

    #[test]
    fn arms_that_differ_by_turns_are_dispersed() {
        // 15 and 5 of 100 in turn where 10 are expected: (5^2 / 9) x 8 blocks / 7.
        let own = after((0..8).map(|i| counts(if i % 2 == 0 { 15 } else { 5 }, if i % 2 == 0 { 85 } else { 95 })));
        assert!((own - 25.0 / 9.0 * 8.0 / 7.0).abs() < 1e-9, "{own}");
        // Blocks of two looks even it out.
        let longer = after((0..16).map(|i| counts(if i % 2 == 0 { 15 } else { 5 }, if i % 2 == 0 { 85 } else { 95 })));
        assert_eq!(longer, 1.0);
    }

    #[test]
    fn half_of_all_outcomes_leave_less_to_chance() {
        // 10 and 90 of twice as many: each arm's variance is half that of events in time.
        let half = |own: u64| {
            let tally = |bad, all| Tally { bad, all, exposure: 1.0 };
            Counts { own: tally(own, 20), stable: tally(100 - own, 180) }
        };
        let own = after((0..8).map(|i| half(if i % 2 == 0 { 15 } else { 5 })));
        assert!((own - 2.0 * 25.0 / 9.0 * 8.0 / 7.0).abs() < 1e-9, "{own}");
    }

    #[test]
    fn little_is_known_at_first() {
        assert_eq!(after((0..7).map(|i| counts(20 * (i % 2), 90))), 1.0);
        assert_eq!(after((0..30).map(|_| counts(0, 0))), 1.0);
        assert_eq!(after((0..30).map(|i| counts(i % 3, 0))), 1.0);
    }
}
