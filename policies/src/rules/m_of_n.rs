//! Fail when m of the last n rounds were breached.

use super::entry::whole;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::verdict::Status;
use std::collections::VecDeque;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "m_of_n",
    about: "fails when m of the last n rounds were breached: forgives a spike, catches a surge",
    alpha: Alpha::None,
    missing: "a round without a judgement is not among the n",
    cost: "O(n)",
    right_for: "reconnect-storm",
    parameters: &[
        whole("m", 3, 1, 10_000, "how many rounds must be breached"),
        whole("n", 5, 1, 10_000, "of how many"),
    ],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |rule| (rule.number("m") > rule.number("n")).then(|| "`m_of_n` needs 1 <= m <= n".into()),
    make: |rule| State::MOfN(MOfN::new(rule.whole("m"), rule.whole("n"))),
};

/// See [`ENTRY`]. A round without a judgement is not among the n.
#[derive(Clone, Debug, PartialEq)]
pub struct MOfN {
    m: u32,
    n: u32,
    /// The last n rounds, the newest last: whether each was breached.
    recent: VecDeque<bool>,
}

impl MOfN {
    /// Nothing seen yet.
    pub fn new(m: u32, n: u32) -> MOfN {
        MOfN { m, n, recent: VecDeque::with_capacity(n as usize) }
    }
}

impl Judge for MOfN {
    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if self.recent.len() == self.n as usize {
            self.recent.pop_front();
        }
        self.recent.push_back(!look.within);
        let breached = self.recent.iter().filter(|b| **b).count();
        if breached > 0 {
            let _ = write!(note, "breached {breached} of the last {} rounds", self.recent.len());
        }
        match breached {
            b if b >= self.m as usize => Status::Fail,
            _ if look.within => Status::Pass,
            _ => Status::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, status};

    /// P(fail within so many rounds), each breached with probability `p`: the exact distribution over the rule's own states.
    fn fails_within(p: f64, m: u32, n: u32, rounds: u32) -> f64 {
        let mut states: Vec<(MOfN, f64)> = vec![(MOfN::new(m, n), 1.0)];
        let mut failed = 0.0;
        for _ in 0..rounds {
            let mut next: Vec<(MOfN, f64)> = Vec::new();
            for (state, weight) in states {
                for (within, chance) in [(true, 1.0 - p), (false, p)] {
                    let mut state = state.clone();
                    if status(&mut state, &look(within)) == Status::Fail {
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
