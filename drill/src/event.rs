//! What a record holds of a drill: acts, from which everything follows, and what followed, by which a replay is checked.

use crate::act::Act;
use crate::role::Role;
use serde::{Deserialize, Serialize};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When, in simulated microseconds.
    pub t_us: u64,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Event {
    /// Somebody did something, or tried to.
    Act {
        /// Who.
        who: String,
        /// In which role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// What.
        act: Act,
        /// What came of it, in words.
        said: String,
        /// Whether it was refused.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
    /// Somebody was refused at the door.
    Refused {
        /// Who, as far as they said.
        who: String,
        /// In which role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// What they tried, and why it was refused.
        text: String,
    },
    /// A line of the log.
    Log {
        /// See [`crate::state::Line::kind`].
        kind: String,
        /// What, in words.
        text: String,
        /// Whether it was for the facilitator's eyes alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        hidden: bool,
    },
    /// Where the world stood.
    Check {
        /// Events that it had gone through.
        events: u64,
        /// Samples that had arrived.
        samples: u64,
        /// Requests that had met the canary.
        exposed: u64,
    },
    /// The drill ended.
    End {
        /// See [`crate::state::Over::reason`].
        reason: String,
        /// More about it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
}
