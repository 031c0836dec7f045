//! What a gate sees: how many outcomes its window is expected to hold, and what its metric comes to in them.

use super::course::Passage;
use super::flow::{Flow, Load};
use super::knob::turns;
use super::model::{Model, Signal};
use super::power::{Case, Line};
use super::spread::Spread;
use super::{crowd, demand};
use gatecrash_policies::policy::{Act, Check, Cohort, Limit, Metric, Op, Policy, Reading, Scope};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::scenario::{ComponentSpec, Scenario};

/// A scenario, a policy, and the way through it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    pub scenario: &'a Scenario,
    pub policy: &'a Policy,
    pub passages: &'a [Passage],
}

/// A part in which a check has to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// Of everybody when `None`.
    pub segment: Option<(String, String)>,
    limit: Limit,
}

/// The segment of the requests that policies send themselves.
const PROBE: &str = "probe";

impl<'a> Way<'a> {
    /// What an arm has in (from, to], as far as a segment is concerned.
    pub fn load(&self, scope: Scope, from: Time, to: Time, segment: Option<&(String, String)>) -> Load {
        let all = self.everybody(from, to, segment);
        match scope {
            Scope::Canary | Scope::Former => self.canary(from, to, segment),
            Scope::All => all,
            Scope::Stable => {
                let canary = self.canary(from, to, segment);
                Load {
                    requests: all.requests - canary.requests,
                    subject_seconds: all.subject_seconds - canary.subject_seconds,
                    ..all
                }
            }
        }
    }

    fn everybody(&self, from: Time, to: Time, segment: Option<&(String, String)>) -> Load {
        let share = segment.map_or(1.0, |(attribute, value)| crowd::segment(self.scenario, attribute, value));
        let seconds = to.since(from).seconds();
        Load {
            requests: demand::requests(self.scenario.traffic.as_ref(), from, to) * share,
            subject_seconds: crowd::subjects(self.scenario) * seconds * share,
            seconds,
            ..Load::default()
        }
    }

    fn canary(&self, from: Time, to: Time, segment: Option<&(String, String)>) -> Load {
        let mut sum = Load::default();
        let mut before = 0.0;
        for (i, passage) in self.passages.iter().enumerate() {
            let cohort = &self.policy.stages[passage.stage].cohort;
            let (begin, end) = (passage.begin, self.passages.get(i + 1).map_or(Time::MAX, |next| next.begin));
            let share = self.share(cohort, segment);
            let (own_from, own_to) = (from.max(begin), to.min(end));
            if own_to > own_from {
                sum = sum + self.stretch(cohort, share, own_from, own_to, segment);
            }
            if begin >= from && begin < to {
                sum.movers += (share - before).max(0.0) * crowd::subjects(self.scenario);
                sum.requests += self.probes(passage.stage, segment);
            }
            before = share;
        }
        sum
    }

    /// One cohort over some time.
    fn stretch(&self, cohort: &Cohort, share: f64, from: Time, to: Time, segment: Option<&(String, String)>) -> Load {
        let arrivals = || demand::requests(self.scenario.traffic.as_ref(), from, to);
        let copies = if *cohort == Cohort::Shadow { self.everybody(from, to, segment).requests } else { 0.0 };
        let requests = if share > 0.0 { arrivals() * share } else { 0.0 };
        let subject_seconds = crowd::subjects(self.scenario) * share * to.since(from).seconds();
        let seconds = if share > 0.0 || copies > 0.0 { to.since(from).seconds() } else { 0.0 };
        Load { requests, copies, subject_seconds, seconds, movers: 0.0 }
    }

    /// The share of subjects (or of requests, where the segment is a label) that are on the canary and in the segment.
    fn share(&self, cohort: &Cohort, segment: Option<&(String, String)>) -> f64 {
        match segment {
            Some((attribute, value)) if attribute == PROBE && value != "none" => 0.0,
            Some((attribute, _)) if attribute == PROBE => crowd::exposed(self.scenario, cohort),
            _ => crowd::both(self.scenario, cohort, segment),
        }
    }

    /// The requests that a stage sends itself when it begins.
    fn probes(&self, stage: usize, segment: Option<&(String, String)>) -> f64 {
        let sent = self.policy.stages[stage].enter.iter().filter_map(|act| match act {
            Act::Probe { name, count } => Some((name, f64::from(*count))),
            _ => None,
        });
        let concerned = |name: &str| match segment {
            None => true,
            Some((attribute, value)) => attribute == PROBE && value == name,
        };
        sent.filter(|(name, _)| concerned(name)).map(|(_, count)| count).sum()
    }

