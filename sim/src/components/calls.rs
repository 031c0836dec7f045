//! `calls`: a request meets a queue with servers and comes to one of four ends: completed, failed, cancelled, dropped.

mod fate;

use super::backoff::backoff;
use super::{Component, Place, Slab, split};
use crate::context::{Context, Who};
use crate::demand::Request;
use crate::dice::Purpose;
use crate::scenario::{Calls as Spec, Pool};
use fate::Fate;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use std::collections::VecDeque;

/// Local ids of the signals, in the order of `catalog::CALLS`.
mod signal {
    pub const STARTS: u16 = 0;
    pub const ATTEMPTS: u16 = 1;
    pub const RETRIES: u16 = 2;
    pub const REJECTED: u16 = 3;
    pub const FAILURES: u16 = 4;
    pub const TIMEOUTS: u16 = 5;
    pub const ABANDONED: u16 = 6;
    pub const OUTCOMES: u16 = 7;
    pub const COMPLETES: u16 = 8;
    pub const ERRORS: u16 = 9;
    pub const CANCELS: u16 = 10;
    pub const CANCELLED: u16 = 11;
    pub const DROPPED: u16 = 12;
    pub const DUPLICATE_FINALS: u16 = 13;
    pub const DEPENDENCY_FAILURES: u16 = 14;
    pub const FALLBACKS: u16 = 15;
    pub const LATENCY: u16 = 16;
    pub const WAIT: u16 = 17;
    pub const SERVICE: u16 = 18;
    pub const CANCEL_TO_ACK: u16 = 19;
    pub const HOPS: u16 = 20;
    pub const QUEUE: u16 = 21;
    pub const IN_SYSTEM: u16 = 22;
    pub const SIZE: u16 = 23;
    pub const READS: u16 = 24;
    pub const DUPLICATE_READS: u16 = 25;
    pub const UNANSWERED: u16 = 26;
    pub const UNSAFE_ENDS: u16 = 27;
}

/// Local ids of the knobs, in the order of `catalog::CALLS`.
mod knob {
    pub const LATENCY: u16 = 0;
    pub const ERROR_RATE: u16 = 1;
    pub const CANCEL: u16 = 2;
    pub const CANCEL_LATENCY: u16 = 3;
    pub const CAPACITY: u16 = 4;
    pub const DROP: u16 = 5;
    pub const DUPLICATE_FINAL: u16 = 6;
    pub const DEPENDENCY_ERRORS: u16 = 7;
    pub const DEPENDENCY_LATENCY: u16 = 8;
    pub const FALLBACK: u16 = 9;
    pub const HOPS: u16 = 10;
    pub const MODE: u16 = 11;
    pub const DUPLICATE_READ: u16 = 12;
    pub const UNSAFE_END: u16 = 13;
}

/// Codes of the component's events.
mod code {
    /// A server is done with an attempt.
    pub const DONE: u8 = 0;
    /// The caller stops waiting for an attempt.
    pub const TIMEOUT: u8 = 1;
    /// The caller leaves the queue.
    pub const IMPATIENT: u8 = 2;
    /// The caller cancels.
    pub const CANCEL: u8 = 3;
    /// The cancellation is acknowledged.
    pub const ACK: u8 = 4;
    /// The caller tries again.
    pub const RETRY: u8 = 5;
    /// A server is done with an attempt that nobody waits for any more; the slot is the pool.
    pub const RELEASE: u8 = 6;
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Serving,
    BackingOff,
}

#[derive(Clone, Debug)]
struct Call {
    who: Who,
    /// A trace's own service time and outcome.
    recorded: Option<Span>,
    recorded_failure: bool,
    started: Time,
    /// When the present attempt began, and when a server took it.
    attempted: Time,
    served: Time,
    /// When a cancellation was asked for.
    cancelled: Time,
    phase: Phase,
    fate: Fate,
    /// Whether some attempt met the canary.
    exposed: bool,
    /// Whether the dependency failed some attempt.
    forsaken: bool,
}

#[derive(Clone, Debug, Default)]
struct Servers {
    /// How many may be busy; `u64::MAX` is unlimited.
    count: u64,
    busy: u64,
    /// (slot, generation) in order of arrival; those whose generation has moved on have left.
    queue: VecDeque<(u32, u32)>,
    waiting: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Calls<'a> {
    spec: &'a Spec,
    place: Place,
    calls: Slab<Call>,
    pools: [Servers; 2],
}

