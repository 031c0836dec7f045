//! The parts of a system as plain data: one struct per kind of component.

use crate::dice::Dist;
use gatecrash_policies::time::Span;

/// A named part of the system.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentSpec {
    /// The instance's name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Attributes of outcomes: (name, probability).
    pub marks: Vec<(String, Split<f64>)>,
    /// Numbers of outcomes: (name, distribution).
    pub amounts: Vec<(String, Split<Dist>)>,
}

/// A parameter for everyone, or by segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<T> {
    /// For subjects that no segment names.
    pub base: T,
    /// (attribute, value, parameter).
    pub by: Vec<(String, String, T)>,
}

/// The kinds of component.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Requests.
    Calls(Calls),
    /// Writes that leave the system.
    Effects(Effects),
    /// Long-lived clients.
    Connections(Connections),
}

/// Whether the arms compete for the same servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pool {
    /// One pool for both.
    #[default]
    Shared,
    /// Servers are split by exposure, at least one each.
    PerArm,
}

/// Tries and waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Attempts in all, the first included; at least 1.
    pub attempts: u32,
    /// The wait before the second attempt and on.
    pub backoff: Backoff,
}

/// How long to wait before attempt `n` (0 is the first wait). All waits are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backoff {
    /// At once.
    None,
    /// Always as long.
    Constant(Span),
    /// Uniform in 0..window, the same for every attempt.
    Uniform(Span),
    /// base * 2^n, at most cap.
    Exponential {
        /// First wait.
        base: Span,
        /// Longest wait.
        cap: Span,
    },
    /// Uniform in 0..min(cap, base * 2^n).
    FullJitter {
        /// First window.
        base: Span,
        /// Longest window.
        cap: Span,
    },
    /// Half of min(cap, base * 2^n), and uniform in the other half.
    EqualJitter {
        /// First window.
        base: Span,
        /// Longest window.
        cap: Span,
    },
}

/// Request -> queue with c servers -> outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Calls {
    /// The `calls` component whose completed requests go on here; `None` takes the traffic.
    pub after: Option<String>,
    /// Time in a server. A recorded service time takes precedence.
    pub service: Dist,
    /// Servers; `None` is unlimited.
    pub servers: Option<u32>,
    /// Places to wait; `None` is unlimited.
    pub queue: Option<u32>,
    /// Who shares the servers.
    pub pool: Pool,
    /// The caller gives up after this.
    pub timeout: Option<Span>,
    /// The caller leaves the queue after this, when not yet in service.
    pub patience: Option<Dist>,
    /// What the caller does about failures.
    pub retry: Option<Retry>,
    /// Probability that an attempt fails when served.
    pub errors: f64,
    /// Probability that a request is cancelled while in service.
    pub cancel: f64,
    /// From cancel to acknowledgement.
    pub cancel_latency: Dist,
    /// Probability that a completed request never answers.
    pub drop: f64,
    /// Probability that a completed request answers twice.
    pub duplicate_final: f64,
    /// What the component calls in turn.
    pub dependency: Option<Dependency>,
    /// Calls to tools, one after another, in the same server.
    pub hops: Option<Hops>,
}

/// A dependency of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// Added service time.
    pub latency: Dist,
    /// Probability that it fails.
    pub errors: f64,
    /// Probability that the fallback then answers; otherwise the attempt fails.
    pub fallback: f64,
}

/// Tool hops of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Hops {
    /// How many (a plain number, rounded).
    pub count: Dist,
    /// Added service time of each.
    pub latency: Dist,
}

/// Writes that leave the system.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// The `calls` component whose completed requests may write.
    pub after: String,
    /// Probability that one does.
    pub probability: f64,
    /// From attempt to commit, and to the answer.
    pub commit: Dist,
    /// The writer waits so long for the answer.
    pub timeout: Span,
    /// What the writer does when no answer comes.
    pub retry: Retry,
    /// Probability that an attempt fails and nothing is committed.
    pub errors: f64,
    /// Probability that an attempt commits and its answer is lost.
    pub timeout_after_commit: f64,
    /// Probability that the idempotency key is honoured (on = 1, off = 0).
    pub idempotency: f64,
    /// How long a key is remembered.
    pub dedupe_window: Span,
    /// When attempts are exhausted without an answer, how long until somebody finds out; `None`: nobody does.
    pub reconcile: Option<Dist>,
    /// Probability that a write in flight survives a restart.
    pub durability: f64,
    /// Probability that a write goes round the policy that should check it.
    pub bypass: f64,
    /// Probability that a write leaves no trace.
    pub untraced: f64,
}

/// Long-lived clients, one per subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Connections {
    /// Clients accepted per second.
    pub accept_rate: f64,
    /// Who shares the acceptor.
    pub pool: Pool,
    /// The wait before each attempt, the first included.
    pub backoff: Backoff,
    /// What a client must be sent before it is connected.
    pub replay: Dist,
    /// How many replays run at once; `None` is unlimited.
    pub replay_slots: Option<u32>,
    /// The multiple of `replay` for a client whose cursor is stale.
    pub stale_cost: f64,
    /// Drops per second and connected client.
    pub drop: f64,
    /// A client gives up an attempt after this and backs off; `None`: it waits.
    pub connect_timeout: Option<Span>,
    /// Probability that an attempt is refused.
    pub auth_errors: f64,
    /// Probability that a client's cursor is stale.
    pub stale_cursor: f64,
    /// Messages per second and client; zero means that none are modelled.
    pub messages: f64,
    /// How fast a client reads, as a multiple of `messages` (a plain number drawn per connection).
    pub consumer_speed: Dist,
    /// Messages a client may be behind before it is evicted.
    pub buffer: u32,
    /// From send to receipt, for a client that keeps up.
    pub message_lag: Dist,
    /// Probability that a message is delivered twice.
    pub duplicate_message: f64,
    /// When a subject changes arm, its client reconnects within this time.
    pub drain: Span,
}
