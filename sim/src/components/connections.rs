//! `connections`: one long-lived client per subject. A client that loses its connection backs off, queues for a limited acceptor,
//! may be refused, is sent what it missed, and is connected again: a storm is many of them at once.

mod client;
mod hazard;
mod messages;

use super::backoff::backoff;
use super::{Component, Place, split};
use crate::context::{Context, Who, stretched};
use crate::dice::{Dist, Purpose};
use crate::scenario::{Connections as Spec, Onset, Pool};
use client::{Acceptor, Client, State};
use gatecrash_policies::policy::By;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use hazard::Hazard;

/// Local ids of the signals, in the order of `catalog::CONNECTIONS`.
mod signal {
    pub const DROPS: u16 = 0;
    pub const ATTEMPTS: u16 = 1;
    pub const RECONNECTS: u16 = 2;
    pub const RECONNECTS_OK: u16 = 3;
    pub const AUTH_ERRORS: u16 = 4;
    pub const CONNECT_TIMEOUTS: u16 = 5;
    pub const STALE_CURSOR: u16 = 6;
    pub const EVICTED: u16 = 7;
    pub const MOVED: u16 = 8;
    pub const MESSAGES: u16 = 9;
    pub const MESSAGE_DUPLICATES: u16 = 10;
    pub const OUTCOMES: u16 = 11;
    pub const RECONNECT_TIME: u16 = 12;
    pub const REPLAY_BOOTSTRAP: u16 = 13;
    pub const MESSAGE_LAG: u16 = 14;
    pub const BACKLOG: u16 = 15;
    pub const CONNECTED: u16 = 16;
    pub const UNREAD: u16 = 17;
    pub const REGISTRATIONS: u16 = 18;
}

/// Local ids of the knobs, in the order of `catalog::CONNECTIONS`.
mod knob {
    pub const DROP_RATE: u16 = 0;
    pub const DISCONNECT: u16 = 1;
    pub const ACCEPT_RATE: u16 = 2;
    pub const BACKOFF: u16 = 3;
    pub const REPLAY_COST: u16 = 4;
    pub const AUTH_ERRORS: u16 = 5;
    pub const STALE_CURSOR: u16 = 6;
    pub const MESSAGES: u16 = 7;
    pub const CONSUMER_SPEED: u16 = 8;
    pub const MESSAGE_LAG: u16 = 9;
    pub const DUPLICATE_MESSAGE: u16 = 10;
}

/// Codes of the component's events; the slot is the client unless said otherwise.
mod code {
    /// The next connection of an arm (the slot) is lost; the generation is the arm's.
    pub const DROP: u8 = 0;
    /// A client knocks.
    pub const KNOCK: u8 = 1;
    /// The acceptor of a pool (the slot) has accepted the client at its head.
    pub const ACCEPTED: u8 = 2;
    /// A client has been sent what it missed.
    pub const REPLAYED: u8 = 3;
    /// A client gives up its attempt.
    pub const TIMEOUT: u8 = 4;
    /// A client whose arm changed reconnects.
    pub const MOVE: u8 = 5;
}

/// Set in `Client::episode` for losses that are not drops by hazard: those come or do not come as the rollout has it, and must
/// not move the luck of the others.
const OTHER: u32 = 1 << 31;

/// See the module.
#[derive(Clone, Debug)]
pub struct Connections<'a> {
    spec: &'a Spec,
    place: Place,
    clients: Vec<Client>,
    acceptors: [Acceptor; 2],
    hazards: [Hazard; 2],
    /// The connected clients of each arm, in no order that means anything.
    connected: [Vec<u32>; 2],
    /// Connected clients that read more slowly than they are sent, or have something unread.
    slow: Vec<u32>,
    /// Fractions of messages carried from tick to tick, by arm.
    carry: [f64; 2],
    ticks: u64,
}

