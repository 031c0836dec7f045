//! The vocabulary of the world: what kinds of component there are, which knobs they have and which signals they emit.

use crate::scenario::{ComponentSpec, Scenario};
use gatecrash_policies::sample::{Catalog, Signal, SignalKind};

/// The unit in which a knob is bent by `Plus` or `Set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A probability, 0..=1: `+2%`, `100%`, `on`, `off`.
    Share,
    /// A duration that is multiplied or lengthened: `6x`, `+200ms`.
    Time,
    /// Events per second: `0.5x`, `+10/s`, `500/s`.
    Rate,
    /// A factor that is 1 unless bent: `0.5x`.
    Factor,
}

/// A named parameter that a fault, a toggle or a rollback step may bend.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    /// Its name.
    pub name: &'static str,
    /// How it is bent.
    pub unit: Unit,
    /// What it is.
    pub about: &'static str,
}

/// A signal of a kind.
#[derive(Clone, Copy, Debug)]
pub struct SignalSpec {
    /// Its name.
    pub name: &'static str,
    /// How its samples are read.
    pub reads: SignalKind,
    /// What it is.
    pub about: &'static str,
}

/// A kind of component, or one of the world's own parts (which emit no signals).
#[derive(Clone, Copy, Debug)]
pub struct KindSpec {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it models.
    pub about: &'static str,
    /// Its knobs; the index is the knob's local id.
    pub knobs: &'static [Knob],
    /// Its signals; the index is the signal's local id.
    pub signals: &'static [SignalSpec],
}

const fn knob(name: &'static str, unit: Unit, about: &'static str) -> Knob {
    Knob { name, unit, about }
}

const fn signal(name: &'static str, reads: SignalKind, about: &'static str) -> SignalSpec {
    SignalSpec { name, reads, about }
}

use SignalKind::{Amounts, Counter, Durations, Gauge};
use Unit::{Factor, Rate, Share, Time};

/// Requests.
pub const CALLS: KindSpec = KindSpec {
    name: "calls",
    about: "request -> queue with servers -> outcome; cancellation, time-out, retry, dependency with fallback, tool hops",
    knobs: &[
        knob("latency", Time, "time in a server"),
        knob("error_rate", Share, "probability that a served attempt fails"),
        knob("cancel", Share, "probability that a request is cancelled"),
        knob("cancel_latency", Time, "from cancel to acknowledgement"),
        knob("capacity", Factor, "servers"),
        knob("drop", Share, "probability that a completed request never answers"),
        knob("duplicate_final", Share, "probability that a completed request answers twice"),
        knob("dependency_errors", Share, "probability that the dependency fails"),
        knob("dependency_latency", Time, "time in the dependency"),
        knob("fallback", Share, "probability that the fallback answers for a failed dependency"),
        knob("hops", Factor, "tool hops of a request"),
    ],
    signals: &[
        signal("starts", Counter, "requests that arrived"),
        signal("attempts", Counter, "attempts, the first of each request included"),
        signal("retries", Counter, "attempts after the first"),
        signal("rejected", Counter, "attempts that found no place in the queue"),
        signal("failures", Counter, "attempts that failed, for whatever reason"),
        signal("timeouts", Counter, "attempts that timed out"),
        signal("abandoned", Counter, "attempts that left the queue out of impatience"),
        signal("outcomes", Counter, "requests that ended: completes + errors + cancelled + dropped"),
        signal("completes", Counter, "requests that were answered"),
        signal("errors", Counter, "requests whose last attempt failed"),
        signal("cancels", Counter, "cancellations that were asked for"),
        signal("cancelled", Counter, "requests that ended by cancellation"),
        signal("dropped", Counter, "requests that never answered"),
        signal("duplicate_finals", Counter, "second answers"),
        signal("dependency_failures", Counter, "failures of the dependency"),
        signal("fallbacks", Counter, "answers by the fallback"),
        signal("latency", Durations, "from arrival to answer, attempts and waits included"),
        signal("wait", Durations, "in the queue, of attempts that came to be served"),
        signal("service", Durations, "in a server, of attempts that were served to the end"),
        signal("cancel_to_ack", Durations, "from cancel to acknowledgement"),
        signal("hops", Amounts, "tool hops of an attempt"),
        signal("queue", Gauge, "attempts that wait"),
        signal("in_system", Gauge, "attempts that wait or are served"),
        signal("size", Amounts, "size of a request, where a trace has a column for it"),
    ],
};

