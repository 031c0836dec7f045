//! `effects`: a completed request may write to the outside. A write may commit and yet go unanswered; the writer tries again,
//! and unless an idempotency key is honoured the outside sees the effect twice.

mod keeping;

use super::backoff::backoff;
use super::{Component, Place, Slab};
use crate::context::{Context, Who, stretched};
use crate::demand::Request;
use crate::dice::Purpose;
use crate::scenario::Effects as Spec;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::Time;
use std::collections::BTreeSet;

/// Local ids of the signals, in the order of `catalog::EFFECTS`.
mod signal {
    pub const WRITES: u16 = 0;
    pub const ATTEMPTS: u16 = 1;
    pub const RETRIES: u16 = 2;
    pub const OUTCOMES: u16 = 3;
    pub const COMPLETES: u16 = 4;
    pub const ERRORS: u16 = 5;
    pub const COMMITS: u16 = 6;
    pub const DUPLICATES: u16 = 7;
    pub const DEDUPED: u16 = 8;
    pub const TIMEOUTS: u16 = 9;
    pub const UNKNOWN: u16 = 10;
    pub const RECONCILED: u16 = 11;
    pub const LOST: u16 = 12;
    pub const BYPASSED: u16 = 13;
    pub const UNTRACED: u16 = 14;
    pub const LATENCY: u16 = 15;
    pub const IN_DOUBT: u16 = 16;
    pub const MISSING: u16 = 17;
    pub const EXTRA: u16 = 18;
    pub const UNKNOWN_AGE: u16 = 19;
    pub const RETRIED_UNKNOWN: u16 = 20;
    pub const AFTER_FAILURE: u16 = 21;
    pub const KEPT: u16 = 22;
    pub const RESTARTS: u16 = 23;
}

/// Local ids of the knobs, in the order of `catalog::EFFECTS`.
mod knob {
    pub const PROBABILITY: u16 = 0;
    pub const LATENCY: u16 = 1;
    pub const ERROR_RATE: u16 = 2;
    pub const TIMEOUT_AFTER_COMMIT: u16 = 3;
    pub const IDEMPOTENCY: u16 = 4;
    pub const DURABILITY: u16 = 5;
    pub const BYPASS: u16 = 6;
    pub const UNTRACED: u16 = 7;
    pub const RECONCILE: u16 = 8;
    pub const SUPPRESS: u16 = 9;
    pub const STOP_ON_UNKNOWN: u16 = 10;
    pub const AFTER_FAILURE: u16 = 11;
}

/// Codes of the component's events. Commits and answers of an attempt carry its number beside the code.
mod code {
    /// The attempt commits outside, and its answer comes back.
    pub const COMMIT: u8 = 0;
    /// The attempt commits outside, and its answer is lost.
    pub const SILENT_COMMIT: u8 = 1;
    /// The attempt fails and says so.
    pub const REFUSED: u8 = 2;
    /// The writer stops waiting for an attempt.
    pub const TIMEOUT: u8 = 3;
    /// The writer tries again.
    pub const RETRY: u8 = 4;
    /// Somebody finds out what became of an unknown write.
    pub const RECONCILE: u8 = 5;
    /// It is counted how often the write has had its effect.
    pub const SETTLE: u8 = 6;
}

#[derive(Clone, Debug)]
struct Write {
    who: Who,
    started: Time,
    /// The present attempt honours the idempotency key.
    keyed: bool,
    /// When the first commit was.
    committed: Option<Time>,
    /// How many effects there have been outside.
    commits: u64,
    /// Whether some attempt went unanswered: then the writer cannot know.
    in_doubt: bool,
    /// Whether it was written again, blind: that is done once.
    blind: bool,
    /// The writer has its answer, or has given up.
    ended: bool,
    /// When it was given up as unknown.
    given_up: Time,
    /// Commits that are still to come: the write is remembered until they have.
    commits_due: u32,
    /// It has not been counted yet how often it has had its effect.
    unsettled: bool,
    /// What was written stays here.
    kept: bool,
}

