//! From a check as text to a check of one system: names become series, and what cannot work is said before it runs.

use crate::cell::CellLimit;
use crate::fit::{fits, is_valued, misfit, reduce};
use crate::gate::{BoundCheck, BoundGate, BoundPart};
use crate::policy::{Check, Gate, Limit, Metric, Policy, Reading, Rule};
use crate::reading::{Reduce, Source};
use crate::sample::{Catalog, Segment, Series, SignalKind};
use crate::show::Unit;
use crate::spread;
use crate::suggest::did_you_mean;
use crate::time::Span;
use std::fmt;

/// Why a policy cannot judge a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    /// The gate, or `rollback.validate.checks[i]`.
    pub gate: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gate `{}`: {}", self.gate, self.message)
    }
}

impl std::error::Error for BindError {}

/// The segments that the policy reads in this system, each once, in order of mention: what a catalog must track for it.
pub(crate) fn segments(policy: &Policy, catalog: &Catalog) -> Result<Vec<Segment>, BindError> {
    let mut segments: Vec<Segment> = Vec::new();
    for (gate, check) in checks(policy) {
        let named = |message| BindError { gate: gate.clone(), message };
        if !applies(check, catalog).map_err(named)? {
            continue;
        }
        for part in parts(check, catalog).map_err(named)? {
            if let Some(segment) = part.segment
                && !segments.contains(&segment)
            {
                segments.push(segment);
            }
        }
    }
    Ok(segments)
}

/// Whether every window holds at least one scrape.
pub fn check_scrape(policy: &Policy, scrape: Span) -> Result<(), BindError> {
    for (gate, check) in checks(policy) {
        if let Some(over) = check.over
            && over < scrape
        {
            let message =
                format!("the window of {over} is shorter than a scrape of {scrape}: it would be empty most of the time");
            return Err(BindError { gate, message });
        }
    }
    policy.gates.iter().try_for_each(|gate| check_spread(gate, scrape))
}

/// Whether stable's window holds enough scrapes to tell how much they differ, where the rule asks for that.
fn check_spread(gate: &Gate, scrape: Span) -> Result<(), BindError> {
    let Gate { check, rule, .. } = gate;
    let least = Span(scrape.0 * spread::FEWEST as u64);
    match check.over {
        Some(over) if is_valued(&check.reading) && rule.wants().spread && over < least => {
            let message = format!(
                "the rule `{}` measures by how much stable's scrapes differ, and takes {} of them for it: the window of {over} is \
                 shorter than {least}",
                rule.name(),
                spread::FEWEST
            );
            Err(BindError { gate: gate.name.clone(), message })
        }
        _ => Ok(()),
    }
}

/// In what the check's reading is expressed.
pub fn unit(check: &Check, catalog: &Catalog) -> Unit {
    match &check.reading {
        Reading::Ratio(..) | Reading::Share(..) => Unit::Share,
        Reading::Rate(_) | Reading::Growth(_) => Unit::PerSecond,
        Reading::Count(_) | Reading::Total(_) | Reading::Streak(_) => Unit::Plain,
        Reading::Mean(m) | Reading::Min(m) | Reading::Max(m) | Reading::Last(m) | Reading::Quantile(_, m) => {
            match find(m, catalog) {
                Ok(Some(found)) if matches!(found.reads, SignalKind::Durations | SignalKind::Age) => Unit::Seconds,
                _ => Unit::Plain,
            }
        }
    }
}

/// Every check of a policy with the name under which its mistakes are reported.
fn checks(policy: &Policy) -> impl Iterator<Item = (String, &Check)> {
    let gates = policy.gates.iter().map(|g| (g.name.clone(), &g.check));
    let needs = policy.gates.iter().filter_map(|g| Some((format!("{} (needs)", g.name), &g.needs.as_ref()?.check)));
    let validate = &policy.rollback.validate.checks;
    gates.chain(needs).chain(validate.iter().enumerate().map(|(i, c)| (validate_name(i), c)))
}

/// What a check of the recovery is called in messages.
pub(crate) fn validate_name(i: usize) -> String {
    format!("rollback.validate.checks[{i}]")
}

/// The signals that a metric means.
struct Found {
    signals: Vec<u16>,
    reads: SignalKind,
    /// The `outcomes` counters of the components that have the signals.
    outcomes: Vec<u16>,
}