/// Writes.
pub const EFFECTS: KindSpec = KindSpec {
    name: "effects",
    about: "writes that leave the system: commit, time-out after commit, retry, idempotency key, unknown outcome, restart",
    knobs: &[
        knob("probability", Share, "probability that a completed request writes"),
        knob("latency", Time, "from attempt to commit"),
        knob("error_rate", Share, "probability that an attempt fails without a commit"),
        knob("timeout_after_commit", Share, "probability that an attempt commits and its answer is lost"),
        knob("idempotency", Share, "probability that the idempotency key is honoured"),
        knob("durability", Share, "probability that a write in flight survives a restart"),
        knob("bypass", Share, "probability that a write goes round its policy check"),
        knob("untraced", Share, "probability that a write leaves no trace"),
        knob("reconcile", Time, "from giving up to finding out"),
    ],
    signals: &[
        signal("writes", Counter, "writes that were wanted"),
        signal("attempts", Counter, "attempts, the first of each write included"),
        signal("retries", Counter, "attempts after the first"),
        signal("outcomes", Counter, "writes that ended: completes + errors + unknown + lost"),
        signal("completes", Counter, "writes with an answer"),
        signal("errors", Counter, "writes known to have failed"),
        signal("commits", Counter, "effects outside, duplicates included"),
        signal("duplicates", Counter, "effects outside beyond the first of a write"),
        signal("deduped", Counter, "retries that the idempotency key caught"),
        signal("timeouts", Counter, "attempts without an answer in time"),
        signal("unknown", Counter, "writes given up without knowing whether they took effect"),
        signal("reconciled", Counter, "unknown writes that were found out"),
        signal("lost", Counter, "writes that a restart destroyed"),
        signal("bypassed", Counter, "writes that went round their policy check"),
        signal("untraced", Counter, "writes without a trace"),
        signal("latency", Durations, "from the first attempt to the answer"),
        signal("in_doubt", Gauge, "unknown writes not reconciled yet"),
    ],
};

/// Long-lived clients.
pub const CONNECTIONS: KindSpec = KindSpec {
    name: "connections",
    about: "long-lived clients: drop, reconnect with backoff, limited accept rate, auth errors, stale cursors, replay, slow consumers",
    knobs: &[
        knob("drop_rate", Rate, "drops per client"),
        knob("disconnect", Share, "share of clients dropped at the moment at which a fault begins"),
        knob("accept_rate", Rate, "clients accepted"),
        knob("backoff", Time, "wait before an attempt"),
        knob("replay_cost", Time, "what a client must be sent before it is connected"),
        knob("auth_errors", Share, "probability that an attempt is refused"),
        knob("stale_cursor", Share, "probability that a cursor is stale"),
        knob("messages", Rate, "messages per client"),
        knob("consumer_speed", Factor, "how fast clients read"),
        knob("message_lag", Time, "from send to receipt"),
        knob("duplicate_message", Share, "probability that a message is delivered twice"),
    ],
    signals: &[
        signal("drops", Counter, "connections lost, evictions and restarts included"),
        signal("attempts", Counter, "attempts to connect again"),
        signal("reconnects", Counter, "attempts that ended, one way or the other"),
        signal("reconnects_ok", Counter, "attempts that led to a connection"),
        signal("auth_errors", Counter, "attempts that were refused"),
        signal("connect_timeouts", Counter, "attempts that the client gave up"),
        signal("stale_cursor", Counter, "attempts with a stale cursor"),
        signal("evicted", Counter, "clients thrown out because they read too slowly"),
        signal("moved", Counter, "clients asked to reconnect because their arm changed"),
        signal("messages", Counter, "messages delivered, duplicates included"),
        signal("message_duplicates", Counter, "messages delivered a second time"),
        signal("outcomes", Counter, "episodes that ended with a connection"),
        signal("reconnect_time", Durations, "from drop to connection, all attempts included"),
        signal("replay_bootstrap", Durations, "from accept to connection"),
        signal("message_lag", Durations, "from send to receipt, of a sample of messages"),
        signal("backlog", Gauge, "clients that wait to be accepted"),
        signal("connected", Gauge, "clients connected"),
        signal("unread", Gauge, "messages that slow clients have not read"),
    ],
};

/// The kinds of component, in the order of `gatecrash list components`.
pub const KINDS: [KindSpec; 3] = [CALLS, EFFECTS, CONNECTIONS];

