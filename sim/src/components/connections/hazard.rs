//! When connections drop by themselves.

use super::{Connections, State, code, knob, signal};
use crate::context::{Context, Who};
use crate::dice::Purpose;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The hazard of an arm's clients: each drops when the hazard summed up since the beginning passes its own threshold, so a change of
/// the rate needs no new draws, and the n-th drop of a client is the same one in every world. A drop that is due while the
/// client is away does nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Hazard {
    /// Summed up at `since`.
    sum: f64,
    /// Per second, since `since`.
    pub(super) rate: f64,
    since: Time,
    /// Of the drop that is planned.
    pub(super) generation: u32,
    /// (threshold as ordered bits, client, generation of the entry).
    next: BinaryHeap<Reverse<(u64, u32, u32)>>,
}

impl Connections<'_> {
    /// The hazard of an arm summed up to now.
    pub(super) fn hazard(&self, arm: Arm, now: Time) -> f64 {
        let hazard = &self.hazards[arm as usize];
        hazard.sum + hazard.rate * now.since(hazard.since).seconds()
    }

    /// Draws how much more hazard a client takes until its next drop.
    pub(super) fn arm_hazard(&mut self, client: u32, from: f64, world: &mut Context) {
        let c = &self.clients[client as usize];
        let who = Who { subject: client, ordinal: c.drops, attempt: u16::MAX - 1, arm: c.arm, shadow: false };
        let due = from + world.luck(Purpose::Client, self.place.id, &who).exponential();
        self.expose(client, due, world);
    }

    /// Puts a client's next drop on the hazard of its arm.
    pub(super) fn expose(&mut self, client: u32, due: f64, world: &mut Context) {
        let c = &mut self.clients[client as usize];
        c.due = due;
        c.exposed_to = c.arm;
        c.entry = c.entry.wrapping_add(1);
        let entry = Reverse((due.to_bits(), client, c.entry));
        let arm = c.arm;
        let hazard = &mut self.hazards[arm as usize];
        hazard.next.push(entry);
        if hazard.next.peek() == Some(&entry) {
            self.plan_drop(arm, world);
        }
    }

    /// A client that changed arm takes what it has left of its hazard with it.
    pub(super) fn change_hazard(&mut self, client: u32, world: &mut Context) {
        let c = &self.clients[client as usize];
        if c.exposed_to != c.arm {
            let left = c.due - self.hazard(c.exposed_to, world.now);
            let due = self.hazard(c.arm, world.now) + left.max(0.0);
            self.expose(client, due, world);
        }
    }

    /// Plans the next drop of an arm at its present rate.
    pub(super) fn plan_drop(&mut self, arm: Arm, world: &mut Context) {
        let rate = world.knobs.level(self.place.knobs + knob::DROP_RATE, arm).apply(self.spec.drop);
        let hazard = &mut self.hazards[arm as usize];
        hazard.sum += hazard.rate * world.now.since(hazard.since).seconds();
        hazard.since = world.now;
        hazard.rate = rate;
        hazard.generation = hazard.generation.wrapping_add(1);
        while let Some(Reverse((_, client, generation))) = hazard.next.peek()
            && self.clients[*client as usize].entry != *generation
        {
            hazard.next.pop();
        }
        if let Some(Reverse((threshold, ..))) = hazard.next.peek()
            && rate > 0.0
        {
            let wait = (f64::from_bits(*threshold) - hazard.sum).max(0.0) / rate;
            let generation = hazard.generation;
            world.plan(Span::from_secs_f64(wait), self.place.id, code::DROP, arm as u32, generation);
        }
    }

    pub(super) fn drop_next(&mut self, arm: Arm, world: &mut Context) {
        if let Some(Reverse((_, client, entry))) = self.hazards[arm as usize].next.pop()
            && self.clients[client as usize].entry == entry
        {
            let c = &mut self.clients[client as usize];
            c.drops += 1;
            let (due, connected) = (c.due, c.state == State::Connected);
            if connected {
                self.lose(client, signal::DROPS, Some(self.clients[client as usize].drops), world);
            }
            self.arm_hazard(client, due, world);
        }
        self.plan_drop(arm, world);
    }
}
