//! Scenario files: what the world is like, and what goes wrong in it.

use super::part::{Part, map, part, text, value, words};
use crate::scenario::{KEYS, readiness};
use crate::world;
use serde_json::{Value, json};

/// The file as a whole.
pub(super) fn file() -> Value {
    map(
        "A scenario: simulated traffic, the system that serves it, and what goes wrong.",
        KEYS,
        &["scenario", "expect", "horizon", "system", "telemetry"],
        &[
            ("scenario", "name", "The scenario's name."),
            ("about", "line", "What it teaches, in a line."),
            ("policy", "own_policy", "The policy that it plays when none is named: a built-in name, or a path from here."),
            ("expect", "expect", "What a good policy does."),
            ("horizon", "duration", "When a trial is over: 1h 30m."),
            ("warmup", "duration", "What is not recorded at the beginning."),
            ("slow", "flag", "Whether it is left out of a score of the whole library."),
            ("begin", "line", "The stage of the policy that a trial begins with."),
            ("readiness", "facts", "What is claimed to be ready, and what is true."),
            ("subjects", "subjects", "Who there is. Recorded traffic brings its own."),
            ("assign", "assign", "How subjects come to an arm. `subject` unless told."),
            ("replicas", "count", "With `assign: replica`, the instances of both arms together."),
            ("traffic", "traffic", "What arrives."),
            ("wobble", "wobble", "How the service drifts when nothing is wrong."),
            ("system", "component{}", "The parts of the system, by name."),
            ("telemetry", "telemetry", "How samples get out."),
            ("steering", "steering", "How decisions get in."),
            ("operators", "operators", "The people."),
            ("objectives", "objective[]", "What an outcome must keep, or it counts as harm."),
            ("faults", "fault[]", "What goes wrong."),
        ],
    )
}

/// The parts of scenario files that are no other file's here.
pub(super) fn parts() -> Vec<Part> {
    let expect = [("rollback", "there is a breach to catch"), ("promote", "nothing is wrong: a rollback is a false one")];
    let assign = [
        ("subject", "each stays on its arm"),
        ("request", "a coin for each request, as proxies split weights"),
        ("replica", "the share is rounded to whole instances"),
    ];
    let objective = text(
        "component.signal, an operator and a limit, for each outcome: runs.latency <= 5s.",
        &[],
        r"[^<>=.]+\.[^<>=]+(?:<=|>=|==|<|>)[\s\S]+",
        &["runs.latency <= 5s", "tickets.duplicates == 0"],
    );
    let mut all = vec![
        part("own_policy", json!({ "type": "string" })),
        part("expect", words("What a good policy does.", &expect)),
        part("assign", words("How subjects come to an arm.", &assign)),
        part("objective", objective),
    ];
    all.extend(readiness_parts());
    all.extend(world_parts());
    all
}

fn readiness_parts() -> Vec<Part> {
    let fact = map(
        "What is claimed of an item, and what is true.",
        readiness::ITEM,
        &["claimed"],
        &[
            ("claimed", "claimed", "When it is ticked: yes, a time like 6h, or never."),
            ("true", "flag", "Whether it holds. Yes unless told."),
        ],
    );
    vec![
        part("facts", value("fact{}")),
        part("fact", json!({ "anyOf": [value("flag"), fact] })),
        part("claimed", json!({ "anyOf": [value("flag"), { "const": "never" }, value("duration")] })),
    ]
}

fn world_parts() -> Vec<Part> {
    let subjects = map(
        "Who there is.",
        world::SUBJECTS,
        &[],
        &[
            ("count", "count", "How many."),
            ("internal", "share", "Which share is our own people."),
            ("surfaces", "shares", "Where they come from: { web: 60%, ios: 40% }."),
            ("regions", "shares", "Regions with their shares."),
            ("roles", "shares", "Roles with their shares."),
            ("tenants", "count", "How many tenants they belong to: t0, t1, .."),
            ("channels", "count", "How many channels they are in: c0, c1, .."),
            ("nodes", "count", "How many nodes they are on: n0, n1, .."),
        ],
    );
    let wobble = map(
        "How the service drifts: independent noise flatters every gate.",
        world::WOBBLE,
        &[],
        &[
            ("latency", "number", "Log-standard deviation of the latency: 0.15."),
            ("rate", "number", "Log-standard deviation of the rate of arrivals."),
            ("errors", "number", "Log-standard deviation of the error rate."),
            ("correlation", "duration", "How long a drift lasts: 15m."),
        ],
    );
    let telemetry = map(
        "How samples get out.",
        world::TELEMETRY,
        &["scrape"],
        &[
            ("scrape", "duration", "Between two samples: 15s."),
            ("delay", "durations", "From scrape to arrival: 20s."),
            ("loss", "share", "Probability that a sample is lost."),
            ("duplicate", "share", "Probability that a sample arrives twice."),
            ("hides", "segment", "A segment that no sample shows."),
        ],
    );
    let steering = map(
        "How decisions get in.",
        world::STEERING,
        &[],
        &[
            ("propagation", "durations", "From a step's end to its effect."),
            ("environments", "shares", "Environments with their shares of the subjects, 100% together."),
        ],
    );
    let operators = map(
        "The people.",
        world::OPERATORS,
        &[],
        &[
            ("acknowledge", "durations", "From page to acknowledgement: lognormal(median=4m p95=20m)."),
            ("hours", "hours", "When they work: weekdays 09:00-18:00. Always unless told."),
            ("start", "moment", "When a trial begins. Monday 10:00 unless told."),
        ],
    );
    vec![
        part("subjects", subjects),
        part("wobble", wobble),
        part("telemetry", telemetry),
        part("steering", steering),
        part("operators", operators),
    ]
}
