//! Presets that the runbooks of agent platforms ask for.

use super::{Preset, preset};
use crate::scenario::Side::{Both, Canary};
use gatecrash_policies::policy::By::{Plus, Set, Times};

/// Grouped by what breaks: answers, cases, writes, approvals, evidence, tasks, and the way back.
pub(super) const PRESETS: &[Preset] = &[
    preset("duplicate_finals", "requests answer twice", Canary, &[("calls", "duplicate_final", Plus(0.005))]),
    preset(
        "reaction_false_positives",
        "more matches are false positives",
        Canary,
        &[("checks", "false_positive_rate", Set(0.06))],
    ),
    preset(
        "recursion_loop",
        "what a match did matches again, unguarded, and requests make more hops",
        Canary,
        &[("checks", "recursion", Plus(0.3)), ("checks", "guard", Set(0.0)), ("calls", "hops", Times(3.0))],
    ),
    preset("tts_outage", "the dependency, such as speech, always fails", Canary, &[("calls", "dependency_errors", Set(1.0))]),
    preset(
        "artifact_loss",
        "some of what was written does not survive a restart",
        Canary,
        &[("effects", "durability", Set(0.99))],
    ),
    preset("message_duplicates", "messages are delivered twice", Canary, &[("connections", "duplicate_message", Plus(0.005))]),
    preset("message_lag", "messages take longer to arrive", Canary, &[("connections", "message_lag", Times(5.0))]),
    preset("adherence_drop", "far fewer graded outcomes pass", Canary, &[("checks", "pass_rate", Set(0.545))]),
    preset("violation_burst", "outcomes violate a rule", Canary, &[("checks", "violation_rate", Plus(0.01))]),
    preset("alert_suppression", "writes such as alerts are silently left undone", Canary, &[("effects", "suppress", Plus(0.05))]),
    preset("flow_stall", "cases get no further than a step of their flow", Canary, &[("checks", "matching_complete", Set(0.0))]),
    preset("stuck_cases", "turns of cases are skipped by mistake, many in a row", Canary, &[("checks", "stuck", Set(0.9))]),
    preset("tag_loss", "requests lose the tag of their cohort", Canary, &[("calls", "tagged", Times(0.9))]),
    preset(
        "unknown_outcomes",
        "answers of writes get lost, nobody finds out for long, and writers write again, blind",
        Canary,
        &[
            ("effects", "timeout_after_commit", Plus(0.3)),
            ("effects", "reconcile", Times(10.0)),
            ("effects", "stop_on_unknown", Set(0.0)),
        ],
    ),
    preset("approval_backlog", "reviewers are too slow for their queue", Canary, &[("reviews", "reviewer_speed", Times(0.3))]),
    preset(
        "session_expiry",
        "capability sessions expire while their runs are paused",
        Canary,
        &[("reviews", "session_ttl", Times(0.2))],
    ),
    preset(
        "revoked_access",
        "access is revoked while runs are paused, and they write all the same",
        Canary,
        &[("reviews", "revoked", Plus(0.05)), ("reviews", "revocation_honoured", Set(0.0))],
    ),
    preset(
        "parallel_duplicate_reads",
        "hops read again what others have read",
        Canary,
        &[("calls", "duplicate_read", Plus(0.05))],
    ),
    preset(
        "trace_loss",
        "writes and requests leave no trace",
        Canary,
        &[("effects", "untraced", Plus(0.05)), ("calls", "traced", Times(0.95))],
    ),
    preset("verifier_drift", "the verifier's grades are wrong more often", Canary, &[("checks", "verifier_error", Plus(0.2))]),
    preset(
        "write_after_failure",
        "writes of failed requests go on in the background",
        Canary,
        &[("effects", "after_failure", Set(1.0))],
    ),
    preset("bypassed_policy", "writes go round the policy that should check them", Canary, &[("effects", "bypass", Plus(0.01))]),
    preset("malformed_inputs", "writes are made of what nobody has validated", Canary, &[("effects", "unvalidated", Plus(0.01))]),
    preset(
        "dependency_outage",
        "the dependency fails, nothing falls back, and some requests end unsafely",
        Canary,
        &[("calls", "dependency_errors", Set(1.0)), ("calls", "fallback", Set(0.0)), ("calls", "unsafe_end", Plus(0.05))],
    ),
    preset("tenant_leak", "requests see what belongs to another tenant", Canary, &[("calls", "cross_tenant", Plus(0.005))]),
    preset(
        "message_storm",
        "sweeps keep neither to their cap nor to recording only",
        Canary,
        &[("tasks", "cap_kept", Set(0.0)), ("tasks", "record_only_kept", Set(0.0))],
    ),
    preset("metadata_churn", "transitions rewrite metadata once more", Canary, &[("tasks", "rewrite", Plus(0.05))]),
    preset("pipeline_failures", "attempts to publish or unpublish fail", Canary, &[("tasks", "pipeline_failure", Plus(0.5))]),
    preset(
        "duplicate_transitions",
        "transitions are sent again and their key is not honoured",
        Canary,
        &[("tasks", "replay", Plus(0.05)), ("tasks", "idempotency", Set(0.0))],
    ),
    preset("shared_claim", "the targets of a task share one claim", Canary, &[("tasks", "shared_claim", Plus(0.2))]),
    preset(
        "foreign_claim",
        "somebody else claims tasks and is not refused",
        Canary,
        &[("tasks", "foreign_claim", Plus(0.05)), ("tasks", "assignee_check", Set(0.0))],
    ),
    preset("flag_drift", "changes do not reach the last environment", Both, &[("steering", "drift", Set(1.0))]),
    preset("operator_away", "nobody is there to acknowledge", Both, &[("operators", "away", Set(1.0))]),
];