    /// The newest scrape whose sample usually has arrived by a moment.
    fn newest(&self, now: Time) -> Option<Time> {
        let scrape = self.scenario.telemetry.scrape.0.max(1);
        let delay = usual(&self.scenario.telemetry.delay);
        (now.0 >= delay.0).then(|| Time((now.0 - delay.0) / scrape * scrape)).filter(|at| at.0 > 0)
    }

    /// The time that the samples in a check's window cover at a moment; `None`: there is none in it.
    pub fn window(&self, check: &Check, begin: Time, now: Time) -> Option<(Time, Time)> {
        let scrape = self.scenario.telemetry.scrape;
        let to = self.newest(now)?;
        let Some(over) = check.over else { return (to > begin).then_some((begin, to)) };
        let after = Time(now.0.saturating_sub(over.0));
        // The first stamp after that; its sample began a scrape before.
        let first = Time((after.0 / scrape.0 + 1) * scrape.0);
        (first <= to).then(|| (Time(first.0 - scrape.0), to))
    }

    /// A check in one of its parts, in a stage.
    pub fn sight(&self, check: &'a Check, part: &'a Part, stage: usize) -> Sight<'a> {
        let model = Model::new(self.scenario, turns(self.policy, stage), part.segment.clone());
        let stable = Model::new(self.scenario, Vec::new(), part.segment.clone());
        Sight { way: *self, check, part, model, stable, scope: check.reading.metrics()[0].arm.unwrap_or(Scope::Canary) }
    }
}

/// The time in which half of the samples arrive.
pub(super) fn usual(delay: &gatecrash_sim::dice::Dist) -> Span {
    let median = Spread::of(*delay, gatecrash_sim::knobs::Level::IDENTITY).quantile(0.5);
    Span::from_secs_f64(if median < 1e-6 { 0.0 } else { median })
}

/// The parts of a check: everybody, or each segment.
pub(super) fn parts(check: &Check, attributes: &[(String, Vec<String>)]) -> Vec<Part> {
    let named = check.reading.metrics()[0].segment.clone();
    let listed = |attribute: &str| attributes.iter().find(|(name, _)| name == attribute).map(|(_, values)| values.clone());
    match (&check.limit, &check.per) {
        (Limit::PerSegment(limits), per) => {
            let has_all = |values: &[String]| limits.iter().all(|(value, _)| values.contains(value));
            let found = || attributes.iter().find(|(_, values)| has_all(values)).map(|(name, _)| name.clone());
            let attribute = per.clone().or_else(found).unwrap_or_default();
            let part = |(value, limit): &(String, f64)| Part {
                segment: Some((attribute.clone(), value.clone())),
                limit: Limit::Absolute(*limit),
            };
            limits.iter().map(part).collect()
        }
        (limit, Some(attribute)) => {
            let part = |value: String| Part { segment: Some((attribute.clone(), value)), limit: limit.clone() };
            listed(attribute).unwrap_or_default().into_iter().map(part).collect()
        }
        (limit, None) => vec![Part { segment: named, limit: limit.clone() }],
    }
}

/// A check in one of its parts.
pub(super) struct Sight<'a> {
    way: Way<'a>,
    check: &'a Check,
    part: &'a Part,
    /// As the canary stands in the stage.
    model: Model<'a>,
    /// As stable stands.
    stable: Model<'a>,
    scope: Scope,
}

