//! Fail when m of the last n rounds were breached.

use super::{Answer, Judge, Look};
use crate::verdict::Status;
use std::collections::VecDeque;

/// For `gatecrash list rules`.
pub const ABOUT: &str = "fails when m of the last n rounds were breached (3 of 5 unless told); forgives a spike, catches a surge";

/// See [`ABOUT`]. A round without a judgement is not among the n.
#[derive(Clone, Debug, PartialEq)]
pub struct MOfN {
    m: u32,
    n: u32,
    /// The last n rounds, the newest last: whether each was breached.
    recent: VecDeque<bool>,
}

impl MOfN {
    pub(super) fn new(m: u32, n: u32) -> MOfN {
        MOfN { m, n, recent: VecDeque::new() }
    }
}

impl Judge for MOfN {
    fn judge(&mut self, look: &Look) -> Answer {
        self.recent.push_back(!look.within);
        if self.recent.len() > self.n as usize {
            self.recent.pop_front();
        }
        let breached = self.recent.iter().filter(|b| **b).count();
        let note = format!("breached {breached} of the last {} rounds", self.recent.len());
        match breached {
            0 => Answer::new(Status::Pass, ""),
            b if b >= self.m as usize => Answer::new(Status::Fail, note),
            _ if look.within => Answer::new(Status::Pass, note),
            _ => Answer::new(Status::Inconclusive, note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::look;

    /// P(fail within so many rounds), each breached with probability `p`: the exact distribution over the rule's own states.
    fn fails_within(p: f64, m: u32, n: u32, rounds: u32) -> f64 {
        let mut states: Vec<(MOfN, f64)> = vec![(MOfN::new(m, n), 1.0)];
        let mut failed = 0.0;
        for _ in 0..rounds {
            let mut next: Vec<(MOfN, f64)> = Vec::new();
            for (state, weight) in states {
                for (within, chance) in [(true, 1.0 - p), (false, p)] {
                    let mut state = state.clone();
                    if state.judge(&look(within)).status == Status::Fail {
                        failed += weight * chance;
                        continue;
                    }
                    match next.iter_mut().find(|(s, _)| *s == state) {
                        Some((_, w)) => *w += weight * chance,
                        None => next.push((state, weight * chance)),
                    }
                }
            }
            states = next;
        }
        failed
    }

    #[test]
    fn alarms_within_sixty_rounds() {
        // validation/tables.json, group `m_of_n_own`: exact chains on the last n - 1 rounds.
        let table = [
            (0.01, 2, 3, 0.011359841556584094),
            (0.01, 2, 5, 0.0216248868911868),
            (0.01, 3, 5, 0.000327900940257031),
            (0.05, 2, 3, 0.23097815811190514),
            (0.05, 3, 3, 0.00687280617944408),
            (0.05, 3, 5, 0.03483428570220126),
            (0.2, 3, 5, 0.7538146749202503),
            (0.5, 3, 3, 0.9925337971596679),
        ];
        for (p, m, n, expect) in table {
            let own = fails_within(p, m, n, 60);
            assert!((own - expect).abs() < 1e-9, "{m} of {n} at {p}: {own}");
        }
    }
}
