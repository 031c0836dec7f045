//! The keys of each kind of component, with what they mean.

use crate::schema::part::Row;

/// The keys that a kind needs, and all of its own.
pub(super) fn of(kind: &str) -> (&'static [&'static str], &'static [Row]) {
    match kind {
        // With recorded traffic, `service` may be in the trace.
        "calls" => (&[], CALLS),
        "effects" => (&["after"], EFFECTS),
        "connections" => (&["accept_rate"], CONNECTIONS),
        "reviews" => (&["after", "review"], REVIEWS),
        "checks" => (&["after"], CHECKS),
        _ => (&["work"], TASKS),
    }
}

const CALLS: &[Row] = &[
    ("after", "component_name", "The `calls` whose completed requests go on here; without it, the traffic."),
    ("service", "durations", "Time in a server."),
    ("servers", "limited", "How many servers. Unlimited unless told."),
    ("queue", "limited", "How many places to wait. Unlimited unless told."),
    ("timeout", "duration", "The caller gives up after this."),
    ("patience", "durations", "The caller leaves the queue after this."),
    ("retry", "retry", "What the caller does about failures."),
    ("errors", "share", "Probability that an attempt fails when served."),
    ("mode", "mode", "How much of the mode `interrupt` is on."),
    ("cancel", "share", "Probability that a request is cancelled while in service."),
    ("cancel_latency", "durations", "From cancel to acknowledgement."),
    ("drop", "share", "Probability that a completed request never answers."),
    ("duplicate_final", "share", "Probability that a completed request answers twice."),
    ("dependency", "dependency", "What the component calls in turn."),
    ("hops", "hops", "Calls to tools, one after another."),
    ("pool", "pool", "Whether the arms compete for the same servers. `shared` unless told."),
];

const EFFECTS: &[Row] = &[
    ("after", "component_name", "The component whose completed requests may write: calls, reviews or checks."),
    ("probability", "share", "Probability that one writes. All do unless told."),
    ("idempotency", "switch", "Probability that the idempotency key is honoured. `on` unless told."),
    ("timeout", "duration", "How long the writer waits for the answer. 5s unless told."),
    ("commit", "durations", "From attempt to commit, and to the answer."),
    ("retry", "retry", "What the writer does when no answer comes."),
    ("errors", "share", "Probability that an attempt fails and nothing is committed."),
    ("timeout_after_commit", "share", "Probability that an attempt commits and its answer is lost."),
    ("dedupe_window", "duration", "How long a key is remembered. 1d unless told."),
    ("reconcile", "durations", "How long until somebody finds out what became of a write without an answer."),
    ("durability", "share", "Probability that a write in flight survives a restart."),
    ("bypass", "share", "Probability that a write goes round the policy that should check it."),
    ("untraced", "share", "Probability that a write leaves no trace."),
    ("settle", "duration", "How long after it was wanted a write must have had its effect, exactly once."),
    ("suppress", "share", "Probability that a write is silently left undone."),
    ("stop_on_unknown", "switch", "Probability that a writer in doubt waits for the reconciliation. `on` unless told."),
    ("after_failure", "share", "Probability that the write of a request that failed goes on."),
    ("keeps", "flag", "Whether what was written stays here, so that each restart tries its durability."),
];

const CONNECTIONS: &[Row] = &[
    ("accept_rate", "rate", "Clients accepted: 50/s."),
    ("backoff", "backoff", "The wait before each attempt, the first included."),
    ("replay", "durations", "What a client must be sent before it is connected."),
    ("replay_slots", "limited", "How many replays run at once. Unlimited unless told."),
    ("stale_cost", "multiple", "How much more `replay` is for a client whose cursor is stale."),
    ("drop", "rate", "Drops per client: 2/h."),
    ("connect_timeout", "duration", "A client gives up an attempt after this."),
    ("auth_errors", "share", "Probability that an attempt is refused."),
    ("stale_cursor", "share", "Probability that a cursor is stale."),
    ("messages", "rate", "Messages per client."),
    ("consumer_speed", "numbers", "How fast a client reads, as a multiple of `messages`."),
    ("buffer", "count", "Messages that a client may be behind before it is evicted. 1_000 unless told."),
    ("message_lag", "durations", "From send to receipt, for a client that keeps up."),
    ("duplicate_message", "share", "Probability that a message is delivered twice."),
    ("drain", "duration", "Within what time a client reconnects when its arm changes. 1m unless told."),
    ("pool", "pool", "Whether the arms compete for the same acceptor. `shared` unless told."),
];

