//! Which signals a knob moves: what a gate has to read to see a fault.
//!
//! There is no such map in the simulator, whose components just do what their knobs say; a test bends every knob in a world that has
//! every part and holds this table against what moves.

/// A knob, and the signals of its component that are about it. `spreads`: requests end otherwise or wait longer, so that any other
/// signal of the component, and of those that follow it, may move along.
pub(super) struct Move {
    pub knob: &'static str,
    pub moves: &'static [&'static str],
    pub spreads: bool,
}

const fn only(knob: &'static str, moves: &'static [&'static str]) -> Move {
    Move { knob, moves, spreads: false }
}

const fn spreading(knob: &'static str, moves: &'static [&'static str]) -> Move {
    Move { knob, moves, spreads: true }
}

const CALLS: &[Move] = &[
    spreading("latency", &["latency", "service", "wait", "queue", "in_system", "timeouts", "rejected", "abandoned"]),
    spreading("error_rate", &["errors", "failures", "completes", "retries", "attempts"]),
    spreading("cancel", &["cancels", "cancelled", "cancel_to_ack", "completes"]),
    spreading("cancel_latency", &["cancel_to_ack", "in_system"]),
    spreading("capacity", &["wait", "queue", "in_system", "latency", "timeouts", "rejected", "abandoned"]),
    spreading("drop", &["dropped", "completes"]),
    only("duplicate_final", &["duplicate_finals"]),
    spreading(
        "dependency_errors",
        &[
            "dependency_failures",
            "fallbacks",
            "unanswered",
            "unsafe_ends",
            "failures",
            "errors",
            "dropped",
            "completes",
            "retries",
        ],
    ),
    spreading("dependency_latency", &["latency", "service", "wait", "queue", "in_system", "timeouts", "rejected"]),
    spreading("fallback", &["fallbacks", "unanswered", "failures", "errors", "dropped", "completes", "retries"]),
    spreading("hops", &["hops", "reads", "duplicate_reads", "latency", "service", "wait", "queue", "in_system", "timeouts"]),
    spreading("mode", &["cancels", "cancelled", "cancel_to_ack", "completes"]),
    only("duplicate_read", &["duplicate_reads"]),
    only("unsafe_end", &["unsafe_ends"]),
];

const EFFECTS: &[Move] = &[
    spreading("probability", &["writes", "attempts", "outcomes", "completes", "commits"]),
    spreading("latency", &["latency", "timeouts", "retries", "unknown", "in_doubt", "unknown_age"]),
    spreading("error_rate", &["errors", "retries", "attempts", "missing", "completes", "commits"]),
    spreading(
        "timeout_after_commit",
        &[
            "timeouts",
            "retries",
            "attempts",
            "unknown",
            "in_doubt",
            "unknown_age",
            "deduped",
            "duplicates",
            "extra",
            "retried_unknown",
        ],
    ),
    only("idempotency", &["duplicates", "deduped", "extra", "commits"]),
    only("durability", &["lost", "kept", "outcomes", "completes"]),
    only("bypass", &["bypassed"]),
    only("untraced", &["untraced"]),
    only("reconcile", &["reconciled", "in_doubt", "unknown_age"]),
    spreading("suppress", &["missing", "outcomes", "completes", "commits", "attempts"]),
    spreading("stop_on_unknown", &["retried_unknown", "unknown", "retries", "attempts", "duplicates", "deduped", "extra"]),
    spreading("after_failure", &["after_failure", "writes"]),
];

const CONNECTIONS: &[Move] = &[
    spreading("drop_rate", &["drops", "attempts", "reconnects", "reconnects_ok", "outcomes", "registrations", "connected"]),
    spreading(
        "disconnect",
        &[
            "drops",
            "attempts",
            "reconnects",
            "reconnects_ok",
            "outcomes",
            "registrations",
            "connected",
            "backlog",
            "reconnect_time",
        ],
    ),
    spreading("accept_rate", &["backlog", "reconnect_time", "connect_timeouts", "connected", "attempts", "reconnects"]),
    spreading("backoff", &["reconnect_time", "connected"]),
    spreading("replay_cost", &["replay_bootstrap", "reconnect_time", "connected"]),
    spreading("auth_errors", &["auth_errors", "attempts", "reconnects", "reconnect_time"]),
    spreading("stale_cursor", &["stale_cursor", "replay_bootstrap", "reconnect_time"]),
    spreading("messages", &["messages", "message_duplicates", "unread", "evicted", "drops"]),
    spreading("consumer_speed", &["unread", "evicted", "message_lag", "drops"]),
    only("message_lag", &["message_lag"]),
    only("duplicate_message", &["message_duplicates", "messages"]),
];

const REVIEWS: &[Move] = &[
    spreading("probability", &["requests", "outcomes", "approved", "rejected", "waiting", "approval_latency", "paused_age"]),
    spreading("reviewer_speed", &["approval_latency", "waiting", "paused_age", "expired", "fallbacks", "resume_failures"]),
    spreading("reviewers", &["approval_latency", "waiting", "paused_age", "expired", "fallbacks", "resume_failures"]),
    spreading("expiry", &["expired", "fallbacks", "waiting", "paused_age", "approval_latency"]),
    only("fallback", &["fallbacks"]),
    spreading(
        "session_ttl",
        &["session_expired", "resume_failures", "reinits", "reinit_ok", "reinit_unchecked", "reinit_unlinked"],
    ),
    only("session_visible", &["session_expired"]),
    spreading("reinit", &["reinit_ok", "reinit_unchecked", "reinit_unlinked", "resumed", "cancelled"]),
    only("reinit_checked", &["reinit_unchecked"]),
    only("reinit_linked", &["reinit_unlinked"]),
    spreading("revoked", &["revoked", "revoked_writes", "cancelled", "resumed"]),
    spreading("revocation_honoured", &["revoked_writes", "cancelled", "resumed"]),
];

const CHECKS: &[Move] = &[
    only("pass_rate", &["passed", "failed", "streak"]),
    only("violation_rate", &["violations"]),
    spreading("match_rate", &["matches", "depth", "false_positives", "skips", "guard_skips"]),
    only("false_positive_rate", &["false_positives"]),
    spreading("skip", &["skips", "matches", "depth"]),
    only("recursion", &["matches", "depth", "guard_skips", "skips"]),
    only("guard", &["guard_skips", "skips", "matches", "depth"]),
    only("audit", &["audited", "agreed"]),
    only("verifier_error", &["passed", "failed", "streak", "agreed"]),
    spreading("stuck", &["stuck_turns", "skip_streak", "cases"]),
];

const TASKS: &[Move] = &[
    spreading("work", &["task_time", "late", "open", "scanned", "sla_breaches", "escalations", "messages", "messages_per_sweep"]),
    spreading("sla", &["sla_breaches", "escalations", "messages", "messages_per_sweep"]),
    only("cap", &["messages", "messages_per_sweep"]),
    only("record_only", &["messages", "messages_per_sweep"]),
    only("record_only_kept", &["messages", "messages_per_sweep", "record_only_messages"]),
    only("cap_kept", &["messages", "messages_per_sweep"]),
    only("replay", &["replays", "deduped", "duplicate_transitions"]),
    only("idempotency", &["duplicate_transitions", "deduped"]),
    spreading("disorder", &["invalid_transitions", "refused_transitions"]),
    spreading("order_check", &["invalid_transitions", "refused_transitions"]),
    spreading("fanout", &["created", "transitions", "outcomes", "completes", "open"]),
    spreading("shared_claim", &["deadlocked", "claims", "completes", "open"]),
    only("foreign_claim", &["foreign_claims", "rejected_claims", "foreign_claims_accepted"]),
    only("assignee_check", &["rejected_claims", "foreign_claims_accepted"]),
    only("rewrite", &["metadata_rewrites"]),
    only("publish", &["pipeline_attempts", "pipeline_failures", "pipeline_gates", "pipeline_failures_streak"]),
    only("pipeline_failure", &["pipeline_failures", "pipeline_gates", "pipeline_failures_streak"]),
];

/// What a knob of a kind moves; `None`: it is no knob of the kind itself, but a mark, an amount or a step of a flow.
pub(super) fn of(kind: &str, knob: &str) -> Option<&'static Move> {
    let table = match kind {
        "calls" => CALLS,
        "effects" => EFFECTS,
        "connections" => CONNECTIONS,
        "reviews" => REVIEWS,
        "checks" => CHECKS,
        "tasks" => TASKS,
        _ => &[],
    };
    table.iter().find(|entry| entry.knob == knob)
}

#[cfg(test)]
mod tests {
    use super::super::knob::{Base, base};
    use super::of;
    use gatecrash_policies::Policy;
    use gatecrash_policies::policy::By;
    use gatecrash_policies::time::Time;
    use gatecrash_sim::Match;
    use gatecrash_sim::catalog::{KINDS, KindSpec, Unit};
    use gatecrash_sim::scenario::{Bend, Fault, Onset, Scenario, Shape, Side};
    use gatecrash_sim::trial::TrueSignal;

    /// Every part that a system can have.
    const WORLD: &str = "
scenario: every-part
expect: promote
horizon: 1h
subjects: { count: 200 }
traffic: { poisson: { rate: 1/s } }
system:
  runs:
    calls:
      service: lognormal(median=1s p95=3s)
      errors: 2%
      cancel: 20%
      cancel_latency: 1s
      drop: 2%
      retry: { attempts: 2, backoff: none }
      duplicate_final: 2%
      dependency: { latency: 100ms, errors: 5%, fallback: 50%, unsafe_end: 20% }
      hops: { count: uniform(low=1 high=4), latency: 20ms, duplicate_read: 5% }
  writes:
    effects: { after: runs, probability: 50%, commit: lognormal(median=300ms p95=900ms), timeout: 1s, errors: 10%,
      timeout_after_commit: 10%, idempotency: 60%, reconcile: 1m, retry: { attempts: 2, backoff: none }, bypass: 5%, untraced: 5%,
      settle: 5m, suppress: 5%, stop_on_unknown: 60%, after_failure: 30% }
  sockets:
    connections: { accept_rate: 20/s, backoff: exponential(base=1s cap=10s), replay: 1s, drop: 2/h, connect_timeout: 3s,
      auth_errors: 5%, stale_cursor: 10%, stale_cost: 3x, messages: 30/m, consumer_speed: uniform(low=0.9 high=2), buffer: 60,
      message_lag: exp(mean=100ms), duplicate_message: 5% }
  approvals:
    reviews: { after: runs, probability: 20%, reviewers: 40, review: exp(mean=90s), approve: 80%, expiry: 2m, fallback: 50%,
      session: exp(mean=60s), session_visible: 50%, reinit: 60%, reinit_checked: 50%, reinit_linked: 50%, revoked: 20%,
      revocation_honoured: 50% }
  grades:
    checks: { after: runs, probability: 50%, pass: 80%, violation: 5%, matches: 30%, false_positive: 20%, skip: 20%, recursion: 30%,
      guard: 50%, audit: 30%, verifier_error: 10%, stuck: 10%, flow: { sorted: 40% } }
  work:
    tasks: { after: runs, targets: 2, claim: 5s, work: exp(mean=2m), eta: 2m, sla: 3m, sweep: 1m, cap: 50, record_only: off,
      replay: 20%, idempotency: 60%, disorder: 20%, order_check: 50%, shared_claim: 10%, foreign_claim: 20%, assignee_check: 50%,
      rewrite: 10%, publish: 60/h, pipeline_failure: 20% }
telemetry: { scrape: 15s }
steering: { propagation: 0s }
objectives: []
";

    /// What is different where servers and reviewers are few, callers impatient, and sweeps should only record.
    const BUSY: [(&str, &str); 4] = [
        (
            "      errors: 2%\n",
            "      errors: 2%\n      servers: 3\n      queue: 6\n      timeout: 6s\n      patience: exp(mean=5s)\n",
        ),
        ("unsafe_end: 20%", "unsafe_end: 20%, drops: on"),
        ("reviewers: 40", "reviewers: 8"),
        ("record_only: off", "record_only: on"),
    ];

    fn worlds() -> [Scenario; 2] {
        let busy = BUSY.iter().fold(WORLD.to_string(), |text, (from, to)| text.replace(from, to));
        let read = |text: &str| crate::scenario_from_text("every-part.yaml", text.as_bytes());
        [WORLD, &busy].map(|text| read(text).unwrap_or_else(|error| panic!("{error}")).value)
    }

    fn played(world: &Scenario, policy: &Policy) -> Vec<TrueSignal> {
        let trial = Match::new(world, &[policy]).unwrap().play(1, true).remove(0);
        trial.detail.expect("it was played with its detail").signals
    }

    /// The world with a knob bent far enough to be seen.
    fn bent(world: &Scenario, kind: &str, knob: &str) -> Scenario {
        let unit = world.knob(kind, knob).expect("it is a knob of the kind");
        let component = world.system.iter().find(|c| c.spec().name == kind).expect("every kind is there");
        let is_low = matches!(base(component, knob), Some(Base::Number(own)) if own < 0.5);
        let by = match (unit, knob) {
            (Unit::Share, _) => By::Set(if is_low { 0.9 } else { 0.1 }),
            (_, "accept_rate") => By::Times(0.02),
            (_, "session_ttl" | "sla" | "consumer_speed" | "capacity") => By::Times(0.3),
            (_, "reviewer_speed" | "reviewers") => By::Times(0.1),
            (Unit::Count, _) => By::Set(0.0),
            _ => By::Times(4.0),
        };
        let bends = vec![Bend { component: kind.into(), knob: knob.into(), by }];
        let at = Onset::At(Time(60_000_000));
        let fault = Fault { name: "bend".into(), bends, shape: Shape::Step, at, lasting: None, on: Side::Canary, only: None };
        Scenario { faults: vec![fault], ..world.clone() }
    }

    /// What a knob moves on the canary, of its own component without its name.
    fn moved(world: &Scenario, before: &[TrueSignal], policy: &Policy, kind: KindSpec, knob: &str) -> Vec<String> {
        let own = &world.system.iter().find(|c| c.spec().name == kind.name).expect("every kind is there").name;
        let after = played(&bent(world, kind.name, knob), policy);
        let different = before.iter().zip(&after).filter(|(before, after)| before.arms[1] != after.arms[1]);
        different.map(|(signal, _)| signal.name.strip_prefix(&format!("{own}.")).unwrap_or(&signal.name).to_string()).collect()
    }

    #[test]
    fn knobs_move_what_the_table_says() {
        let text = b"policy: all\nround: 1m\ngates: {}\nstages: [ { name: all, cohort: 100%, soak: 3h } ]\n";
        let policy = crate::policy_from_text("all.yaml", text).unwrap().value;
        let worlds = worlds().map(|world| (played(&world, &policy), world));
        let mut wrong = Vec::new();
        for (kind, knob) in KINDS.iter().flat_map(|kind| kind.knobs.iter().map(move |knob| (*kind, knob.name))) {
            let entry = of(kind.name, knob).unwrap_or_else(|| panic!("the table lacks {}.{knob}", kind.name));
            let moved: Vec<String> =
                worlds.iter().flat_map(|(before, world)| moved(world, before, &policy, kind, knob)).collect();
            // Of the rest of the component, and of others, nothing moves, unless requests end otherwise.
            let still: Vec<_> = entry.moves.iter().filter(|signal| !moved.iter().any(|m| m == *signal)).collect();
            let also: Vec<_> = moved.iter().filter(|m| !entry.spreads && !entry.moves.contains(&m.as_str())).collect();
            // What survives a restart is felt at restarts alone, and there are none here.
            if knob != "durability" && (!still.is_empty() || !also.is_empty()) {
                wrong.push(format!("{}.{knob}: still {still:?}, moved as well {also:?}", kind.name));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
