//! One answer to a scrape, family by family.

use super::{Facts, GateFact, Told};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Status;
use gatecrash_reports::openmetrics::{Family, Form, Numbers, Sum, own};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use std::fmt::Result;
use std::sync::Arc;

/// What there is to tell.
#[derive(Debug)]
pub(super) struct Page {
    pub told: Arc<Told>,
    pub facts: Facts,
}

/// Names with their values: `("arm", "canary")`.
type Labels<'a> = Vec<(&'static str, &'a str)>;

/// A value of a family.
enum Value<'a> {
    Counter(u64),
    Gauge(f64),
    Numbers(&'a Numbers),
    /// Words.
    Info(Labels<'a>),
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result {
        self.crowd(&mut encoder)?;
        self.drill(&mut encoder)?;
        self.gates(&mut encoder)?;
        self.told.signals.iter().try_for_each(|(_, family, sums)| {
            // Levels of an arm that is gone are not known any more.
            let is_known = |arm: &Arm| family.form != Form::Gauge || self.told.crowd.subjects(*arm).is_some();
            let arms = self.told.arms().filter(is_known);
            write(&mut encoder, family, arms.filter_map(|arm| Some((vec![("arm", arm.name())], value(&sums[arm as usize])?))))
        })
    }
}

impl Page {
    /// Who is where, and how old the news is.
    fn crowd(&self, encoder: &mut DescriptorEncoder) -> Result {
        let crowd = &self.told.crowd;
        let subjects = self.told.arms().filter_map(|arm| Some((vec![("arm", arm.name())], number(crowd.subjects(arm)?))));
        write(encoder, &own::SUBJECTS, subjects)?;
        write(encoder, &own::EXPOSURE, crowd.exposure().map(|share| (vec![], Value::Gauge(share))))?;
        let now = Time::ZERO + Span::from_secs_f64(self.facts.clock_s);
        let age = |stamp| Value::Gauge(now.since(stamp).seconds());
        let ages = self.told.arms().filter_map(|arm| Some((vec![("arm", arm.name())], age(crowd.newest(arm)?))));
        write(encoder, &own::TELEMETRY_AGE, ages)
    }

    fn drill(&self, encoder: &mut DescriptorEncoder) -> Result {
        let facts = &self.facts;
        let stage = facts.stage.as_ref();
        write(encoder, &own::STAGE, stage.map(|(_, name)| (vec![], Value::Info(vec![("stage", name.as_str())]))))?;
        write(encoder, &own::STAGE_INDEX, stage.map(|(index, _)| (vec![], Value::Gauge(*index as f64))))?;
        for (family, value) in [
            (&own::DECIDED, number(facts.decided)),
            (&own::CLOCK, Value::Gauge(facts.clock_s)),
            (&own::SPEED, Value::Gauge(facts.speed)),
            (&own::BEHIND, Value::Gauge(facts.behind_s)),
            (&own::WATCHERS, Value::Gauge(facts.watchers as f64)),
            (&own::SLOW_WATCHERS, Value::Counter(facts.slow_watchers_dropped)),
            (&own::REFUSED, Value::Counter(facts.refused)),
        ] {
            write(encoder, family, [(vec![], value)])?;
        }
        Ok(())
    }

    fn gates(&self, encoder: &mut DescriptorEncoder) -> Result {
        let each = |value: fn(&GateFact) -> Option<f64>| {
            let known = self.facts.gates.iter().filter_map(move |gate| Some((gate, value(gate).filter(|v| v.is_finite())?)));
            known.map(|(gate, value)| (gate, vec![("gate", gate.name.as_str())], Value::Gauge(value)))
        };
        write(encoder, &own::GATE_VALUE, each(|gate| gate.value).map(|(_, labels, value)| (labels, value)))?;
        let limits = each(|gate| gate.limit);
        let limits = limits.map(|(gate, labels, value)| ([labels, vec![("op", gate.op.symbol())]].concat(), value));
        write(encoder, &own::GATE_LIMIT, limits)?;
        let failing = |gate: &GateFact| Some(f64::from(gate.status == Status::Fail));
        write(encoder, &own::GATE_FAILING, each(failing).map(|(_, labels, value)| (labels, value)))?;
        let statuses = self.facts.gates.iter().flat_map(|gate| {
            let labels = |status: Status| vec![("gate", gate.name.as_str()), ("status", status.name())];
            Status::ALL.into_iter().map(move |status| (labels(status), number(gate.status == status)))
        });
        write(encoder, &own::GATE_STATUS, statuses)
    }
}

fn number(value: impl Into<u32>) -> Value<'static> {
    Value::Gauge(f64::from(value.into()))
}

fn value(sum: &Sum) -> Option<Value<'_>> {
    match sum {
        Sum::Counter(n) => Some(Value::Counter(*n)),
        Sum::Level(level) => level.map(Value::Gauge),
        Sum::Numbers(numbers) => Some(Value::Numbers(numbers)),
    }
}

/// Writes a family, unless it has no values.
fn write<'a>(
    encoder: &mut DescriptorEncoder,
    family: &Family,
    values: impl IntoIterator<Item = (Labels<'a>, Value<'a>)>,
) -> Result {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    let unit = family.unit.map(|unit| Unit::Other(unit.to_string()));
    let form = match family.form {
        Form::Counter => MetricType::Counter,
        Form::Gauge => MetricType::Gauge,
        Form::Histogram => MetricType::Histogram,
        Form::Info => MetricType::Info,
    };
    let mut metrics = encoder.encode_descriptor(&family.stem, &family.help, unit.as_ref(), form)?;
    values.try_for_each(|(labels, value)| match labels.as_slice() {
        // A family without labels has no braces.
        [] => write_value(&mut metrics, &value),
        _ => write_value(&mut metrics.encode_family(&labels)?, &value),
    })
}

fn write_value(metric: &mut MetricEncoder, value: &Value) -> Result {
    match value {
        Value::Counter(n) => metric.encode_counter::<NoLabelSet, _, f64>(n, None),
        Value::Gauge(x) => metric.encode_gauge(x),
        Value::Numbers(numbers) => metric.encode_histogram::<NoLabelSet>(numbers.sum(), numbers.count(), &buckets(numbers), None),
        Value::Info(words) => metric.encode_info(words),
    }
}

/// (limit, outcomes between the limit before and this one); the last one holds what is beyond all limits.
fn buckets(numbers: &Numbers) -> Vec<(f64, u64)> {
    let all = numbers.within().chain([(f64::INFINITY, numbers.count())]);
    all.scan(0, |before, (limit, within)| Some((limit, within - std::mem::replace(before, within)))).collect()
}
