//! What `/metrics` answers: the samples that have arrived, added up as monitoring systems want them, and what the drill shows everybody.
//!
//! Nothing of the truth is here, since nothing of it comes in. Of each signal there is everybody's series by arm; parts of the
//! subjects (`surface=ios`) are left out: their number is the scenario's, and a series for each would be more than most systems like.

mod page;
mod rules;

pub use rules::rules_for;

use gatecrash_policies::policy::Op;
use gatecrash_policies::sample::{Arm, Catalog, Sample, Series, SignalKind};
use gatecrash_policies::time::Time;
use gatecrash_policies::verdict::Status;
use gatecrash_reports::openmetrics::{Crowd, Family, Sum, families};
use page::Page;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The content type of what [`Exposition::render`] gives.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the drill shows everybody, at the moment of a scrape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Simulated seconds since the beginning.
    pub clock_s: f64,
    /// Simulated seconds per second; 0 while paused.
    pub speed: f64,
    /// The stage in effect, from 0, and its name; `None` before the first and after a rollback.
    pub stage: Option<(usize, String)>,
    /// What the gates said in the last round.
    pub gates: Vec<GateFact>,
    /// Whether a rollback has been decided.
    pub decided: bool,
    /// How many seconds the drill is behind its own pace.
    pub behind_s: f64,
    /// Who follows its events.
    pub watchers: u64,
    /// Watchers who were let go because they did not read, so far.
    pub slow_watchers_dropped: u64,
    /// Requests for control that were refused, so far.
    pub refused: u64,
}

/// What a gate said.
#[derive(Clone, Debug, PartialEq)]
pub struct GateFact {
    /// Its name.
    pub name: String,
    /// The answer.
    pub status: Status,
    /// What it read: durations in seconds, shares as fractions.
    pub value: Option<f64>,
    /// How that is held against the limit.
    pub op: Op,
    /// The limit.
    pub limit: Option<f64>,
}

/// All samples that have arrived, added up.
#[derive(Clone, Debug)]
pub struct Exposition {
    told: Arc<Told>,
    /// By arm: the stamps of the samples that came, since some come twice. As many as the horizon has scrapes.
    seen: [BTreeSet<Time>; 3],
}

/// What telemetry has told so far.
#[derive(Clone, Debug)]
struct Told {
    /// By signal: how it is to be read, what it is called, and what each arm's came to.
    signals: Vec<(SignalKind, Family, [Sum; 3])>,
    crowd: Crowd,
}

impl Exposition {
    /// Before the first sample.
    pub fn new(catalog: &Catalog) -> Exposition {
        let families = families(catalog).into_iter();
        let sums = |reads| [Sum::new(reads), Sum::new(reads), Sum::new(reads)];
        let signals = catalog.signals.iter().zip(families).map(|(signal, family)| (signal.reads, family, sums(signal.reads)));
        let told = Told { signals: signals.collect(), crowd: Crowd::default() };
        Exposition { told: Arc::new(told), seen: Default::default() }
    }

    /// Adds a sample that has arrived. One that comes again says nothing new.
    pub fn take(&mut self, sample: &Sample) {
        if !self.seen[sample.arm as usize].insert(sample.stamp) {
            return;
        }
        let told = Arc::make_mut(&mut self.told); // nobody else has it: pages last as long as they are written
        let is_newest = told.crowd.take(sample);
        for (id, (reads, _, sums)) in told.signals.iter_mut().enumerate() {
            let series = Series { signal: id as u16, part: 0 };
            sums[sample.arm as usize].take(sample, series, *reads, is_newest);
        }
    }

    /// The share of subjects on the canary, 0..=1, as telemetry tells; `None` before it has told anything.
    pub fn exposure(&self) -> Option<f64> {
        self.told.crowd.exposure()
    }

    /// The page as OpenMetrics text.
    pub fn render(&self, facts: &Facts) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Page { told: self.told.clone(), facts: facts.clone() }));
        let mut text = String::new();
        encode(&mut text, &registry).expect("a string takes it all");
        text
    }
}

