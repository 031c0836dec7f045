//! The parts of the system under rollout. One file per kind; its knobs and signals stand in [`crate::catalog`].

pub mod backoff;
pub mod calls;
pub mod checks;
pub mod connections;
pub mod effects;
pub mod reviews;
pub mod tasks;

use crate::context::{Context, Who};
use crate::demand::Request;
use crate::scenario::{ComponentSpec, Kind};
use calls::Calls;
use checks::Checks;
use connections::Connections;
use effects::Effects;
use gatecrash_policies::sample::Arm;
use reviews::Reviews;
use tasks::Tasks;

/// What a part of the system does. Every method gets the shared world; a part reacts only to what concerns it.
pub trait Component {
    /// Before anything happens.
    fn begin(&mut self, _world: &mut Context) {}
    /// One of its own events.
    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context);
    /// A request arrives, from the traffic or from the component that this one follows.
    fn arrive(&mut self, _request: Request, _arm: Option<Arm>, _world: &mut Context) {}
    /// A request of the component that this one follows has failed for good.
    fn arrive_failed(&mut self, _request: Request, _arm: Arm, _world: &mut Context) {}
    /// A scrape is about to be taken: levels that grow by themselves are brought up to date.
    fn scrape(&mut self, _world: &mut Context) {}
    /// Knobs were bent or the canary's share changed.
    fn adjust(&mut self, _world: &mut Context) {}
    /// Subjects changed arm.
    fn rerouted(&mut self, _world: &mut Context) {}
    /// Some time has passed (a [`crate::drift::TICK`]).
    fn tick(&mut self, _world: &mut Context) {}
    /// A fault with an impulse begins: for each arm and segment, the share of its things that it hits.
    fn shock(&mut self, _fault: u16, _world: &mut Context) {}
    /// It is restarted: what is in flight may be lost, connections drop.
    fn restart(&mut self, _world: &mut Context) {}
}