const REVIEWS: &[Row] = &[
    ("after", "component_name", "The `calls` whose completed requests may need an approval."),
    ("probability", "share", "Probability that one does. All do unless told."),
    ("reviewers", "count", "How many people review. 1 unless told."),
    ("review", "durations", "How long one review takes."),
    ("approve", "share", "Probability that it is approved."),
    ("hours", "hours", "When the reviewers work. Always unless told."),
    ("expiry", "duration", "A run that has waited so long expires."),
    ("fallback", "switch", "Probability that an expired run falls back to somebody. `on` unless told."),
    ("session", "durations", "How long a capability session lives."),
    ("session_visible", "switch", "Probability that an expired session is seen as such. `on` unless told."),
    ("reinit", "switch", "Probability that an expired session can be initialised again. `on` unless told."),
    ("reinit_checked", "switch", "Probability that the run then gets a fresh policy decision. `on` unless told."),
    ("reinit_linked", "switch", "Probability that the new run can be linked to the old one. `on` unless told."),
    ("revoked", "share", "Probability that the access of a run is revoked while it is paused."),
    ("revocation_honoured", "switch", "Probability that such a run is cancelled when it resumes. `on` unless told."),
];

const CHECKS: &[Row] = &[
    ("after", "component_name", "The `calls` whose completed requests are graded."),
    ("probability", "share", "Probability that one is graded. All are unless told."),
    ("pass", "share", "Probability that it passes. All do unless told."),
    ("violation", "share", "Probability that it violates a rule."),
    ("matches", "share", "Probability that it matches a trigger."),
    ("false_positive", "share", "Probability that a match is a false positive."),
    ("skip", "share", "Probability that a match is skipped for its priority or cooldown."),
    ("recursion", "share", "Probability that what a match did matches again, one deeper."),
    ("guard", "switch", "Probability that the guard stops a recursion. `on` unless told."),
    ("audit", "share", "Probability that a grade is audited by a person."),
    ("verifier_error", "share", "Probability that the verifier's grade is wrong."),
    ("stuck", "share", "Probability that a turn of a case is skipped by mistake."),
    ("flow", "steps", "What a case goes through, in order: { forwarded: 50% }. Each step is a signal and a knob."),
    ("intake", "numbers", "Turns that a case has before it is ready for its flow. 1 unless told."),
];

const TASKS: &[Row] = &[
    ("after", "component_name", "The `calls` whose completed requests become tasks; without it, the traffic."),
    ("targets", "count", "Targets that a task is distributed to. 1 unless told."),
    ("claim", "durations", "From creation to claim."),
    ("work", "durations", "From claim to completion."),
    ("eta", "duration", "The estimate that a claim carries. 15m unless told."),
    ("sla", "duration", "A task that is open for longer breaches its agreement. 1h unless told."),
    ("sweep", "duration", "Between sweeps. 5m unless told."),
    ("cap", "count", "Messages that a sweep may send. 3 unless told."),
    ("record_only", "switch", "Whether sweeps record breaches and send nothing. `off` unless told."),
    ("cap_kept", "switch", "Probability that a sweep keeps to its cap. `on` unless told."),
    ("replay", "share", "Probability that a transition is sent again with the same key."),
    ("idempotency", "switch", "Probability that the key of a transition is honoured. `on` unless told."),
    ("disorder", "share", "Probability that an update comes after the completion."),
    ("order_check", "switch", "Probability that a transition out of order is refused. `on` unless told."),
    ("shared_claim", "switch", "Probability that the targets of a task share one claim. `off` unless told."),
    ("foreign_claim", "share", "Probability that somebody else tries to claim a task."),
    ("assignee_check", "switch", "Probability that a claim of somebody else is refused. `on` unless told."),
    ("rewrite", "share", "Probability that a transition rewrites metadata of its task once more."),
    ("publish", "rate", "Publications."),
    ("publish_gates", "count", "Gates of a publication. 6 unless told."),
    ("unpublish_gates", "count", "Gates of a withdrawal of it. 4 unless told."),
    ("pipeline_failure", "share", "Probability that an attempt fails at some gate."),
];
