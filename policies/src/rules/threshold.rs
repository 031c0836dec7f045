//! Fail as soon as the reading is beyond the limit.

use super::{Answer, Judge, Look};
use crate::verdict::Status;

/// For `gatecrash list rules`.
pub const ABOUT: &str = "fails as soon as the reading is beyond the limit: quick, and at the limit a coin toss";

/// See [`ABOUT`].
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold;

impl Judge for Threshold {
    fn judge(&mut self, look: &Look) -> Answer {
        Answer::new(if look.within { Status::Pass } else { Status::Fail }, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::look;

    #[test]
    fn within_passes_and_beyond_fails() {
        assert_eq!(Threshold.judge(&look(true)).status, Status::Pass);
        assert_eq!(Threshold.judge(&look(false)).status, Status::Fail);
    }
}