/// Looks a metric up. `None`: it names a kind that this system does not have.
fn find(metric: &Metric, catalog: &Catalog) -> Result<Option<Found>, String> {
    let Metric { component, signal, .. } = metric;
    let signals = catalog.find(component, signal);
    let Some(first) = signals.first().map(|i| &catalog.signals[usize::from(*i)]) else {
        return absent(metric, catalog).map(|()| None);
    };
    let mut outcomes = Vec::new();
    for &id in &signals {
        let own = &catalog.signals[usize::from(id)];
        if own.reads != first.reads {
            return Err(format!("`{component}.{signal}` means signals of different kinds; name one component instead"));
        }
        outcomes.extend(catalog.signals.iter().position(|s| s.component == own.component && s.name == "outcomes"));
    }
    Ok(Some(Found { reads: first.reads, signals, outcomes: outcomes.into_iter().map(|i| i as u16).collect() }))
}

/// What a component counts of the runs of a counter: its companion `signal_streak`, where it has one.
fn runs_of(metric: &Metric, catalog: &Catalog) -> Option<Found> {
    let companion = Metric { signal: format!("{}_streak", metric.signal), ..metric.clone() };
    find(&companion, catalog).ok().flatten().filter(|found| found.reads == SignalKind::Amounts)
}

/// Whether a metric that was not found is merely not applicable.
fn absent(metric: &Metric, catalog: &Catalog) -> Result<(), String> {
    let Metric { component, signal, .. } = metric;
    let of = |c: &crate::sample::Signal| c.component == *component || c.kind == *component;
    if catalog.signals.iter().any(of) {
        let near = did_you_mean(signal, catalog.signals.iter().filter(|s| of(s)).map(|s| s.name.as_str()));
        return Err(format!("`{component}` has no signal `{signal}`{near}"));
    }
    if catalog.kinds.contains(component) {
        return Ok(());
    }
    let known: Vec<String> = catalog.signals.iter().map(|s| format!("{}.{}", s.component, s.name)).collect();
    let near = did_you_mean(&format!("{component}.{signal}"), known.iter().map(String::as_str));
    Err(format!("unknown metric `{component}.{signal}`: there is neither such a component nor such a kind{near}"))
}

/// Whether this system has all that the check reads.
fn applies(check: &Check, catalog: &Catalog) -> Result<bool, String> {
    let found = check.reading.metrics().into_iter().map(|m| Ok(find(m, catalog)?.is_some()));
    Ok(found.collect::<Result<Vec<bool>, String>>()?.into_iter().all(|here| here))
}

/// One of the parts in which a check must hold.
struct Part {
    segment: Option<Segment>,
    limit: Limit,
}

fn values<'a>(attribute: &str, catalog: &'a Catalog) -> Result<&'a [String], String> {
    let known = catalog.attributes.iter().map(|(a, _)| a.as_str());
    let found = catalog.attributes.iter().find(|(a, _)| a == attribute).map(|(_, v)| v.as_slice());
    found.ok_or_else(|| format!("subjects have no attribute `{attribute}`{}", did_you_mean(attribute, known)))
}

fn segment(attribute: &str, value: &str, catalog: &Catalog) -> Result<Segment, String> {
    let known = values(attribute, catalog)?;
    if !known.iter().any(|v| v == value) {
        let near = did_you_mean(value, known.iter().map(String::as_str));
        return Err(format!("no subject has {attribute}={value}{near}"));
    }
    Ok(Segment { attribute: attribute.into(), value: value.into() })
}

/// The parts of a check: one, or one per segment.
fn parts(check: &Check, catalog: &Catalog) -> Result<Vec<Part>, String> {
    let mut named = check.reading.metrics().into_iter().map(|m| m.segment.as_ref());
    let first = named.next().flatten();
    if named.any(|other| other != first) {
        return Err("both metrics of a ratio name the same segment, or none".into());
    }
    let several = check.per.is_some() || matches!(check.limit, Limit::PerSegment(_));
    match (first, several) {
        (Some(_), true) => Err("a check names one segment or goes through all of them, not both".into()),
        (Some((attribute, value)), false) => {
            Ok(vec![Part { segment: Some(segment(attribute, value, catalog)?), limit: check.limit.clone() }])
        }
        (None, false) => Ok(vec![Part { segment: None, limit: check.limit.clone() }]),
        (None, true) => every_segment(check, catalog),
    }
}

fn every_segment(check: &Check, catalog: &Catalog) -> Result<Vec<Part>, String> {
    let Limit::PerSegment(limits) = &check.limit else {
        let attribute = check.per.as_deref().expect("the caller saw `per`");
        let part = |v: &String| Part {
            segment: Some(Segment { attribute: attribute.into(), value: v.clone() }),
            limit: check.limit.clone(),
        };
        return Ok(values(attribute, catalog)?.iter().map(part).collect());
    };
    let attribute = match &check.per {
        Some(attribute) => attribute,
        None => {
            let has_all = |(_, values): &&(String, Vec<String>)| limits.iter().all(|(v, _)| values.contains(v));
            let found = catalog.attributes.iter().find(has_all).map(|(a, _)| a);
            found.ok_or("no attribute has all these values; add `per attribute` to say which is meant")?
        }
    };
    let part = |(value, limit): &(String, f64)| {
        Ok(Part { segment: Some(segment(attribute, value, catalog)?), limit: Limit::Absolute(*limit) })
    };
    limits.iter().map(part).collect()
}