impl<'a> Calls<'a> {
    /// Idle.
    pub fn new(spec: &'a Spec, place: Place) -> Calls<'a> {
        let count = spec.servers.map_or(u64::MAX, u64::from);
        let pool = Servers { count, ..Servers::default() };
        Calls { spec, place, calls: Slab::default(), pools: [pool.clone(), pool] }
    }

    fn pool(&self, arm: Arm) -> usize {
        usize::from(self.spec.pool == Pool::PerArm && arm == Arm::Canary)
    }

    /// A request arrives: a copy of it may go to the canary as well.
    pub fn receive(&mut self, request: &Request, world: &mut Context) {
        let arm = world.route(request.subject, request.ordinal, 0);
        self.start(request, arm, false, world);
        if world.routing.has_shadow() {
            self.start(request, Arm::Canary, true, world);
        }
    }

    fn start(&mut self, request: &Request, arm: Arm, shadow: bool, world: &mut Context) {
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow };
        self.place.count(world, signal::STARTS, &who);
        if let Some(size) = request.size {
            self.place.value(world, signal::SIZE, &who, size);
        }
        let call = Call {
            who,
            recorded: request.service,
            recorded_failure: request.failed,
            started: world.now,
            attempted: world.now,
            served: world.now,
            cancelled: Time::ZERO,
            phase: Phase::Waiting,
            fate: Fate::default(),
            exposed: false,
            forsaken: false,
        };
        let (slot, _) = self.calls.insert(call);
        self.attempt(slot, world);
    }

    /// The caller knocks: served at once, queued, or turned away.
    fn attempt(&mut self, slot: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        call.attempted = world.now;
        call.phase = Phase::Waiting;
        let who = call.who;
        call.exposed = world.meet(&who, call.exposed);
        self.place.count(world, signal::ATTEMPTS, &who);
        let pool = self.pool(who.arm);
        let servers = &mut self.pools[pool];
        if servers.busy < servers.count {
            self.place.shift(world, signal::IN_SYSTEM, who.arm, 1);
            self.serve(slot, world);
        } else if servers.waiting < self.spec.queue.map_or(u64::MAX, u64::from) {
            servers.waiting += 1;
            let generation = self.calls.generation(slot);
            servers.queue.push_back((slot, generation));
            self.place.shift(world, signal::IN_SYSTEM, who.arm, 1);
            self.place.shift(world, signal::QUEUE, who.arm, 1);
            self.plan_departure(slot, generation, who, world);
        } else {
            self.place.count(world, signal::REJECTED, &who);
            self.fail(slot, world);
        }
    }

    /// A caller in the queue may lose patience.
    fn plan_departure(&mut self, slot: u32, generation: u32, who: Who, world: &mut Context) {
        if let Some(timeout) = self.spec.timeout {
            world.plan(timeout, self.place.id, code::TIMEOUT, slot, generation);
        }
        if let Some(patience) = &self.spec.patience {
            let patience = world.luck(Purpose::Cancel, self.place.id, &who).span(patience);
            world.plan(patience, self.place.id, code::IMPATIENT, slot, generation);
        }
    }

    /// A free server takes the attempt.
    fn serve(&mut self, slot: u32, world: &mut Context) {
        let generation = self.calls.renew(slot);
        let fate = self.fate(slot, world);
        let call = self.calls.at(slot);
        call.phase = Phase::Serving;
        call.served = world.now;
        call.fate = fate;
        let (who, waited) = (call.who, world.now.since(call.attempted));
        self.place.value(world, signal::WAIT, &who, waited.0);
        let pool = self.pool(who.arm);
        self.pools[pool].busy += 1;
        let patience = self.spec.timeout.map_or(Span::MAX, |timeout| Span(timeout.0.saturating_sub(waited.0)));
        let (after, code) = match fate.cancel {
            Some((after, _)) if after < patience => (after, code::CANCEL),
            _ if fate.service <= patience => (fate.service, code::DONE),
            _ => (patience, code::TIMEOUT),
        };
        world.plan(after, self.place.id, code, slot, generation);
    }

