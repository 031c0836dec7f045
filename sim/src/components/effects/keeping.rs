//! What becomes of writes in the long run: whether they have settled, what is kept of them, and what restarts destroy.

use super::{Effects, code, knob, signal};
use crate::context::{Context, Who};
use crate::dice::Purpose;
use gatecrash_policies::sample::Arm;

impl Effects<'_> {
    /// Plans the moment at which a write must have had its effect.
    pub(super) fn plan_settling(&mut self, slot: u32, world: &mut Context) {
        if let Some(settle) = self.spec.settle {
            let generation = self.writes.generation(slot);
            let write = self.writes.at(slot);
            write.unsettled = true;
            world.plan((write.started + settle).since(world.now), self.place.id, code::SETTLE, slot, generation);
        }
    }

    /// Exactly one effect is right.
    pub(super) fn settle(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        write.unsettled = false;
        let (who, commits) = (Who { attempt: 0, ..write.who }, write.commits);
        if commits == 0 {
            self.place.count(world, signal::MISSING, &who);
        }
        for extra in 1..commits {
            self.place.count(world, signal::EXTRA, &Who { attempt: extra as u16, ..who });
        }
    }

    /// What a first commit wrote stays here.
    pub(super) fn keep(&mut self, slot: u32, world: &mut Context) {
        if self.spec.keeps {
            let write = self.writes.at(slot);
            write.kept = true;
            let arm = write.who.arm;
            self.place.shift(world, signal::KEPT, arm, 1);
        }
    }

    /// Whether a restart can destroy something of a write.
    pub(super) fn is_at_risk(&mut self, slot: u32) -> bool {
        let write = self.writes.at(slot);
        write.kept || !write.ended
    }

    /// An arm that has something to keep has seen a restart; the first of its writes counts for it.
    pub(super) fn report_restart(&mut self, tried: &[u32], world: &mut Context) {
        for arm in [Arm::Stable, Arm::Canary] {
            let first = tried.iter().map(|slot| self.writes.at(*slot).who).find(|who| who.arm == arm);
            if let Some(who) = first.filter(|_| self.spec.keeps) {
                self.place.count(world, signal::RESTARTS, &Who { attempt: self.restarts as u16, ..who });
            }
        }
    }

    /// The luck of a write in this restart. Where writes are kept, each restart has its own.
    pub(super) fn survives(&mut self, slot: u32, world: &mut Context) -> bool {
        let who = self.writes.at(slot).who;
        let durability = self.place.share(world, knob::DURABILITY, &who, self.spec.durability);
        let attempt = if self.spec.keeps { self.restarts as u16 } else { who.attempt };
        world.luck(Purpose::Restart, self.place.id, &Who { attempt, ..who }).coin(durability)
    }

    /// A restart destroys a write: nothing of it that is under way takes place, and nothing of it stays.
    pub(super) fn lose(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        let who = Who { attempt: 0, ..write.who };
        if std::mem::take(&mut write.kept) {
            self.place.shift(world, signal::KEPT, who.arm, -1);
        }
        let write = self.writes.at(slot);
        if std::mem::replace(&mut write.ended, true) {
            self.place.count(world, signal::LOST, &who);
        } else {
            write.commits_due = 0;
            let unsettled = write.unsettled;
            self.end(signal::LOST, &who, world);
            self.writes.renew(slot);
            if unsettled {
                self.plan_settling(slot, world);
            }
        }
        self.tidy(slot);
    }

    /// Brings up to date how long the oldest unknown write of each arm has not been found out.
    pub(super) fn age(&mut self, world: &mut Context) {
        for arm in [Arm::Stable, Arm::Canary] {
            let oldest = self.doubts[arm as usize].first();
            let age = oldest.map_or(0, |(given_up, ..)| world.now.since(*given_up).0);
            world.meters.set(world.now, self.place.signals + signal::UNKNOWN_AGE, arm, age);
        }
    }
}