impl Told {
    /// The arms of which a sample has arrived.
    fn arms(&self) -> impl Iterator<Item = Arm> + '_ {
        Arm::ALL.into_iter().filter(|arm| self.crowd.newest(*arm).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::hist::Hist;
    use gatecrash_policies::sample::{Level, Signal};
    use gatecrash_policies::time::Span;
    use std::collections::BTreeMap;

    /// Signals of every kind, in the order of [`sample`]'s series.
    fn catalog() -> Catalog {
        let kinds = [SignalKind::Counter, SignalKind::Durations, SignalKind::Amounts, SignalKind::Gauge, SignalKind::Age];
        let names = ["errors", "latency", "hops", "queue", "unknown_age"];
        let signal = |(name, reads): (&str, SignalKind)| Signal {
            component: "runs".into(),
            kind: "calls".into(),
            name: name.into(),
            reads,
        };
        Catalog { signals: names.into_iter().zip(kinds).map(signal).collect(), ..Catalog::default() }
    }

    fn here(signal: u16) -> Series {
        Series { signal, part: 0 }
    }

    /// A sample of ten seconds with `n` of everything.
    fn sample(arm: Arm, second: u64, n: u64) -> Sample {
        let part = Series { signal: 0, part: 1 };
        let level = |micros| Level { last: micros, max: micros, area: 0 };
        Sample {
            arm,
            stamp: Time::ZERO + Span::from_secs(second),
            arrived: Time::ZERO + Span::from_secs(second + 5),
            span: Span::from_secs(10),
            subjects: vec![n as u32, 1],
            counters: vec![(here(0), n), (part, 1)],
            gauges: vec![(here(3), level(n)), (here(4), level(n * 1_000_000))],
            hists: (1..3).map(|id| (here(id), Hist::of(&mut vec![n * 1_000_000; n as usize]))).collect(),
        }
    }

    fn told(samples: &[Sample]) -> Exposition {
        let mut exposition = Exposition::new(&catalog());
        samples.iter().for_each(|sample| exposition.take(sample));
        exposition
    }

    /// Every value by its name with labels; each line of a family follows its head.
    fn parse(text: &str) -> BTreeMap<String, f64> {
        let mut family = "";
        let body = text.strip_suffix("# EOF\n").expect("it ends with its mark");
        let mut values = BTreeMap::new();
        for line in body.lines() {
            if let Some(about) = line.strip_prefix("# ") {
                family = about.split(' ').nth(1).expect("a family");
                continue;
            }
            assert!(!family.is_empty() && line.starts_with(family), "`{line}` stands in {family}");
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            let before = values.insert(name.to_string(), value.parse().expect("a number"));
            assert_eq!(before, None, "{name} is told once");
        }
        values
    }

    fn page(samples: &[Sample]) -> BTreeMap<String, f64> {
        parse(&told(samples).render(&Facts { clock_s: 60.0, ..Facts::default() }))
    }

    #[test]
    fn samples_add_up_by_arm() {
        let page = page(&[sample(Arm::Stable, 10, 3), sample(Arm::Canary, 10, 1), sample(Arm::Stable, 20, 4)]);
        let stable = |name: &str| page[&format!("gatecrash_{name}{{arm=\"stable\"}}")];
        assert_eq!(stable("runs_errors_total"), 7.0);
        assert_eq!((stable("runs_latency_seconds_count"), stable("runs_latency_seconds_sum")), (7.0, 25.0));
        assert_eq!((stable("runs_hops_count"), stable("runs_hops_sum")), (7.0, 25_000.0));
        assert_eq!((stable("runs_queue"), stable("runs_unknown_age_seconds"), stable("subjects")), (4.0, 4.0, 4.0));
        assert_eq!(stable("telemetry_age_seconds"), 40.0);
        assert_eq!(page["gatecrash_runs_errors_total{arm=\"canary\"}"], 1.0);
        assert_eq!(page["gatecrash_exposure"], 0.2);
        assert!(!page.keys().any(|name| name.contains("segment") || name.contains("former")), "{page:?}");
    }

    #[test]
    fn buckets_are_cumulative() {
        let page = page(&[sample(Arm::Stable, 10, 2), sample(Arm::Stable, 20, 20)]);
        let bucket = |le: &str| page[&format!("gatecrash_runs_latency_seconds_bucket{{le=\"{le}\",arm=\"stable\"}}")];
        assert_eq!(["0.001", "1.0", "2.5", "10.0", "30.0", "3600.0", "+Inf"].map(bucket), [0.0, 0.0, 2.0, 2.0, 22.0, 22.0, 22.0]);
    }

    #[test]
    fn what_counts_never_falls_whatever_the_order() {
        let mut exposition = told(&[]);
        let mut before: BTreeMap<String, f64> = BTreeMap::new();
        for (second, n) in [(30, 5), (10, 2), (30, 5), (20, 9), (40, 1)] {
            exposition.take(&sample(Arm::Canary, second, n));
            let now = parse(&exposition.render(&Facts::default()));
            let counts = ["_total", "_count", "_sum", "_bucket"];
            for (name, value) in before.iter().filter(|(name, _)| counts.iter().any(|end| name.contains(end))) {
                assert!(now[name] >= *value, "{name}");
            }
            before = now;
        }
        assert_eq!(before["gatecrash_runs_errors_total{arm=\"canary\"}"], 17.0, "what comes twice counts once");
        assert_eq!(before["gatecrash_subjects{arm=\"canary\"}"], 1.0);
    }

    #[test]
    fn what_has_not_arrived_is_not_there() {
        let page = page(&[]);
        assert!(page.keys().all(|name| !name.contains("runs") && !name.contains("arm=")), "{page:?}");
        assert!(!page.contains_key("gatecrash_exposure") && page.contains_key("gatecrash_clock_seconds"));
    }

    #[test]
    fn an_arm_that_is_gone_keeps_its_totals_and_loses_its_levels() {
        let page = page(&[sample(Arm::Canary, 10, 1), sample(Arm::Stable, 10, 1), sample(Arm::Stable, 70, 1)]);
        assert!(page.contains_key("gatecrash_runs_errors_total{arm=\"canary\"}"));
        assert!(
            !page.contains_key("gatecrash_runs_queue{arm=\"canary\"}")
                && !page.contains_key("gatecrash_subjects{arm=\"canary\"}")
        );
    }

    #[test]
    fn gates_and_the_drill_are_told() {
        let gate = |name: &str, status, value| GateFact { name: name.into(), status, value, op: Op::AtMost, limit: Some(0.5) };
        let gates = vec![gate("a", Status::Fail, Some(0.75)), gate("b\"", Status::NoData, None)];
        let facts =
            Facts { stage: Some((1, "canary".into())), gates, decided: true, refused: 3, speed: 10.0, ..Facts::default() };
        let page = parse(&told(&[]).render(&facts));
        for (name, value) in [
            ("gatecrash_stage_info{stage=\"canary\"}", 1.0),
            ("gatecrash_stage_index", 1.0),
            ("gatecrash_gate_failing{gate=\"a\"}", 1.0),
            ("gatecrash_gate_failing{gate=\"b\\\"\"}", 0.0),
            ("gatecrash_gate_status{gate=\"a\",status=\"fail\"}", 1.0),
            ("gatecrash_gate_status{gate=\"a\",status=\"pass\"}", 0.0),
            ("gatecrash_gate_value{gate=\"a\"}", 0.75),
            ("gatecrash_gate_limit{gate=\"a\",op=\"<=\"}", 0.5),
            ("gatecrash_rollback_decided", 1.0),
            ("gatecrash_speed", 10.0),
            ("gatecrash_refused_requests_total", 3.0),
        ] {
            assert_eq!(page.get(name), Some(&value), "{name}");
        }
        assert!(!page.contains_key("gatecrash_gate_value{gate=\"b\\\"\"}"), "no data is absent");
    }
}
