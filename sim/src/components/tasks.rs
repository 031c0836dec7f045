//! `tasks`: delegated work. A request becomes one task per target; each is claimed, updated and completed. Sweeps look after what is
//! open (`sweeps`), and pipelines publish what the work needs (`pipelines`).

mod pipelines;
mod sweeps;

use super::{Component, Place, Slab};
use crate::context::{Context, Who, stretched};
use crate::demand::Request;
use crate::dice::Purpose;
use crate::knobs::Level;
use crate::scenario::Tasks as Spec;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};
use pipelines::Publisher;

/// Local ids of the signals, in the order of `catalog::TASKS`.
mod signal {
    pub const CREATED: u16 = 0;
    pub const OUTCOMES: u16 = 1;
    pub const COMPLETES: u16 = 2;
    pub const CLAIMS: u16 = 3;
    pub const TRANSITIONS: u16 = 4;
    pub const REPLAYS: u16 = 5;
    pub const DEDUPED: u16 = 6;
    pub const DUPLICATE_TRANSITIONS: u16 = 7;
    pub const INVALID_TRANSITIONS: u16 = 8;
    pub const REFUSED_TRANSITIONS: u16 = 9;
    pub const METADATA_REWRITES: u16 = 10;
    pub const FOREIGN_CLAIMS: u16 = 11;
    pub const REJECTED_CLAIMS: u16 = 12;
    pub const FOREIGN_CLAIMS_ACCEPTED: u16 = 13;
    pub const DEADLOCKED: u16 = 14;
    pub const LATE: u16 = 15;
    pub const SWEEPS: u16 = 16;
    pub const SCANNED: u16 = 17;
    pub const SLA_BREACHES: u16 = 18;
    pub const ESCALATIONS: u16 = 19;
    pub const MESSAGES: u16 = 20;
    pub const RECORD_ONLY_MESSAGES: u16 = 21;
    pub const MESSAGES_PER_SWEEP: u16 = 22;
    pub const PIPELINE_ATTEMPTS: u16 = 23;
    pub const PIPELINE_FAILURES: u16 = 24;
    pub const PIPELINE_FAILURES_STREAK: u16 = 25;
    pub const PIPELINE_GATES: u16 = 26;
    pub const TASK_TIME: u16 = 27;
    pub const OPEN: u16 = 28;
}

/// Local ids of the knobs, in the order of `catalog::TASKS`.
mod knob {
    pub const WORK: u16 = 0;
    pub const SLA: u16 = 1;
    pub const CAP: u16 = 2;
    pub const RECORD_ONLY: u16 = 3;
    pub const RECORD_ONLY_KEPT: u16 = 4;
    pub const CAP_KEPT: u16 = 5;
    pub const REPLAY: u16 = 6;
    pub const IDEMPOTENCY: u16 = 7;
    pub const DISORDER: u16 = 8;
    pub const ORDER_CHECK: u16 = 9;
    pub const FANOUT: u16 = 10;
    pub const SHARED_CLAIM: u16 = 11;
    pub const FOREIGN_CLAIM: u16 = 12;
    pub const ASSIGNEE_CHECK: u16 = 13;
    pub const REWRITE: u16 = 14;
    pub const PUBLISH: u16 = 15;
    pub const PIPELINE_FAILURE: u16 = 16;
}

/// Codes of the component's events; the slot is the task unless said otherwise.
mod code {
    /// The assignee claims it.
    pub const CLAIM: u8 = 0;
    /// The assignee tells how it goes.
    pub const UPDATE: u8 = 1;
    /// The assignee is done.
    pub const COMPLETE: u8 = 2;
    /// A task that never got its claim is given up.
    pub const DEADLOCK: u8 = 3;
    /// A sweep is due; the slot is its number.
    pub const SWEEP: u8 = 4;
    /// The next publication of an arm (the slot) is due; the generation is the arm's.
    pub const PUBLISH: u8 = 5;
}

/// The transitions of a task, in the low bits of `Who::attempt`; 0 is the task as a whole, and the bits above are its target.
mod step {
    pub const CLAIM: u16 = 1;
    pub const UPDATE: u16 = 2;
    pub const COMPLETE: u16 = 3;
    pub const BITS: u32 = 2;
}

/// More targets of a request than that cannot be told apart.
const TARGETS_MAX: f64 = (1u32 << (16 - step::BITS)) as f64;

/// Set in `Who::ordinal` for what is no request: sweeps, and with the bit below it publications.
const SWEEP: u32 = 1 << 31;

