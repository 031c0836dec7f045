//! When each stage begins and ends at the earliest: if every gate passes as soon as it may, flags travel and people answer as fast as
//! they ever do.

use super::spread::least;
use gatecrash_policies::policy::{Closes, Cohort, Gate, Item, Policy, Reading, Scope};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::Scenario;

/// One stage on the way forward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Passage {
    /// Index in the policy.
    pub stage: usize,
    /// The round that asks for it: faults timed by the stage count from here.
    pub asked: Time,
    /// When its cohort is in effect.
    pub begin: Time,
    /// The round that may ask for the next one.
    pub end: Time,
}

/// Rounds and scrapes of a policy in a scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'a> {
    pub scenario: &'a Scenario,
    pub policy: &'a Policy,
}

impl Clock<'_> {
    /// The first round at or after a moment.
    pub fn round_at(&self, at: Time) -> Time {
        let round = self.policy.round.0.max(1);
        Time(at.0.div_ceil(round).saturating_mul(round))
    }

    /// The first scrape after a moment.
    pub fn scrape_after(&self, at: Time) -> Time {
        let scrape = self.scenario.telemetry.scrape.0.max(1);
        Time((at.0 / scrape + 1).saturating_mul(scrape))
    }

    /// The least time from a scrape to its arrival; a fault may make it shorter than the file says.
    pub fn least_delay(&self) -> Span {
        let bends = self.scenario.faults.iter().flat_map(|fault| &fault.bends);
        let is_bent = bends.into_iter().any(|bend| bend.component == "telemetry" && bend.knob == "delay");
        if is_bent { Span::ZERO } else { span(least(&self.scenario.telemetry.delay)) }
    }

    /// The first round in which a stage's gates are judged: the one that asks for it still judges those of the stage before.
    pub fn first_round(&self, passage: &Passage) -> Time {
        self.round_at(passage.begin).max(passage.asked + self.policy.round)
    }

    /// The first round that can see a sample taken at this scrape.
    pub fn seen(&self, scrape: Time) -> Time {
        self.round_at(scrape + self.least_delay())
    }

    /// The first round that can see two scrapes after a moment, where the reading takes two.
    pub fn readable(&self, gate: &Gate, since: Time) -> Time {
        let first = self.scrape_after(since);
        let needed = if matches!(gate.check.reading, Reading::Growth(_)) { self.scrape_after(first) } else { first };
        self.seen(needed)
    }
}

fn span(seconds: f64) -> Span {
    Span::from_secs_f64(seconds)
}

/// Since when a gate's samples count in a stage that began then: a window reaches back before it, to the canary's first scrape.
pub(super) fn floor(gate: &Gate, begin: Time, exposed: Option<Time>) -> Time {
    let others = gate.check.reading.metrics()[0].arm.is_some_and(|scope| matches!(scope, Scope::Stable | Scope::All));
    match (gate.check.over, others) {
        (None, _) => begin,
        (Some(_), true) => Time::ZERO,
        (Some(_), false) => exposed.unwrap_or(begin),
    }
}

/// The stages from the one with which the rollout begins, as far as the horizon; then why it goes no further, if something keeps it.
pub(super) fn course(clock: Clock, applies: &[bool]) -> (Vec<Passage>, Option<String>) {
    let Clock { scenario, policy } = clock;
    let first = policy.stages.iter().position(|stage| Some(&stage.name) == scenario.begin.as_ref()).unwrap_or(0);
    let horizon = Time::ZERO + scenario.horizon;
    let (mut passages, mut asked, mut exposed) = (Vec::new(), Time::ZERO, None);
    for (stage, spec) in policy.stages.iter().enumerate().skip(first) {
        if spec.cohort != Cohort::Nobody {
            match ready(clock) {
                Ok(at) => asked = asked.max(clock.round_at(at)),
                Err(why) => return (passages, Some(why)),
            }
        }
        if asked >= horizon {
            return (passages, Some(format!("stage {} lies after the horizon of {}", spec.name, scenario.horizon)));
        }
        let begin = asked + span(propagation(scenario));
        if spec.cohort != Cohort::Nobody {
            exposed = exposed.or(Some(begin));
        }
        let end = end(clock, stage, begin, asked, exposed, applies);
        passages.push(Passage { stage, asked, begin, end });
        asked = end;
    }
    (passages, None)
}

