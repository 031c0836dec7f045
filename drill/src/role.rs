//! Who takes part, and what they may do and see.

use crate::act::Act;
use serde::{Deserialize, Serialize};

/// A part in a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Leads the drill: sees the truth and the fault plan, injects, pauses, ends it.
    Facilitator,
    /// Runs the rollout: sees what telemetry brings, promotes, holds, rolls back.
    Operator,
    /// Looks on: sees what operators see, and writes notes.
    Observer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 3] = [Role::Facilitator, Role::Operator, Role::Observer];

    /// `facilitator`, `operator` or `observer`.
    pub fn name(self) -> &'static str {
        ["facilitator", "operator", "observer"][self as usize]
    }

    /// The role of this name.
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether somebody in this role sees what truly happens, not only what telemetry brings.
    pub fn sees_the_truth(self) -> bool {
        self == Role::Facilitator
    }

    /// Whether somebody in this role may do this.
    pub fn may(self, act: &Act) -> bool {
        match self {
            Role::Facilitator => true,
            Role::Operator => !act.is_of_the_facilitator(),
            Role::Observer => matches!(act, Act::Note { .. }),
        }
    }
}

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The name they go by; the name of the role where none was given.
    pub who: String,
    /// In which role; `None` where a drill on loopback has no tokens and nobody said: such a caller may do everything, and sees what
    /// operators see.
    pub role: Option<Role>,
}

impl Caller {
    /// Whether they may do this.
    pub fn may(&self, act: &Act) -> bool {
        self.role.is_none_or(|role| role.may(act))
    }

    /// Whether they see what truly happens.
    pub fn sees_the_truth(&self) -> bool {
        self.role.is_some_and(Role::sees_the_truth)
    }
}