#[derive(Clone, Debug)]
struct Task {
    who: Who,
    created: Time,
    claimed: Time,
    /// As drawn, before knobs and wobble.
    work: Span,
    /// Whether another target holds the claim that it would need.
    barred: bool,
    /// The last transition that it has gone through.
    step: u16,
    /// Its update comes after its completion.
    disordered: bool,
    /// A sweep has found it open for too long.
    breached: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Tasks<'a> {
    spec: &'a Spec,
    place: Place,
    tasks: Slab<Task>,
    /// Per arm, how many tasks are open.
    open: [u64; 2],
    publishers: [Publisher; 2],
    /// Per arm, failed attempts of its pipelines in a row.
    streaks: [u64; 2],
    restarts: u64,
}

impl<'a> Tasks<'a> {
    /// Nothing there yet.
    pub fn new(spec: &'a Spec, place: Place) -> Tasks<'a> {
        let publishers = [Publisher::default(), Publisher::default()];
        Tasks { spec, place, tasks: Slab::default(), open: [0; 2], publishers, streaks: [0; 2], restarts: 0 }
    }

    /// Whether something with this probability, bent by its knob, happens to a task: a luck of its own for every purpose and step.
    fn happens(&self, purpose: Purpose, knob: u16, share: f64, who: &Who, world: &Context) -> bool {
        world.chance(purpose, self.place.id, who) < self.place.share(world, knob, who, share)
    }

    /// A request becomes one task per target.
    fn distribute(&mut self, who: Who, world: &mut Context) {
        let targets = self.place.level(world, knob::FANOUT, &who).apply(f64::from(self.spec.targets));
        let targets = targets.round().clamp(1.0, TARGETS_MAX) as u16;
        let tasks: Vec<_> = (0..targets).map(|target| self.create(target, who, world)).collect();
        let shared = self.happens(Purpose::Follow, knob::SHARED_CLAIM, self.spec.shared_claim, &who, world);
        let holder = tasks.iter().min_by_key(|(_, claim)| *claim).map(|(slot, _)| *slot); // the first of those at the same time
        for (slot, claim) in tasks {
            self.tasks.at(slot).barred = shared && Some(slot) != holder;
            let generation = self.tasks.generation(slot);
            world.plan(claim, self.place.id, code::CLAIM, slot, generation);
        }
    }

    /// The task of one target, and when it will be claimed.
    fn create(&mut self, target: u16, who: Who, world: &mut Context) -> (u32, Span) {
        let who = Who { attempt: target << step::BITS, ..who };
        let mut stream = world.luck(Purpose::Service, self.place.id, &who);
        let claim = stretched(Level::IDENTITY, stream.span(&self.spec.claim), world.drift.latency(who.arm));
        let work = stream.span(&self.spec.work);
        self.place.count(world, signal::CREATED, &who);
        self.place.shift(world, signal::OPEN, who.arm, 1);
        self.open[who.arm as usize] += 1;
        let (created, claimed) = (world.now, Time::ZERO);
        let task = Task { who, created, claimed, work, barred: false, step: 0, disordered: false, breached: false };
        (self.tasks.insert(task).0, claim)
    }

    /// The assignee claims its task, unless another target has the claim; somebody else may have tried before.
    fn claim(&mut self, slot: u32, world: &mut Context) {
        let generation = self.tasks.generation(slot);
        let Task { who, work, barred, .. } = *self.tasks.at(slot);
        self.meet_stranger(&who, world);
        if barred {
            return world.plan(self.spec.eta, self.place.id, code::DEADLOCK, slot, generation);
        }
        self.tasks.at(slot).claimed = world.now;
        self.place.count(world, signal::CLAIMS, &who);
        self.transition(slot, step::CLAIM, world);
        let work = stretched(self.place.level(world, knob::WORK, &who), work, world.drift.latency(who.arm));
        world.plan(Span(work.0 / 2), self.place.id, code::UPDATE, slot, generation);
        world.plan(work, self.place.id, code::COMPLETE, slot, generation);
    }

    /// Somebody else may try to claim a task; it goes on in either case.
    fn meet_stranger(&self, who: &Who, world: &mut Context) {
        if self.happens(Purpose::Client, knob::FOREIGN_CLAIM, self.spec.foreign_claim, who, world) {
            self.place.count(world, signal::FOREIGN_CLAIMS, who);
            let rejected = self.happens(Purpose::Cancel, knob::ASSIGNEE_CHECK, self.spec.assignee_check, who, world);
            let what = if rejected { signal::REJECTED_CLAIMS } else { signal::FOREIGN_CLAIMS_ACCEPTED };
            self.place.count(world, what, who);
        }
    }

    /// A transition takes effect, and may be sent again.
    fn transition(&mut self, slot: u32, step: u16, world: &mut Context) {
        let task = self.tasks.at(slot);
        task.step = step;
        let who = Who { attempt: task.who.attempt | step, ..task.who };
        self.place.count(world, signal::TRANSITIONS, &who);
        if self.happens(Purpose::Marks, knob::REWRITE, self.spec.rewrite, &who, world) {
            self.place.count(world, signal::METADATA_REWRITES, &who);
        }
        if self.happens(Purpose::Backoff, knob::REPLAY, self.spec.replay, &who, world) {
            let luck = world.chance(Purpose::Write, self.place.id, &who);
            self.replay(&who, luck, world);
        }
    }

    /// A transition comes again: its key catches it, or it takes effect twice.
    fn replay(&self, who: &Who, luck: f64, world: &mut Context) {
        let honoured = luck < self.place.share(world, knob::IDEMPOTENCY, who, self.spec.idempotency);
        self.place.count(world, signal::REPLAYS, who);
        self.place.count(world, if honoured { signal::DEDUPED } else { signal::DUPLICATE_TRANSITIONS }, who);
    }

    /// Half of the work is done; the news of it may travel until after the completion.
    fn update(&mut self, slot: u32, world: &mut Context) {
        let who = self.tasks.at(slot).who;
        if self.happens(Purpose::Failure, knob::DISORDER, self.spec.disorder, &who, world) {
            self.tasks.at(slot).disordered = true;
        } else {
            self.transition(slot, step::UPDATE, world);
        }
    }

    fn complete(&mut self, slot: u32, world: &mut Context) {
        self.transition(slot, step::COMPLETE, world);
        let Task { who, created, claimed, disordered, .. } = *self.tasks.at(slot);
        if disordered {
            self.update_late(slot, world);
        }
        self.place.count(world, signal::COMPLETES, &who);
        self.place.value(world, signal::TASK_TIME, &who, world.now.since(created).0);
        if world.now.since(claimed) > self.spec.eta {
            self.place.count(world, signal::LATE, &who);
        }
        self.end(slot, world);
    }

    /// An update of a task that is completed should be refused.
    fn update_late(&mut self, slot: u32, world: &mut Context) {
        let who = self.tasks.at(slot).who;
        let update = Who { attempt: who.attempt | step::UPDATE, ..who };
        if self.happens(Purpose::Failure, knob::ORDER_CHECK, self.spec.order_check, &update, world) {
            self.place.count(world, signal::REFUSED_TRANSITIONS, &update);
        } else {
            self.place.count(world, signal::INVALID_TRANSITIONS, &update);
            self.transition(slot, step::UPDATE, world);
        }
    }

    fn deadlock(&mut self, slot: u32, world: &mut Context) {
        let who = self.tasks.at(slot).who;
        self.place.count(world, signal::DEADLOCKED, &who);
        self.end(slot, world);
    }

    fn end(&mut self, slot: u32, world: &mut Context) {
        let task = self.tasks.remove(slot).expect("a task that ends is there");
        self.open[task.who.arm as usize] -= 1;
        self.place.shift(world, signal::OPEN, task.who.arm, -1);
        self.place.count(world, signal::OUTCOMES, &task.who);
        self.place.mark(world, &task.who);
    }
}

impl Component for Tasks<'_> {
    fn begin(&mut self, world: &mut Context) {
        self.plan_sweep(0, world);
        self.begin_publishing(world);
    }

