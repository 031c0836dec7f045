//! Scenario files.

mod reach;
pub(crate) mod readiness;

use crate::error::{Problem, Read};
use crate::read::{flag, line, name, positive_span, small, span};
use crate::source::{Source, is_path};
use crate::yaml::{Node, Value};
use crate::{faults, library, system, traffic, world};
use gatecrash_policies::time::Span;
use gatecrash_sim::scenario::{Assign, Expect, Scenario, Traffic};

pub(crate) const KEYS: &[&str] = &[
    "scenario",
    "about",
    "policy",
    "expect",
    "horizon",
    "warmup",
    "slow",
    "begin",
    "readiness",
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

/// Reads a scenario, and the policy that it names as its own.
pub(crate) fn read(tree: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<(Scenario, Option<String>)> {
    if let Value::Map(entries) = &tree.value
        && let Some((key, _)) = entries.first()
        && matches!(key.name.as_str(), "policy" | "suite" | "family")
        && !entries.iter().any(|(k, _)| k.name == "scenario")
    {
        return Err(key.problem(match key.name.as_str() {
            "family" => "this is a family file; its scenarios are built in, and called by their names".to_string(),
            other => format!("this is a {other} file; a scenario begins with `scenario: name`"),
        }));
    }
    let fields = tree.fields("a scenario", KEYS)?;
    let scenario_name = name(fields.need("scenario")?)?;
    let horizon = horizon(fields.need("horizon")?)?;
    let traffic = fields.read("traffic", |node| traffic::read(node, source, warnings))?;
    let subjects = world::subjects(fields.get("subjects"), &traffic).map_err(|p| p.or(&fields.problem("")))?;
    let mut scenario = Scenario {
        name: scenario_name,
        about: fields.or("about", String::new(), line)?,
        expect: expectation(fields.need("expect")?)?,
        horizon,
        warmup: fields.or("warmup", Span::ZERO, span)?,
        begin: fields.read("begin", |n| Ok(n.text("the name of a stage")?.to_string()))?,
        readiness: fields.read("readiness", readiness::read)?,
        slow: fields.or("slow", false, flag)?,
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
    scenario.telemetry.hides = world::hidden(fields.need("telemetry")?, &system::attributes(&scenario))?;
    scenario.objectives = fields.read("objectives", |n| faults::objectives(n, &scenario))?.unwrap_or_default();
    scenario.faults = fields.read("faults", |n| faults::read(n, &scenario))?.unwrap_or_default();
    reach::within_reach(&fields, &scenario)?;
    if let Some(Traffic::Recorded(trace)) = &mut scenario.traffic {
        let beyond = trace.rows.iter().filter(|row| row.at.0 > scenario.horizon.0);
        trace.report.not_played = beyond.count() as u64;
    }
    reach::worth_a_warning(&scenario, warnings);
    Ok((scenario, fields.read("policy", |n| own_policy(n, source))?))
}

/// What a good policy does.
pub(crate) fn expectation(node: &Node) -> Read<Expect> {
    node.word("expectation", &[("rollback", Expect::Rollback), ("promote", Expect::Promote)])
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
    let names = library::policy_names();
    if names.contains(&text) {
        return Ok(text.to_string());
    }
    let hint = crate::error::suggestion(text, &names);
    Err(node.problem(format!(
        "no built-in policy `{}`{hint} (a file is named by its path, like mine.yaml)",
        crate::read::shortened(text)
    )))
}

impl Problem {
    /// This problem, at another's place if it has none of its own.
    pub fn or(self, other: &Problem) -> Problem {
        Problem { at: self.at.or(other.at), ..self }
    }
}
