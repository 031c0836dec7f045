//! The parts of the system.

use crate::error::{Read, suggestion};
use crate::forms::{backoff, durations, numbers};
use crate::read::{Fields, limited, multiple, positive_rate, positive_span, rate, share, small, switch};
use crate::world::segment;
use crate::yaml::{Node, Value};
use gatecrash_policies::time::Span;
use gatecrash_sim::catalog::{KINDS, WORLD};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{
    Backoff, Calls, ComponentSpec, Connections, Dependency, Effects, Hops, Kind, Pool, Retry, Scenario, Split, Traffic,
};

/// Keys that every kind has.
const COMMON: [&str; 3] = ["pool", "marks", "amounts"];

const CALLS: &[&str] = &[
    "after",
    "service",
    "servers",
    "queue",
    "timeout",
    "patience",
    "retry",
    "errors",
    "cancel",
    "cancel_latency",
    "drop",
    "duplicate_final",
    "dependency",
    "hops",
    COMMON[0],
    COMMON[1],
    COMMON[2],
];
const EFFECTS: &[&str] = &[
    "after",
    "probability",
    "idempotency",
    "timeout",
    "commit",
    "retry",
    "errors",
    "timeout_after_commit",
    "dedupe_window",
    "reconcile",
    "durability",
    "bypass",
    "untraced",
    COMMON[1],
    COMMON[2],
];
const CONNECTIONS: &[&str] = &[
    "accept_rate",
    "backoff",
    "replay",
    "replay_slots",
    "stale_cost",
    "drop",
    "connect_timeout",
    "auth_errors",
    "stale_cursor",
    "messages",
    "consumer_speed",
    "buffer",
    "message_lag",
    "duplicate_message",
    "drain",
    COMMON[0],
    COMMON[1],
    COMMON[2],
];

/// Reads `system`. The scenario is complete but for its system, objectives and faults.
pub(crate) fn read(node: &Node, scenario: &Scenario) -> Read<Vec<ComponentSpec>> {
    let mut system: Vec<ComponentSpec> = Vec::new();
    let entries = node.entries("a map of components")?;
    for (key, node) in entries {
        let name = key.identifier("a component")?;
        if WORLD.iter().chain(&KINDS).any(|part| part.name == name) || name == "stable" {
            return Err(key.problem(format!("`{name}` cannot name a component: it has a meaning of its own; choose another")));
        }
        let (kind, body) = node.choice("kind of component", &["calls", "effects", "connections"])?;
        let (kind, fields) = match kind.name.as_str() {
            "calls" => {
                let fields = body.fields("calls", CALLS)?;
                (Kind::Calls(calls(&fields, scenario)?), fields)
            }
            "effects" => {
                let fields = body.fields("effects", EFFECTS)?;
                (Kind::Effects(effects(&fields)?), fields)
            }
            _ => {
                let fields = body.fields("connections", CONNECTIONS)?;
                (Kind::Connections(connections(&fields)?), fields)
            }
        };
        let mut part = ComponentSpec { name, kind, marks: Vec::new(), amounts: Vec::new() };
        own_attributes(&mut part, &fields, scenario)?;
        system.push(part);
    }
    if system.is_empty() {
        return Err(node.problem("the system has no components; add one, like { runs: { calls: { service: exp(mean=1s) } } }"));
    }
    each_has_its_source(entries, &system, scenario)?;
    Ok(system)
}

/// Effects come after calls, calls come after others before them or take the traffic.
fn each_has_its_source(entries: &[(crate::yaml::Key, Node)], system: &[ComponentSpec], scenario: &Scenario) -> Read<()> {
    let mut before: Vec<&str> = Vec::new();
    let all: Vec<&str> = system.iter().filter(|c| matches!(c.kind, Kind::Calls(_))).map(|c| c.name.as_str()).collect();
    for ((key, node), part) in entries.iter().zip(system) {
        let (after, known) = match &part.kind {
            Kind::Effects(effects) => (Some(&effects.after), &all),
            Kind::Calls(calls) => (calls.after.as_ref(), &before),
            Kind::Connections(_) => continue,
        };
        if let Some(after) = after.filter(|a| !known.contains(&a.as_str())) {
            let body =
                node.entries("")?.first().and_then(|(_, body)| body.entries("").ok()?.iter().find(|(k, _)| k.name == "after"));
            let place = body.map_or(key.at, |(_, n)| n.at);
            let later = if all.contains(&after.as_str()) { ", or one that stands below" } else { "" };
            let hint = suggestion(after, known);
            let message = format!("`after` names no component of kind calls{later}: `{}`{hint}", crate::read::shortened(after));
            return Err(crate::error::Problem { at: Some(place), message });
        }
        if matches!(part.kind, Kind::Calls(_)) {
            if after.is_none() && scenario.traffic.is_none() {
                return Err(key.problem(format!("nothing arrives at `{}`; the scenario needs the key `traffic`", part.name)));
            }
            before.push(&part.name);
        }
    }
    Ok(())
}

