//! Which scores say that a policy is better or worse, written down once.
//!
//! What is not here is shown and never decides, because it is not good or bad by itself, or says again what another one says:
//! requests and subjects that met the canary (most of them were served well; those that were not are `harmed`), `lucky`,
//! `mitigated`, the five gaps and `rollback` (parts of `time_to_detect` and `recovery`), `missed` and `true_promote_rate` (what
//! is left of `detection_rate` and `false_rollback_rate`), and `insufficient` where a breach was expected (the fault came after the
//! end). In a healthy scenario `insufficient` does decide: the rollout came to no end.

use crate::measure::Measure;
use gatecrash_sim::scenario::Expect;

/// Where a breach is to be rolled back.
const BREACH: &[Measure] = &[
    Measure::DetectionRate,
    Measure::FalseRollbackRate,
    Measure::WithinBudget,
    Measure::PrematureValidations,
    Measure::TimeToDetect,
    Measure::Recovery,
    Measure::Harmed,
    Measure::DuplicatesLeaked,
];

/// Where the rollout is to finish.
const HEALTHY: &[Measure] =
    &[Measure::FalseRollbackRate, Measure::Insufficient, Measure::Rollout, Measure::Harmed, Measure::DuplicatesLeaked];

/// The scores that decide where this is expected, what matters most first.
pub fn deciding(expect: Expect) -> &'static [Measure] {
    match expect {
        Expect::Rollback => BREACH,
        Expect::Promote => HEALTHY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_can_be_had() {
        for expect in [Expect::Rollback, Expect::Promote] {
            assert!(deciding(expect).iter().all(|measure| measure.is_of(expect)), "{expect:?}");
        }
    }
}
