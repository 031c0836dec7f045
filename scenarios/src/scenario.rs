//! Scenario files.

use crate::error::{Problem, Read};
use crate::read::{line, name, positive_span, small, span};
use crate::source::{Source, is_path};
use crate::yaml::{Node, Value};
use crate::{faults, library, system, traffic, world};
use gatecrash_policies::time::Span;
use gatecrash_sim::scenario::{Assign, Expect, Kind, Scenario, Traffic};

const KEYS: &[&str] = &[
    "scenario",
    "about",
    "policy",
    "expect",
    "horizon",
    "warmup",
    "slow",
    "subjects",
    "assign",
    "replicas",
    "traffic",
    "wobble",
    "system",
    "telemetry",
    "steering",
    "operators",
    "objectives",
    "faults",
];

/// Ten years: a trial is an hour, a month at most.
const HORIZON_MAX: Span = Span::from_secs(10 * 365 * 86_400);
/// Events of one kind that a trial may be expected to hold; at about a million a second this is a quarter of an hour.
const EVENTS_MAX: f64 = 1e9;

/// Reads a scenario, and the policy that it names as its own.
pub(crate) fn read(tree: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<(Scenario, Option<String>)> {
    if let Value::Map(entries) = &tree.value
        && let Some((key, _)) = entries.first()
        && matches!(key.name.as_str(), "policy" | "suite")
        && !entries.iter().any(|(k, _)| k.name == "scenario")
    {
        return Err(key.problem(format!("this is a {} file; a scenario begins with `scenario: name`", key.name)));
    }
    let fields = tree.fields("a scenario", KEYS)?;
    let scenario_name = name(fields.need("scenario")?)?;
    let horizon = horizon(fields.need("horizon")?)?;
    let traffic = fields.read("traffic", |node| traffic::read(node, source, warnings))?;
    let subjects = world::subjects(fields.get("subjects"), &traffic).map_err(|p| p.or(&fields.problem("")))?;
    let mut scenario = Scenario {
        name: scenario_name,
        about: fields.or("about", String::new(), line)?,
        expect: fields.need("expect")?.word("expectation", &[("rollback", Expect::Rollback), ("promote", Expect::Promote)])?,
        horizon,
        warmup: fields.or("warmup", Span::ZERO, span)?,
        slow: fields.or("slow", false, |n| n.word("answer", &[("true", true), ("false", false)]))?,
        subjects,
        assign: assign(&fields)?,
        traffic,
        wobble: fields.or("wobble", Default::default(), world::wobble)?,
        system: Vec::new(),
        telemetry: world::telemetry(fields.need("telemetry")?)?,
        steering: fields.or("steering", world::default_steering(), world::steering)?,
        operators: fields.or("operators", world::default_operators(), world::operators)?,
        objectives: Vec::new(),
        faults: Vec::new(),
        severity: 1.0,
    };
    scenario.system = system::read(fields.need("system")?, &scenario)?;
    scenario.objectives = fields.read("objectives", |n| faults::objectives(n, &scenario))?.unwrap_or_default();
    scenario.faults = fields.read("faults", |n| faults::read(n, &scenario))?.unwrap_or_default();
    within_reach(&fields, &scenario)?;
    if let Some(Traffic::Recorded(trace)) = &mut scenario.traffic {
        let beyond = trace.rows.iter().filter(|row| row.at.0 > scenario.horizon.0);
        trace.report.not_played = beyond.count() as u64;
    }
    worth_a_warning(&scenario, warnings);
    Ok((scenario, fields.read("policy", |n| own_policy(n, source))?))
}

fn horizon(node: &Node) -> Read<Span> {
    match positive_span(node)? {
        span if span > HORIZON_MAX => Err(node.problem("the horizon is over ten years, the longest that is played")),
        span => Ok(span),
    }
}

fn assign(fields: &crate::read::Fields) -> Read<Assign> {
    let words = [("subject", 0), ("request", 1), ("replica", 2)];
    let assign = fields.or("assign", 0, |n| n.word("assignment", &words))?;
    let replicas = fields.read("replicas", small(1, 1_000_000))?;
    match (assign, replicas) {
        (2, Some(of)) => Ok(Assign::Replica { of }),
        (2, None) => Err(fields.problem("`assign: replica` needs the key `replicas`, the instances of both arms together")),
        (_, Some(_)) => Err(fields.need("replicas")?.problem("`replicas` is for `assign: replica`; add that or take this away")),
        (1, None) => Ok(Assign::Request),
        (_, None) => Ok(Assign::Subject),
    }
}

/// The policy of a scenario is checked by name here, and by content when it is loaded.
fn own_policy(node: &Node, source: &Source) -> Read<String> {
    let text = node.text("a policy's name or path")?;
    if is_path(text) {
        return if source.folder.is_some() { Ok(text.to_string()) } else { Err(node.problem("a built-in policy belongs here")) };
    }
    let names: Vec<&str> = library::POLICIES.iter().map(|book| book.name).collect();
    if names.contains(&text) {
        return Ok(text.to_string());
    }
    let hint = crate::error::suggestion(text, &names);
    Err(node.problem(format!(
        "no built-in policy `{}`{hint} (a file is named by its path, like mine.yaml)",
        crate::read::shortened(text)
    )))
}

/// Refuses what would take all memory or all day.
fn within_reach(fields: &crate::read::Fields, scenario: &Scenario) -> Read<()> {
    let seconds = scenario.horizon.seconds();
    let within = |key: &str, what: &str, events: f64| -> Read<()> {
        if events <= EVENTS_MAX {
            return Ok(());
        }
        let message = format!("{what}: {events:.1e} until the horizon; a trial holds 1e9 at most");
        Err(fields.get(key).map_or_else(|| fields.problem(message.clone()), |node| node.problem(message.clone())))
    };
    if scenario.warmup >= scenario.horizon {
        return Err(fields.need("warmup")?.problem("`warmup` reaches the horizon; nothing would be recorded"));
    }
    let requests = match &scenario.traffic {
        Some(Traffic::Poisson { rate }) => rate * seconds,
        Some(Traffic::Diurnal { mean, .. }) => mean * seconds,
        Some(Traffic::Bursty { base, burst, .. }) => base * burst.max(1.0) * seconds,
        Some(Traffic::Sessions { rate, requests, .. }) => rate * requests.mean() * seconds,
        Some(Traffic::Recorded(_)) | None => 0.0,
    };
    within("traffic", "requests", requests)?;
    let samples = 3.0 * seconds / scenario.telemetry.scrape.seconds();
    within("telemetry", "samples", samples * 100.0).map_err(|p| Problem {
        message: format!(
            "a scrape each {} gives {samples:.1e} samples until the horizon; 1e7 are the most",
            scenario.telemetry.scrape
        ),
        ..p
    })?;
    let clients = f64::from(scenario.subjects.count);
    for part in &scenario.system {
        if let Kind::Connections(c) = &part.kind {
            within("system", "connections dropped", c.drop * clients * seconds)?;
        }
    }
    Ok(())
}

fn worth_a_warning(scenario: &Scenario, warnings: &mut Vec<String>) {
    if scenario.expect == Expect::Rollback && scenario.faults.is_empty() {
        warnings.push("expects a rollback and has no faults; nothing can go wrong".into());
    }
    if scenario.expect == Expect::Rollback && scenario.objectives.is_empty() {
        warnings
            .push("expects a rollback and has no objectives; no outcome can be harmed, so every trial is insufficient".into());
    }
    let Some(Traffic::Recorded(trace)) = &scenario.traffic else { return };
    let late = trace.report.not_played;
    if late > 0 {
        let all = trace.rows.len();
        warnings
            .push(format!("{late} of {all} recorded requests come after the horizon of {} and are not played", scenario.horizon));
    }
    let last = trace.rows.last().map_or(0, |row| row.at.0);
    if last < scenario.horizon.0 / 2 {
        let ends = gatecrash_policies::time::Time(last);
        warnings.push(format!("the recorded traffic ends at {ends}, less than half way to the horizon of {}", scenario.horizon));
    }
}

impl Problem {
    /// This problem, at another's place if it has none of its own.
    pub fn or(self, other: &Problem) -> Problem {
        Problem { at: self.at.or(other.at), ..self }
    }
}
