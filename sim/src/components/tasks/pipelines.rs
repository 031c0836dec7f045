//! What publishes and withdraws capabilities, gate by gate.

use super::{SWEEP, Tasks, code, knob, signal};
use crate::context::{Context, Who};
use crate::dice::{Purpose, Stream};
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// Marks the ordinals of publications.
const PUBLICATION: u32 = SWEEP | SWEEP >> 1;

/// The publications as the clock of one arm has them. Both arms see the same sequence of a unit rate, each by a clock that runs as fast
/// as its knob says, and a publication takes place on the arm of its subject: bending one arm moves nothing on the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Publisher {
    /// `None` where there are no subjects.
    stream: Option<Stream>,
    /// Unit-rate time left to the next, at `since`.
    work: f64,
    /// Per second, since `since`.
    rate: f64,
    since: Time,
    /// How many there were.
    count: u32,
    /// Of the one that is planned.
    generation: u32,
}

impl Tasks<'_> {
    /// Plans the first publications.
    pub(super) fn begin_publishing(&mut self, world: &mut Context) {
        if world.setup.population.is_empty() {
            return;
        }
        for publisher in &mut self.publishers {
            let mut stream = world.setup.dice.stream(Purpose::Arrivals, 2, u64::from(self.place.id));
            publisher.work = stream.exponential();
            publisher.stream = Some(stream);
        }
        self.retime(world);
    }

    /// The rate of an arm may have changed: its next publication comes sooner or later.
    pub(super) fn retime(&mut self, world: &mut Context) {
        for arm in [Arm::Stable, Arm::Canary] {
            let rate = world.knobs.level(self.place.knobs + knob::PUBLISH, arm).apply(self.spec.publish);
            let publisher = &mut self.publishers[arm as usize];
            if publisher.stream.is_some() && rate != publisher.rate {
                let passed = publisher.rate * world.now.since(publisher.since).seconds();
                publisher.work = (publisher.work - passed).max(0.0);
                publisher.since = world.now;
                publisher.rate = rate;
                self.plan_publication(arm, world);
            }
        }
    }

    fn plan_publication(&mut self, arm: Arm, world: &mut Context) {
        let publisher = &mut self.publishers[arm as usize];
        publisher.generation = publisher.generation.wrapping_add(1);
        if publisher.rate > 0.0 {
            let wait = Span::from_secs_f64(publisher.work / publisher.rate);
            world.plan(wait, self.place.id, code::PUBLISH, arm as u32, publisher.generation);
        }
    }

    /// The clock of an arm has come to a publication.
    pub(super) fn publish(&mut self, arm: Arm, generation: u32, world: &mut Context) {
        let publisher = &mut self.publishers[arm as usize];
        let Some(stream) = publisher.stream.as_mut().filter(|_| publisher.generation == generation) else {
            world.events -= 1; // stale: it does nothing and counts for nothing
            return;
        };
        let subject = stream.below(world.setup.population.len() as u64) as u32;
        publisher.work = stream.exponential();
        let ordinal = PUBLICATION | publisher.count;
        publisher.count += 1;
        publisher.since = world.now;
        self.plan_publication(arm, world);
        if world.route(subject, ordinal, 0) == arm {
            let who = Who { subject, ordinal, attempt: 0, arm, shadow: false };
            self.attempt(&who, self.spec.publish_gates, world);
            self.attempt(&Who { attempt: 1, ..who }, self.spec.unpublish_gates, world);
        } else {
            world.events -= 1; // the other arm's clock comes to it
        }
    }

    /// A way through some gates, which may end at one of them.
    fn attempt(&mut self, who: &Who, gates: u32, world: &mut Context) {
        let mut stream = world.luck(Purpose::Write, self.place.id, who);
        let failure = self.place.share(world, knob::PIPELINE_FAILURE, who, self.spec.pipeline_failure);
        let fails = stream.coin(failure);
        let last = stream.below(u64::from(gates));
        self.place.count(world, signal::PIPELINE_ATTEMPTS, who);
        for _ in 0..if fails { last } else { u64::from(gates) } {
            self.place.count(world, signal::PIPELINE_GATES, who);
        }
        let streak = &mut self.streaks[who.arm as usize];
        *streak = if fails { *streak + 1 } else { 0 };
        let streak = *streak;
        if fails {
            self.place.count(world, signal::PIPELINE_FAILURES, who);
            self.place.value(world, signal::PIPELINE_FAILURES_STREAK, who, streak * 1000);
        }
    }
}
