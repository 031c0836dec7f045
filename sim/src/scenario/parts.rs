//! The parts of a system as plain data: one struct per kind of component.

use crate::dice::Dist;
use gatecrash_policies::calendar::Hours;
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
    /// Attributes of its requests rather than of subjects: (name, values with their shares). They can be read and bent like the
    /// segments of subjects.
    pub labels: Vec<(String, Vec<(String, f64)>)>,
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
    /// Runs paused for a human.
    Reviews(Reviews),
    /// Graded outcomes.
    Checks(Checks),
    /// Delegated work, its sweeps and pipelines.
    Tasks(Tasks),
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
    /// How much of the mode `interrupt` is on: 1 cancels as `cancel` says, 0 (`collect`) lets everything run to its end.
    pub mode: f64,
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
    /// Where nothing answers: the request is dropped without a word, instead of failing.
    pub drops: bool,
    /// Probability that a request whose dependency failed does something that it should not.
    pub unsafe_end: f64,
}

/// Tool hops of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Hops {
    /// How many (a plain number, rounded).
    pub count: Dist,
    /// Added service time of each.
    pub latency: Dist,
    /// Probability that a hop reads what another has read already.
    pub duplicate_read: f64,
}

/// Writes that leave the system.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// The component whose completed requests may write: `calls`, `reviews` (approved runs) or `checks` (cases at the end of
    /// their flow).
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
    /// How long after it was wanted a write must have had its effect, exactly once; `None`: nobody counts.
    pub settle: Option<Span>,
    /// Probability that a write is silently left undone.
    pub suppress: f64,
    /// Probability that a writer in doubt waits for the reconciliation; otherwise it writes again, blind.
    pub stop_on_unknown: f64,
    /// Probability that the write of a request that failed goes on in the background.
    pub after_failure: f64,
    /// What was written stays here, and each restart tries its `durability`.
    pub keeps: bool,
}

/// Runs paused for a human, and the capability sessions that wait with them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviews {
    /// The `calls` component whose completed requests may need an approval.
    pub after: String,
    /// Probability that one does; the others go on at once.
    pub probability: f64,
    /// How many people review.
    pub reviewers: u32,
    /// How long one review takes.
    pub review: Dist,
    /// Probability that it is approved.
    pub approve: f64,
    /// When the reviewers work; the clock is that of the scenario's operators. `None`: always.
    pub hours: Option<Hours>,
    /// A run that has waited so long expires; `None`: it waits for ever.
    pub expiry: Option<Span>,
    /// Probability that an expired run falls back to somebody; otherwise it is left hanging.
    pub fallback: f64,
    /// How long a capability session lives; `None`: for ever.
    pub session: Option<Dist>,
    /// Probability that an expired session is seen as such when the run resumes; otherwise it looks like a failure of transport.
    pub session_visible: f64,
    /// Probability that an expired session can be initialised again.
    pub reinit: f64,
    /// Probability that the run then gets a fresh policy decision.
    pub reinit_checked: f64,
    /// Probability that the new run can be linked to the old one.
    pub reinit_linked: f64,
    /// Probability that the delegated access of a run is revoked while it is paused.
    pub revoked: f64,
    /// Probability that a run whose access was revoked is cancelled when it resumes; otherwise it writes.
    pub revocation_honoured: f64,
}

/// Graded outcomes of what another component completed.
#[derive(Clone, Debug, PartialEq)]
pub struct Checks {
    /// The `calls` component whose completed requests are graded.
    pub after: String,
    /// Probability that one is graded at all.
    pub probability: f64,
    /// Probability that it passes.
    pub pass: f64,
    /// Probability that it violates a rule.
    pub violation: f64,
    /// Probability that it matches a trigger.
    pub matches: f64,
    /// Probability that a match is a false positive.
    pub false_positive: f64,
    /// Probability that a match is skipped for its priority or cooldown.
    pub skip: f64,
    /// Probability that what a match did matches again, one deeper.
    pub recursion: f64,
    /// Probability that the guard stops a recursion.
    pub guard: f64,
    /// Probability that a grade is audited by a person.
    pub audit: f64,
    /// Probability that the verifier's grade is wrong.
    pub verifier_error: f64,
    /// Probability that a turn of a case is skipped by mistake.
    pub stuck: f64,
    /// What a case goes through, in order: (name, probability per turn that a case that is ready for it takes it). Each is a
    /// counter and a knob, and `NAME_eligible` counts the cases that became ready for it.
    pub flow: Vec<(String, f64)>,
    /// Turns that a case has to have before it is ready for the first step of its flow (a plain number, drawn per case).
    pub intake: Dist,
}

/// Delegated work: claim, update, complete; the sweeps that look after it, and the pipelines that publish capabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Tasks {
    /// The `calls` component whose completed requests become tasks; `None` takes the traffic.
    pub after: Option<String>,
    /// Targets that a task is distributed to: one task each.
    pub targets: u32,
    /// From creation to claim.
    pub claim: Dist,
    /// From claim to completion; the update comes half way.
    pub work: Dist,
    /// The estimate that a claim carries.
    pub eta: Span,
    /// A task that is open for longer breaches its agreement.
    pub sla: Span,
    /// Between sweeps.
    pub sweep: Span,
    /// Messages that a sweep may send.
    pub cap: u32,
    /// Whether sweeps record breaches and send nothing, 0..=1.
    pub record_only: f64,
    /// Probability that a sweep keeps to its cap.
    pub cap_kept: f64,
    /// Probability that a transition is sent again with the same key.
    pub replay: f64,
    /// Probability that the key of a transition is honoured.
    pub idempotency: f64,
    /// Probability that an update comes after the completion.
    pub disorder: f64,
    /// Probability that a transition out of order is refused.
    pub order_check: f64,
    /// Probability that the targets of a task share one claim.
    pub shared_claim: f64,
    /// Probability that somebody else tries to claim a task.
    pub foreign_claim: f64,
    /// Probability that a claim of somebody else is refused.
    pub assignee_check: f64,
    /// Probability that a transition rewrites metadata of its task once more.
    pub rewrite: f64,
    /// Publications per second.
    pub publish: f64,
    /// Gates of a publication (G4..G9 are 6).
    pub publish_gates: u32,
    /// Gates of a withdrawal of it (U1..U4 are 4).
    pub unpublish_gates: u32,
    /// Probability that an attempt fails at some gate.
    pub pipeline_failure: f64,
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
