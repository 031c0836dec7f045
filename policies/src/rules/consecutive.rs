//! Fail after so many failing looks in a row.

use super::entry::whole;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "consecutive",
    about: "fails after so many rounds in a row in which the rule in it fails; until then a breach holds the rollout",
    alpha: Alpha::Inner,
    missing: "a round without a judgement neither lengthens the run nor breaks it",
    cost: "O(1) beside the rule in it",
    right_for: "traffic-surge",
    parameters: &[whole("times", 3, 1, 10_000, "how many rounds in a row")],
    of: Of::One,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |_| None,
    make: |rule| State::Consecutive(Consecutive::new(rule.whole("times"), State::new(&rule.of[0]))),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Consecutive {
    times: u32,
    run: u32,
    of: Box<State>,
}

impl Consecutive {
    /// Around a rule, nothing seen yet.
    pub fn new(times: u32, of: State) -> Consecutive {
        Consecutive { times, run: 0, of: Box::new(of) }
    }
}

impl Judge for Consecutive {
    fn listen(&mut self, look: &Look) {
        self.of.listen(look);
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        let status = self.of.judge(look, note);
        self.run = match status {
            Status::Pass => 0,
            Status::Fail => self.run.saturating_add(1),
            _ => return status,
        };
        if self.run > 0 {
            let gap = if note.is_empty() { "" } else { "; " };
            let _ = write!(note, "{gap}breached {} of {} rounds in a row", self.run, self.times);
        }
        match self.run {
            0 => Status::Pass,
            run if run >= self.times => Status::Fail,
            _ => Status::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;
    use crate::rules::tests::{look, status};

    fn rule(times: u32) -> Consecutive {
        Consecutive::new(times, State::new(&Rule::new("threshold")))
    }

    /// Mean rounds until the rule fails, each round breached with probability `p`: by following every run length. A run of
    /// `r` breaches takes E[r] = E[r-1] + 1 + (1 - p) E[r] rounds.
    fn mean_rounds(p: f64, times: u32) -> f64 {
        let mut rule = self::rule(times);
        let mut mean = 0.0;
        loop {
            mean = (mean + 1.0) / p;
            if status(&mut rule, &look(false)) == Status::Fail {
                return mean;
            }
            let mut recovered = rule.clone();
            assert_eq!(status(&mut recovered, &look(true)), Status::Pass);
            assert_eq!(recovered, self::rule(times), "one good round starts it again");
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
        let mut rule = self::rule(2);
        assert_eq!(status(&mut rule, &look(false)), Status::Inconclusive);
        assert_eq!(status(&mut rule, &look(false)), Status::Fail);
    }

    #[test]
    fn it_goes_around_any_rule() {
        use crate::rules::tests::share;
        let exceedance = Rule::new("exceedance").with("alpha", 0.05);
        let mut around = State::new(&Rule::new("consecutive").with("times", 2.0).made_of(vec![exceedance]));
        // 12 of 200 are beyond 5 %, though chance may do that; 16 are too many.
        assert_eq!(status(&mut around, &share(12, 200, 0.05)), Status::Pass);
        assert_eq!(status(&mut around, &share(16, 200, 0.05)), Status::Inconclusive);
        assert_eq!(status(&mut around, &share(16, 200, 0.05)), Status::Fail);
    }
}