    fn arrive(&mut self, request: Request, arm: Option<Arm>, world: &mut Context) {
        let is_entry = arm.is_none();
        let arm = arm.unwrap_or_else(|| world.route(request.subject, request.ordinal, 0));
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow: false };
        if is_entry {
            world.meet(&who, false); // a request that came by another component has been met there
        }
        self.distribute(who, world);
        if is_entry && world.routing.has_shadow() {
            self.distribute(Who { arm: Arm::Canary, shadow: true, ..who }, world);
        }
    }

    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        match code {
            code::SWEEP => return self.sweep(slot, world),
            code::PUBLISH => return self.publish(Arm::ALL[slot as usize], generation, world),
            _ if self.tasks.get(slot, generation).is_none() => {
                world.events -= 1; // stale: it does nothing and counts for nothing
                return;
            }
            _ => {}
        }
        match code {
            code::CLAIM => self.claim(slot, world),
            code::UPDATE => self.update(slot, world),
            code::COMPLETE => self.complete(slot, world),
            code::DEADLOCK => self.deadlock(slot, world),
            _ => unreachable!("tasks plans no event {code}"),
        }
    }

    fn adjust(&mut self, world: &mut Context) {
        self.retime(world);
    }

    /// Tasks survive, but nobody knows whether their last transitions had arrived: they are sent again.
    fn restart(&mut self, world: &mut Context) {
        for slot in self.tasks.slots() {
            let Task { who, step, .. } = *self.tasks.at(slot);
            if step > 0 {
                let who = Who { attempt: who.attempt | step, ..who };
                let request = u64::from(who.subject) << 32 | u64::from(who.ordinal);
                let which = self.restarts << 32 | u64::from(self.place.id) << 16 | u64::from(who.attempt);
                let luck = world.setup.dice.stream(Purpose::Restart, request, which).unit();
                self.replay(&who, luck, world);
            }
        }
        self.restarts += 1;
    }
}
