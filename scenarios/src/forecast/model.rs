//! What the signals of a component come to when nothing is wrong, worked out from the scenario's file: as if nobody waited for a
//! server, an acceptor or a reviewer, and without wobble.

use super::flow::Flow;
use super::knob::{Base, Turn, base, level};
use super::spread::Spread;
use gatecrash_policies::sample::SignalKind;
use gatecrash_sim::knobs::Level;
use gatecrash_sim::scenario::{
    Calls, Checks, ComponentSpec, Connections, Effects, Kind, Reviews, Scenario, Split, Tasks, Traffic,
};

/// A scenario with what stages have turned in it.
#[derive(Clone, Debug)]
pub(super) struct Model<'a> {
    scenario: &'a Scenario,
    turns: Vec<Turn>,
    /// The segment that is read: its marks may have parameters of their own.
    segment: Option<(String, String)>,
}

/// What is known of a signal without playing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Signal {
    /// Events; `None`: only playing tells how many.
    Events(Option<Flow>),
    /// Numbers of outcomes: how many, and how they are distributed, as far as it is known.
    Numbers(Option<Flow>, Option<Spread>),
    /// A level: one reading per scrape.
    Level,
}

impl Signal {
    /// Its events or outcomes.
    pub fn flow(&self) -> Option<Flow> {
        match self {
            Signal::Events(flow) | Signal::Numbers(flow, _) => *flow,
            Signal::Level => None,
        }
    }
}

/// A request's way through `calls` on average, whatever happens to it; nobody waits.
struct Way {
    /// Attempts, the first included; those that are served to the end; those that fail or time out.
    attempts: f64,
    served: f64,
    failed: f64,
    timed_out: f64,
    /// Ends: cancelled, failed for good, dropped without a word (of these for a dependency), answered.
    cancelled: f64,
    errors: f64,
    dropped: f64,
    unanswered: f64,
    completes: f64,
}