fn component_name(node: &Node) -> Read<String> {
    Ok(node.text("the name of a component of kind calls")?.to_string())
}

fn pool(fields: &Fields) -> Read<Pool> {
    fields.or("pool", Pool::Shared, |n| n.word("pool", &[("shared", Pool::Shared), ("per_arm", Pool::PerArm)]))
}

fn retry(node: &Node) -> Read<Retry> {
    let fields = node.fields("retry", &["attempts", "backoff"])?;
    // A hundred attempts at a thousand requests a second are load enough.
    Ok(Retry { attempts: small(1, 100)(fields.need("attempts")?)?, backoff: backoff(fields.need("backoff")?)? })
}

fn calls(fields: &Fields, scenario: &Scenario) -> Read<Calls> {
    let from_trace = match &scenario.traffic {
        Some(Traffic::Recorded(trace)) => trace.rows.first().is_some_and(|row| row.service.is_some()),
        _ => false,
    };
    let service = match fields.get("service") {
        Some(node) => durations(node)?,
        None if from_trace && fields.get("after").is_none() => Dist::ZERO,
        None => return Err(fields.need("service").err().unwrap_or_else(|| fields.problem("calls need `service`"))),
    };
    let cancel = fields.or("cancel", 0.0, share)?;
    if cancel > 0.0 && fields.get("cancel_latency").is_none() {
        return Err(fields.need("cancel")?.problem("`cancel` needs the key `cancel_latency` beside it"));
    }
    Ok(Calls {
        after: fields.read("after", component_name)?,
        service,
        servers: fields.or("servers", None, limited(1))?,
        queue: fields.or("queue", None, limited(0))?,
        pool: pool(fields)?,
        timeout: fields.read("timeout", positive_span)?,
        patience: fields.read("patience", durations)?,
        retry: fields.read("retry", retry)?,
        errors: fields.or("errors", 0.0, share)?,
        cancel,
        cancel_latency: fields.or("cancel_latency", Dist::ZERO, durations)?,
        drop: fields.or("drop", 0.0, share)?,
        duplicate_final: fields.or("duplicate_final", 0.0, share)?,
        dependency: fields.read("dependency", dependency)?,
        hops: fields.read("hops", hops)?,
    })
}

fn dependency(node: &Node) -> Read<Dependency> {
    let fields = node.fields("a dependency", &["latency", "errors", "fallback"])?;
    Ok(Dependency {
        latency: fields.or("latency", Dist::ZERO, durations)?,
        errors: fields.or("errors", 0.0, share)?,
        fallback: fields.or("fallback", 0.0, switch)?,
    })
}

fn hops(node: &Node) -> Read<Hops> {
    let fields = node.fields("hops", &["count", "latency"])?;
    Ok(Hops { count: numbers(fields.need("count")?)?, latency: durations(fields.need("latency")?)? })
}

/// A log-normal by its median and p95, in seconds.
fn lognormal(median: f64, p95: f64) -> Dist {
    let sigma = libm::log(p95 / median) / gatecrash_sim::dice::normal_quantile(0.95);
    Dist::Lognormal { mu: libm::log(median), sigma }
}