/// A component of any kind.
#[derive(Clone, Debug)]
pub enum Any<'a> {
    /// Requests.
    Calls(Calls<'a>),
    /// Writes.
    Effects(Effects<'a>),
    /// Long-lived clients.
    Connections(Box<Connections<'a>>),
    /// Runs paused for a human.
    Reviews(Box<Reviews<'a>>),
    /// Graded outcomes.
    Checks(Box<Checks<'a>>),
    /// Delegated work.
    Tasks(Box<Tasks<'a>>),
}

impl<'a> Any<'a> {
    /// The component that a specification describes; `signals` and `knobs` are the first of its ids.
    pub fn new(spec: &'a ComponentSpec, place: Place) -> Any<'a> {
        match &spec.kind {
            Kind::Calls(calls) => Any::Calls(Calls::new(calls, place)),
            Kind::Effects(effects) => Any::Effects(Effects::new(effects, place)),
            Kind::Connections(connections) => Any::Connections(Box::new(Connections::new(connections, place))),
            Kind::Reviews(reviews) => Any::Reviews(Box::new(Reviews::new(reviews, place))),
            Kind::Checks(checks) => Any::Checks(Box::new(Checks::new(checks, place))),
            Kind::Tasks(tasks) => Any::Tasks(Box::new(Tasks::new(tasks, place))),
        }
    }

    /// One of its own events; what happens most often is dispatched without a table.
    pub fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        match self {
            Any::Calls(calls) => calls.handle(code, slot, generation, world),
            Any::Effects(effects) => effects.handle(code, slot, generation, world),
            Any::Connections(connections) => connections.handle(code, slot, generation, world),
            Any::Reviews(reviews) => reviews.handle(code, slot, generation, world),
            Any::Checks(checks) => checks.handle(code, slot, generation, world),
            Any::Tasks(tasks) => tasks.handle(code, slot, generation, world),
        }
    }

    /// A request arrives from the traffic, mostly at a queue with servers.
    pub fn arrive(&mut self, request: &Request, world: &mut Context) {
        match self {
            Any::Calls(calls) => calls.receive(request, world),
            other => other.get().arrive(*request, None, world),
        }
    }

    /// As the trait.
    pub fn get(&mut self) -> &mut dyn Component {
        match self {
            Any::Calls(calls) => calls,
            Any::Effects(effects) => effects,
            Any::Connections(connections) => connections.as_mut(),
            Any::Reviews(reviews) => reviews.as_mut(),
            Any::Checks(checks) => checks.as_mut(),
            Any::Tasks(tasks) => tasks.as_mut(),
        }
    }
}

/// Where a component stands: its index, and the first of its signals and knobs.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Index in the system.
    pub id: u8,
    /// First signal.
    pub signals: u16,
    /// First knob.
    pub knobs: u16,
    /// How many signals its kind has: marks and amounts come after them.
    pub kind_signals: u16,
    /// How many knobs its kind has.
    pub kind_knobs: u16,
    /// Whether its outcomes have marks or amounts.
    pub marked: bool,
}

impl Place {
    /// Counts an outcome of the kind's signal.
    #[inline]
    fn count(&self, world: &mut Context, signal: u16, who: &Who) {
        world.count(self.signals + signal, who);
    }

    /// Records an outcome's number.
    #[inline]
    fn value(&self, world: &mut Context, signal: u16, who: &Who, value: u64) {
        world.value(self.signals + signal, who, value);
    }

    /// Raises or lowers a level.
    #[inline]
    fn shift(&self, world: &mut Context, signal: u16, arm: Arm, by: i64) {
        world.shift(self.signals + signal, arm, by);
    }

    /// Draws the marks and amounts of an outcome.
    fn mark(&self, world: &mut Context, who: &Who) {
        if !self.marked {
            return;
        }
        world.mark(self.id, who, self.signals + self.kind_signals, self.knobs + self.kind_knobs);
    }

    /// A probability as a knob has it for a subject on an arm.
    #[inline]
    fn share(&self, world: &Context, knob: u16, who: &Who, value: f64) -> f64 {
        world.share(self.knobs + knob, who, value)
    }

    /// A knob as it stands for a subject on an arm.
    #[inline]
    fn level(&self, world: &Context, knob: u16, who: &Who) -> crate::knobs::Level {
        world.level(self.knobs + knob, who)
    }
}

/// Things in flight, by slot: freed slots are used again, and a generation tells an event that its thing is gone.
#[derive(Clone, Debug)]
pub struct Slab<T> {
    items: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { items: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Puts a thing in; its slot and generation.
    pub fn insert(&mut self, item: T) -> (u32, u32) {
        match self.free.pop() {
            Some(slot) => {
                let entry = &mut self.items[slot as usize];
                entry.1 = Some(item);
                (slot, entry.0)
            }
            None => {
                self.items.push((0, Some(item)));
                (self.items.len() as u32 - 1, 0)
            }
        }
    }

    /// The thing that an event is about, unless it is gone or has moved on.
    pub fn get(&mut self, slot: u32, generation: u32) -> Option<&mut T> {
        let (current, item) = &mut self.items[slot as usize];
        if *current == generation { item.as_mut() } else { None }
    }

    /// Makes every planned event of the thing stale. The new generation.
    pub fn renew(&mut self, slot: u32) -> u32 {
        let generation = &mut self.items[slot as usize].0;
        *generation = generation.wrapping_add(1);
        *generation
    }

    /// The generation of a slot.
    pub fn generation(&self, slot: u32) -> u32 {
        self.items[slot as usize].0
    }

    /// Takes a thing out.
    #[inline]
    pub fn remove(&mut self, slot: u32) -> Option<T> {
        self.renew(slot);
        self.free.push(slot);
        self.items[slot as usize].1.take()
    }

    /// The thing in a slot that is known to be occupied.
    pub fn at(&mut self, slot: u32) -> &mut T {
        self.items[slot as usize].1.as_mut().expect("the slot is occupied")
    }

    /// The occupied slots, in order.
    pub fn slots(&self) -> Vec<u32> {
        (0..self.items.len() as u32).filter(|slot| self.items[*slot as usize].1.is_some()).collect()
    }
}

/// Shares servers or acceptors out between the arms by exposure, with at least one for each arm that there is.
pub fn split(total: f64, exposure: f64) -> [f64; 2] {
    if exposure == 0.0 {
        return [total, 0.0];
    }
    let canary = (total * exposure).round().max(1.0);
    [(total - canary).max(if exposure < 1.0 { 1.0 } else { 0.0 }), canary]
}