/// Binds a gate. `None`: it is not applicable to this system.
pub(crate) fn bind_gate(gate: &Gate, catalog: &Catalog) -> Result<Option<BoundGate>, BindError> {
    let named = |message| BindError { gate: gate.name.clone(), message };
    let check = bind_check(&gate.check, &gate.rule, gate.min_samples.max(1), catalog).map_err(named)?;
    let needs = match &gate.needs {
        None => None,
        Some(needs) => {
            let named = |message| BindError { gate: format!("{} (needs)", gate.name), message };
            match bind_check(&needs.check, &Rule::new("threshold"), 0, catalog).map_err(named)? {
                Some(check) => Some((check, needs.unmet)),
                None => return Ok(None),
            }
        }
    };
    Ok(check.map(|check| BoundGate::new(check, needs)))
}

/// Binds a check that `rule` will weigh. `None`: it is not applicable to this system.
pub(crate) fn bind_check(check: &Check, rule: &Rule, min_samples: u64, catalog: &Catalog) -> Result<Option<BoundCheck>, String> {
    if !applies(check, catalog)? {
        return Ok(None);
    }
    fits(check, rule)?;
    let mut bound = Vec::new();
    for part in parts(check, catalog)? {
        let source = source(&check.reading, part_of(part.segment.as_ref(), catalog)?, catalog)?;
        let limit = match part.limit {
            // To the samples' resolution, so that a reading of exactly the limit equals it.
            Limit::Absolute(v) if sized(&source) => CellLimit::Absolute((v * source.scale()).round() / source.scale()),
            Limit::Absolute(v) => CellLimit::Absolute(v),
            Limit::TimesStable(factor) => CellLimit::Times(factor),
            Limit::StablePlus(more) => CellLimit::Plus(more),
            Limit::PerSegment(_) => unreachable!("a part has one limit"),
        };
        bound.push(BoundPart { segment: part.segment, source, limit });
    }
    Ok(Some(BoundCheck::new(check, unit(check, catalog), bound, rule, min_samples)))
}

/// The part of the samples that a segment is.
fn part_of(segment: Option<&Segment>, catalog: &Catalog) -> Result<u16, String> {
    let Some(Segment { attribute, value }) = segment else { return Ok(0) };
    let tracked = catalog.segment(attribute, value);
    let index = tracked.ok_or_else(|| format!("segment {attribute}={value} is not among those tracked"))?;
    Ok(1 + index as u16)
}

/// What a check reads of everybody, or of the one segment that its metrics name: for readings without a verdict. `None`: not
/// applicable to this system.
pub(crate) fn bind_reading(check: &Check, catalog: &Catalog) -> Result<Option<Source>, String> {
    if !applies(check, catalog)? {
        return Ok(None);
    }
    let named = check.reading.metrics()[0].segment.clone();
    let segment = named.map(|(attribute, value)| Segment { attribute, value });
    source(&check.reading, part_of(segment.as_ref(), catalog)?, catalog).map(Some)
}

/// Whether readings of this source are single outcomes of a duration or amount.
fn sized(source: &Source) -> bool {
    source.scale() != 1.0 && matches!(source.reduce, Reduce::Min | Reduce::Max | Reduce::Streak | Reduce::Quantile(_))
}

/// What a reading takes from the samples' part `part`.
fn source(reading: &Reading, part: u16, catalog: &Catalog) -> Result<Source, String> {
    let metric = reading.metrics()[0];
    let mut found = find(metric, catalog)?.expect("the caller saw that the check applies");
    if matches!(reading, Reading::Streak(_)) && found.reads == SignalKind::Counter {
        found = runs_of(metric, catalog).unwrap_or(found);
    }
    let reads = found.reads;
    let reduce = reduce(reading, reads).ok_or_else(|| misfit(reading, metric, reads))?;
    let series = |ids: &[u16]| ids.iter().map(|&signal| Series { signal, part }).collect::<Vec<_>>();
    let (outcomes, outcomes_read) = match reading {
        Reading::Ratio(_, b) => {
            let below = find(b, catalog)?.expect("the caller saw that the check applies");
            if below.reads.is_level() {
                return Err(misfit(reading, b, below.reads));
            }
            (series(&below.signals), below.reads)
        }
        Reading::Count(_) | Reading::Total(_) | Reading::Rate(_) => (series(&found.outcomes), SignalKind::Counter),
        _ => (Vec::new(), SignalKind::Counter),
    };
    Ok(Source { reduce, reads, series: series(&found.signals), outcomes, outcomes_read })
}
