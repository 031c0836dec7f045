//! `reviews`: a completed request may have to wait for a human. Runs wait in one queue for reviewers who keep hours; what has
//! waited too long expires. A run that is approved finds its session expired or its access revoked, or goes on (`resume.rs`).
//!
//! A run waits until it is decided on: one that is being looked at still counts as waiting, but does not expire any more.

mod resume;

use super::{Component, Place, Slab};
use crate::context::{Context, Who, stretched};
use crate::demand::Request;
use crate::dice::Purpose;
use crate::knobs::Level;
use crate::scenario::Reviews as Spec;
use gatecrash_policies::calendar::Calendar;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use std::collections::VecDeque;

/// Local ids of the signals, in the order of `catalog::REVIEWS`.
mod signal {
    pub const REQUESTS: u16 = 0;
    pub const OUTCOMES: u16 = 1;
    pub const APPROVED: u16 = 2;
    pub const REJECTED: u16 = 3;
    pub const EXPIRED: u16 = 4;
    pub const FALLBACKS: u16 = 5;
    pub const RESUMED: u16 = 6;
    pub const CANCELLED: u16 = 7;
    pub const SESSION_EXPIRED: u16 = 8;
    pub const RESUME_FAILURES: u16 = 9;
    pub const REINITS: u16 = 10;
    pub const REINIT_OK: u16 = 11;
    pub const REINIT_UNCHECKED: u16 = 12;
    pub const REINIT_UNLINKED: u16 = 13;
    pub const REVOKED: u16 = 14;
    pub const REVOKED_WRITES: u16 = 15;
    pub const APPROVAL_LATENCY: u16 = 16;
    pub const WAITING: u16 = 17;
    pub const PAUSED_AGE: u16 = 18;
}

/// Local ids of the knobs, in the order of `catalog::REVIEWS`.
mod knob {
    pub const PROBABILITY: u16 = 0;
    pub const REVIEWER_SPEED: u16 = 1;
    pub const REVIEWERS: u16 = 2;
    pub const EXPIRY: u16 = 3;
    pub const FALLBACK: u16 = 4;
    pub const SESSION_TTL: u16 = 5;
    pub const SESSION_VISIBLE: u16 = 6;
    pub const REINIT: u16 = 7;
    pub const REINIT_CHECKED: u16 = 8;
    pub const REINIT_LINKED: u16 = 9;
    pub const REVOKED: u16 = 10;
    pub const REVOCATION_HONOURED: u16 = 11;
}

/// Codes of the component's events.
mod code {
    /// A reviewer has decided.
    pub const DECIDED: u8 = 0;
    /// A run has waited for as long as it may.
    pub const EXPIRY: u8 = 1;
    /// The reviewers come to work; it is about no run.
    pub const OPEN: u8 = 2;
}

/// The slowest that a reviewer gets, as a share of the usual speed: a review that began while the knob stood at zero must end some
/// day. Where nobody reviews at all, `reviewers` is the knob.
const SLOWEST: f64 = 1e-3;

/// A run that waits, or is being looked at.
#[derive(Clone, Copy, Debug)]
struct Run {
    who: Who,
    paused: Time,
    /// How long its capability session lives from then on.
    lives: Span,
}

/// All that chance has in store for a run, as uniform draws: the knobs of the moment decide what comes of them. It is drawn again
/// whenever it is needed, always alike.
#[derive(Clone, Copy, Debug)]
struct Luck {
    approve: f64,
    expiry: f64,
    fallback: f64,
    visible: f64,
    reinit: f64,
    checked: f64,
    linked: f64,
    revoked: f64,
    honoured: f64,
    review: Span,
    session: Option<Span>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Reviews<'a> {
    spec: &'a Spec,
    place: Place,
    runs: Slab<Run>,
    /// (slot, generation) in order of arrival; those whose generation has moved on have expired.
    queue: VecDeque<(u32, u32)>,
    /// How many may review at once.
    reviewers: u64,
    busy: u64,
    /// Whether the reviewers' next day is planned.
    opening: bool,
}

