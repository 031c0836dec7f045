//! A scenario as plain data: what the world is made of and what goes wrong in it.

use crate::dice::Dist;
use gatecrash_policies::policy::{By, Op};
use gatecrash_policies::time::{Span, Time};

/// What a good policy does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The rollout does harm: roll back.
    Rollback,
    /// It does none: promote.
    Promote,
}

/// A world and what goes wrong in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it teaches, in a line.
    pub about: String,
    /// What a good policy does.
    pub expect: Expect,
    /// When a trial ends at the latest.
    pub horizon: Span,
    /// How long until the truth's signals are recorded (telemetry is not affected).
    pub warmup: Span,
    /// Left out of a `score` of the whole library.
    pub slow: bool,
    /// Who there is.
    pub subjects: Subjects,
    /// What is assigned to an arm.
    pub assign: Assign,
    /// What arrives, if requests do.
    pub traffic: Option<Traffic>,
    /// How the service drifts when nothing is wrong.
    pub wobble: Wobble,
    /// The parts of the system, in file order.
    pub system: Vec<ComponentSpec>,
    /// How samples get out.
    pub telemetry: Telemetry,
    /// How decisions get in.
    pub steering: Steering,
    /// The people.
    pub operators: Operators,
    /// What harm means, per outcome.
    pub objectives: Vec<Objective>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// The size of every fault: 1 is as written, 0 exactly none.
    pub severity: f64,
}

/// The population. Every list of (value, share) is drawn per subject by keyed dice; shares sum to at most 1, and the rest has
/// no value for the attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subjects {
    /// How many; for recorded traffic the number of keys is used instead.
    pub count: u32,
    /// The share that is internal, 0..=1.
    pub internal: f64,
    /// The number of tenants; subjects are spread evenly; 0 means that there are none. Their values are `t0`, `t1`, ...
    pub tenants: u32,
    /// Other attributes in file order: `surface`, `region`, `role`, with values and shares.
    pub attributes: Vec<(String, Vec<(String, f64)>)>,
}

/// What is assigned to an arm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assign {
    /// The subject, by its bucket; it stays there.
    #[default]
    Subject,
    /// Each request, by a coin, as proxies split weights.
    Request,
    /// Each request, by a coin; the share rounds to whole instances of so many.
    Replica {
        /// All instances of both arms, at least 1.
        of: u32,
    },
}

/// Open-loop arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Traffic {
    /// A constant rate.
    Poisson {
        /// Requests per second.
        rate: f64,
    },
    /// A daily curve: `mean * (1 + (peak - 1) * sin)`, lowest at 0 h, highest at half the period.
    Diurnal {
        /// Requests per second over a whole period.
        mean: f64,
        /// The highest rate, as a multiple of the mean, 1..=2.
        peak: f64,
        /// A day, unless told.
        period: Span,
    },
    /// Two rates that alternate (Markov-modulated Poisson).
    Bursty {
        /// Requests per second outside bursts.
        base: f64,
        /// The rate of a burst as a multiple of the base.
        burst: f64,
        /// Mean time between bursts.
        every: Span,
        /// Mean length of a burst.
        lasting: Span,
    },
    /// Sessions arrive; each makes some requests one after another.
    Sessions {
        /// Sessions per second.
        rate: f64,
        /// Requests in a session (a whole number of at least 1 is drawn), in plain numbers.
        requests: Dist,
        /// Time between a session's requests.
        think: Dist,
    },
    /// A trace.
    Recorded(Recorded),
}

/// A trace, read and cleaned: sorted by time, scaled and repeated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// In order of time.
    pub rows: Vec<Row>,
    /// How many different subjects there are; `Row::subject` is below it.
    pub subjects: u32,
    /// For each subject a hash of its key: what assigns it to a bucket.
    pub keys: Vec<u64>,
    /// What happened to the rows of the file.
    pub report: ReadReport,
}

/// One recorded request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it arrives.
    pub at: Time,
    /// Who makes it.
    pub subject: u32,
    /// How long the stable arm serves it, where the trace says so.
    pub service: Option<Span>,
    /// Whether it was recorded as an error.
    pub failed: bool,
    /// How large it is, in thousandths of the trace's own unit, where the trace says so.
    pub size: Option<u64>,
}

