//! A scenario as plain data: what the world is made of and what goes wrong in it.

mod parts;

pub use parts::*;

use crate::dice::Dist;
use gatecrash_policies::calendar::Calendar;
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
    /// The stage with which the rollout begins; those before it count as passed.
    pub begin: Option<String>,
    /// What is claimed and what is true of the items of readiness; `None` where nobody keeps a list.
    pub readiness: Option<Vec<Fact>>,
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

/// What is claimed of an item of readiness, and what is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The item, as policies call it.
    pub item: String,
    /// When it is ticked; `None` is never.
    pub claimed: Option<Time>,
    /// Whether it holds once it is ticked.
    pub is_true: bool,
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
    /// The number of channels; subjects are spread evenly; 0 means that there are none. Their values are `c0`, `c1`, ...
    pub channels: u32,
    /// The number of nodes; subjects are laid on them in order; 0 means that there are none. Their values are `n0`, `n1`, ...
    pub nodes: u32,
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

impl Wobble {
    /// The same drifts, so many times as large; they last as long.
    pub fn times(self, factor: f64) -> Wobble {
        Wobble { latency: self.latency * factor, rate: self.rate * factor, errors: self.errors * factor, ..self }
    }

    /// Whether anything drifts.
    pub fn is_on(&self) -> bool {
        self.correlation > Span::ZERO && [self.latency, self.rate, self.errors].iter().any(|log_sd| *log_sd > 0.0)
    }
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
    /// Outcomes of this segment are in no sample, though they happen: (attribute or label, value).
    pub hides: Option<(String, String)>,
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
    /// Working hours, and the moment of the week at which a trial begins. A page outside the hours is acknowledged after the next
    /// start.
    pub calendar: Calendar,
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
    /// Only subjects or outcomes of this segment.
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