    fn done(&mut self, slot: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        call.forsaken |= call.fate.dependency_fails;
        let (who, fate, served) = (call.who, call.fate, call.served);
        self.place.value(world, signal::SERVICE, &who, world.now.since(served).0);
        self.place.shift(world, signal::IN_SYSTEM, who.arm, -1);
        self.read(&who, fate.hops, world);
        if fate.dependency_fails {
            self.place.count(world, signal::DEPENDENCY_FAILURES, &who);
        }
        if fate.falls_back {
            self.place.count(world, signal::FALLBACKS, &who);
        }
        if fate.hushed || !fate.fails {
            self.complete(slot, fate, world)
        } else {
            self.fail(slot, world)
        }
        self.release(self.pool(who.arm), world);
    }

    /// A request comes to its end, whichever end and attempt it is.
    fn end(&mut self, slot: u32, world: &mut Context) -> Who {
        let &mut Call { who, forsaken, .. } = self.calls.at(slot);
        let who = Who { attempt: 0, ..who };
        self.calls.remove(slot);
        self.place.count(world, signal::OUTCOMES, &who);
        if forsaken && self.ends_unsafe(&who, world) {
            self.place.count(world, signal::UNSAFE_ENDS, &who);
        }
        who
    }

    fn complete(&mut self, slot: u32, fate: Fate, world: &mut Context) {
        let started = self.calls.at(slot).started;
        let who = self.end(slot, world);
        self.place.mark(world, &who);
        if fate.drops || fate.hushed {
            self.place.count(world, signal::DROPPED, &who);
            if fate.hushed {
                self.place.count(world, signal::UNANSWERED, &who);
            }
            return;
        }
        self.place.count(world, signal::COMPLETES, &who);
        self.place.value(world, signal::LATENCY, &who, world.now.since(started).0);
        if fate.doubles {
            self.place.count(world, signal::DUPLICATE_FINALS, &who);
        }
        if !who.shadow {
            world.completed(self.place.id, of(&who), who.arm);
        }
    }

    /// An attempt failed: another one, or the end.
    fn fail(&mut self, slot: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        let who = call.who;
        self.place.count(world, signal::FAILURES, &who);
        match self.spec.retry {
            Some(retry) if u32::from(who.attempt) + 1 < retry.attempts => {
                self.calls.at(slot).phase = Phase::BackingOff;
                let generation = self.calls.renew(slot);
                let wait = backoff(&retry.backoff, who.attempt, &mut world.luck(Purpose::Backoff, self.place.id, &who));
                world.plan(wait, self.place.id, code::RETRY, slot, generation);
            }
            _ => {
                let who = self.end(slot, world);
                self.place.count(world, signal::ERRORS, &who);
                self.place.mark(world, &who);
                if !who.shadow {
                    world.failed(self.place.id, of(&who), who.arm);
                }
            }
        }
    }

    fn retry(&mut self, slot: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        call.who.attempt += 1;
        let who = call.who;
        if !who.shadow {
            call.who.arm = world.route(who.subject, who.ordinal, who.attempt);
        }
        let who = call.who;
        self.place.count(world, signal::RETRIES, &who);
        self.attempt(slot, world);
    }

    /// The caller leaves: out of the queue, or with a server at work that does not know it yet.
    fn give_up(&mut self, slot: u32, reason: u16, world: &mut Context) {
        let call = self.calls.at(slot);
        let (who, phase, ends) = (call.who, call.phase, call.served + call.fate.service);
        self.place.count(world, reason, &who);
        self.place.shift(world, signal::IN_SYSTEM, who.arm, -1);
        let pool = self.pool(who.arm);
        if phase == Phase::Waiting {
            self.pools[pool].waiting -= 1;
            self.place.shift(world, signal::QUEUE, who.arm, -1);
        } else {
            world.plan(ends.since(world.now), self.place.id, code::RELEASE, pool as u32, 0);
        }
        self.calls.renew(slot);
        self.fail(slot, world);
    }

    fn cancel(&mut self, slot: u32, generation: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        call.cancelled = world.now;
        let (who, ack) = (call.who, call.fate.cancel.map_or(Span::ZERO, |(_, ack)| ack));
        self.place.count(world, signal::CANCELS, &who);
        world.plan(ack, self.place.id, code::ACK, slot, generation);
    }

