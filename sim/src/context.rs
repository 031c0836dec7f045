//! What every part of the world shares: the clock, the queue, the dice, the knobs and the books.

use crate::claims::Claims;
use crate::demand::Request;
use crate::dice::{Purpose, Stream};
use crate::drift::Drift;
use crate::knobs::{Knobs, Level};
use crate::ledger::{Key, Ledger, Violation};
use crate::meters::{Interest, Meters};
use crate::probes;
use crate::queue::{Event, Queue};
use crate::routing::Routing;
use crate::scenario::Fault;
use crate::scenario::Split;
use crate::setup::{Setup, keeps};
use crate::trial::Entry;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// Whose outcome it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The subject.
    pub subject: u32,
    /// Its n-th request or connection.
    pub ordinal: u32,
    /// Which attempt.
    pub attempt: u16,
    /// Served by which arm.
    pub arm: Arm,
    /// A copy that no user sees: measured, but no truth about users.
    pub shadow: bool,
}

/// The shared part of a world. Cloned with it; what never changes is behind `setup`.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// What never changes.
    pub setup: &'a Setup<'a>,
    /// The time of the event that is being handled.
    pub now: Time,
    /// What happens next.
    pub queue: Queue,
    /// The knobs as they stand.
    pub knobs: Knobs,
    /// Who meets the canary.
    pub routing: Routing,
    /// The wobble.
    pub drift: Drift,
    /// The signals.
    pub meters: Meters,
    /// The truth.
    pub ledger: Ledger,
    /// What is claimed to be ready.
    pub claims: Claims,
    /// Events handled that did something.
    pub events: u64,
    /// Requests that completed just now, for the components that follow: (follower, request, arm).
    pub completed: Vec<(u8, Request, Arm)>,
    /// Requests that failed for good just now, in the same way.
    pub failed: Vec<(u8, Request, Arm)>,
    /// Faults that somebody put in while it was played.
    pub injected: Vec<Fault>,
}

