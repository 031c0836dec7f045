//! Faults in force: what each bends at this moment, and how much.

use crate::context::Context;
use crate::knobs::{Bent, KnobMap, Level, level_of};
use crate::queue::Event;
use crate::scenario::{Fault, Onset, Scenario, Shape, Side};
use gatecrash_policies::policy::By;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// When each fault began, if it has.
#[derive(Clone, Debug)]
pub struct Faults {
    began: Vec<Option<Time>>,
}

impl Faults {
    /// None in force yet.
    pub fn new(scenario: &Scenario) -> Faults {
        Faults { began: vec![None; scenario.faults.len()] }
    }

    /// Plans the faults that begin at a time of the trial.
    pub fn begin(&self, world: &mut Context) {
        for (i, fault) in world.setup.scenario.faults.iter().enumerate() {
            if let Onset::At(at) = fault.at
                && !is_nothing(fault, world.setup.scenario.severity)
            {
                world.queue.push(at, Event::FaultEdge { fault: i as u16 });
            }
        }
    }

    /// Plans the faults that are timed by this stage; a stage counts once.
    pub fn enter(&self, stage: &str, world: &mut Context) {
        for (i, fault) in world.setup.scenario.faults.iter().enumerate() {
            if let Onset::Stage { name, after } = &fault.at
                && name == stage
                && self.began[i].is_none()
                && !is_nothing(fault, world.setup.scenario.severity)
            {
                world.queue.push(world.now + *after, Event::FaultEdge { fault: i as u16 });
            }
        }
    }

    /// An edge of a fault is due. Whether it is the beginning of an impulse.
    pub fn edge(&mut self, index: u16, world: &mut Context) -> bool {
        let fault = &world.fault(index).clone();
        let first = self.began[usize::from(index)].is_none();
        let began = *self.began[usize::from(index)].get_or_insert(world.now);
        let end = fault.lasting.map(|lasting| began + lasting);
        if first {
            world.note("fault", format!("{} begins: {}", fault.name, describe(fault)));
            if let Some(end) = end.filter(|end| *end > began) {
                world.queue.push(end, Event::FaultEdge { fault: index });
            }
        } else if Some(world.now) == end {
            world.note("fault", format!("{} ends", fault.name));
            return false;
        }
        let mut impulse = first;
        if let Shape::Pulse { every, lasting } = fault.shape {
            let into = world.now.since(began).0 % every.0.max(1);
            impulse = into == 0;
            let next = world.now + if into == 0 { lasting } else { Span(every.0 - into) };
            if end.is_none_or(|end| next < end) {
                world.queue.push(next, Event::FaultEdge { fault: index });
            }
        }
        impulse
    }

    /// The bends in force, in file order.
    pub fn bends<'s>(&'s self, world: &'s Context) -> impl Iterator<Item = Bent> + 's {
        let setup = world.setup;
        let exposure = world.routing.exposure();
        world.faults().enumerate().flat_map(move |(i, fault)| {
            let size =
                self.began[i].map_or(0.0, |began| size(fault, began, world.now, setup.tick, exposure) * setup.scenario.severity);
            let segment = fault.only.as_ref().map(|(a, v)| setup.bit(a, v).unwrap_or(u8::MAX));
            let bends = if size > 0.0 { fault.bends.as_slice() } else { &[] };
            bends.iter().flat_map(move |bend| {
                let knobs = setup.knob_map.find(&bend.component, &bend.knob);
                knobs.into_iter().map(move |knob| Bent { knob, on: fault.on, segment, by: bend.by, size })
            })
        })
    }

    /// Whether the size of some fault moves by itself.
    pub fn is_moving(world: &Context) -> bool {
        let moves = |fault: &Fault| matches!(fault.shape, Shape::Ramp(_) | Shape::Leak(_));
        world.faults().any(|fault| moves(fault) && !is_nothing(fault, world.setup.scenario.severity))
    }

    /// When each fault began, those of the scenario first.
    pub fn began(&self) -> &[Option<Time>] {
        &self.began
    }

    /// Begins a fault that is in no scenario, now.
    pub fn inject(&mut self, fault: Fault, world: &mut Context) {
        world.queue.push(world.now, Event::FaultEdge { fault: self.began.len() as u16 });
        self.began.push(None);
        world.injected.push(fault);
    }
}

/// Whether some fault, at its severity, bends this knob.
pub fn bends(scenario: &Scenario, knobs: &KnobMap, component: &str, knob: &str) -> bool {
    let own = knobs.find(component, knob);
    let touches = |bend: &crate::scenario::Bend| {
        level_of(bend.by, scenario.severity) != Level::IDENTITY && knobs.find(&bend.component, &bend.knob) == own
    };
    scenario.faults.iter().flat_map(|fault| &fault.bends).any(touches)
}

/// Whether a fault of this size bends nothing: then it is exactly no fault, and no event either.
fn is_nothing(fault: &Fault, severity: f64) -> bool {
    fault.bends.iter().all(|bend| level_of(bend.by, severity) == Level::IDENTITY)
}

/// A fault's size at a moment, 1 being as written.
fn size(fault: &Fault, began: Time, now: Time, tick: Span, exposure: f64) -> f64 {
    if fault.lasting.is_some_and(|lasting| now >= began + lasting) {
        return 0.0;
    }
    let elapsed = now.since(began);
    // Slow shapes move in steps of a tick, so that they do not depend on which other events happen to come by.
    let steps = (elapsed.0 / tick.0 * tick.0) as f64;
    match fault.shape {
        Shape::Step => 1.0,
        Shape::Ramp(over) => (steps / (over.0 as f64).max(1.0)).min(1.0),
        Shape::Leak(each) => steps / (each.0 as f64).max(1.0),
        Shape::Pulse { every, lasting } => f64::from(u8::from(elapsed.0 % every.0.max(1) < lasting.0)),
        Shape::Above(share) => f64::from(u8::from(exposure >= share - 1e-9)),
    }
}

/// Whether a fault on this side concerns an arm.
pub fn concerns(on: Side, arm: Arm) -> bool {
    match on {
        Side::Both => true,
        Side::Canary => arm == Arm::Canary,
        Side::Stable => arm != Arm::Canary,
    }
}

/// What a fault bends, as people write it: `runs.cancel_latency 6x on canary`.
pub fn describe(fault: &Fault) -> String {
    let bend = |b: &crate::scenario::Bend| {
        let by = match b.by {
            By::Times(m) => format!("{m}x"),
            By::Plus(a) => format!("{a:+}"),
            By::Set(v) => format!("= {v}"),
        };
        format!("{}.{} {by}", b.component, b.knob)
    };
    let on = ["canary", "stable", "both arms"][fault.on as usize];
    let only = fault.only.as_ref().map_or(String::new(), |(a, v)| format!(" where {a} is {v}"));
    format!("{} on {on}{only}", fault.bends.iter().map(bend).collect::<Vec<_>>().join(", "))
}
