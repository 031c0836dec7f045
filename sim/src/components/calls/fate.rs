//! What an attempt's luck has in store.

use super::{Calls, knob, signal};
use crate::context::{Context, Who, stretched};
use crate::dice::{Purpose, Stream};
use crate::knobs::Level;
use gatecrash_policies::time::Span;

/// Drawn when a server takes the attempt.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    pub(super) service: Span,
    pub(super) fails: bool,
    pub(super) drops: bool,
    pub(super) doubles: bool,
    pub(super) dependency_fails: bool,
    pub(super) falls_back: bool,
    /// The dependency fails, nothing answers for it, and nobody is told.
    pub(super) hushed: bool,
    pub(super) hops: u64,
    /// After so much of its service the caller cancels, and has to wait so long for the acknowledgement.
    pub(super) cancel: Option<(Span, Span)>,
}

impl Calls<'_> {
    /// Every attempt takes the same draws, whatever the knobs say, so that bending one moves no other.
    pub(super) fn fate(&mut self, slot: u32, world: &mut Context) -> Fate {
        let call = self.calls.at(slot);
        let (who, recorded, failure) = (call.who, call.recorded, call.recorded_failure);
        let mut stream = world.luck(Purpose::Service, self.place.id, &who);
        let drift = world.drift.latency(who.arm);
        let level = |knob| self.place.level(world, knob, &who);
        let share = |knob, value| self.place.share(world, knob, &who, value);
        let drawn = recorded.unwrap_or_else(|| stream.span(&self.spec.service));
        let mut service = stretched(level(knob::LATENCY), drawn, drift);
        let error_rate = share(knob::ERROR_RATE, self.spec.errors * world.drift.errors(who.arm));
        let mut fate = Fate {
            fails: stream.coin(error_rate) || failure,
            drops: stream.coin(share(knob::DROP, self.spec.drop)),
            doubles: stream.coin(share(knob::DUPLICATE_FINAL, self.spec.duplicate_final)),
            ..Fate::default()
        };
        let interrupts = share(knob::CANCEL, self.spec.cancel) * share(knob::MODE, self.spec.mode);
        let cancels = stream.coin(interrupts) && who.attempt == 0;
        let cancel_luck = stream.unit();
        if let Some(dependency) = &self.spec.dependency {
            fate.dependency_fails = stream.coin(share(knob::DEPENDENCY_ERRORS, dependency.errors));
            fate.falls_back = fate.dependency_fails && stream.coin(share(knob::FALLBACK, dependency.fallback));
            let unmet = fate.dependency_fails && !fate.falls_back;
            fate.hushed = unmet && dependency.drops;
            fate.fails |= unmet;
            service = service + stretched(level(knob::DEPENDENCY_LATENCY), stream.span(&dependency.latency), drift);
        }
        if self.spec.hops.is_some() {
            let (hops, time) = self.hops(&mut stream, level(knob::HOPS), drift);
            service = service + time;
            fate.hops = hops;
            self.place.value(world, signal::HOPS, &who, hops * 1000);
        }
        fate.service = service;
        if cancels {
            let ack = world.luck(Purpose::Cancel, self.place.id, &who).span(&self.spec.cancel_latency);
            let ack = stretched(self.place.level(world, knob::CANCEL_LATENCY, &who), ack, drift);
            fate.cancel = Some((Span((service.0 as f64 * cancel_luck) as u64), ack));
        }
        fate
    }

    /// How many tools an attempt calls, and how long that takes.
    fn hops(&self, stream: &mut Stream, level: Level, drift: f64) -> (u64, Span) {
        let Some(hops) = &self.spec.hops else { return (0, Span::ZERO) };
        let count = (level.apply(stream.amount(&hops.count) as f64) / 1000.0).round() as u64;
        let one = |_| stretched(Level::IDENTITY, stream.span(&hops.latency), drift);
        let time = (0..count).map(one).fold(Span::ZERO, |sum, time| sum + time);
        (count, time)
    }

    /// What the tools of an attempt that was served to the end have read, and what they had read before.
    pub(super) fn read(&self, who: &Who, hops: u64, world: &mut Context) {
        let Some(spec) = &self.spec.hops else { return };
        let again = self.place.share(world, knob::DUPLICATE_READ, who, spec.duplicate_read);
        let mut stream = world.luck(Purpose::Message, self.place.id, who);
        for _ in 0..hops {
            self.place.count(world, signal::READS, who);
            if again > 0.0 && stream.coin(again) {
                self.place.count(world, signal::DUPLICATE_READS, who);
            }
        }
    }

    /// Whether a request whose dependency failed does what it should not.
    pub(super) fn ends_unsafe(&self, who: &Who, world: &Context) -> bool {
        let Some(dependency) = &self.spec.dependency else { return false };
        let share = self.place.share(world, knob::UNSAFE_END, who, dependency.unsafe_end);
        world.chance(Purpose::Failure, self.place.id, who) < share
    }
}
