//! A client, and the acceptor that it queues for.

use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::Time;
use std::collections::VecDeque;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Connected,
    /// Waits before it knocks.
    Away,
    /// In the acceptor's queue.
    Queued,
    /// Accepted; waits for or gets its replay.
    Replaying,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub state: State,
    pub arm: Arm,
    pub generation: u32,
    /// Names the present episode: the n-th drop by hazard, or [`OTHER`] and the n-th loss for another reason.
    pub episode: u32,
    /// Drops by hazard so far, and losses for other reasons.
    pub drops: u32,
    pub others: u32,
    /// The arm on whose hazard its next drop waits, and the generation of that entry.
    pub exposed_to: Arm,
    pub entry: u32,
    /// The hazard at which that drop is due.
    pub due: f64,
    pub attempt: u16,
    /// The episode and attempt whose coin routes it, where requests are assigned one by one; a move keeps it.
    pub coin: (u32, u16),
    /// Whether some attempt of this episode met the canary.
    pub exposed: bool,
    pub lost: Time,
    pub accepted: Time,
    /// How fast it reads, as a multiple of what it is sent.
    pub speed: f64,
    /// Messages it is behind.
    pub unread: f64,
    /// Its place among the connected clients of its arm.
    pub seat: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Acceptor {
    /// (client, generation); those whose generation has moved on have left.
    pub queue: VecDeque<(u32, u32)>,
    /// Whom it is accepting.
    pub busy: Option<(u32, u32)>,
    pub replays: u64,
    /// Accepted clients that wait for a replay slot.
    pub waiting: VecDeque<(u32, u32)>,
    /// Its share of the accept rate.
    pub share: f64,
}
