//! The world: one loop over one closed list of events.

use crate::claims::Claims;
use crate::components::{Any, Place};
use crate::context::Context;
use crate::demand::{Demand, Request};
use crate::drift::Drift;
use crate::faults::Faults;
use crate::knobs::Knobs;
use crate::ledger::Ledger;
use crate::meters::Meters;
use crate::probes;
use crate::queue::{Event, Queue};
use crate::routing::Routing;
use crate::scenario::Fault;
use crate::setup::Setup;
use crate::steering::{Effect, Steering};
use crate::telemetry::Telemetry;
use gatecrash_policies::controller::{Action, View};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::Time;

/// Everything that moves. A clone is a fork: what never changes is shared through `Setup`.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// What all parts share.
    pub context: Context<'a>,
    /// The samples.
    pub telemetry: Telemetry,
    /// The actions.
    pub steering: Steering,
    demand: Demand<'a>,
    components: Vec<Any<'a>>,
    faults: Faults,
    arrivals: Vec<Request>,
}

/// What is to be written down beside the truth that every score needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Books {
    /// The twin: nobody watches it, so telemetry is off.
    Twin,
    /// What a score needs.
    Score,
    /// Every signal and every sample.
    Everything,
}

impl<'a> World<'a> {
    /// The world at the beginning of a trial, everybody on stable.
    pub fn new(setup: &'a Setup<'a>, books: Books) -> World<'a> {
        let scenario = setup.scenario;
        let components = scenario.system.iter().enumerate().map(|(i, spec)| {
            let place = Place {
                id: i as u8,
                signals: setup.signal_offsets[i],
                knobs: setup.knob_map.component(i),
                kind_signals: spec.spec().signals.len() as u16,
                kind_knobs: spec.spec().knobs.len() as u16,
                marked: !spec.marks.is_empty() || !spec.amounts.is_empty(),
            };
            Any::new(spec, place)
        });
        let context = Context {
            setup,
            now: Time::ZERO,
            queue: Queue::default(),
            knobs: Knobs::new(&setup.knob_map),
            routing: Routing::new(setup),
            drift: Drift::new(scenario.wobble, setup.tick, setup.dice),
            meters: Meters::new(setup, books != Books::Twin, books == Books::Everything),
            ledger: Ledger {
                met: vec![false; setup.population.len()],
                exposure: vec![(Time::ZERO, 0, true)],
                ..Ledger::default()
            },
            claims: Claims::default(),
            events: 0,
            completed: Vec::new(),
            failed: Vec::new(),
            injected: Vec::new(),
        };
        let mut world = World {
            context,
            telemetry: Telemetry::new(books == Books::Everything),
            steering: Steering::default(),
            demand: Demand::new(scenario.traffic.as_ref(), setup.population.len(), setup.tick, setup.dice),
            components: components.collect(),
            faults: Faults::new(scenario),
            arrivals: Vec::new(),
        };
        world.begin(books);
        world
    }

    fn begin(&mut self, books: Books) {
        let context = &mut self.context;
        self.faults.begin(context);
        if books != Books::Twin {
            context.queue.push(Time::ZERO + context.setup.scenario.telemetry.scrape, Event::Scrape);
        }
        if self.ticks() {
            self.context.queue.push(Time::ZERO + self.context.setup.tick, Event::Tick);
        }
        for component in &mut self.components {
            component.get().begin(&mut self.context);
        }
        let factor = self.rate_factor();
        self.demand.begin(&mut self.context.queue, Time::ZERO, factor);
    }

    /// Whether something moves by itself between events.
    fn ticks(&self) -> bool {
        let scenario = self.context.setup.scenario;
        self.context.drift.is_on()
            || self.demand.is_curved()
            || Faults::is_moving(&self.context)
            || scenario.system.iter().any(|c| matches!(&c.kind, crate::scenario::Kind::Connections(c) if c.messages > 0.0))
    }

    /// Handles every event up to and including `until`, and stands at `until`.
    pub fn advance(&mut self, until: Time) {
        while let Some((at, event)) = self.context.queue.pop(until) {
            self.context.now = at;
            self.context.events += 1;
            self.handle(event);
            while let Some((follower, request, arm)) = self.context.completed.pop() {
                self.components[usize::from(follower)].get().arrive(request, Some(arm), &mut self.context);
            }
            while let Some((follower, request, arm)) = self.context.failed.pop() {
                self.components[usize::from(follower)].get().arrive_failed(request, arm, &mut self.context);
            }
        }
        self.context.now = until;
        self.context.claims.update(self.context.setup.claims.as_deref(), until);
    }

    fn handle(&mut self, event: Event) {
        let context = &mut self.context;
        match event {
            Event::Component { id, code, slot, generation } => {
                self.components[usize::from(id)].handle(code, slot, generation, context);
            }
            Event::Arrival { generation } => {
                let rate = context.knobs.level(context.setup.world_knobs.rate, Arm::Stable);
                self.demand.arrive(&mut context.queue, context.now, generation, rate, &mut self.arrivals);
                if self.arrivals.is_empty() {
                    context.events -= 1; // stale: it does nothing and counts for nothing
                }
                self.receive();
            }
            Event::Session { slot } => {
                self.arrivals.extend(self.demand.session(&mut context.queue, context.now, slot));
                self.receive();
            }
            Event::Burst => {
                let factor = self.rate_factor();
                self.demand.burst(&mut self.context.queue, self.context.now, factor);
            }
            Event::Tick => self.tick(),
            Event::Scrape => {
                for component in &mut self.components {
                    component.get().scrape(&mut self.context);
                }
                self.telemetry.scrape(&mut self.context);
            }
            Event::SampleArrives { slot } => self.telemetry.arrive(slot),
            Event::FaultEdge { fault } => {
                let impulse = self.faults.edge(fault, context);
                self.adjust();
                self.unstick();
                self.release();
                if impulse && self.context.setup.scenario.severity > 0.0 {
                    for component in &mut self.components {
                        component.get().shock(fault, &mut self.context);
                    }
                }
            }
            Event::Steer { change } => self.steer(change),
        }
    }

    /// Requests that arrived go to every component that takes the traffic.
    fn receive(&mut self) {
        for request in &self.arrivals {
            for &entry in &self.context.setup.entries {
                self.components[usize::from(entry)].arrive(request, &mut self.context);
            }
        }
        self.arrivals.clear();
    }

    fn tick(&mut self) {
        let context = &mut self.context;
        context.queue.push(context.now + context.setup.tick, Event::Tick);
        context.drift.tick(context.now, context.setup.dice);
        if Faults::is_moving(context) {
            self.adjust();
            self.release();
        } else {
            self.retime();
        }
        for component in &mut self.components {
            component.get().tick(&mut self.context);
        }
    }

    /// The factor of the arrival rate from wobble and faults.
    fn rate_factor(&self) -> f64 {
        let level = self.context.knobs.level(self.context.setup.world_knobs.rate, Arm::Stable);
        level.apply(1.0) * self.context.drift.rate()
    }

    fn retime(&mut self) {
        let factor = self.rate_factor();
        self.demand.retime(&mut self.context.queue, self.context.now, factor);
    }

    /// Faults or steps may have turned knobs, or the exposure has changed.
    fn adjust(&mut self) {
        let setup = self.context.setup;
        let faults: Vec<_> = self.faults.bends(&self.context).collect();
        // A fault bends what a stage has set; a step turns whatever is bent.
        let world = self.steering.turns.settings(setup).into_iter().chain(faults);
        if self.context.knobs.set(world, self.steering.turns.steps(setup).into_iter()) {
            for component in &mut self.components {
                component.get().adjust(&mut self.context);
            }
        }
        self.retime();
    }

    /// What a controller sees now.
    pub fn view(&self) -> View<'_> {
        let Context { now, setup, claims, .. } = &self.context;
        let claims = setup.claims.is_some().then(|| claims.made());
        let Telemetry { arrived, forgotten, .. } = &self.telemetry;
        let calendar = setup.scenario.operators.calendar;
        View { now: *now, arrived, before: *forgotten, done: &self.steering.done, claims, calendar }
    }

    /// Begins to carry out an action.
    pub fn act(&mut self, action: &Action) {
        if let Action::Stage { name, .. } = action {
            self.faults.enter(name, &mut self.context);
        }
        self.steering.issue(action, &mut self.context);
    }

    /// A fault that is in no scenario begins now, whatever its onset says.
    pub fn inject(&mut self, fault: Fault) {
        let ticked = self.ticks();
        self.faults.inject(fault, &mut self.context);
        if !ticked && self.ticks() {
            self.context.queue.push(self.context.now + self.context.setup.tick, Event::Tick);
        }
    }

    /// When each fault began, those of the scenario first, then those that were injected.
    pub fn faults_began(&self) -> &[Option<Time>] {
        self.faults.began()
    }

    /// Who meets the canary has changed.
    fn reroute(&mut self) {
        let (now, routing) = (self.context.now, &self.context.routing);
        let share = (routing.exposure() * 10_000.0).round() as u32;
        self.context.ledger.exposure.push((now, share, routing.is_nobody()));
        self.adjust();
        for component in &mut self.components {
            component.get().adjust(&mut self.context); // the exposure sizes the pools
            component.get().rerouted(&mut self.context);
        }
    }

    /// Flags that got stuck travel on once nothing holds them any more.
    fn unstick(&mut self) {
        let context = &mut self.context;
        let held = context.knobs.level(context.setup.world_knobs.stuck, Arm::Canary).share(0.0) > 0.0;
        if !held && context.routing.is_stuck() {
            context.routing.unstick(context.setup);
            let share = context.routing.exposure() * 100.0;
            context.note("steering", format!("the change reaches everybody: {share:.2}% of subjects on the canary"));
            self.reroute();
        }
    }

    /// Changes that an environment had not taken take effect once nothing keeps them any more.
    fn release(&mut self) {
        if self.steering.release(&mut self.context) {
            self.reroute();
        }
    }

    /// Sends requests of our own into every component that takes the traffic.
    fn probe(&mut self, name: &str, count: u32) {
        let Some(subject) = self.context.routing.prober(self.context.setup) else {
            self.context.note("steering", format!("nobody is on the canary: {name} is not sent"));
            return;
        };
        self.context.note("steering", format!("{count} x {name} as subject {subject}"));
        for _ in 0..count {
            let ordinal = probes::ordinal(name, self.steering.next_probe(name));
            self.arrivals.push(Request { subject, ordinal, service: None, failed: false, size: None });
        }
        self.receive();
    }

    fn steer(&mut self, change: u32) {
        match self.steering.carry_out(change, &mut self.context) {
            Effect::Nothing => {}
            Effect::Changed => {
                self.reroute();
                self.release();
            }
            Effect::Probe(name, count) => self.probe(&name, count),
            Effect::Restart(name) => {
                let setup = self.context.setup;
                for (component, spec) in self.components.iter_mut().zip(&setup.scenario.system) {
                    if spec.name == name || spec.spec().name == name {
                        component.get().restart(&mut self.context);
                    }
                }
            }
        }
    }
}