impl<'a> Model<'a> {
    /// With these turns on top of the file, as a segment sees it.
    pub fn new(scenario: &'a Scenario, turns: Vec<Turn>, segment: Option<(String, String)>) -> Model<'a> {
        Model { scenario, turns, segment }
    }

    /// A signal of a component; `None`: there is no such signal.
    pub fn signal(&self, component: &ComponentSpec, name: &str) -> Option<Signal> {
        let reads = component.signals().into_iter().find(|signal| signal.name == name)?.reads;
        let own = match &component.kind {
            Kind::Calls(calls) => self.calls(component, calls, name),
            Kind::Effects(effects) => self.effects(component, effects, name),
            Kind::Connections(connections) => self.connections(component, connections, name),
            Kind::Reviews(reviews) => self.reviews(component, reviews, name),
            Kind::Checks(checks) => self.checks(component, checks, name),
            Kind::Tasks(tasks) => self.tasks(component, tasks, name),
        };
        Some(match reads {
            SignalKind::Gauge | SignalKind::Age => Signal::Level,
            SignalKind::Counter => Signal::Events(own.or_else(|| self.mark(component, name))),
            SignalKind::Durations | SignalKind::Amounts => {
                let spread = self.spread(component, name);
                Signal::Numbers(own.or_else(|| self.amount_flow(component, name)), spread)
            }
        })
    }

    /// A knob that is a number, as it stands; zero where there is none.
    fn number(&self, component: &ComponentSpec, knob: &str) -> f64 {
        match base(component, knob) {
            Some(Base::Number(own)) => level(self.scenario, &self.turns, component, knob).apply(own),
            _ => 0.0,
        }
    }

    /// A probability, as it stands.
    fn share(&self, component: &ComponentSpec, knob: &str) -> f64 {
        self.number(component, knob).min(1.0)
    }

    /// What a knob draws, as it stands.
    fn drawn(&self, component: &ComponentSpec, knob: &str) -> Option<Spread> {
        match base(component, knob)? {
            Base::Drawn(dist) => Some(Spread::of(dist, level(self.scenario, &self.turns, component, knob))),
            Base::Number(_) => None,
        }
    }

    /// The parameter of the segment that is read.
    fn part<'s, T>(&self, split: &'s Split<T>) -> &'s T {
        let of = |(a, v): &(String, String)| split.by.iter().find(|(attribute, value, _)| attribute == a && value == v);
        self.segment.as_ref().and_then(of).map_or(&split.base, |(_, _, parameter)| parameter)
    }

    fn mark(&self, component: &ComponentSpec, name: &str) -> Option<Flow> {
        let (_, split) = component.marks.iter().find(|(mark, _)| mark == name)?;
        let share = level(self.scenario, &self.turns, component, name).share(*self.part(split));
        Some(self.events(component, "outcomes")? * share)
    }

    fn amount_flow(&self, component: &ComponentSpec, name: &str) -> Option<Flow> {
        component.amounts.iter().find(|(amount, _)| amount == name)?;
        self.events(component, "outcomes")
    }

    /// Events of another signal of the component.
    fn events(&self, component: &ComponentSpec, name: &str) -> Option<Flow> {
        self.signal(component, name)?.flow()
    }

    /// What reaches a component, by the one that it follows: answered requests, and failed ones. The traffic itself has no failed ones.
    fn inflow(&self, after: Option<&str>) -> Option<(Flow, Flow)> {
        let Some(name) = after else { return Some((Flow::per_request(1.0), Flow::default())) };
        let component = self.scenario.system.iter().find(|c| c.name == name)?;
        match &component.kind {
            Kind::Calls(_) => {
                let of = |signal| Some(self.events(component, signal)?.without_copies());
                Some((of("completes")?, of("errors")?))
            }
            Kind::Reviews(reviews) => {
                let (all, _) = self.inflow(Some(&reviews.after))?;
                let straight = all * (1.0 - self.share(component, "probability"));
                Some((straight + self.events(component, "resumed")?, Flow::default()))
            }
            _ => None, // cases take their time
        }
    }

    fn way(&self, component: &ComponentSpec, calls: &Calls) -> Way {
        let share = |knob| self.share(component, knob);
        let unmet = share("dependency_errors") * (1.0 - share("fallback"));
        let drops = calls.dependency.as_ref().is_some_and(|dependency| dependency.drops);
        let hushed = if drops { unmet } else { 0.0 };
        let error_rate = 1.0 - (1.0 - share("error_rate")) * (1.0 - self.recorded_failures(calls));
        let late =
            calls.timeout.map_or(0.0, |timeout| self.service(component, calls).map_or(0.0, |s| s.above(timeout.seconds())));
        let fails_when_served = (1.0 - hushed) * (1.0 - (1.0 - error_rate) * (1.0 - if drops { 0.0 } else { unmet }));
        let fails = late + (1.0 - late) * fails_when_served;
        let tries = calls.retry.map_or(1, |retry| retry.attempts.max(1)) as i32;
        let cancelled = share("cancel") * share("mode");
        let goes_on = 1.0 - cancelled;
        // 1 + fails + fails^2 + ..: whoever fails tries again.
        let attempts: f64 = (0..tries).map(|n| fails.powi(n)).sum::<f64>() * goes_on;
        let answered = goes_on * (1.0 - fails.powi(tries));
        let unanswered = if fails < 1.0 { answered * (1.0 - late) * hushed / (1.0 - fails) } else { 0.0 };
        let dropped = unanswered + (answered - unanswered) * share("drop");
        Way {
            attempts: attempts + cancelled,
            served: attempts * (1.0 - late),
            failed: attempts * fails,
            timed_out: attempts * late,
            cancelled,
            errors: goes_on * fails.powi(tries),
            dropped,
            unanswered,
            completes: answered - dropped,
        }
    }

    /// The share of a trace's rows that failed, where the component takes the trace.
    fn recorded_failures(&self, calls: &Calls) -> f64 {
        match &self.scenario.traffic {
            Some(Traffic::Recorded(recorded)) if calls.after.is_none() && !recorded.rows.is_empty() => {
                recorded.rows.iter().filter(|row| row.failed).count() as f64 / recorded.rows.len() as f64
            }
            _ => 0.0,
        }
    }

    /// How long a server takes, if that is one distribution rather than a sum of several, or a trace's own.
    fn service(&self, component: &ComponentSpec, calls: &Calls) -> Option<Spread> {
        let recorded = match &self.scenario.traffic {
            Some(Traffic::Recorded(recorded)) => calls.after.is_none() && recorded.rows.iter().any(|row| row.service.is_some()),
            _ => false,
        };
        let is_single = calls.dependency.is_none() && calls.hops.is_none() && !recorded;
        self.drawn(component, "latency").filter(|_| is_single)
    }

    fn calls(&self, component: &ComponentSpec, calls: &Calls, name: &str) -> Option<Flow> {
        let (starts, _) = self.inflow(calls.after.as_deref())?;
        let way = self.way(component, calls);
        let share = |knob| self.share(component, knob);
        let hops =
            calls.hops.as_ref().map_or(0.0, |hops| level(self.scenario, &self.turns, component, "hops").apply(hops.count.mean()));
        let per_start = match name {
            "starts" | "outcomes" => 1.0,
            "attempts" | "wait" => way.attempts,
            "hops" => way.attempts,
            "retries" => way.attempts - 1.0,
            "failures" => way.failed,
            "timeouts" => way.timed_out,
            "rejected" | "abandoned" => 0.0,
            "completes" | "latency" => way.completes,
            "errors" => way.errors,
            "cancels" | "cancelled" | "cancel_to_ack" => way.cancelled,
            "dropped" => way.dropped,
            "duplicate_finals" => way.completes * share("duplicate_final"),
            "dependency_failures" => way.served * share("dependency_errors"),
            "fallbacks" => way.served * share("dependency_errors") * share("fallback"),
            "service" => way.served,
            "reads" => way.served * hops,
            "duplicate_reads" => way.served * hops * share("duplicate_read"),
            "unanswered" => way.unanswered,
            "unsafe_ends" => (way.served * share("dependency_errors")).min(1.0) * share("unsafe_end"),
            _ => return None,
        };
        Some(starts * per_start)
    }

    fn effects(&self, component: &ComponentSpec, effects: &Effects, name: &str) -> Option<Flow> {
        let (answered, failed) = self.inflow(Some(&effects.after))?;
        let share = |knob| self.share(component, knob);
        let after_failure = failed * share("after_failure");
        let writes = answered * share("probability") + after_failure;
        let done = writes * (1.0 - share("suppress"));
        let late = self.drawn(component, "latency").map_or(0.0, |spread| spread.above(effects.timeout.seconds()));
        let (refused, silent) = (share("error_rate"), share("timeout_after_commit"));
        let unanswered = refused + (1.0 - refused) * (1.0 - (1.0 - silent) * (1.0 - late));
        let tries = effects.retry.attempts.max(1) as i32;
        let attempts: f64 = (0..tries).map(|n| unanswered.powi(n)).sum();
        let (never, all_refused) = (unanswered.powi(tries), refused.powi(tries));
        // Whatever is not refused commits; of a write's commits the first is wanted.
        let again = (attempts * (1.0 - refused) - (1.0 - all_refused)).max(0.0);
        let duplicates = again * (1.0 - share("idempotency"));
        let settled = f64::from(u8::from(effects.settle.is_some()));
        let per_write = match name {
            "writes" => return Some(writes),
            "after_failure" => return Some(after_failure),
            "missing" => return Some((writes * share("suppress") + done * all_refused) * settled),
            "outcomes" => 1.0,
            "attempts" => attempts,
            "retries" => attempts - 1.0,
            "completes" | "latency" => 1.0 - never,
            "errors" => all_refused,
            "unknown" => never - all_refused,
            "retried_unknown" => (never - all_refused) * (1.0 - share("stop_on_unknown")),
            "commits" => 1.0 - all_refused + duplicates,
            "duplicates" => duplicates,
            "extra" => duplicates * settled,
            "deduped" => again - duplicates,
            "timeouts" => attempts * (unanswered - refused),
            "bypassed" => share("bypass"),
            "untraced" => share("untraced"),
            "lost" => 0.0,
            _ => return None,
        };
        Some(done * per_write)
    }

    fn connections(&self, component: &ComponentSpec, connections: &Connections, name: &str) -> Option<Flow> {
        let share = |knob| self.share(component, knob);
        let keeps_up = connections.messages == 0.0 || self.drawn(component, "consumer_speed").is_none_or(|s| s.below(1.0) < 1e-9);
        let drops = Flow { subject: self.number(component, "drop_rate"), ..Flow::default() };
        let episodes = Flow { mover: 1.0, ..drops };
        let refused = share("auth_errors").min(0.999);
        let attempts = episodes * (1.0 / (1.0 - refused));
        let messages = Flow { subject: self.number(component, "messages"), ..Flow::default() };
        Some(match name {
            "drops" => drops,
            "attempts" | "reconnects" => attempts,
            "reconnects_ok" | "outcomes" | "registrations" | "reconnect_time" | "replay_bootstrap" => episodes,
            "auth_errors" => attempts * refused,
            "stale_cursor" => episodes * share("stale_cursor"),
            "messages" => messages * (1.0 + share("duplicate_message")),
            "message_duplicates" => messages * share("duplicate_message"),
            "evicted" if keeps_up => Flow::default(),
            "connect_timeouts" if connections.connect_timeout.is_none() => Flow::default(),
            _ => return None,
        })
    }

    fn reviews(&self, component: &ComponentSpec, reviews: &Reviews, name: &str) -> Option<Flow> {
        let (inflow, _) = self.inflow(Some(&reviews.after))?;
        let share = |knob| self.share(component, knob);
        let revoked = reviews.approve * share("revoked");
        let honoured = revoked * share("revocation_honoured");
        let per_pause = match name {
            "requests" | "outcomes" | "approval_latency" => 1.0,
            "approved" => reviews.approve,
            "rejected" => 1.0 - reviews.approve,
            "expired" | "fallbacks" if reviews.expiry.is_none() => 0.0,
            "revoked" => revoked,
            "revoked_writes" => revoked - honoured,
            "cancelled" => honoured,
            "resumed" => reviews.approve - honoured,
            "session_expired" | "resume_failures" | "reinits" | "reinit_ok" | "reinit_unchecked" | "reinit_unlinked"
                if reviews.session.is_none() =>
            {
                0.0
            }
            _ => return None,
        };
        Some(inflow * (share("probability") * per_pause))
    }

    fn checks(&self, component: &ComponentSpec, checks: &Checks, name: &str) -> Option<Flow> {
        let (seen, _) = self.inflow(Some(&checks.after))?;
        let share = |knob| self.share(component, knob);
        let (pass, errs) = (share("pass_rate"), share("verifier_error"));
        let passed = pass * (1.0 - errs) + (1.0 - pass) * errs;
        // One match, and those of its recursions that no guard stops.
        let again = share("recursion");
        let first = share("match_rate") * (1.0 - share("skip"));
        let deeper = (again * (1.0 - share("guard"))).min(0.999);
        let matches = first / (1.0 - deeper);
        let guarded = matches * again * share("guard");
        let per_seen = match name {
            "seen" => 1.0,
            "outcomes" | "graded" => checks.probability,
            "passed" => checks.probability * passed,
            "failed" | "streak" => checks.probability * (1.0 - passed),
            "violations" => share("violation_rate"),
            "matches" | "depth" => matches,
            "false_positives" => first * share("false_positive_rate"),
            "skips" => share("match_rate") * share("skip") + guarded,
            "guard_skips" => guarded,
            "audited" => checks.probability * share("audit"),
            "agreed" => checks.probability * share("audit") * (1.0 - errs),
            "stuck_turns" | "skip_streak" if share("stuck") == 0.0 => 0.0,
            _ => return None,
        };
        Some(seen * per_seen)
    }

    fn tasks(&self, component: &ComponentSpec, tasks: &Tasks, name: &str) -> Option<Flow> {
        let share = |knob| self.share(component, knob);
        let subjects = self.scenario.subjects.count.max(1);
        let attempts = Flow { subject: 2.0 * self.number(component, "publish") / f64::from(subjects), ..Flow::default() };
        match name {
            "pipeline_attempts" => return Some(attempts),
            "pipeline_failures" | "pipeline_failures_streak" => return Some(attempts * share("pipeline_failure")),
            "sweeps" => return (tasks.sweep.0 > 0).then(|| Flow { second: 1.0 / tasks.sweep.seconds(), ..Flow::default() }),
            _ => {}
        }
        let (inflow, _) = self.inflow(tasks.after.as_deref())?;
        let targets = self.number(component, "fanout").round().max(1.0);
        let barred = share("shared_claim") * (1.0 - 1.0 / targets);
        let claims = 1.0 - barred;
        let invalid = claims * share("disorder") * (1.0 - share("order_check"));
        let transitions = claims * (3.0 - share("disorder")) + invalid;
        let replays = transitions * share("replay");
        let late = self.drawn(component, "work").map_or(0.0, |work| work.above(tasks.eta.seconds()));
        let per_task = match name {
            "created" | "outcomes" => 1.0,
            "claims" | "completes" | "task_time" => claims,
            "transitions" => transitions,
            "replays" => replays,
            "deduped" => replays * share("idempotency"),
            "duplicate_transitions" => replays * (1.0 - share("idempotency")),
            "invalid_transitions" => invalid,
            "refused_transitions" => claims * share("disorder") * share("order_check"),
            "metadata_rewrites" => transitions * share("rewrite"),
            "foreign_claims" => share("foreign_claim"),
            "rejected_claims" => share("foreign_claim") * share("assignee_check"),
            "foreign_claims_accepted" => share("foreign_claim") * (1.0 - share("assignee_check")),
            "deadlocked" => barred,
            "late" => claims * late,
            _ => return None,
        };
        Some(inflow * (targets * per_task))
    }

    /// How the numbers of a signal are distributed, where that is a distribution of the file and not a sum or a queue.
    fn spread(&self, component: &ComponentSpec, name: &str) -> Option<Spread> {
        let amount = |(own, split): &(String, Split<_>)| {
            (own == name).then(|| Spread::of(*self.part(split), level(self.scenario, &self.turns, component, name)))
        };
        match (&component.kind, name) {
            (Kind::Calls(calls), "service") => self.service(component, calls).filter(|_| calls.timeout.is_none()),
            (Kind::Calls(calls), "latency") => {
                let is_plain = calls.servers.is_none() && calls.retry.is_none() && calls.timeout.is_none();
                self.service(component, calls).filter(|_| is_plain)
            }
            (Kind::Calls(_), "cancel_to_ack") => self.drawn(component, "cancel_latency"),
            (Kind::Calls(_), "hops") => self.drawn(component, "hops").map(Spread::rounded),
            (Kind::Connections(connections), "replay_bootstrap") if connections.replay_slots.is_none() => {
                let own = level(self.scenario, &self.turns, component, "replay_cost");
                let stale = Level { times: own.times * connections.stale_cost, ..own };
                Some(
                    Spread::of(connections.replay, own)
                        .mixed(self.share(component, "stale_cursor"), Spread::of(connections.replay, stale)),
                )
            }
            (Kind::Checks(_), "depth") => None,
            _ => component.amounts.iter().find_map(amount),
        }
    }
}