fn effects(fields: &Fields) -> Read<Effects> {
    let patient = Retry { attempts: 3, backoff: Backoff::FullJitter { base: Span(200_000), cap: Span::from_secs(5) } };
    Ok(Effects {
        after: component_name(fields.need("after")?)?,
        probability: fields.or("probability", 1.0, share)?,
        commit: fields.or("commit", lognormal(0.080, 0.300), durations)?,
        timeout: fields.or("timeout", Span::from_secs(5), positive_span)?,
        retry: fields.or("retry", patient, retry)?,
        errors: fields.or("errors", 0.0, share)?,
        timeout_after_commit: fields.or("timeout_after_commit", 0.0, share)?,
        idempotency: fields.or("idempotency", 1.0, switch)?,
        dedupe_window: fields.or("dedupe_window", Span::from_secs(86_400), crate::read::span)?,
        reconcile: fields.read("reconcile", durations)?,
        durability: fields.or("durability", 1.0, share)?,
        bypass: fields.or("bypass", 0.0, share)?,
        untraced: fields.or("untraced", 0.0, share)?,
    })
}

fn connections(fields: &Fields) -> Read<Connections> {
    Ok(Connections {
        accept_rate: positive_rate(fields.need("accept_rate")?)?,
        pool: pool(fields)?,
        backoff: fields.or("backoff", Backoff::FullJitter { base: Span::from_secs(1), cap: Span::from_secs(30) }, backoff)?,
        replay: fields.or("replay", Dist::ZERO, durations)?,
        replay_slots: fields.or("replay_slots", None, limited(1))?,
        stale_cost: fields.or("stale_cost", 1.0, multiple)?,
        drop: fields.or("drop", 0.0, rate)?,
        connect_timeout: fields.read("connect_timeout", positive_span)?,
        auth_errors: fields.or("auth_errors", 0.0, share)?,
        stale_cursor: fields.or("stale_cursor", 0.0, share)?,
        messages: fields.or("messages", 0.0, rate)?,
        consumer_speed: fields.or("consumer_speed", Dist::Constant(4.0), numbers)?,
        buffer: fields.or("buffer", 1_000, small(1, 1_000_000_000))?,
        message_lag: fields.or("message_lag", lognormal(0.080, 0.300), durations)?,
        duplicate_message: fields.or("duplicate_message", 0.0, share)?,
        drain: fields.or("drain", Span::from_secs(60), crate::read::span)?,
    })
}

/// Marks and amounts, whose names become signals and knobs beside those of the kind.
fn own_attributes(part: &mut ComponentSpec, fields: &Fields, scenario: &Scenario) -> Read<()> {
    let spec = part.spec();
    let mut taken: Vec<String> =
        spec.signals.iter().map(|s| s.name).chain(spec.knobs.iter().map(|k| k.name)).map(Into::into).collect();
    let attributes = scenario.catalog().attributes;
    let mut entries = |key: &str| -> Read<Vec<(String, Node)>> {
        let mut list = Vec::new();
        for (key, node) in fields.get(key).map_or(Ok(&[][..]), |n| n.entries("a map of names"))? {
            let name = key.identifier("a mark or an amount")?;
            if taken.contains(&name) {
                return Err(key.problem(format!("`{name}` is a signal or knob of {} already; choose another name", spec.name)));
            }
            taken.push(name.clone());
            list.push((name, node.clone()));
        }
        Ok(list)
    };
    let (marks, amounts) = (entries("marks")?, entries("amounts")?);
    for (name, node) in marks {
        part.marks.push((name, split(&node, share, &attributes)?));
    }
    for (name, node) in amounts {
        part.amounts.push((name, split(&node, numbers, &attributes)?));
    }
    Ok(())
}

/// A parameter for everyone, or `{ base: 1%, surface: { ios: 2% } }`.
fn split<T>(node: &Node, read: fn(&Node) -> Read<T>, attributes: &[(String, Vec<String>)]) -> Read<Split<T>> {
    let Value::Map(entries) = &node.value else { return Ok(Split { base: read(node)?, by: Vec::new() }) };
    let Some((_, base)) = entries.iter().find(|(key, _)| key.name == "base") else {
        return Err(node.problem("a parameter by segment needs the key `base`, for those whom no segment names"));
    };
    let mut by = Vec::new();
    for (key, values) in entries.iter().filter(|(key, _)| key.name != "base") {
        for (value, parameter) in values.entries("a map of values with their parameters")? {
            let text = Node { at: value.at, value: Value::Text(value.name.clone()) };
            let (attribute, value) = segment(&(key.clone(), text), attributes)?;
            by.push((attribute, value, read(parameter)?));
        }
    }
    Ok(Split { base: read(base)?, by })
}