/// From a decision to its effect, at the least: all environments take their time at once.
fn propagation(scenario: &Scenario) -> f64 {
    let bends = scenario.faults.iter().flat_map(|fault| &fault.bends);
    let is_bent = bends.into_iter().any(|bend| bend.component == "steering");
    let Dist::Constant(_) = scenario.steering.propagation else { return least(&scenario.steering.propagation) };
    if is_bent { 0.0 } else { least(&scenario.steering.propagation) }
}

/// The round that may ask for the next stage.
fn end(clock: Clock, stage: usize, begin: Time, asked: Time, exposed: Option<Time>, applies: &[bool]) -> Time {
    let spec = &clock.policy.stages[stage];
    let calendar = clock.scenario.operators.calendar;
    let readable = spec.gates.iter().filter(|gate| applies[**gate] && clock.policy.gates[**gate].needs.is_none());
    let readable = readable.map(|gate| {
        let gate = &clock.policy.gates[*gate];
        clock.readable(gate, floor(gate, begin, exposed))
    });
    let soaked = begin + spec.soak;
    let to_work = Span(calendar.day().0.saturating_mul(u64::from(spec.business_days)));
    let mut end = clock.round_at(readable.fold(soaked, Time::max)).max(asked + clock.policy.round);
    if to_work > Span::ZERO {
        end = end.max(clock.round_at(worked_until(clock, begin, to_work)));
    }
    let Some(review) = &spec.review else { return end };
    let falls_due = review.every.is_some_and(|every| every > Span::ZERO && end.since(begin) >= every);
    // Whoever is asked in this round has looked by the next one, unless nobody is at work.
    if review.before_next || falls_due { clock.round_at(calendar.at_work(end).max(end + clock.policy.round)) } else { end }
}

/// When so much working time has passed since a moment.
fn worked_until(clock: Clock, from: Time, to_work: Span) -> Time {
    let calendar = clock.scenario.operators.calendar;
    let (mut low, mut high) = (from, from + to_work);
    while calendar.worked(from, high) < to_work {
        high += to_work + Span::from_secs(7 * 86_400);
    }
    while high.0 - low.0 > 1 {
        let middle = Time(low.0 + (high.0 - low.0) / 2);
        if calendar.worked(from, middle) < to_work { low = middle } else { high = middle }
    }
    high
}

/// When everything that has to be ready is, at the earliest.
fn ready(clock: Clock) -> Result<Time, String> {
    let items = clock.policy.readiness.iter().flat_map(|readiness| &readiness.items);
    items.map(|item| closes(clock.scenario, item)).try_fold(Time::ZERO, |latest, at| Ok(latest.max(at?)))
}

/// When an item no longer stands in the way. One that blocks and is claimed later stands in the way then; at the earliest it is not there.
fn closes(scenario: &Scenario, item: &Item) -> Result<Time, String> {
    let never = || Err(format!("never ready: {} {}", item.name, if item.blocks { "stays present" } else { "is never closed" }));
    if let Some(list) = &scenario.readiness {
        let own = list.iter().filter(|fact| fact.item == item.name).filter_map(|fact| fact.claimed);
        return match (item.blocks, own.min()) {
            (false, Some(at)) => Ok(at),
            (false, None) => never(),
            (true, Some(Time::ZERO)) => never(),
            (true, _) => Ok(Time::ZERO),
        };
    }
    match (item.blocks, item.closes) {
        (_, Some(Closes::After(after))) => Ok(Time::ZERO + after),
        (false, None) | (true, None) => Ok(Time::ZERO),
        (_, Some(Closes::Never)) => never(),
    }
}
