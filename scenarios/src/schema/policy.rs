//! Policy files: who meets the canary when, what must hold, and how to get back.

use super::part::{Part, map, part, text, value, words};
use crate::policy::{ALPHA, KEYS, MEASURE, acts, gates, readiness, rollback, stages};
use serde_json::{Value, json};

/// The file as a whole.
pub(super) fn file() -> Value {
    map(
        "A rollout policy: gates, stages and the way back.",
        KEYS,
        &["policy", "round", "stages"],
        &[
            ("policy", "name", "The policy's name."),
            ("about", "line", "What it is for, in a line."),
            ("owner", "line", "The role that answers for the rollout."),
            ("round", "duration", "How often the gates are judged: 1m."),
            ("alpha", "alpha", "One chance of a false rollback that all gates share. Without it each rule has its own."),
            ("readiness", "readiness", "What must be closed before anybody is exposed."),
            ("gates", "gate{}", "What must hold, by name."),
            ("stages", "stage[]", "Who meets the canary, from few to all."),
            ("measure", "measures", "Gates that are read again when the rollout is over."),
            ("rollback", "rollback", "The way back: budget, playbook, validation."),
        ],
    )
}

/// The parts of policy files.
pub(super) fn parts() -> Vec<Part> {
    [vec![part("alpha", alpha()), part("gate", gate())], readiness_parts(), stage_parts(), measure_parts(), rollback_parts()]
        .concat()
}

fn alpha() -> Value {
    let shared = map(
        "A chance that all gates share.",
        ALPHA,
        &["total"],
        &[("total", "share", "The chance of a false rollback over all gates."), ("split", "split", "How it is shared out.")],
    );
    json!({ "anyOf": [value("share"), shared] })
}

fn gate() -> Value {
    map(
        "A gate: a reading with its limit, and the rule that weighs the evidence.",
        gates::KEYS,
        &["check"],
        &[
            ("check", "check", "What is read, and what is allowed: p95(runs.latency) <= 2s over 10m"),
            ("rule", "rule", "How evidence is weighed: what it takes to fail. `threshold` unless told."),
            (
                "min_samples",
                "count",
                "With fewer outcomes than this the gate is inconclusive, which never promotes. 1 unless told.",
            ),
            ("on_fail", "on_fail", "What a fail does. `rollback` unless told."),
            ("needs", "check", "An event without which there is nothing to judge: count(runs.cancels) >= 20 over 15m"),
            ("unmet", "unmet", "What the gate says while `needs` is not met. `skip` unless told."),
            ("row", "name", "The requirement that it is a part of, where several gates make one."),
        ],
    )
}

fn readiness_parts() -> Vec<Part> {
    let list = map(
        "What must be closed before anybody is exposed.",
        readiness::KEYS,
        &[],
        &[
            ("require", "ready_item[]", "Items that must be closed."),
            ("block_if", "ready_item[]", "Items whose presence blocks."),
            ("max_exposure", "most", "The most that a stage may expose: 5%, or 5% of tenants."),
            ("require_shadow", "flag", "Whether a shadow stage must come before the first exposure."),
        ],
    );
    let item = map(
        "An item with its particulars.",
        readiness::ITEM,
        &["item"],
        &[
            ("item", "name", "Its name."),
            ("owner", "line", "The role that closes it."),
            ("block", "line", "The group that it belongs to, such as runtime or observability."),
            ("fresh", "duration", "How recently it must have been checked when a stage begins."),
            ("closes", "closes", "When it is closed, unless the scenario says: a time after the beginning, or `never`."),
        ],
    );
    vec![
        part("readiness", list),
        part("ready_item", json!({ "anyOf": [value("name"), item] })),
        part(
            "most",
            json!({ "anyOf": [text("A share of subjects or tenants.", &[], r"\+?[0-9._]+\s*%?\s*(?:of tenants)?", &[]), value("share")] }),
        ),
        part("closes", json!({ "anyOf": [{ "const": "never" }, value("duration")] })),
    ]
}

