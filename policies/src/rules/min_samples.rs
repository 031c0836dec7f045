//! Hold until there is enough to weigh.

use super::entry::whole;
use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "min_samples",
    about: "lets the rule in it speak once the window holds so many outcomes; the gate's own min_samples, for one rule of several",
    alpha: Alpha::Inner,
    missing: "holds the rollout while there is too little",
    cost: "O(1) beside the rule in it",
    right_for: "low-traffic",
    parameters: &[whole("samples", 100, 1, 1_000_000_000, "how many outcomes it takes")],
    of: Of::One,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |_| None,
    make: |rule| State::MinSamples(MinSamples { samples: rule.whole("samples").into(), of: Box::new(State::new(&rule.of[0])) }),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct MinSamples {
    samples: u64,
    of: Box<State>,
}

impl Judge for MinSamples {
    fn listen(&mut self, look: &Look) {
        self.of.listen(look);
    }

    fn judge(&mut self, look: &Look, note: &mut Note) -> Status {
        if look.samples >= self.samples {
            return self.of.judge(look, note);
        }
        let _ = write!(note, "{} of the {} outcomes it takes", look.samples, self.samples);
        Status::Inconclusive
    }

    fn log_e(&self) -> Option<f64> {
        self.of.log_e()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;
    use crate::rules::tests::{said, share};

    #[test]
    fn it_waits_and_then_asks() {
        let mut rule = State::new(&Rule::new("min_samples").with("samples", 50.0));
        assert_eq!(said(&mut rule, &share(40, 40, 0.05)), (Status::Inconclusive, "40 of the 50 outcomes it takes".into()));
        assert_eq!(said(&mut rule, &share(40, 50, 0.05)).0, Status::Fail);
    }
}