impl Sight<'_> {
    fn components(&self, metric: &Metric) -> impl Iterator<Item = &ComponentSpec> {
        let named = metric.component.clone();
        self.way.scenario.system.iter().filter(move |c| super::knob::means(self.way.scenario, &named, c))
    }

    /// The events or outcomes of a metric, of all its components together.
    fn flow(&self, model: &Model, metric: &Metric, signal: &str) -> Result<Flow, String> {
        let unknown = || "only playing tells how many there are of what it counts".to_string();
        let mut each = self.components(metric).map(|c| model.signal(c, signal).and_then(|s| s.flow()).ok_or_else(unknown));
        each.try_fold(Flow::default(), |sum, flow| Ok(sum + flow?))
    }

    /// What a gate's `min_samples` counts: outcomes, or scrapes.
    pub fn outcomes(&self, from: Time, to: Time) -> Result<f64, String> {
        let load = self.load(self.scope, from, to);
        let scrapes = (load.seconds / self.way.scenario.telemetry.scrape.seconds()).floor();
        let arrive = 1.0 - self.way.scenario.telemetry.loss;
        let counted = |metric: &Metric, signal: &str| Ok(self.flow(&self.model, metric, signal)?.over(&load) * arrive);
        let metric = self.check.reading.metrics()[0];
        match &self.check.reading {
            Reading::Ratio(_, below) => counted(below, &below.signal),
            Reading::Count(_) | Reading::Total(_) | Reading::Rate(_) if self.has_outcomes(metric) => counted(metric, "outcomes"),
            Reading::Streak(_) => Ok(scrapes * arrive),
            _ if self.has_numbers(metric) => counted(metric, &metric.signal),
            _ => Ok(scrapes * arrive),
        }
    }

    fn has_outcomes(&self, metric: &Metric) -> bool {
        self.components(metric).any(|c| self.model.signal(c, "outcomes").is_some())
    }

    fn has_numbers(&self, metric: &Metric) -> bool {
        self.components(metric).any(|c| matches!(self.model.signal(c, &metric.signal), Some(Signal::Numbers(..))))
    }

    fn load(&self, scope: Scope, from: Time, to: Time) -> Load {
        self.way.load(scope, from, to, self.part.segment.as_ref())
    }

    /// What the rule looks at when the window covers this and the metric is so many times what the scenario's file makes it (for `>=`,
    /// what it lacks). `None` there means that the metric is zero, whatever the factor.
    pub fn case(&self, from: Time, to: Time, times: f64) -> Result<Case, String> {
        let own = self.load(self.scope, from, to);
        let of = |metric: &Metric| Ok::<f64, String>(self.flow(&self.model, metric, &metric.signal)?.over(&own));
        match &self.check.reading {
            Reading::Ratio(a, b) => self.shares(of(a)?, of(b)?, from, to, times),
            Reading::Share(metric, op, value) => {
                let spread = self.spread(&self.model, metric)?;
                let share = if matches!(op, Op::Above | Op::AtLeast) { spread.above(*value) } else { spread.below(*value) };
                let n = of(metric)?;
                self.shares(n * share, n, from, to, times)
            }
            Reading::Quantile(q, metric) => self.quantile(*q, metric, of(metric)?, from, to, times),
            Reading::Count(metric) => {
                let outcomes = self.flow(&self.model, metric, "outcomes").map(|flow| flow.over(&own)).ok();
                self.events(of(metric)?, outcomes, from, to, times, 1.0)
            }
            Reading::Rate(metric) => self.events(of(metric)?, None, from, to, times, to.since(from).seconds()),
            Reading::Max(metric) if self.has_numbers(metric) => self.largest(metric, of(metric)?, times),
            Reading::Streak(_) | Reading::Growth(_) => Err("only playing tells how what it reads moves in time".into()),
            _ => Err("only playing tells how high its level stands".into()),
        }
    }

    fn spread(&self, model: &Model, metric: &Metric) -> Result<Spread, String> {
        let unknown = || "only playing tells how what it reads is distributed".to_string();
        let mut each = self.components(metric).map(|c| match model.signal(c, &metric.signal) {
            Some(Signal::Numbers(_, Some(spread))) => Ok(spread),
            _ => Err(unknown()),
        });
        let first = each.next().ok_or_else(unknown)??;
        if each.next().is_some() { Err(unknown()) } else { Ok(first) }
    }

    fn is_low_bad(&self) -> bool {
        matches!(self.check.op, Op::AtLeast | Op::Above)
    }

    fn shares(&self, events: f64, n: f64, from: Time, to: Time, times: f64) -> Result<Case, String> {
        let reading = if n > 0.0 { events / n } else { 0.0 };
        let bad = (if self.is_low_bad() { 1.0 - reading } else { reading }).max(0.0) * times;
        let bad = bad.min(1.0);
        let strict = matches!(self.check.op, Op::Below | Op::Above);
        let line = if strict { Line::From } else { Line::Beyond };
        match self.part.limit {
            Limit::Absolute(limit) => {
                let allowed = if self.is_low_bad() { 1.0 - limit } else { limit };
                Ok(Case::Share { n, bad, allowed, line })
            }
            Limit::TimesStable(ratio) => {
                Ok(Case::Shares { own: (n, bad), stable: self.stable_share(from, to)?, line: (ratio, 0.0) })
            }
            Limit::StablePlus(plus) => {
                Ok(Case::Shares { own: (n, bad), stable: self.stable_share(from, to)?, line: (1.0, plus) })
            }
            Limit::PerSegment(_) => unreachable!("a part has one limit"),
        }
    }

    /// Stable's (outcomes, share) in a window; where nobody is left on stable, in a window as long before they went.
    fn stable_share(&self, from: Time, to: Time) -> Result<(f64, f64), String> {
        let load = self.load_of_stable(from, to);
        let of = |metric: &Metric| Ok::<f64, String>(self.flow(&self.stable, metric, &metric.signal)?.over(&load));
        match &self.check.reading {
            Reading::Ratio(a, b) => of(b).and_then(|n| Ok((n, if n > 0.0 { of(a)? / n } else { 0.0 }))),
            Reading::Share(metric, op, value) => {
                let spread = self.spread(&self.stable, metric)?;
                let share = if matches!(op, Op::Above | Op::AtLeast) { spread.above(*value) } else { spread.below(*value) };
                Ok((of(metric)?, share))
            }
            _ => Err("it is no share".into()),
        }
    }

    fn load_of_stable(&self, from: Time, to: Time) -> Load {
        let load = self.load(Scope::Stable, from, to);
        let gone = |p: &&Passage| crowd::exposed(self.way.scenario, &self.way.policy.stages[p.stage].cohort) >= 1.0;
        match self.way.passages.iter().find(gone) {
            Some(last) if load.subject_seconds <= 0.0 => {
                self.load(Scope::Stable, Time(last.begin.0.saturating_sub(to.since(from).0)), last.begin)
            }
            _ => load,
        }
    }

    fn quantile(&self, q: f64, metric: &Metric, n: f64, from: Time, to: Time, times: f64) -> Result<Case, String> {
        let spread = self.spread(&self.model, metric)?;
        let beside = |line| {
            let load = self.load_of_stable(from, to);
            let n0 = self.flow(&self.stable, metric, &metric.signal)?.over(&load);
            Ok(Case::Quantiles { q, n: (n, n0), spread: self.spread(&self.stable, metric)?, factor: times, line })
        };
        match self.part.limit {
            Limit::Absolute(limit) if self.is_low_bad() => {
                let bad = spread.below(limit * times);
                Ok(Case::Share { n, bad, allowed: q, line: Line::QuantileAtLeast(q) })
            }
            Limit::Absolute(limit) => {
                let bad = spread.above(limit / times);
                Ok(Case::Share { n, bad, allowed: 1.0 - q, line: Line::QuantileAtMost(q) })
            }
            Limit::TimesStable(ratio) => beside((ratio, 0.0)),
            Limit::StablePlus(plus) => beside((1.0, plus)),
            Limit::PerSegment(_) => unreachable!("a part has one limit"),
        }
    }

    fn events(&self, mean: f64, of: Option<f64>, from: Time, to: Time, times: f64, seconds: f64) -> Result<Case, String> {
        let mean = if self.is_low_bad() { mean / times } else { mean * times };
        let metric = self.check.reading.metrics()[0];
        let beside = |ratio: f64, plus: f64| {
            let (own, stable) = (self.load(self.scope, from, to), self.load_of_stable(from, to));
            let other = self.flow(&self.stable, metric, &metric.signal)?.over(&stable);
            let stable = (other, stable.subject_seconds);
            Ok(Case::Rates { own: (mean, own.subject_seconds), stable, ratio, plus })
        };
        match self.part.limit {
            Limit::Absolute(limit) => Ok(Case::Events { mean, of, limit: limit * seconds, op: self.check.op }),
            Limit::TimesStable(ratio) => beside(ratio, 0.0),
            Limit::StablePlus(plus) => beside(1.0, plus),
            Limit::PerSegment(_) => unreachable!("a part has one limit"),
        }
    }

    /// The largest of n values is beyond the limit when any is.
    fn largest(&self, metric: &Metric, n: f64, times: f64) -> Result<Case, String> {
        match (&self.part.limit, self.is_low_bad()) {
            (Limit::Absolute(limit), false) => {
                let mean = n * self.spread(&self.model, metric)?.above(limit / times);
                Ok(Case::Events { mean, of: Some(n), limit: 0.0, op: Op::Equal })
            }
            _ => Err("only playing tells how large the largest is".into()),
        }
    }
}