impl Context<'_> {
    /// The faults that there are: those of the scenario, then those that were injected.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.setup.scenario.faults.iter().chain(&self.injected)
    }

    /// One of them.
    pub fn fault(&self, index: u16) -> &Fault {
        let planned = &self.setup.scenario.faults;
        let index = usize::from(index);
        planned.get(index).unwrap_or_else(|| &self.injected[index - planned.len()])
    }

    /// Plans a component's own event.
    pub fn plan(&mut self, delay: Span, component: u8, code: u8, slot: u32, generation: u32) {
        self.queue.push(self.now + delay, Event::Component { id: component, code, slot, generation });
    }

    /// The luck of a request in one component: the same under every policy.
    pub fn luck(&self, purpose: Purpose, component: u8, who: &Who) -> Stream {
        let request = u64::from(who.subject) << 32 | u64::from(who.ordinal);
        self.setup.dice.stream(purpose, request, u64::from(component) << 16 | u64::from(who.attempt))
    }

    /// One uniform draw in 0..1 where a stream would be too much.
    pub fn chance(&self, purpose: Purpose, component: u8, who: &Who) -> f64 {
        let request = u64::from(who.subject) << 32 | u64::from(who.ordinal);
        self.setup.dice.unit(purpose, request, u64::from(component) << 16 | u64::from(who.attempt))
    }

    /// A knob as it stands for a subject on an arm.
    #[inline]
    pub fn level(&self, knob: u16, who: &Who) -> Level {
        if self.knobs.is_bent(knob) { self.bent_level(knob, who) } else { Level::IDENTITY }
    }

    /// A probability as a knob has it for a subject on an arm.
    #[inline]
    pub fn share(&self, knob: u16, who: &Who, value: f64) -> f64 {
        if self.knobs.is_bent(knob) { self.bent_level(knob, who).share(value) } else { value.min(1.0) }
    }

    #[inline(never)]
    fn bent_level(&self, knob: u16, who: &Who) -> Level {
        if !self.knobs.is_split(knob) {
            return self.knobs.level(knob, who.arm);
        }
        let own = self.setup.population.segments[who.subject as usize];
        let labels = match self.setup.knob_map.owner(knob) {
            Some(component) if !self.setup.labels.is_empty() => {
                self.setup.labels.of(self.setup.dice, component, who.subject, who.ordinal)
            }
            _ => 0,
        };
        self.knobs.level_for(knob, who.arm, own | labels)
    }

    /// The arm that serves this attempt of a request.
    pub fn route(&self, subject: u32, ordinal: u32, attempt: u16) -> Arm {
        if probes::tag_of(ordinal).is_some() {
            return if self.routing.may_meet(subject) { Arm::Canary } else { Arm::Stable }; // no coin: it is to meet the canary
        }
        self.routing.arm(subject, || {
            let request = u64::from(subject) << 32 | u64::from(ordinal);
            self.setup.dice.stream(Purpose::Assignment, request, u64::from(attempt)).unit()
        })
    }

    /// Counts an outcome. Most signals of most trials concern nobody: that is seen here, and the rest is done elsewhere.
    #[inline]
    pub fn count(&mut self, signal: u16, who: &Who) {
        let interest = self.meters.touch(signal, who.arm);
        if interest.judged || interest.read {
            self.write_count(interest, signal, who);
        }
    }

    /// Records an outcome's number: microseconds, or thousandths.
    #[inline]
    pub fn value(&mut self, signal: u16, who: &Who, value: u64) {
        let interest = self.meters.touch(signal, who.arm);
        if interest.judged || interest.read {
            self.write_value(interest, signal, who, value);
        }
    }

    #[inline(never)]
    fn write_count(&mut self, interest: Interest, signal: u16, who: &Who) {
        if interest.judged {
            self.judge(signal, who, 1);
        }
        if interest.read {
            let (former, segments) = self.parts_of(signal, who);
            self.meters.count(self.now, signal, who.arm, former, segments, 1);
        }
    }

    #[inline(never)]
    fn write_value(&mut self, interest: Interest, signal: u16, who: &Who, value: u64) {
        if interest.judged {
            self.judge(signal, who, value);
        }
        if interest.read {
            let (former, segments) = self.parts_of(signal, who);
            self.meters.value(self.now, signal, who.arm, former, segments, value);
        }
    }

    /// Whether an outcome counts as one of a former subject too, and its segments where samples are split by any.
    #[inline]
    fn parts_of(&self, signal: u16, who: &Who) -> (bool, u128) {
        let former = who.arm != Arm::Canary && self.routing.is_former(who.subject);
        let segments = if self.meters.is_split() { self.setup.segments_of(signal, who.subject, who.ordinal) } else { 0 };
        (former, segments)
    }

    /// Raises or lowers a level.
    pub fn shift(&mut self, signal: u16, arm: Arm, by: i64) {
        self.meters.shift(self.now, signal, arm, by);
    }

    /// Whether an outcome of this signal matters to anybody: where it costs something to work it out.
    pub fn matters(&self, signal: u16) -> bool {
        let interest = self.meters.interest(signal);
        interest.judged || interest.read
    }

    /// Writes down an outcome that violates an objective.
    fn judge(&mut self, signal: u16, who: &Who, value: u64) {
        if who.shadow {
            return;
        }
        for &objective in &self.setup.objectives_of[usize::from(signal)] {
            if !keeps(&self.setup.objectives[usize::from(objective)], value) {
                let key = Key { signal, subject: who.subject, ordinal: who.ordinal, step: who.attempt };
                self.ledger.violations.push(Violation { at: self.now, objective, arm: who.arm, key });
            }
        }
    }

    /// An attempt meets an arm: the books note it when that is the canary. `before` is whether an earlier attempt of the same
    /// request did; whether one has by now is returned.
    pub fn meet(&mut self, who: &Who, before: bool) -> bool {
        let canary = who.arm == Arm::Canary && !who.shadow;
        if canary {
            self.routing.met(who.subject);
            self.ledger.expose(self.now, who.subject, !before);
        }
        canary || before
    }

    /// Draws the marks and amounts of an outcome. `marks` is the first of their signals, `knobs` the first of their knobs.
    pub fn mark(&mut self, component: u8, who: &Who, marks: u16, knobs: u16) {
        let spec = &self.setup.scenario.system[usize::from(component)];
        let signals = (spec.marks.len() + spec.amounts.len()) as u16;
        if !(marks..marks + signals).any(|signal| self.matters(signal)) {
            return;
        }
        let mut stream = self.luck(Purpose::Marks, component, who);
        for (i, (_, split)) in spec.marks.iter().enumerate() {
            let p = self.level(knobs + i as u16, who).share(*self.part(split, marks, who));
            if stream.coin(p) {
                self.count(marks + i as u16, who);
            }
        }
        for (i, (_, split)) in spec.amounts.iter().enumerate() {
            let local = (spec.marks.len() + i) as u16;
            let drawn = stream.amount(self.part(split, marks, who)) as f64;
            self.value(marks + local, who, self.level(knobs + local, who).apply(drawn) as u64);
        }
    }

    /// The parameter of the first segment that an outcome of the component that emits `signal` belongs to.
    fn part<'s, T>(&self, split: &'s Split<T>, signal: u16, who: &Who) -> &'s T {
        if split.by.is_empty() {
            return &split.base;
        }
        let segments = self.setup.segments_of(signal, who.subject, who.ordinal);
        let is_in = |a: &str, v: &str| self.setup.bit(a, v).is_some_and(|bit| segments >> bit & 1 == 1);
        split.by.iter().find(|(a, v, _)| is_in(a, v)).map_or(&split.base, |(_, _, parameter)| parameter)
    }

    /// Tells those that follow a component that one of its requests completed.
    pub fn completed(&mut self, component: u8, request: Request, arm: Arm) {
        let setup = self.setup;
        self.completed.extend(setup.followers[usize::from(component)].iter().map(|&follower| (follower, request, arm)));
    }

    /// Tells those that follow a component that one of its requests failed for good.
    pub fn failed(&mut self, component: u8, request: Request, arm: Arm) {
        let setup = self.setup;
        self.failed.extend(setup.followers[usize::from(component)].iter().map(|&follower| (follower, request, arm)));
    }

    /// Adds a line to the timeline.
    pub fn note(&mut self, kind: &'static str, text: String) {
        self.ledger.entries.push(Entry { at: self.now, kind, text });
    }
}

/// A duration bent by a knob and stretched by the wobble.
pub fn stretched(level: Level, drawn: Span, drift: f64) -> Span {
    if level == Level::IDENTITY && drift == 1.0 {
        return drawn; // exactly as drawn: a fault of size zero must be no fault
    }
    Span::from_secs_f64(level.apply(drawn.seconds() * drift))
}
