//! Six instants in order, and an outcome that agrees with them.

use crate::drive::*;
use crate::generate::*;
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Outcome;
use proptest::prelude::*;

proptest! {
    #![proptest_config(effort(150))]

    #[test]
    fn instants_are_in_order(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let trial = trial(&scenario, &policy, seed, false);
        let at = trial.instants;
        let ordered = |a: Option<_>, b: Option<_>| a.zip(b).is_none_or(|(a, b)| a <= b);
        prop_assert!(ordered(at.harmed, at.shown), "{:?}", at);
        prop_assert!(ordered(at.decided, at.withdrawn) && ordered(at.withdrawn, at.clear), "{:?}", at);
        prop_assert!(ordered(at.clear, at.validated), "{:?}", at);
        prop_assert!(at.shown.is_none() || at.harmed.is_some());
        prop_assert!(at.withdrawn.is_none() || at.decided.is_some());
        prop_assert_eq!(at.clear.is_some(), at.withdrawn.is_some());
        prop_assert_eq!(at.harmed.is_some(), trial.harmed > 0);
        prop_assert_eq!(at.decided.is_some(), !trial.caught_by.is_empty());
        prop_assert!(trial.timeline.is_sorted_by_key(|entry| entry.at));
        prop_assert!(trial.exposed_requests >= trial.exposed_subjects);
        prop_assert!(trial.premature_validation.is_none_or(|early| at.clear.is_some_and(|clear| early < clear)));
        prop_assert!(!trial.lucky || at.shown == at.decided);
        prop_assert_eq!(trial.outcome == Outcome::Insufficient, !trial.reason.is_empty());
        match trial.outcome {
            Outcome::Detected => {
                prop_assert!(scenario.expect == Expect::Rollback && at.harmed.is_some() && at.harmed <= at.decided);
                prop_assert!(ordered(at.shown, at.decided) || trial.lucky);
            }
            Outcome::Missed => prop_assert!(scenario.expect == Expect::Rollback && at.harmed.is_some() && at.decided.is_none()),
            Outcome::FalseRollback => prop_assert!(at.decided.is_some()),
            Outcome::TruePromote => prop_assert!(scenario.expect == Expect::Promote && trial.finished && at.decided.is_none()),
            Outcome::Insufficient => prop_assert!(at.decided.is_none()),
        }
    }
}
