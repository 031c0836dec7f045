//! Fail after so many breached rounds in a row.

use super::{Answer, Judge, Look};
use crate::verdict::Status;

/// For `gatecrash list rules`.
pub const ABOUT: &str = "fails after so many breached rounds in a row (3 unless told); until then a breach holds the rollout";

/// See [`ABOUT`]. A round without a judgement neither lengthens the run nor breaks it.
#[derive(Clone, Debug, PartialEq)]
pub struct Consecutive {
    times: u32,
    run: u32,
}

impl Consecutive {
    pub(super) fn new(times: u32) -> Consecutive {
        Consecutive { times, run: 0 }
    }
}

impl Judge for Consecutive {
    fn judge(&mut self, look: &Look) -> Answer {
        self.run = if look.within { 0 } else { self.run.saturating_add(1) };
        let note = || format!("breached {} of {} rounds in a row", self.run, self.times);
        match self.run {
            0 => Answer::new(Status::Pass, ""),
            run if run >= self.times => Answer::new(Status::Fail, note()),
            _ => Answer::new(Status::Inconclusive, note()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::look;

    /// Mean rounds until the rule fails, each round breached with probability `p`: by following every run length. A run of
    /// `r` breaches takes E[r] = E[r-1] + 1 + (1 - p) E[r] rounds.
    fn mean_rounds(p: f64, times: u32) -> f64 {
        let mut rule = Consecutive::new(times);
        let mut mean = 0.0;
        loop {
            mean = (mean + 1.0) / p;
            if rule.judge(&look(false)).status == Status::Fail {
                return mean;
            }
            let mut recovered = rule.clone();
            assert_eq!(recovered.judge(&look(true)).status, Status::Pass);
            assert_eq!(recovered, Consecutive::new(times), "one good round starts it again");
        }
    }

    #[test]
    fn run_lengths_are_fellers() {
        // Feller vol. 1 XIII.7, (1 - p^r) / ((1 - p) p^r); validation/tables.json, group `consecutive_failures`.
        let table = [
            (0.05, 2, 420.0),
            (0.05, 5, 3_368_420.0),
            (0.1, 3, 1_110.0),
            (0.5, 2, 6.0),
            (0.5, 5, 62.0),
            (0.9, 3, 3.7174211248285314),
        ];
        for (p, r, mean) in table {
            assert!((mean_rounds(p, r) / mean - 1.0).abs() < 1e-9, "p = {p}, r = {r}");
        }
    }

    #[test]
    fn a_breach_that_does_not_fail_yet_does_not_pass() {
        let mut rule = Consecutive::new(2);
        assert_eq!(rule.judge(&look(false)).status, Status::Inconclusive);
        assert_eq!(rule.judge(&look(false)).status, Status::Fail);
    }
}