impl<'a> Connections<'a> {
    /// Nobody there yet: see `begin`.
    pub fn new(spec: &'a Spec, place: Place) -> Connections<'a> {
        let (acceptors, hazards, connected) = Default::default();
        let (clients, slow) = Default::default();
        Connections { spec, place, clients, acceptors, hazards, connected, slow, carry: [0.0; 2], ticks: 0 }
    }

    fn who(&self, client: u32) -> Who {
        let c = &self.clients[client as usize];
        Who { subject: client, ordinal: c.episode, attempt: c.attempt, arm: c.arm, shadow: false }
    }

    fn pool(&self, arm: Arm) -> usize {
        usize::from(self.spec.pool == Pool::PerArm && arm == Arm::Canary)
    }

    fn is_current(&self, client: u32, generation: u32) -> bool {
        self.clients[client as usize].generation == generation
    }

    /// A client is connected on its arm.
    fn connect(&mut self, client: u32, world: &mut Context) {
        let who = self.who(client);
        let mut stream = world.luck(Purpose::Client, self.place.id, &Who { attempt: u16::MAX, ..who });
        let speed = self.spec.consumer_speed.draw(&mut stream);
        let c = &mut self.clients[client as usize];
        c.state = State::Connected;
        c.speed = speed;
        c.unread = 0.0;
        c.generation = c.generation.wrapping_add(1);
        let seats = &mut self.connected[who.arm as usize];
        c.seat = seats.len() as u32;
        seats.push(client);
        if speed < 1.0 {
            self.slow.push(client);
        }
        self.place.shift(world, signal::CONNECTED, who.arm, 1);
    }

    /// A connection ends; the client comes back after its back-off, or at once when it was asked to move. `drop` is the number of a
    /// drop by hazard.
    fn lose(&mut self, client: u32, why: u16, drop: Option<u32>, world: &mut Context) {
        self.place.shift(world, signal::CONNECTED, self.clients[client as usize].arm, -1);
        self.unseat(client);
        let c = &mut self.clients[client as usize];
        c.state = State::Away;
        c.generation = c.generation.wrapping_add(1);
        c.episode = drop.unwrap_or(OTHER | c.others);
        c.others += u32::from(drop.is_none());
        c.attempt = 0;
        // The loss belongs to the episode that it begins: the n-th drop is the same one in every world.
        let who = self.who(client);
        self.place.count(world, why, &who);
        let c = &mut self.clients[client as usize];
        c.exposed = false;
        c.lost = world.now;
        c.unread = 0.0;
        if why == signal::MOVED {
            let generation = c.generation;
            world.plan(Span::ZERO, self.place.id, code::KNOCK, client, generation);
        } else {
            c.coin = (c.episode, 0);
            self.back_off(client, world);
        }
    }

    /// Takes a client off the list of the connected; the last one takes its seat.
    fn unseat(&mut self, client: u32) {
        let Client { arm, seat, .. } = self.clients[client as usize];
        let seats = &mut self.connected[arm as usize];
        seats.swap_remove(seat as usize);
        if let Some(moved) = seats.get(seat as usize) {
            self.clients[*moved as usize].seat = seat;
        }
    }

    fn back_off(&mut self, client: u32, world: &mut Context) {
        let who = self.who(client);
        let drawn = backoff(&self.spec.backoff, who.attempt, &mut world.luck(Purpose::Backoff, self.place.id, &who));
        let wait = stretched(self.place.level(world, knob::BACKOFF, &who), drawn, 1.0);
        let c = &mut self.clients[client as usize];
        c.state = State::Away;
        world.plan(wait, self.place.id, code::KNOCK, client, c.generation);
    }

    fn knock(&mut self, client: u32, world: &mut Context) {
        let c = &mut self.clients[client as usize];
        c.arm = world.route(client, c.coin.0, c.coin.1);
        c.state = State::Queued;
        let generation = c.generation;
        self.change_hazard(client, world);
        let who = self.who(client);
        let before = self.clients[client as usize].exposed;
        self.clients[client as usize].exposed = world.meet(&who, before);
        self.place.count(world, signal::ATTEMPTS, &who);
        self.place.shift(world, signal::BACKLOG, who.arm, 1);
        if let Some(timeout) = self.spec.connect_timeout {
            world.plan(timeout, self.place.id, code::TIMEOUT, client, generation);
        }
        let pool = self.pool(who.arm);
        self.acceptors[pool].queue.push_back((client, generation));
        self.accept_next(pool, world);
    }

    /// An idle acceptor turns to the next client in its queue.
    fn accept_next(&mut self, pool: usize, world: &mut Context) {
        while self.acceptors[pool].busy.is_none() {
            let Some((client, generation)) = self.acceptors[pool].queue.pop_front() else { return };
            if !self.is_current(client, generation) {
                continue;
            }
            let who = self.who(client);
            let rate = self.place.level(world, knob::ACCEPT_RATE, &who).apply(self.spec.accept_rate) * self.acceptors[pool].share;
            if rate <= 0.0 {
                self.acceptors[pool].queue.push_front((client, generation)); // until the knob is turned again
                return;
            }
            self.acceptors[pool].busy = Some((client, generation));
            world.plan(Span::from_secs_f64(1.0 / rate), self.place.id, code::ACCEPTED, pool as u32, 0);
        }
    }

    fn accepted(&mut self, pool: usize, world: &mut Context) {
        let busy = self.acceptors[pool].busy.take();
        if let Some((client, generation)) = busy
            && self.is_current(client, generation)
        {
            self.admit(client, pool, world);
        }
        self.accept_next(pool, world);
    }

    /// An accepted client is refused, or waits for its replay.
    fn admit(&mut self, client: u32, pool: usize, world: &mut Context) {
        let who = self.who(client);
        self.place.shift(world, signal::BACKLOG, who.arm, -1);
        let c = &mut self.clients[client as usize];
        c.generation = c.generation.wrapping_add(1); // its time-out is over
        c.accepted = world.now;
        let generation = c.generation;
        let mut stream = world.luck(Purpose::Client, self.place.id, &who);
        if stream.coin(self.place.share(world, knob::AUTH_ERRORS, &who, self.spec.auth_errors)) {
            self.place.count(world, signal::AUTH_ERRORS, &who);
            return self.try_again(client, world);
        }
        self.clients[client as usize].state = State::Replaying;
        if self.acceptors[pool].replays < self.spec.replay_slots.map_or(u64::MAX, u64::from) {
            self.replay(client, pool, world);
        } else {
            self.acceptors[pool].waiting.push_back((client, generation));
        }
    }

    fn try_again(&mut self, client: u32, world: &mut Context) {
        let who = self.who(client);
        self.place.count(world, signal::RECONNECTS, &who);
        let c = &mut self.clients[client as usize];
        c.attempt += 1;
        c.coin = (c.episode, c.attempt);
        self.back_off(client, world);
    }

    fn replay(&mut self, client: u32, pool: usize, world: &mut Context) {
        self.acceptors[pool].replays += 1;
        let who = self.who(client);
        let mut stream = world.luck(Purpose::Message, self.place.id, &who);
        let stale = stream.coin(self.place.share(world, knob::STALE_CURSOR, &who, self.spec.stale_cursor));
        let drawn = stream.span(&self.spec.replay);
        if stale {
            self.place.count(world, signal::STALE_CURSOR, &who);
        }
        let cost = if stale { self.spec.stale_cost } else { 1.0 };
        let level = self.place.level(world, knob::REPLAY_COST, &who);
        let took = stretched(level, drawn, cost * world.drift.latency(who.arm));
        let generation = self.clients[client as usize].generation;
        world.plan(took, self.place.id, code::REPLAYED, client, generation);
    }

    fn replayed(&mut self, client: u32, world: &mut Context) {
        let who = self.who(client);
        let pool = self.pool(who.arm);
        self.end_replay(pool, world);
        let c = self.clients[client as usize];
        self.place.count(world, signal::RECONNECTS, &who);
        self.place.count(world, signal::RECONNECTS_OK, &who);
        let episode = Who { attempt: 0, ..who };
        self.place.count(world, signal::OUTCOMES, &episode);
        self.place.value(world, signal::RECONNECT_TIME, &episode, world.now.since(c.lost).0);
        self.place.value(world, signal::REPLAY_BOOTSTRAP, &who, world.now.since(c.accepted).0);
        self.place.mark(world, &episode);
        self.place.count(world, signal::REGISTRATIONS, &episode);
        self.connect(client, world);
        self.ask_to_move(client, world); // its arm may have changed while it waited
    }

    /// Whether a client is connected to an arm that is not its own any more.
    fn is_misplaced(&self, client: u32, world: &Context) -> bool {
        let c = &self.clients[client as usize];
        world.route(client, c.coin.0, c.coin.1) != c.arm
    }

    /// A connected client that belongs to the other arm now is asked to reconnect within `drain`.
    fn ask_to_move(&mut self, client: u32, world: &mut Context) {
        if self.is_misplaced(client, world) {
            let who = self.who(client);
            let drain = Dist::Uniform { low: 0.0, high: self.spec.drain.seconds() };
            let after = world.luck(Purpose::Backoff, self.place.id, &Who { attempt: u16::MAX, ..who }).span(&drain);
            world.plan(after, self.place.id, code::MOVE, client, self.clients[client as usize].generation);
        }
    }

    fn end_replay(&mut self, pool: usize, world: &mut Context) {
        self.acceptors[pool].replays -= 1;
        while let Some((client, generation)) = self.acceptors[pool].waiting.pop_front() {
            if self.is_current(client, generation) {
                return self.replay(client, pool, world);
            }
        }
    }

    fn timeout(&mut self, client: u32, world: &mut Context) {
        let who = self.who(client);
        let c = &mut self.clients[client as usize];
        c.generation = c.generation.wrapping_add(1); // leaves the queue
        self.place.shift(world, signal::BACKLOG, who.arm, -1);
        self.place.count(world, signal::CONNECT_TIMEOUTS, &who);
        self.try_again(client, world);
    }

    fn size_acceptors(&mut self, world: &Context) {
        let shares = match self.spec.pool {
            Pool::Shared => [1.0, 0.0],
            Pool::PerArm => {
                let exposure = world.routing.exposure();
                split(100.0, exposure).map(|percent| percent / 100.0)
            }
        };
        for (acceptor, share) in self.acceptors.iter_mut().zip(shares) {
            // The acceptor of an arm that goes away goes when nobody waits for it any more.
            if share > 0.0 || acceptor.queue.is_empty() {
                acceptor.share = share;
            }
        }
    }
}

impl Component for Connections<'_> {
    fn begin(&mut self, world: &mut Context) {
        self.size_acceptors(world);
        let fresh = Client {
            state: State::Away,
            arm: Arm::Stable,
            generation: 0,
            episode: 0,
            drops: 0,
            others: 0,
            exposed_to: Arm::Stable,
            entry: 0,
            due: 0.0,
            attempt: 0,
            coin: (0, 0),
            exposed: false,
            lost: Time::ZERO,
            accepted: Time::ZERO,
            speed: 1.0,
            unread: 0.0,
            seat: 0,
        };
        self.clients = vec![fresh; world.setup.population.len()];
        for client in 0..self.clients.len() as u32 {
            self.connect(client, world);
            self.arm_hazard(client, 0.0, world);
        }
        self.plan_drop(Arm::Stable, world);
    }

    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        let stale = match code {
            code::DROP => self.hazards[slot as usize].generation != generation,
            code::ACCEPTED => false,
            _ => !self.is_current(slot, generation),
        };
        if stale {
            world.events -= 1; // it does nothing and counts for nothing
            return;
        }
        match code {
            code::DROP => self.drop_next(Arm::ALL[slot as usize], world),
            code::KNOCK => self.knock(slot, world),
            code::ACCEPTED => self.accepted(slot as usize, world),
            code::REPLAYED => self.replayed(slot, world),
            code::TIMEOUT => self.timeout(slot, world),
            code::MOVE if self.is_misplaced(slot, world) => self.lose(slot, signal::MOVED, None, world),
            code::MOVE => {}
            _ => unreachable!("connections plans no event {code}"),
        }
    }

    fn adjust(&mut self, world: &mut Context) {
        self.size_acceptors(world);
        for arm in [Arm::Stable, Arm::Canary] {
            let rate = world.knobs.level(self.place.knobs + knob::DROP_RATE, arm).apply(self.spec.drop);
            if rate != self.hazards[arm as usize].rate {
                self.plan_drop(arm, world);
            }
        }
        self.accept_next(0, world);
        self.accept_next(1, world);
    }

    /// Clients that belong to the other arm now are asked to reconnect, spread over `drain`.
    fn rerouted(&mut self, world: &mut Context) {
        for client in 0..self.clients.len() as u32 {
            if self.clients[client as usize].state == State::Connected {
                self.ask_to_move(client, world);
            }
        }
    }

    fn tick(&mut self, world: &mut Context) {
        self.ticks += 1;
        if self.spec.messages > 0.0 && !self.clients.is_empty() {
            self.pass_messages(world);
        }
    }

    fn shock(&mut self, fault: u16, world: &mut Context) {
        let spec = &world.fault(fault).clone();
        let own = self.place.knobs + knob::DISCONNECT;
        let hits = |bend: &&crate::scenario::Bend| world.setup.knob_map.find(&bend.component, &bend.knob).contains(&own);
        let Some(bend) = spec.bends.iter().find(hits) else { return };
        let level = crate::knobs::level_of(bend.by, world.setup.scenario.severity);
        let share = if matches!(bend.by, By::Set(_) | By::Plus(_)) { level.share(0.0) } else { 0.0 };
        let bit = spec.only.as_ref().and_then(|(a, v)| world.setup.bit(a, v));
        let by_stage = u64::from(matches!(spec.at, Onset::Stage { .. }));
        for client in 0..self.clients.len() as u32 {
            let c = &self.clients[client as usize];
            let concerned = c.state == State::Connected
                && crate::faults::concerns(spec.on, c.arm)
                && bit.is_none_or(|bit| world.setup.population.segments[client as usize] >> bit & 1 == 1);
            let mut stream = world.setup.dice.stream(Purpose::Restart, u64::from(client), u64::from(fault) << 1 | by_stage);
            if concerned && stream.coin(share) {
                self.lose(client, signal::DROPS, None, world);
            }
        }
    }

    /// Everyone connected is dropped.
    fn restart(&mut self, world: &mut Context) {
        for client in 0..self.clients.len() as u32 {
            if self.clients[client as usize].state == State::Connected {
                self.lose(client, signal::DROPS, None, world);
            }
        }
    }
}
