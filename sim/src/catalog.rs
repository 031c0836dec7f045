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
    /// A plain number: `3`, `+2`, `0.5x`.
    Count,
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

use SignalKind::{Age, Amounts, Counter, Durations, Gauge};
use Unit::{Count, Factor, Rate, Share, Time};

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
        knob("mode", Share, "how much of the mode interrupt is on (interrupt, collect)"),
        knob("duplicate_read", Share, "probability that a hop reads again what another has read"),
        knob("unsafe_end", Share, "probability that a request whose dependency failed does what it should not"),
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
        signal("reads", Counter, "tool hops of attempts that were served to the end"),
        signal("duplicate_reads", Counter, "hops that read again what another had read"),
        signal("unanswered", Counter, "requests that a failed dependency left without an answer or an error"),
        signal("unsafe_ends", Counter, "requests whose dependency failed and that did what they should not"),
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
        knob("suppress", Share, "probability that a write is silently left undone"),
        knob("stop_on_unknown", Share, "probability that a writer in doubt waits for the reconciliation"),
        knob("after_failure", Share, "probability that the write of a failed request goes on"),
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
        signal("missing", Counter, "writes without an effect when they should have settled"),
        signal("extra", Counter, "effects beyond the first of a write when it should have settled"),
        signal("unknown_age", Age, "how long the oldest unknown write has not been reconciled"),
        signal("retried_unknown", Counter, "writes tried again while nobody knew what had become of them"),
        signal("after_failure", Counter, "writes of requests that had failed"),
        signal("kept", Gauge, "writes that are kept"),
        signal("restarts", Counter, "restarts, as each writer of the arm saw them"),
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
        signal("registrations", Counter, "clients that came to be connected"),
    ],
};

/// Runs paused for a human.
pub const REVIEWS: KindSpec = KindSpec {
    name: "reviews",
    about: "runs paused for a human: queue, reviewers with hours, expiry, fallback; sessions that expire, access that is revoked",
    knobs: &[
        knob("probability", Share, "probability that a run needs an approval"),
        knob("reviewer_speed", Factor, "how fast reviewers are"),
        knob("reviewers", Factor, "how many reviewers there are"),
        knob("expiry", Share, "probability that a run that waits too long expires"),
        knob("fallback", Share, "probability that an expired run falls back to somebody"),
        knob("session_ttl", Time, "how long a capability session lives"),
        knob("session_visible", Share, "probability that an expired session is seen as such"),
        knob("reinit", Share, "probability that an expired session can be initialised again"),
        knob("reinit_checked", Share, "probability that a run gets a fresh policy decision after that"),
        knob("reinit_linked", Share, "probability that the new run can be linked to the old one"),
        knob("revoked", Share, "probability that access is revoked while a run is paused"),
        knob("revocation_honoured", Share, "probability that a run whose access was revoked is cancelled"),
    ],
    signals: &[
        signal("requests", Counter, "runs that paused for an approval"),
        signal("outcomes", Counter, "pauses that ended: approved + rejected + expired"),
        signal("approved", Counter, "runs that were approved"),
        signal("rejected", Counter, "runs that were rejected"),
        signal("expired", Counter, "runs that waited too long"),
        signal("fallbacks", Counter, "expired runs that somebody else took"),
        signal("resumed", Counter, "approved runs that went on"),
        signal("cancelled", Counter, "approved runs that did not go on"),
        signal("session_expired", Counter, "expired sessions that were seen as such when their run resumed"),
        signal("resume_failures", Counter, "runs whose session had expired when they resumed, seen as such or not"),
        signal("reinits", Counter, "sessions that were to be initialised again"),
        signal("reinit_ok", Counter, "sessions that were"),
        signal("reinit_unchecked", Counter, "runs that went on after that without a fresh policy decision"),
        signal("reinit_unlinked", Counter, "runs that went on after that and cannot be linked to the old run"),
        signal("revoked", Counter, "runs whose access was revoked while they were paused"),
        signal("revoked_writes", Counter, "runs that went on although their access was revoked"),
        signal("approval_latency", Durations, "from pause to decision"),
        signal("waiting", Gauge, "runs that wait"),
        signal("paused_age", Age, "how long the oldest run has waited"),
    ],
};

