//! What connected clients are sent, and those that cannot keep up.

use super::{Client, Connections, State, knob, signal};
use crate::context::{Context, Who, stretched};
use crate::dice::Purpose;
use crate::knobs::Level;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::Span;

/// Messages whose lag is measured in a tick, over all clients.
const OBSERVED: u64 = 20;

impl Connections<'_> {
    /// The messages of one tick: read, delivered, and some of them measured.
    pub(super) fn pass_messages(&mut self, world: &mut Context) {
        let tick = world.setup.tick.seconds();
        let sent = [Arm::Stable, Arm::Canary]
            .map(|arm| world.knobs.level(self.place.knobs + knob::MESSAGES, arm).apply(self.spec.messages) * tick);
        for client in self.readers(world) {
            let c = &self.clients[client as usize];
            if c.state == State::Connected {
                self.read(client, sent[c.arm as usize], world);
            }
        }
        let lags = |client: &u32| {
            let c = &self.clients[*client as usize];
            c.state == State::Connected && (c.speed < 1.0 || c.unread > 0.0)
        };
        self.slow.retain(lags);
        for arm in [Arm::Stable, Arm::Canary] {
            self.deliver(arm, sent[arm as usize], world);
        }
        self.observe(sent, world);
    }

    /// Slow clients fall behind, and those too far behind are thrown out.
    fn read(&mut self, client: u32, sent: f64, world: &mut Context) {
        let who = self.who(client);
        let level = self.place.level(world, knob::CONSUMER_SPEED, &who);
        let c = &mut self.clients[client as usize];
        let speed = if level == Level::IDENTITY { c.speed } else { level.apply(c.speed) };
        c.unread = (c.unread + sent * (1.0 - speed)).max(0.0);
        if c.unread > f64::from(self.spec.buffer) {
            self.place.count(world, signal::EVICTED, &who);
            self.lose(client, signal::DROPS, None, world);
        }
    }

    /// The clients whose reading matters: the slow ones, or all while something slows them down.
    fn readers(&mut self, world: &Context) -> Vec<u32> {
        let knob = self.place.knobs + knob::CONSUMER_SPEED;
        if world.knobs.is_bent(knob) {
            self.slow = self.connected.concat();
        }
        self.slow.sort_unstable();
        self.slow.dedup(); // a client may have come back since
        self.slow.clone()
    }

    /// Delivers the messages of a tick to an arm's clients.
    fn deliver(&mut self, arm: Arm, sent: f64, world: &mut Context) {
        let unread: f64 = self.slow.iter().map(|c| &self.clients[*c as usize]).filter(|c| c.arm == arm).map(|c| c.unread).sum();
        world.meters.set(world.now, self.place.signals + signal::UNREAD, arm, unread as u64);
        let on_arm = self.connected[arm as usize].len() as u64;
        if on_arm == 0 {
            return;
        }
        let due = sent * on_arm as f64 + self.carry[arm as usize];
        self.carry[arm as usize] = due.fract();
        let mut stream = world.setup.dice.stream(Purpose::Message, self.ticks << 2 | arm as u64, u64::from(self.place.id));
        let most = self.most_duplicates(arm, world);
        let expected = due.trunc() * most;
        let mut duplicates = 0;
        for i in 0..expected as u64 + u64::from(stream.coin(expected.fract())) {
            let client = self.connected[arm as usize][stream.below(on_arm) as usize];
            let who = self.message_of(client, OBSERVED + i);
            let own = self.place.share(world, knob::DUPLICATE_MESSAGE, &who, self.spec.duplicate_message);
            if own >= most || stream.coin(own / most) {
                duplicates += 1;
                self.place.count(world, signal::MESSAGE_DUPLICATES, &who);
            }
        }
        world.meters.touch(self.place.signals + signal::MESSAGES, arm);
        world.meters.count(world.now, self.place.signals + signal::MESSAGES, arm, false, 0, due as u64 + duplicates);
    }

    /// The highest probability of a duplicate among the clients of an arm: those of a segment may have more than others.
    fn most_duplicates(&self, arm: Arm, world: &Context) -> f64 {
        let knob = self.place.knobs + knob::DUPLICATE_MESSAGE;
        let share = |level: Level| level.share(self.spec.duplicate_message);
        let everybody = share(world.knobs.level(knob, arm));
        if !world.knobs.is_split(knob) {
            return everybody;
        }
        let own = |client: &u32| share(self.place.level(world, knob::DUPLICATE_MESSAGE, &self.who(*client)));
        self.connected[arm as usize].iter().map(own).fold(everybody, f64::max)
    }

    /// Measures the lag of a message to some clients, the same ones under every policy.
    fn observe(&mut self, sent: [f64; 2], world: &mut Context) {
        if !world.matters(self.place.signals + signal::MESSAGE_LAG) {
            return;
        }
        let mut stream = world.setup.dice.stream(Purpose::Message, self.ticks << 2 | 3, u64::from(self.place.id));
        for i in 0..OBSERVED {
            let client = stream.below(self.clients.len() as u64) as u32;
            let base = stream.span(&self.spec.message_lag);
            let Client { state, arm, unread, .. } = self.clients[client as usize];
            if state == State::Connected {
                let who = self.message_of(client, i);
                let lag = stretched(self.place.level(world, knob::MESSAGE_LAG, &who), base, world.drift.latency(arm));
                let behind = Span::from_secs_f64(unread / (sent[arm as usize] / world.setup.tick.seconds()).max(1e-9));
                self.place.value(world, signal::MESSAGE_LAG, &who, (lag + behind).0);
            }
        }
    }

    /// A message of this tick, as an outcome.
    fn message_of(&self, client: u32, i: u64) -> Who {
        Who { ordinal: self.ticks as u32, attempt: i as u16, ..self.who(client) }
    }
}