/// The world's own parts: they have knobs and no signals.
pub const WORLD: [KindSpec; 4] = [
    KindSpec { name: "traffic", about: "what arrives", knobs: &[knob("rate", Rate, "arrivals")], signals: &[] },
    KindSpec {
        name: "telemetry",
        about: "how samples get out",
        knobs: &[
            knob("delay", Time, "from scrape to arrival"),
            knob("loss", Share, "probability that a sample is lost"),
            knob("freeze", Share, "probability that a scrape repeats the level before and counts nothing"),
            knob("duplicate", Share, "probability that a sample arrives twice"),
        ],
        signals: &[],
    },
    KindSpec {
        name: "steering",
        about: "how decisions get in",
        knobs: &[
            knob("propagation", Time, "from a step's end to its effect"),
            knob("stuck", Share, "share of subjects that a change of cohort does not reach"),
        ],
        signals: &[],
    },
    KindSpec {
        name: "operators",
        about: "the people",
        knobs: &[knob("acknowledge", Time, "from page to acknowledgement")],
        signals: &[],
    },
];

/// The specification of a kind or a part of the world.
pub fn kind(name: &str) -> Option<&'static KindSpec> {
    KINDS.iter().chain(WORLD.iter()).find(|k| k.name == name)
}

impl ComponentSpec {
    /// What kind it is.
    pub fn spec(&self) -> &'static KindSpec {
        match self.kind {
            crate::scenario::Kind::Calls(_) => &KINDS[0],
            crate::scenario::Kind::Effects(_) => &KINDS[1],
            crate::scenario::Kind::Connections(_) => &KINDS[2],
        }
    }

    /// The component's signals: those of its kind, then a counter per mark, then a number per amount.
    pub fn signals(&self) -> Vec<Signal> {
        let signal = |name: &str, reads| Signal {
            component: self.name.clone(),
            kind: self.spec().name.to_string(),
            name: name.to_string(),
            reads,
        };
        let own = self.spec().signals.iter().map(|s| signal(s.name, s.reads));
        let marks = self.marks.iter().map(|(name, _)| signal(name, Counter));
        let amounts = self.amounts.iter().map(|(name, _)| signal(name, Amounts));
        own.chain(marks).chain(amounts).collect()
    }

    /// The component's knobs: those of its kind, then the probability of each mark, then the scale of each amount.
    pub fn knobs(&self) -> Vec<(String, Unit)> {
        let own = self.spec().knobs.iter().map(|k| (k.name.to_string(), k.unit));
        let marks = self.marks.iter().map(|(name, _)| (name.clone(), Share));
        let amounts = self.amounts.iter().map(|(name, _)| (name.clone(), Factor));
        own.chain(marks).chain(amounts).collect()
    }
}

impl Scenario {
    /// All that can be measured in this world. `segments` is empty: the loop adds those that somebody reads.
    pub fn catalog(&self) -> Catalog {
        let names = |list: &[(String, f64)]| list.iter().map(|(v, _)| v.clone()).collect::<Vec<_>>();
        let mut attributes: Vec<_> = self.subjects.attributes.iter().map(|(a, values)| (a.clone(), names(values))).collect();
        if self.subjects.tenants > 0 {
            attributes.push(("tenant".into(), (0..self.subjects.tenants).map(|t| format!("t{t}")).collect()));
        }
        attributes.push(("internal".into(), vec!["true".into(), "false".into()]));
        attributes.push(("environment".into(), names(&self.steering.environments)));
        Catalog {
            signals: self.system.iter().flat_map(ComponentSpec::signals).collect(),
            segments: Vec::new(),
            attributes,
            kinds: KINDS.iter().map(|kind| kind.name.to_string()).collect(),
        }
    }

    /// The unit of a knob, if `component` (an instance, a kind, or a part of the world) has it.
    pub fn knob(&self, component: &str, name: &str) -> Option<Unit> {
        let of = |c: &ComponentSpec| c.knobs().into_iter().find(|(n, _)| n == name).map(|(_, unit)| unit);
        let world = || WORLD.iter().find(|w| w.name == component)?.knobs.iter().find(|k| k.name == name).map(|k| k.unit);
        let instance = || self.system.iter().find(|c| c.name == component).and_then(of);
        let kinds = || self.system.iter().filter(|c| c.spec().name == component).find_map(of);
        world().or_else(instance).or_else(kinds)
    }
}
