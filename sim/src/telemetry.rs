//! How the truth becomes samples, and how samples get out: late, twice, or not at all.

use crate::context::Context;
use crate::dice::Purpose;
use crate::ledger::Delivery;
use crate::queue::Event;
use gatecrash_policies::sample::{Arm, Level, Sample, Series};
use gatecrash_policies::time::{Span, Time};

/// Samples are let go of by so many.
const FORGOTTEN_AT_ONCE: usize = 64;

/// The samples of one world.
#[derive(Clone, Debug, Default)]
pub struct Telemetry {
    /// What gates may see, in order of arrival.
    pub arrived: Vec<Sample>,
    /// How many arrived before these and are not kept any more.
    pub forgotten: usize,
    /// Under way, by slot.
    under_way: Vec<Option<Sample>>,
    /// Slots that are free again.
    free: Vec<u32>,
    /// The levels of each arm as last reported: what a frozen exporter repeats.
    reported: [Vec<(Series, Level)>; 2],
    /// When the last scrape was.
    last: Time,
    /// Whether every sample is kept for pictures.
    keep: bool,
}

impl Telemetry {
    /// Before the first scrape. `keep`: whether the ledger is to keep every sample.
    pub fn new(keep: bool) -> Telemetry {
        Telemetry { keep, ..Telemetry::default() }
    }

    /// Reads all arms that exist.
    pub fn scrape(&mut self, world: &mut Context) {
        for arm in Arm::ALL {
            self.read(arm, world);
        }
        self.last = world.now;
        world.queue.push(world.now + world.setup.scenario.telemetry.scrape, Event::Scrape);
    }

    fn read(&mut self, arm: Arm, world: &mut Context) {
        let setup = world.setup;
        let is_idle = arm == Arm::Former || !world.meters.take_touched(arm);
        let counters = world.meters.take_counters(setup, arm);
        let hists = world.meters.take_values(setup, arm);
        let subjects = world.routing.subjects(arm).to_vec();
        let exists = subjects[0] > 0 || (arm == Arm::Canary && world.routing.has_shadow());
        let gauges = world.meters.take_levels(setup, arm, world.now, exists);
        if !exists && is_idle {
            return; // an arm that does not exist has no sample: no data is absent, never zero
        }
        let span = world.now.since(self.last);
        let sample = Sample { arm, stamp: world.now, arrived: world.now, span, subjects, counters, gauges, hists };
        self.send(sample, world);
    }

    /// Puts a sample on its way, as the telemetry knobs have it.
    fn send(&mut self, mut sample: Sample, world: &mut Context) {
        let spec = &world.setup.scenario.telemetry;
        let knobs = world.setup.world_knobs;
        let arm = sample.arm;
        let mut stream = world.setup.dice.stream(Purpose::Sample, sample.stamp.0, arm as u64);
        let level = |knob| world.knobs.level(knob, arm);
        let is_lost = stream.coin(level(knobs.loss).share(spec.loss));
        let is_frozen = stream.coin(level(knobs.freeze).share(0.0));
        let comes_twice = stream.coin(level(knobs.duplicate).share(spec.duplicate));
        let delay =
            |stream: &mut crate::dice::Stream| crate::context::stretched(level(knobs.delay), stream.span(&spec.delay), 1.0);
        let delays = [delay(&mut stream), delay(&mut stream)];
        sample.arrived = sample.stamp + delays[0];
        if self.keep {
            world.ledger.samples.push((sample.clone(), is_lost || is_frozen));
        }
        let tells = !is_lost && !is_frozen;
        let first = if comes_twice { sample.stamp + delays[0].min(delays[1]) } else { sample.arrived };
        world.ledger.deliveries.push(Delivery { stamp: sample.stamp, arm, arrived: tells.then_some(first) });
        if is_frozen {
            self.freeze(&mut sample);
        } else if arm != Arm::Former {
            self.reported[arm as usize].clone_from(&sample.gauges);
        }
        if is_lost {
            return;
        }
        let again = comes_twice.then(|| Sample { arrived: sample.stamp + delays[1], ..sample.clone() });
        self.post(sample, delays[0], world);
        if let Some(sample) = again {
            self.post(sample, delays[1], world);
        }
    }

    /// A frozen exporter is up, counts nothing, and repeats its levels.
    fn freeze(&self, sample: &mut Sample) {
        sample.counters.clear();
        sample.hists.clear();
        if sample.arm != Arm::Former {
            sample.gauges.clone_from(&self.reported[sample.arm as usize]);
        }
    }

    fn post(&mut self, sample: Sample, delay: Span, world: &mut Context) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.under_way.push(None);
            self.under_way.len() as u32 - 1
        });
        self.under_way[slot as usize] = Some(sample);
        world.queue.push(world.now + delay, Event::SampleArrives { slot });
    }

    /// A sample becomes visible.
    pub fn arrive(&mut self, slot: u32) {
        let sample = self.under_way[slot as usize].take().expect("a sample under way has its slot");
        self.free.push(slot);
        self.arrived.push(sample);
    }

    /// Lets go of samples that arrived before `until`, as long as they are among the first `seen` that ever arrived.
    pub fn forget(&mut self, seen: usize, until: Time) {
        let old = self.arrived.partition_point(|sample| sample.arrived < until);
        let old = old.min(seen.saturating_sub(self.forgotten));
        // Moving the rest down is worth it only now and then.
        if old >= FORGOTTEN_AT_ONCE {
            self.arrived.drain(..old);
            self.forgotten += old;
        }
    }
}
