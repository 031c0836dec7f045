//! The truth, write-only: what a trial's score is made of. Nothing in the world reads it.

use crate::trial::Entry;
use gatecrash_policies::sample::{Arm, Sample};
use gatecrash_policies::time::Time;

/// Names an outcome in every world: never a global counter, so that the same request has the same key under every policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Which signal of which component.
    pub signal: u16,
    /// Who.
    pub subject: u32,
    /// The subject's n-th request (or connection).
    pub ordinal: u32,
    /// The attempt, and which outcome of it.
    pub step: u16,
}

/// An outcome that violates an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When.
    pub at: Time,
    /// Index into `Setup::objectives`.
    pub objective: u8,
    /// Served by whom.
    pub arm: Arm,
    /// Which outcome.
    pub key: Key,
}

/// A sample's way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When it was read.
    pub stamp: Time,
    /// Whose.
    pub arm: Arm,
    /// When it arrived; `None` when it was lost or told nothing.
    pub arrived: Option<Time>,
}

/// What truly happened.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// In order of time.
    pub violations: Vec<Violation>,
    /// In order of stamp.
    pub deliveries: Vec<Delivery>,
    /// Requests that met the canary.
    pub exposed_requests: u64,
    /// The last of them.
    pub last_canary_request: Option<Time>,
    /// Per subject, whether it met the canary.
    pub met: Vec<bool>,
    /// How many did.
    pub exposed_subjects: u64,
    /// (since, share of subjects on the canary in ten-thousandths, whether nobody can meet it).
    pub exposure: Vec<(Time, u32, bool)>,
    /// What the world did: faults and steering.
    pub entries: Vec<Entry>,
    /// Every sample as taken, and whether it was lost; only when asked for.
    pub samples: Vec<(Sample, bool)>,
}

impl Ledger {
    /// An attempt meets the canary; `first` is whether it is the first of its request to do so.
    pub fn expose(&mut self, now: Time, subject: u32, first: bool) {
        self.exposed_requests += u64::from(first);
        self.last_canary_request = Some(now);
        if !std::mem::replace(&mut self.met[subject as usize], true) {
            self.exposed_subjects += 1;
        }
    }
}
