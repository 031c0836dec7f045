//! What the gates of a policy read, of either arm and at any moment: for charts, without verdicts.

use crate::bind::bind_check;
use crate::gate::{BoundCheck, Moment};
use crate::policy::{Limit, Policy, Rule};
use crate::sample::{Arm, Catalog, Sample};
use crate::show::Unit;
use crate::time::Time;

/// The readings of all gates of a policy.
#[derive(Clone, Debug)]
pub struct Monitor {
    /// By gate: of stable, of the canary, of those who were on it. `None`: this system does not have what the gate reads.
    gates: Vec<Option<[BoundCheck; 3]>>,
    /// By gate: what it is held against.
    limits: Vec<Limit>,
}

/// What one gate's check reads, in the unit of its evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The gate's index in the policy.
    pub gate: usize,
    /// By arm, as in [`Arm::ALL`].
    pub arms: [Option<f64>; 3],
    /// What the canary is held against.
    pub limit: Option<f64>,
}

impl Monitor {
    /// The catalog must track the policy's segments ([`crate::Rollout::segments`]).
    pub fn new(policy: &Policy, catalog: &Catalog) -> Monitor {
        let bind = |check| bind_check(check, &Rule::new("threshold"), 0, catalog).ok().flatten();
        let arms = |check: BoundCheck| Arm::ALL.map(|arm| check.afresh(arm, Time::ZERO));
        let gates = policy.gates.iter().map(|gate| bind(&gate.check).map(arms)).collect();
        Monitor { gates, limits: policy.gates.iter().map(|gate| gate.check.limit.clone()).collect() }
    }

    /// In what the readings of a gate are expressed.
    pub fn unit(&self, gate: usize) -> Unit {
        self.gates[gate].as_ref().map_or(Unit::Plain, |checks| checks[0].unit)
    }

    /// Takes in a sample that has arrived.
    pub fn take(&mut self, sample: &Sample) {
        self.gates.iter_mut().flatten().flatten().for_each(|check| check.take(sample));
    }

    /// A stage took effect: readings without a window begin again.
    pub fn stage_began(&mut self, at: Time, leaves_nobody_on_stable: bool) {
        self.gates.iter_mut().flatten().flatten().for_each(|check| check.stage_began(at, leaves_nobody_on_stable));
    }

    /// The readings of those gates that apply.
    pub fn read(&mut self, now: Time) -> Vec<Reading> {
        let moment = Moment { now, stable_gone: false, min_samples: Some(0), alpha: None, muted: true };
        let read = |(gate, checks): (usize, &mut Option<[BoundCheck; 3]>)| {
            let mut reading = Reading { gate, ..Reading::default() };
            for (arm, check) in checks.as_mut()?.iter_mut().enumerate() {
                let evidence = check.judge(moment).evidence;
                reading.arms[arm] = evidence.value;
                if arm == Arm::Canary as usize {
                    reading.limit = evidence.limit;
                }
            }
            if let Some(stable) = as_compared(&self.limits[gate], reading.limit) {
                reading.arms[Arm::Stable as usize] = stable;
            }
            Some(reading)
        };
        self.gates.iter_mut().enumerate().filter_map(read).collect()
    }
}

/// What stable reads where the limit hangs on it: as the gate compares, which for counts and rates is per subject, so that the larger
/// arm does not look worse for being larger. The outer `None`: the limit does not hang on stable.
fn as_compared(limit: &Limit, resolved: Option<f64>) -> Option<Option<f64>> {
    match limit {
        Limit::TimesStable(factor) => Some(resolved.map(|limit| limit / factor)),
        Limit::StablePlus(more) => Some(resolved.map(|limit| limit - more)),
        Limit::Absolute(_) | Limit::PerSegment(_) => None,
    }
}