fn stage_parts() -> Vec<Part> {
    let stage = map(
        "A stage: a cohort and its soak.",
        stages::KEYS,
        &["name", "cohort", "soak"],
        &[
            ("name", "stage_name", "Its name."),
            ("cohort", "cohort", "Who meets the canary."),
            ("soak", "soak", "The least time in it while gates pass: 10m, or 1 business day."),
            ("gates", "gate_name[]", "Which gates are judged in it. All of them unless told."),
            ("enter", "act[]", "What is done when it begins."),
            ("review", "review", "When people look at it."),
        ],
    );
    let act = map(
        "One thing that is done: `set`, `restart` or `probe`.",
        acts::ENTER,
        &[],
        &[
            ("set", "bends", "Knobs of the canary that are set: { sweeps.cap: 1 }."),
            ("in", "environments", "Where they are set; everywhere unless told."),
            ("restart", "name", "A component that is restarted."),
            ("probe", "name", "A probe that is sent."),
            ("count", "count", "How many requests it sends. 1 unless told."),
        ],
    );
    let review = map(
        "When people look at the stage.",
        stages::REVIEW,
        &[],
        &[
            ("every", "duration", "How often."),
            ("before_next", "flag", "Whether the next stage waits for a review."),
            ("by", "line", "The role that holds it."),
        ],
    );
    vec![
        part("stage", stage),
        part("stage_name", json!({ "type": ["string", "number", "boolean"], "pattern": r"^[\p{Alphabetic}\p{N}_%.\-]{1,80}$" })),
        part(
            "soak",
            json!({ "anyOf": [value("duration"), text("Working days.", &[], r"\+?[0-9_]+\s*business days?", &["1 business day"])] }),
        ),
        part("act", act),
        part("review", review),
        part("environments", value("name+")),
    ]
}

fn measure_parts() -> Vec<Part> {
    let measure = map(
        "A gate that is read again later.",
        MEASURE,
        &["gate", "at"],
        &[
            ("gate", "gate_name", "Which gate."),
            ("at", "duration+", "How long after the flip: 24h, or [24h, 72h]."),
            ("from", "flip", "What the times count from."),
        ],
    );
    let one_or_more = json!({ "anyOf": [value("measure"), value("measure[]")] });
    vec![part("measure", measure), part("measures", one_or_more), part("flip", json!({ "const": "flip" }))]
}

fn rollback_parts() -> Vec<Part> {
    let rollback = map(
        "The way back.",
        rollback::KEYS,
        &[],
        &[
            ("budget", "budget", "How long it may take."),
            ("playbook", "step[]", "What is done, in order, smallest blast radius first."),
            ("validate", "validate", "How recovery is recognised."),
        ],
    );
    let budget = map(
        "How long the way back may take.",
        rollback::BUDGET,
        &[],
        &[
            ("withdraw_within", "duration", "From the first harm until nobody meets the canary."),
            ("recover_within", "duration", "From there until recovery is validated."),
        ],
    );
    let validate = map(
        "How recovery is recognised: gates and checks on the subjects that were on the canary.",
        rollback::VALIDATE,
        &[],
        &[
            ("gates", "gate_name[]", "Gates that must pass."),
            ("checks", "check[]", "Further checks that must hold."),
            ("clean_for", "duration", "For how long without a fail. 5m unless told."),
            ("min_samples", "count", "With fewer outcomes than this nothing is validated. 1 unless told."),
        ],
    );
    vec![part("rollback", rollback), part("budget", budget), part("validate", validate), part("step", step())]
        .into_iter()
        .chain(answers())
        .collect()
}

fn step() -> Value {
    map(
        "A step of the playbook: it sets a cohort, bends knobs back, or restarts a component.",
        rollback::STEP,
        &["name"],
        &[
            ("name", "line", "What people call it."),
            ("cohort", "cohort", "Who meets the canary from now on: nobody."),
            ("bend", "bends", "Knobs that are bent: { sockets.backoff: 3x }."),
            ("restart", "name", "A component that is restarted."),
            ("in", "environments", "Where the cohort or the knobs change; everywhere unless told."),
            ("only", "name", "For whom the cohort changes: one surface, or `affected` for those in which a gate fired."),
            ("takes", "duration", "How long it takes. 0s unless told."),
            ("try_for", "duration", "How long validation is awaited before the next step; if it succeeds, the playbook ends."),
            ("when", "gate_name[]", "Only if one of these gates fired."),
            ("unless", "gate_name[]", "Not if one of these gates fired."),
            ("by", "actor", "Who does it. `controller` unless told."),
        ],
    )
}

fn answers() -> Vec<Part> {
    let on_fail = [
        ("rollback", "the playbook begins at once"),
        ("hold", "the rollout does not advance while it fails"),
        ("stop", "the rollout never advances again; the operator is paged, and rolls back"),
    ];
    let unmet = [
        ("skip", "it is not judged and does not stand in the way"),
        ("wait", "inconclusive: the stage waits"),
        ("insufficient", "inconclusive, and a rollout that ends so is insufficient"),
    ];
    let split = [
        ("bonferroni", "equally"),
        ("spending", "equally among gates and stages, over the looks of a stage little early and more late"),
        ("e_value", "by the mean of the gates' e-values, stage by stage"),
    ];
    let actor = [("controller", "at once, by itself"), ("operator", "a person, who is paged first")];
    vec![
        part("on_fail", words("What a fail does.", &on_fail)),
        part("unmet", words("What the gate says without its event.", &unmet)),
        part("split", words("How a shared chance is shared out.", &split)),
        part("actor", words("Who does it.", &actor)),
    ]
}
