//! What arrives.

use crate::error::Read;
use crate::forms::{durations, numbers};
use crate::read::{multiple, positive_rate, positive_span, rate};
use crate::recorded;
use crate::source::Source;
use crate::yaml::Node;
use gatecrash_policies::time::Span;
use gatecrash_sim::scenario::Traffic;

/// What traffic may be.
pub(crate) const FORMS: &[&str] = &["poisson", "diurnal", "bursty", "sessions", "recorded"];

pub(crate) const POISSON: &[&str] = &["rate"];
pub(crate) const DIURNAL: &[&str] = &["mean", "peak", "period"];
pub(crate) const BURSTY: &[&str] = &["base", "burst", "every", "for"];
pub(crate) const SESSIONS: &[&str] = &["rate", "requests", "think"];

/// Reads `traffic`.
pub(crate) fn read(node: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<Traffic> {
    let (key, node) = node.choice("traffic", FORMS)?;
    match key.name.as_str() {
        "poisson" => {
            let fields = node.fields("poisson traffic", POISSON)?;
            Ok(Traffic::Poisson { rate: rate(fields.need("rate")?)? })
        }
        "diurnal" => diurnal(node),
        "bursty" => bursty(node),
        "sessions" => sessions(node),
        _ => recorded::read(node, source, warnings).map(Traffic::Recorded),
    }
}

fn diurnal(node: &Node) -> Read<Traffic> {
    let fields = node.fields("diurnal traffic", DIURNAL)?;
    let peak = fields.need("peak")?;
    let times = multiple(peak)?;
    if !(1.0..=2.0).contains(&times) {
        return Err(peak.problem("`peak` lies between 1x and 2x of the mean; beyond that the night would be below zero"));
    }
    let mean = positive_rate(fields.need("mean")?)?;
    Ok(Traffic::Diurnal { mean, peak: times, period: fields.or("period", Span::from_secs(86_400), positive_span)? })
}

fn bursty(node: &Node) -> Read<Traffic> {
    let fields = node.fields("bursty traffic", BURSTY)?;
    let burst = fields.need("burst")?;
    let times = multiple(burst)?;
    if !(1.0..=1_000.0).contains(&times) {
        return Err(burst.problem("`burst` lies between 1x and 1000x of the base"));
    }
    Ok(Traffic::Bursty {
        base: positive_rate(fields.need("base")?)?,
        burst: times,
        every: positive_span(fields.need("every")?)?,
        lasting: positive_span(fields.need("for")?)?,
    })
}

fn sessions(node: &Node) -> Read<Traffic> {
    let fields = node.fields("traffic of sessions", SESSIONS)?;
    Ok(Traffic::Sessions {
        rate: positive_rate(fields.need("rate")?)?,
        requests: numbers(fields.need("requests")?)?,
        think: durations(fields.need("think")?)?,
    })
}