    fn acknowledge(&mut self, slot: u32, world: &mut Context) {
        let call = self.calls.at(slot);
        let (who, took) = (call.who, world.now.since(call.cancelled));
        self.place.shift(world, signal::IN_SYSTEM, who.arm, -1);
        self.place.value(world, signal::CANCEL_TO_ACK, &who, took.0);
        let who = self.end(slot, world);
        self.place.count(world, signal::CANCELLED, &who);
        self.place.mark(world, &who);
        self.release(self.pool(who.arm), world);
    }

    fn release(&mut self, pool: usize, world: &mut Context) {
        self.pools[pool].busy -= 1;
        self.fill(pool, world);
    }

    /// Free servers take those who wait.
    fn fill(&mut self, pool: usize, world: &mut Context) {
        while self.pools[pool].busy < self.pools[pool].count {
            let Some((slot, generation)) = self.pools[pool].queue.pop_front() else { return };
            if let Some(call) = self.calls.get(slot, generation) {
                let arm = call.who.arm;
                self.pools[pool].waiting -= 1;
                self.place.shift(world, signal::QUEUE, arm, -1);
                self.serve(slot, world);
            }
        }
    }

    /// The servers that the knobs and the exposure leave to each pool.
    fn size_pools(&mut self, world: &Context) {
        let Some(servers) = self.spec.servers else { return };
        let level = |arm| world.knobs.level(self.place.knobs + knob::CAPACITY, arm).apply(1.0);
        let exposure = world.routing.exposure();
        let total = f64::from(servers);
        let [stable, canary] = match self.spec.pool {
            // The canary's instances are as large a part of the fleet as its share of the subjects.
            Pool::Shared => [total, 0.0],
            // A canary that is sent a copy of everything has servers for everything.
            Pool::PerArm if world.routing.has_shadow() => [total, total],
            Pool::PerArm => split(total, exposure),
        };
        let shared = (1.0 - exposure) * level(Arm::Stable) + exposure * level(Arm::Canary);
        let levels = if self.spec.pool == Pool::Shared { [shared, 0.0] } else { [level(Arm::Stable), level(Arm::Canary)] };
        for ((pool, servers), level) in self.pools.iter_mut().zip([stable, canary]).zip(levels) {
            // The servers of an arm that goes away go when nobody waits for them any more, and rounding alone takes no arm's
            // last one.
            let left = if servers > 0.0 { (servers * level).round() as u64 } else { pool.count };
            let is_needed = servers > 0.0 || pool.waiting > 0;
            pool.count = if is_needed { left.max(u64::from(level > 0.0)) } else { 0 };
        }
    }
}

/// A request as those that follow get it.
fn of(who: &Who) -> Request {
    Request { subject: who.subject, ordinal: who.ordinal, service: None, failed: false, size: None }
}

impl Component for Calls<'_> {
    fn begin(&mut self, world: &mut Context) {
        self.size_pools(world);
    }

    fn arrive(&mut self, request: Request, _arm: Option<Arm>, world: &mut Context) {
        self.receive(&request, world);
    }

    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        if code == code::RELEASE {
            return self.release(slot as usize, world);
        }
        if self.calls.get(slot, generation).is_none() {
            world.events -= 1; // stale: it does nothing and counts for nothing
            return;
        }
        match code {
            code::DONE => self.done(slot, world),
            code::TIMEOUT => self.give_up(slot, signal::TIMEOUTS, world),
            code::IMPATIENT => self.give_up(slot, signal::ABANDONED, world),
            code::CANCEL => self.cancel(slot, generation, world),
            code::ACK => self.acknowledge(slot, world),
            code::RETRY => self.retry(slot, world),
            _ => unreachable!("calls plans no event {code}"),
        }
    }

    fn adjust(&mut self, world: &mut Context) {
        self.size_pools(world);
        self.fill(0, world);
        self.fill(1, world);
    }

    /// What a restarted server was doing fails; the queue, which stands before it, is kept.
    fn restart(&mut self, world: &mut Context) {
        for slot in self.calls.slots() {
            let call = self.calls.at(slot);
            if call.phase != Phase::Serving {
                continue;
            }
            let who = call.who;
            self.place.shift(world, signal::IN_SYSTEM, who.arm, -1);
            self.calls.renew(slot);
            self.fail(slot, world);
            let pool = self.pool(who.arm);
            self.pools[pool].busy -= 1;
        }
        self.fill(0, world);
        self.fill(1, world);
    }
}