impl Write {
    /// Wanted just now.
    fn new(who: Who, now: Time) -> Write {
        Write {
            who,
            started: now,
            keyed: false,
            committed: None,
            commits: 0,
            in_doubt: false,
            blind: false,
            ended: false,
            given_up: now,
            commits_due: 0,
            unsettled: false,
            kept: false,
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Effects<'a> {
    spec: &'a Spec,
    place: Place,
    writes: Slab<Write>,
    /// Per arm, the unknown writes that nobody has found out about: (given up, subject, ordinal).
    doubts: [BTreeSet<(Time, u32, u32)>; 2],
    restarts: u64,
}

impl<'a> Effects<'a> {
    /// Nothing written yet.
    pub fn new(spec: &'a Spec, place: Place) -> Effects<'a> {
        Effects { spec, place, writes: Slab::default(), doubts: Default::default(), restarts: 0 }
    }

    fn attempt(&mut self, slot: u32, world: &mut Context) {
        let who = self.writes.at(slot).who;
        self.place.count(world, signal::ATTEMPTS, &who);
        let mut stream = world.luck(Purpose::Write, self.place.id, &Who { attempt: who.attempt + 1, ..who });
        let level = |knob| self.place.level(world, knob, &who);
        let share = |knob, value| self.place.share(world, knob, &who, value);
        let latency = stretched(level(knob::LATENCY), stream.span(&self.spec.commit), world.drift.latency(who.arm));
        let fails = stream.coin(share(knob::ERROR_RATE, self.spec.errors * world.drift.errors(who.arm)));
        let silent = stream.coin(share(knob::TIMEOUT_AFTER_COMMIT, self.spec.timeout_after_commit));
        let keyed = stream.coin(share(knob::IDEMPOTENCY, self.spec.idempotency));
        let write = self.writes.at(slot);
        write.keyed = keyed;
        write.commits_due += u32::from(!fails);
        let generation = self.writes.generation(slot);
        let answered = !silent && latency <= self.spec.timeout;
        let code = match (fails, answered) {
            (true, _) => code::REFUSED,
            (false, true) => code::COMMIT,
            (false, false) => code::SILENT_COMMIT,
        };
        if !fails || latency <= self.spec.timeout {
            world.plan(latency, self.place.id, code, slot, generation);
        }
        if (fails && latency > self.spec.timeout) || (!fails && !answered) {
            world.plan(self.spec.timeout, self.place.id, code::TIMEOUT, slot, generation);
        }
    }

    /// The effect takes place outside: the first time, or again.
    fn commit(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        write.commits_due -= 1;
        let who = write.who;
        match write.committed {
            None => {
                write.committed = Some(world.now);
                write.commits += 1;
                self.place.count(world, signal::COMMITS, &who);
                self.keep(slot, world);
            }
            Some(first) if write.keyed && world.now.since(first) <= self.spec.dedupe_window => {
                self.place.count(world, signal::DEDUPED, &who);
            }
            Some(_) => {
                write.commits += 1;
                self.place.count(world, signal::COMMITS, &who);
                self.place.count(world, signal::DUPLICATES, &who);
            }
        }
    }

    fn answer(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        if write.ended {
            return;
        }
        write.ended = true;
        let (who, took) = (write.who, world.now.since(write.started));
        self.place.value(world, signal::LATENCY, &who, took.0);
        self.end(signal::COMPLETES, &who, world);
    }

    /// No answer, or a bad one: another attempt, or the end.
    fn unanswered(&mut self, slot: u32, timed_out: bool, world: &mut Context) {
        let write = self.writes.at(slot);
        if write.ended {
            return;
        }
        write.in_doubt |= timed_out;
        let (who, in_doubt) = (write.who, write.in_doubt);
        if timed_out {
            self.place.count(world, signal::TIMEOUTS, &who);
        }
        let generation = self.writes.generation(slot);
        if u32::from(who.attempt) + 1 < self.spec.retry.attempts {
            let wait = backoff(&self.spec.retry.backoff, who.attempt, &mut world.luck(Purpose::Backoff, self.place.id, &who));
            world.plan(wait, self.place.id, code::RETRY, slot, generation);
            return;
        }
        if in_doubt && !self.stops(slot, world) {
            self.place.count(world, signal::RETRIED_UNKNOWN, &who);
            return self.retry(slot, world);
        }
        self.writes.at(slot).ended = true;
        if !in_doubt {
            return self.end(signal::ERRORS, &who, world);
        }
        self.give_up(slot, world);
    }

    /// Whether a writer in doubt leaves it at that; otherwise it writes once more, blind.
    fn stops(&mut self, slot: u32, world: &mut Context) -> bool {
        let write = self.writes.at(slot);
        let who = Who { attempt: 0, ..write.who };
        let stops = self.place.share(world, knob::STOP_ON_UNKNOWN, &who, self.spec.stop_on_unknown);
        std::mem::replace(&mut write.blind, true) || world.chance(Purpose::Failure, self.place.id, &who) < stops
    }

    /// A write ends as unknown, until somebody finds out.
    fn give_up(&mut self, slot: u32, world: &mut Context) {
        let generation = self.writes.generation(slot);
        let write = self.writes.at(slot);
        write.given_up = world.now;
        let who = write.who;
        self.end(signal::UNKNOWN, &who, world);
        self.place.shift(world, signal::IN_DOUBT, who.arm, 1);
        self.doubts[who.arm as usize].insert((world.now, who.subject, who.ordinal));
        if let Some(reconcile) = &self.spec.reconcile {
            let after = world.luck(Purpose::Write, self.place.id, &Who { attempt: u16::MAX, ..who }).span(reconcile);
            let after = stretched(self.place.level(world, knob::RECONCILE, &who), after, 1.0);
            self.writes.at(slot).commits_due += 1; // it is remembered until somebody has found out
            world.plan(after, self.place.id, code::RECONCILE, slot, generation);
        }
    }

    fn end(&mut self, how: u16, who: &Who, world: &mut Context) {
        let who = Who { attempt: 0, ..*who };
        self.place.count(world, signal::OUTCOMES, &who);
        self.place.count(world, how, &who);
        self.place.mark(world, &who);
    }

    fn retry(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        write.who.attempt += 1;
        let who = write.who;
        self.place.count(world, signal::RETRIES, &who);
        self.attempt(slot, world);
    }

    fn reconcile(&mut self, slot: u32, world: &mut Context) {
        let write = self.writes.at(slot);
        write.commits_due -= 1;
        let (who, given_up) = (write.who, write.given_up);
        self.doubts[who.arm as usize].remove(&(given_up, who.subject, who.ordinal));
        self.place.shift(world, signal::IN_DOUBT, who.arm, -1);
        self.place.count(world, signal::RECONCILED, &who);
    }

    /// Forgets a write that is over.
    fn tidy(&mut self, slot: u32) {
        let write = self.writes.at(slot);
        if write.ended && write.commits_due == 0 && !write.unsettled && !write.kept {
            self.writes.remove(slot);
        }
    }

    /// A write is wanted.
    fn begin(&mut self, who: Who, world: &mut Context) {
        let mut stream = world.luck(Purpose::Write, self.place.id, &who);
        let mut coin = |knob, share| stream.coin(self.place.share(world, knob, &who, share));
        let bypasses = coin(knob::BYPASS, self.spec.bypass);
        let is_untraced = coin(knob::UNTRACED, self.spec.untraced);
        let is_suppressed = coin(knob::SUPPRESS, self.spec.suppress);
        self.place.count(world, signal::WRITES, &who);
        if bypasses && !is_suppressed {
            self.place.count(world, signal::BYPASSED, &who);
        }
        if is_untraced && !is_suppressed {
            self.place.count(world, signal::UNTRACED, &who);
        }
        let (slot, _) = self.writes.insert(Write { ended: is_suppressed, ..Write::new(who, world.now) });
        self.plan_settling(slot, world);
        if is_suppressed { self.tidy(slot) } else { self.attempt(slot, world) }
    }
}

impl Component for Effects<'_> {
    fn arrive(&mut self, request: Request, arm: Option<Arm>, world: &mut Context) {
        let arm = arm.unwrap_or_else(|| world.route(request.subject, request.ordinal, 0));
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow: false };
        let probability = self.place.share(world, knob::PROBABILITY, &who, self.spec.probability);
        if world.chance(Purpose::Follow, self.place.id, &who) >= probability {
            return;
        }
        self.begin(who, world);
    }

    /// The write of a failed request goes on in the background.
    fn arrive_failed(&mut self, request: Request, arm: Arm, world: &mut Context) {
        let who = Who { subject: request.subject, ordinal: request.ordinal, attempt: 0, arm, shadow: false };
        let share = self.place.share(world, knob::AFTER_FAILURE, &who, self.spec.after_failure);
        if world.chance(Purpose::Failure, self.place.id, &Who { attempt: 1, ..who }) < share {
            self.place.count(world, signal::AFTER_FAILURE, &who);
            self.begin(who, world);
        }
    }

    fn scrape(&mut self, world: &mut Context) {
        self.age(world);
    }

    fn handle(&mut self, code: u8, slot: u32, generation: u32, world: &mut Context) {
        if self.writes.get(slot, generation).is_none() {
            world.events -= 1; // stale: it does nothing and counts for nothing
            return;
        }
        match code {
            code::COMMIT => {
                self.commit(slot, world);
                self.answer(slot, world);
            }
            code::SILENT_COMMIT => self.commit(slot, world),
            code::REFUSED => self.unanswered(slot, false, world),
            code::TIMEOUT => self.unanswered(slot, true, world),
            code::RETRY => self.retry(slot, world),
            code::RECONCILE => self.reconcile(slot, world),
            code::SETTLE => self.settle(slot, world),
            _ => unreachable!("effects plans no event {code}"),
        }
        self.tidy(slot);
    }

    /// A write in flight survives a restart with the probability `durability`, and so does one that is kept; one that does not is
    /// lost.
    fn restart(&mut self, world: &mut Context) {
        let tried = self.writes.slots().into_iter().filter(|slot| self.is_at_risk(*slot)).collect::<Vec<_>>();
        self.report_restart(&tried, world);
        for slot in tried {
            if !self.survives(slot, world) {
                self.lose(slot, world);
            }
        }
        self.restarts += 1;
    }
}
