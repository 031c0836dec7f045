//! Who looks after open tasks: at each sweep, those that are open for too long are found, and their owners are sent messages.

use super::{SWEEP, Tasks, code, knob, signal};
use crate::context::{Context, Who, stretched};
use crate::dice::Purpose;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::Span;

/// What a sweep may do, as its luck has it.
struct Rules {
    record_only: bool,
    /// It keeps to recording only, where it should.
    silent: bool,
    keeps_cap: bool,
    cap: u64,
}

impl Tasks<'_> {
    /// Plans a sweep of both arms.
    pub(super) fn plan_sweep(&self, number: u32, world: &mut Context) {
        if self.spec.sweep > Span::ZERO {
            world.plan(self.spec.sweep, self.place.id, code::SWEEP, number, 0);
        }
    }

    pub(super) fn sweep(&mut self, number: u32, world: &mut Context) {
        self.plan_sweep(number + 1, world);
        for arm in [Arm::Stable, Arm::Canary] {
            if self.open[arm as usize] > 0 || world.routing.subjects(arm)[0] > 0 {
                self.sweep_arm(arm, number, world);
            }
        }
    }

    fn sweep_arm(&mut self, arm: Arm, number: u32, world: &mut Context) {
        let Some(who) = sweeper(arm, number, world) else { return };
        self.place.count(world, signal::SWEEPS, &who);
        let (scanned, breaches) = self.scan(arm, world);
        let rules = self.rules(&who, world);
        if rules.record_only && rules.silent {
            return; // it could not have sent anything
        }
        // One that keeps to no cap tells about everything that it sees.
        let messages = if rules.keeps_cap { breaches.min(rules.cap) } else { scanned };
        for i in 0..messages {
            let message = Who { attempt: i.min(u64::from(u16::MAX)) as u16, ..who };
            self.place.count(world, signal::MESSAGES, &message);
            if rules.record_only {
                self.place.count(world, signal::RECORD_ONLY_MESSAGES, &message);
            }
        }
        self.place.value(world, signal::MESSAGES_PER_SWEEP, &who, messages * 1000);
    }

    /// Looks at the open tasks of an arm: how many there are, and how many are open for too long and were not before.
    fn scan(&mut self, arm: Arm, world: &mut Context) -> (u64, u64) {
        let (mut scanned, mut breaches) = (0, 0);
        for slot in self.tasks.slots() {
            let task = self.tasks.at(slot);
            let (who, age) = (task.who, world.now.since(task.created));
            if who.arm != arm {
                continue;
            }
            scanned += 1;
            self.place.count(world, signal::SCANNED, &who);
            let sla = stretched(self.place.level(world, knob::SLA, &who), self.spec.sla, 1.0);
            if age > sla && !std::mem::replace(&mut self.tasks.at(slot).breached, true) {
                breaches += 1;
                self.place.count(world, signal::SLA_BREACHES, &who);
                self.place.count(world, signal::ESCALATIONS, &who);
            }
        }
        (scanned, breaches)
    }

    fn rules(&self, who: &Who, world: &Context) -> Rules {
        let mut stream = world.luck(Purpose::Message, self.place.id, who);
        let level = |knob| self.place.level(world, knob, who);
        Rules {
            record_only: stream.coin(level(knob::RECORD_ONLY).share(self.spec.record_only)),
            silent: stream.coin(level(knob::RECORD_ONLY_KEPT).share(1.0)),
            keeps_cap: stream.coin(level(knob::CAP_KEPT).share(self.spec.cap_kept)),
            cap: level(knob::CAP).apply(f64::from(self.spec.cap)).round() as u64,
        }
    }
}

/// The subject that sweeps for an arm: of the canary, the one with the lowest bucket; for stable, the one with the lowest bucket of all,
/// so that it is the same one in a world in which nobody is exposed. `None` where there is nobody at all.
fn sweeper(arm: Arm, number: u32, world: &Context) -> Option<Who> {
    let population = &world.setup.population;
    let all = 0..population.len() as u32;
    let bucket = |subject: &u32| population.buckets[*subject as usize];
    let on_canary = |subject: &u32| world.routing.arm(*subject, || 0.0) == Arm::Canary;
    let own = all.clone().filter(|subject| arm == Arm::Canary && on_canary(subject)).min_by_key(bucket);
    let subject = own.or_else(|| all.min_by_key(bucket))?;
    let shadow = arm == Arm::Canary && own.is_none() && world.routing.has_shadow();
    Some(Who { subject, ordinal: SWEEP | number, attempt: 0, arm, shadow })
}