/// Graded outcomes.
pub const CHECKS: KindSpec = KindSpec {
    name: "checks",
    about: "graded outcomes of completed calls: adherence, violations, matches, recursion, cases and their flow; a verifier that errs",
    knobs: &[
        knob("pass_rate", Share, "probability that an outcome passes"),
        knob("violation_rate", Share, "probability that an outcome violates a rule"),
        knob("match_rate", Share, "probability that an outcome matches a trigger"),
        knob("false_positive_rate", Share, "probability that a match is a false positive"),
        knob("skip", Share, "probability that a match is skipped for its priority or cooldown"),
        knob("recursion", Share, "probability that what a match did matches again"),
        knob("guard", Share, "probability that the guard stops a recursion"),
        knob("audit", Share, "probability that a grade is audited"),
        knob("verifier_error", Share, "probability that the verifier's grade is wrong"),
        knob("stuck", Share, "probability that a turn of a case is skipped by mistake"),
    ],
    signals: &[
        signal("seen", Counter, "outcomes that came by"),
        signal("outcomes", Counter, "outcomes that were graded"),
        signal("graded", Counter, "outcomes that were graded"),
        signal("passed", Counter, "graded outcomes that passed, as the verifier has it"),
        signal("failed", Counter, "graded outcomes that did not"),
        signal("violations", Counter, "outcomes that violate a rule"),
        signal("matches", Counter, "triggers that matched and acted"),
        signal("false_positives", Counter, "matches that should not have been"),
        signal("skips", Counter, "matches that were skipped, for whatever reason"),
        signal("guard_skips", Counter, "matches that the recursion guard skipped"),
        signal("depth", Amounts, "how deep a match is: 1 is not a recursion"),
        signal("audited", Counter, "grades that a person looked at"),
        signal("agreed", Counter, "audited grades with which the person agreed"),
        signal("streak", Amounts, "graded outcomes of a subject in a row that did not pass, so far"),
        signal("cases", Counter, "cases that were opened"),
        signal("stuck_turns", Counter, "turns that were skipped by mistake"),
        signal("skip_streak", Amounts, "turns of a case in a row that were skipped by mistake, so far"),
    ],
};

/// Delegated work.
pub const TASKS: KindSpec = KindSpec {
    name: "tasks",
    about: "claim -> update -> complete with idempotent replay; sweeps with capped messages; publish and unpublish pipelines",
    knobs: &[
        knob("work", Time, "from claim to completion"),
        knob("sla", Time, "how long a task may be open"),
        knob("cap", Count, "messages that a sweep may send"),
        knob("record_only", Share, "whether sweeps send nothing"),
        knob("record_only_kept", Share, "probability that a sweep keeps to that"),
        knob("cap_kept", Share, "probability that a sweep keeps to its cap"),
        knob("replay", Share, "probability that a transition is sent again with its key"),
        knob("idempotency", Share, "probability that the key is honoured"),
        knob("disorder", Share, "probability that an update comes after the completion"),
        knob("order_check", Share, "probability that a transition out of order is refused"),
        knob("fanout", Factor, "targets of a task"),
        knob("shared_claim", Share, "probability that the targets of a task share one claim"),
        knob("foreign_claim", Share, "probability that somebody else tries to claim a task"),
        knob("assignee_check", Share, "probability that such a claim is refused"),
        knob("rewrite", Share, "probability that a transition rewrites metadata once more"),
        knob("publish", Rate, "publications"),
        knob("pipeline_failure", Share, "probability that an attempt to publish or unpublish fails"),
    ],
    signals: &[
        signal("created", Counter, "tasks that were created, one per target"),
        signal("outcomes", Counter, "tasks that ended: completes + deadlocked"),
        signal("completes", Counter, "tasks that were completed"),
        signal("claims", Counter, "claims that were accepted"),
        signal("transitions", Counter, "claims, updates and completions that took effect"),
        signal("replays", Counter, "transitions that were sent again"),
        signal("deduped", Counter, "replays that the key caught"),
        signal("duplicate_transitions", Counter, "replays that took effect a second time"),
        signal("invalid_transitions", Counter, "transitions out of order that were accepted"),
        signal("refused_transitions", Counter, "transitions out of order that were refused"),
        signal("metadata_rewrites", Counter, "rewrites of a task's metadata beyond the one of its transition"),
        signal("foreign_claims", Counter, "claims by somebody else"),
        signal("rejected_claims", Counter, "such claims that were refused"),
        signal("foreign_claims_accepted", Counter, "such claims that were accepted"),
        signal("deadlocked", Counter, "tasks that wait for a claim that another target holds"),
        signal("late", Counter, "tasks that took longer than their claim had estimated"),
        signal("sweeps", Counter, "sweeps, as each node that sweeps counts them"),
        signal("scanned", Counter, "open tasks that sweeps looked at"),
        signal("sla_breaches", Counter, "tasks that sweeps found open for too long, each once"),
        signal("escalations", Counter, "breaches that were passed on to the observer, sent or recorded"),
        signal("messages", Counter, "messages that sweeps sent"),
        signal("record_only_messages", Counter, "messages that sweeps sent although they should only record"),
        signal("messages_per_sweep", Amounts, "messages of one sweep"),
        signal("pipeline_attempts", Counter, "attempts to publish or unpublish"),
        signal("pipeline_failures", Counter, "attempts that failed at one of their gates"),
        signal("pipeline_failures_streak", Amounts, "failed attempts in a row, so far"),
        signal("pipeline_gates", Counter, "gates that attempts passed"),
        signal("task_time", Durations, "from creation to completion"),
        signal("open", Gauge, "tasks that are open"),
    ],
};