/// What became of the rows of a recorded file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadReport {
    /// The file as named.
    pub file: String,
    /// Rows in the file, without the header.
    pub read: u64,
    /// Rows that became requests (before `repeat`).
    pub used: u64,
    /// Requests (after `repeat`) that come after the horizon, or after a trial has ended, and are not played.
    pub not_played: u64,
    /// Rows left out, with the reason and the first line of each kind: (reason, line, rows).
    pub dropped: Vec<(String, u64, u64)>,
    /// Rows earlier than the one before them; they are sorted, not dropped.
    pub out_of_order: u64,
    /// The step of the clock where all times are multiples of one (1 ms or more).
    pub quantised: Option<Span>,
}

/// Log-normal AR(1) drifts with mean one. Nine tenths of the variance are common to both arms, one tenth is each arm's own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wobble {
    /// Log-sd of latencies.
    pub latency: f64,
    /// Log-sd of the arrival rate (common only).
    pub rate: f64,
    /// Log-sd of error rates.
    pub errors: f64,
    /// Correlation time; zero means no wobble at all.
    pub correlation: Span,
}

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

/// How samples get out.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    /// Between scrapes.
    pub scrape: Span,
    /// From scrape to arrival.
    pub delay: Dist,
    /// Probability that a sample is lost.
    pub loss: f64,
    /// Probability that a sample arrives twice.
    pub duplicate: f64,
}

/// How decisions get in.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// From the end of a step to its effect, drawn per environment and action.
    pub propagation: Dist,
    /// Environments with their share of the subjects; one called `production` when none is declared.
    pub environments: Vec<(String, f64)>,
}

/// The people.
#[derive(Clone, Debug, PartialEq)]
pub struct Operators {
    /// From page to acknowledgement.
    pub acknowledge: Dist,
    /// Working hours; `None` is always. A page outside them is acknowledged after the next start.
    pub hours: Option<Hours>,
    /// The moment of the week at which a trial begins, since Monday 00:00.
    pub start: Span,
}

/// Working hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Saturday and Sunday are off.
    pub weekdays_only: bool,
    /// Since midnight.
    pub from: Span,
    /// Since midnight, after `from`.
    pub to: Span,
}

/// An outcome that violates this is harmed, unless it does so in the twin as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As written, for reports.
    pub text: String,
    /// The component.
    pub component: String,
    /// The signal. A counter's outcomes have the value 1.
    pub signal: String,
    /// The comparison that should hold.
    pub op: Op,
    /// In the signal's unit: microseconds for durations, thousandths for amounts, 1 per outcome for counters.
    pub limit: f64,
}

/// Knobs bent in a shape, at a time, on an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The preset's name, or `bend`.
    pub name: String,
    /// What is bent.
    pub bends: Vec<Bend>,
    /// How the size moves in time.
    pub shape: Shape,
    /// When it begins.
    pub at: Onset,
    /// How long it lasts; `None` is for good. Zero is an instant: only impulse knobs feel it.
    pub lasting: Option<Span>,
    /// Which arm.
    pub on: Side,
    /// Only subjects of this segment.
    pub only: Option<(String, String)>,
}

/// One knob bent at full size.
#[derive(Clone, Debug, PartialEq)]
pub struct Bend {
    /// A component, a kind (all components of it), or one of the world's own: `traffic`, `telemetry`, `steering`, `operators`.
    pub component: String,
    /// The knob.
    pub knob: String,
    /// By how much.
    pub by: By,
}

/// How a fault's size moves in time, from its onset to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Full at once.
    Step,
    /// Linear to full over this time, then full.
    Ramp(Span),
    /// Full for `lasting` at the start of each `every`.
    Pulse {
        /// Period.
        every: Span,
        /// Length of the pulse, below `every`.
        lasting: Span,
    },
    /// Grows by its full size in each such time, without end.
    Leak(Span),
    /// Full while at least this share of subjects is exposed, 0..=1.
    Above(f64),
}

/// When a fault begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Onset {
    /// At a time of the trial.
    At(Time),
    /// So long after the rollout enters a stage.
    Stage {
        /// The stage's name.
        name: String,
        /// After entering it.
        after: Span,
    },
}

/// Which arm a fault bends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// What the canary serves.
    #[default]
    Canary,
    /// What stable serves.
    Stable,
    /// Both.
    Both,
}