impl<'a> Reviews<'a> {
    /// Nobody waits.
    pub fn new(spec: &'a Spec, place: Place) -> Reviews<'a> {
        let reviewers = u64::from(spec.reviewers);
        Reviews { spec, place, runs: Slab::default(), queue: VecDeque::new(), reviewers, busy: 0, opening: false }
    }

    fn luck(&self, who: &Who, world: &Context) -> Luck {
        let mut stream = world.luck(Purpose::Review, self.place.id, who);
        Luck {
            approve: stream.unit(),
            expiry: stream.unit(),
            fallback: stream.unit(),
            visible: stream.unit(),
            reinit: stream.unit(),
            checked: stream.unit(),
            linked: stream.unit(),
            revoked: stream.unit(),
            honoured: stream.unit(),
            review: stream.span(&self.spec.review),
            session: self.spec.session.as_ref().map(|session| stream.span(session)),
        }
    }

    /// A bent probability.
    fn share(&self, world: &Context, knob: u16, base: f64, who: &Who) -> f64 {
        self.place.share(world, knob, who, base)
    }

    /// The run waits from now on.
    fn pause(&mut self, who: Who, world: &mut Context) {
        self.place.count(world, signal::REQUESTS, &who);
        self.place.shift(world, signal::WAITING, who.arm, 1);
        let ttl = self.place.level(world, knob::SESSION_TTL, &who);
        let lives = self.luck(&who, world).session.map_or(Span::MAX, |session| stretched(ttl, session, 1.0));
        let (slot, generation) = self.runs.insert(Run { who, paused: world.now, lives });
        self.queue.push_back((slot, generation));
        if let Some(expiry) = self.spec.expiry {
            world.plan(expiry, self.place.id, code::EXPIRY, slot, generation);
        }
        self.fill(world);
    }

    /// Free reviewers take those who wait, if it is their time.
    fn fill(&mut self, world: &mut Context) {
        while self.busy < self.reviewers {
            let Some(&(slot, generation)) = self.queue.front() else { return };
            let waits = self.runs.get(slot, generation).is_some();
            if waits && !self.is_open(world) {
                return;
            }
            self.queue.pop_front();
            if waits {
                self.review(slot, world);
            }
        }
    }

    /// Whether reviewers are at work; if they are not, their next beginning is planned.
    fn is_open(&mut self, world: &mut Context) -> bool {
        let calendar = Calendar { hours: self.spec.hours, start: world.setup.scenario.operators.calendar.start };
        let opens = calendar.at_work(world.now);
        if opens > world.now && !self.opening {
            self.opening = true;
            world.plan(opens.since(world.now), self.place.id, code::OPEN, 0, 0);
        }
        opens == world.now
    }

    /// A reviewer takes a run. Whoever has begun, finishes: whatever the hours, the expiry and the number of reviewers.
    fn review(&mut self, slot: u32, world: &mut Context) {
        let generation = self.runs.renew(slot);
        let who = self.runs.at(slot).who;
        self.busy += 1;
        let takes = worked(self.luck(&who, world).review, self.place.level(world, knob::REVIEWER_SPEED, &who));
        world.plan(takes, self.place.id, code::DECIDED, slot, generation);
    }

    fn decide(&mut self, slot: u32, world: &mut Context) {
        let run = self.runs.remove(slot).expect("a reviewed run is there");
        self.busy -= 1;
        self.place.value(world, signal::APPROVAL_LATENCY, &run.who, world.now.since(run.paused).0);
        let luck = self.luck(&run.who, world);
        if luck.approve < self.spec.approve {
            self.end(signal::APPROVED, &run.who, world);
            self.resume(&run, &luck, world);
        } else {
            self.end(signal::REJECTED, &run.who, world);
        }
        self.fill(world);
    }

    /// A run that does not expire now, while the knob is down, does not expire later either.
    fn expire(&mut self, slot: u32, world: &mut Context) {
        let who = self.runs.at(slot).who;
        let luck = self.luck(&who, world);
        if luck.expiry >= self.share(world, knob::EXPIRY, 1.0, &who) {
            return;
        }
        self.runs.remove(slot);
        self.end(signal::EXPIRED, &who, world);
        if luck.fallback < self.share(world, knob::FALLBACK, self.spec.fallback, &who) {
            self.place.count(world, signal::FALLBACKS, &who);
        }
    }

    /// The pause is over.
    fn end(&self, how: u16, who: &Who, world: &mut Context) {
        self.place.shift(world, signal::WAITING, who.arm, -1);
        self.place.count(world, signal::OUTCOMES, who);
        self.place.count(world, how, who);
        self.place.mark(world, who);
    }

    /// The reviewers that the knob leaves. There is one queue for both arms, so each arm's knob counts by its exposure.
    fn staff(&mut self, world: &Context) {
        let level = |arm| world.knobs.level(self.place.knobs + knob::REVIEWERS, arm).apply(1.0);
        let exposure = world.routing.exposure();
        let share = (1.0 - exposure) * level(Arm::Stable) + exposure * level(Arm::Canary);
        self.reviewers = (f64::from(self.spec.reviewers) * share).round() as u64;
    }
}

/// How long a review takes at this speed: half the speed, twice the time.
fn worked(drawn: Span, speed: Level) -> Span {
    if speed == Level::IDENTITY {
        return drawn; // exactly as drawn: a fault of size zero must be no fault
    }
    Span::from_secs_f64(drawn.seconds() / speed.apply(1.0).max(SLOWEST))
}

fn request(who: &Who) -> Request {
    Request { subject: who.subject, ordinal: who.ordinal, service: None, failed: false, size: None }
}

impl Component for Reviews<'_> {
    fn begin(&mut self, world: &mut Context) {
        self.staff(world);
    }

