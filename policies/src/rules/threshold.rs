//! Fail as soon as the reading is beyond the limit.

use super::{Alpha, Entry, Judge, Look, Note, Of, State, Wants};
use crate::fit::any_check;
use crate::verdict::Status;

/// See its `about`.
pub const ENTRY: Entry = Entry {
    name: "threshold",
    about: "fails as soon as the reading is beyond the limit: quick, and at the limit a coin toss",
    alpha: Alpha::None,
    missing: "waits for the next look",
    cost: "O(1)",
    right_for: "stuck-rollback",
    parameters: &[],
    of: Of::Nothing,
    wants: Wants::NOTHING,
    fits: any_check,
    mistake: |_| None,
    make: |_| State::Threshold(Threshold),
};

/// See [`ENTRY`].
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold;

impl Judge for Threshold {
    fn judge(&mut self, look: &Look, _note: &mut Note) -> Status {
        if look.within { Status::Pass } else { Status::Fail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::{look, status};

    #[test]
    fn within_passes_and_beyond_fails() {
        assert_eq!(status(&mut Threshold, &look(true)), Status::Pass);
        assert_eq!(status(&mut Threshold, &look(false)), Status::Fail);
    }
}
