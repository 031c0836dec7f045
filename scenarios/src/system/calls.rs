//! `calls`.

use super::{component_name, pool, retry};
use crate::error::Read;
use crate::forms::{durations, numbers};
use crate::read::{Fields, flag, limited, positive_span, share, switch};
use crate::yaml::Node;
use gatecrash_policies::units;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{Calls, Dependency, Hops, Scenario, Traffic};

pub(crate) const DEPENDENCY: &[&str] = &["latency", "errors", "fallback", "drops", "unsafe_end"];
pub(crate) const HOPS: &[&str] = &["count", "latency", "duplicate_read"];

pub(super) const KEYS: &[&str] = &[
    "after",
    "service",
    "servers",
    "queue",
    "timeout",
    "patience",
    "retry",
    "errors",
    "mode",
    "cancel",
    "cancel_latency",
    "drop",
    "duplicate_final",
    "dependency",
    "hops",
    "pool",
];

pub(super) fn read(fields: &Fields, scenario: &Scenario) -> Read<Calls> {
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
        mode: fields.or("mode", 1.0, mode)?,
        cancel,
        cancel_latency: fields.or("cancel_latency", Dist::ZERO, durations)?,
        drop: fields.or("drop", 0.0, share)?,
        duplicate_final: fields.or("duplicate_final", 0.0, share)?,
        dependency: fields.read("dependency", dependency)?,
        hops: fields.read("hops", hops)?,
    })
}

/// How much of the mode `interrupt` is on.
fn mode(node: &Node) -> Read<f64> {
    node.parse("a mode: interrupt, collect or a share like 30%", |text| match text.trim() {
        "interrupt" => Ok(1.0),
        "collect" => Ok(0.0),
        share if share.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => units::share(share),
        other => {
            Err(format!("unknown mode `{}`; there are: interrupt, collect, or a share like 30%", crate::read::shortened(other)))
        }
    })
}

fn dependency(node: &Node) -> Read<Dependency> {
    let fields = node.fields("a dependency", DEPENDENCY)?;
    Ok(Dependency {
        latency: fields.or("latency", Dist::ZERO, durations)?,
        errors: fields.or("errors", 0.0, share)?,
        fallback: fields.or("fallback", 0.0, switch)?,
        drops: fields.or("drops", false, flag)?,
        unsafe_end: fields.or("unsafe_end", 0.0, share)?,
    })
}

fn hops(node: &Node) -> Read<Hops> {
    let fields = node.fields("hops", HOPS)?;
    Ok(Hops {
        count: numbers(fields.need("count")?)?,
        latency: durations(fields.need("latency")?)?,
        duplicate_read: fields.or("duplicate_read", 0.0, share)?,
    })
}