    /// A run on the canary has met it already, so that nobody is exposed here.
    fn arrive(&mut self, request: Request, arm: Option<Arm>, world: &mut Context) {
        let arm = arm.unwrap_or_else(|| world.route(request.subject, request.ordinal, 0));
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow: false };
        let probability = self.share(world, knob::PROBABILITY, self.spec.probability, &who);
        if world.chance(Purpose::Follow, self.place.id, &who) < probability {
            self.pause(who, world);
        } else {
            world.completed(self.place.id, request, arm);
        }
    }

    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        if code == code::OPEN {
            self.opening = false;
            return self.fill(world);
        }
        if self.runs.get(slot, generation).is_none() {
            world.events -= 1; // stale: it does nothing and counts for nothing
            return;
        }
        match code {
            code::DECIDED => self.decide(slot, world),
            code::EXPIRY => self.expire(slot, world),
            _ => unreachable!("reviews plans no event {code}"),
        }
    }

    /// The age of the oldest run that has no decision yet, by arm; 0 where none waits.
    fn scrape(&mut self, world: &mut Context) {
        let signal = self.place.signals + signal::PAUSED_AGE;
        if !world.matters(signal) {
            return;
        }
        let mut oldest = [world.now; 2];
        for slot in self.runs.slots() {
            let run = self.runs.at(slot);
            let oldest = &mut oldest[run.who.arm as usize];
            *oldest = run.paused.min(*oldest);
        }
        for arm in [Arm::Stable, Arm::Canary] {
            world.meters.set(world.now, signal, arm, world.now.since(oldest[arm as usize]).0);
        }
    }

    fn adjust(&mut self, world: &mut Context) {
        self.staff(world);
        self.fill(world);
    }

    /// Nothing is lost: runs that wait are written down, and reviewers are people.
    fn restart(&mut self, _world: &mut Context) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::level_of;
    use gatecrash_policies::policy::By;

    #[test]
    fn half_the_speed_takes_twice_the_time() {
        let at = |by: By, size: f64| worked(Span(600_000_000), level_of(by, size)).0;
        assert_eq!(at(By::Times(0.5), 1.0), 1_200_000_000);
        assert_eq!(at(By::Times(2.0), 1.0), 300_000_000);
        assert_eq!(at(By::Times(0.5), 0.0), 600_000_000);
        assert_eq!(at(By::Times(0.0), 1.0), 600_000_000_000, "a thousand times as long, not for ever");
    }
}