/// The kinds of component, in the order of `gatecrash list components`.
pub const KINDS: [KindSpec; 6] = [CALLS, EFFECTS, CONNECTIONS, REVIEWS, CHECKS, TASKS];

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
            knob("drift", Share, "whether changes do not reach the last environment"),
        ],
        signals: &[],
    },
    KindSpec {
        name: "operators",
        about: "the people",
        knobs: &[
            knob("acknowledge", Time, "from page to acknowledgement"),
            knob("away", Share, "whether nobody is there to acknowledge"),
        ],
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
            crate::scenario::Kind::Reviews(_) => &KINDS[3],
            crate::scenario::Kind::Checks(_) => &KINDS[4],
            crate::scenario::Kind::Tasks(_) => &KINDS[5],
        }
    }

    /// The steps of the flow of its cases.
    fn flow(&self) -> &[(String, f64)] {
        match &self.kind {
            crate::scenario::Kind::Checks(checks) => &checks.flow,
            _ => &[],
        }
    }

    /// The component's signals: those of its kind, then a counter per mark, then a number per amount, then two counters per step
    /// of the flow.
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
        let flow = self.flow().iter().flat_map(|(name, _)| [signal(name, Counter), signal(&format!("{name}_eligible"), Counter)]);
        own.chain(marks).chain(amounts).chain(flow).collect()
    }

    /// The component's knobs: those of its kind, then the probability of each mark, the scale of each amount, and the probability of
    /// each step of the flow.
    pub fn knobs(&self) -> Vec<(String, Unit)> {
        let own = self.spec().knobs.iter().map(|k| (k.name.to_string(), k.unit));
        let marks = self.marks.iter().map(|(name, _)| (name.clone(), Share));
        let amounts = self.amounts.iter().map(|(name, _)| (name.clone(), Factor));
        let flow = self.flow().iter().map(|(name, _)| (name.clone(), Share));
        own.chain(marks).chain(amounts).chain(flow).collect()
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
        if self.subjects.channels > 0 {
            attributes.push(("channel".into(), (0..self.subjects.channels).map(|c| format!("c{c}")).collect()));
        }
        if self.subjects.nodes > 0 {
            attributes.push(("node".into(), (0..self.subjects.nodes).map(|n| format!("n{n}")).collect()));
        }
        attributes.push(("internal".into(), vec!["true".into(), "false".into()]));
        attributes.push(("environment".into(), names(&self.steering.environments)));
        // Two components may have the same label, with other values.
        for (label, values) in self.system.iter().flat_map(|c| &c.labels) {
            let known = match attributes.iter_mut().find(|(name, _)| name == label) {
                Some((_, known)) => known,
                None => {
                    attributes.push((label.clone(), Vec::new()));
                    &mut attributes.last_mut().expect("it was just put there").1
                }
            };
            let new: Vec<String> = names(values).into_iter().filter(|v| !known.contains(v)).collect();
            known.extend(new);
        }
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
