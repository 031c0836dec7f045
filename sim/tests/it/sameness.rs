//! The same seed gives the same trial: again, in any company, in any order, and in a clone.

use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::Action;
use gatecrash_policies::time::Time;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

proptest! {
    #![proptest_config(effort(40))]

    #[test]
    fn company_and_order_change_nothing(
        scenario in any_scenario(),
        (a, b, c) in (any_policy(), any_policy(), any_policy()),
        seed in 1u64..1_000,
    ) {
        let alone = [&a, &b, &c].map(|policy| trial(&scenario, policy, seed, false));
        prop_assert_eq!(&alone[0], &trial(&scenario, &a, seed, false), "again");
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let policies = order.map(|i| [&a, &b, &c][i]);
            for (i, together) in order.into_iter().zip(trials(&scenario, &policies, seed, false)) {
                prop_assert_eq!(&alone[i], &together, "policy {} in the order {:?}", i, order);
            }
        }
    }

    #[test]
    fn pictures_change_no_score(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let mut drawn = trial(&scenario, &policy, seed, true);
        drawn.detail = None;
        prop_assert_eq!(drawn, trial(&scenario, &policy, seed, false));
    }

    #[test]
    fn a_clone_goes_on_as_the_original_does(scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000) {
        let setup = setup(&scenario, &policy, seed);
        let end = Time::ZERO + scenario.horizon;
        let mut world = World::new(&setup, Books::Everything);
        for (i, stage) in policy.stages.iter().enumerate() {
            world.act(&Action::Stage { name: stage.name.clone(), cohort: stage.cohort.clone(), enter: Vec::new() });
            world.advance(Time(end.0 * (i as u64 + 1) / 5));
        }
        let mut other = world.clone();
        world.advance(end);
        // In pieces: what is asked in between must not matter either.
        for i in 0..7 {
            other.advance(Time(end.0 * (18 + 2 * i) / 30));
        }
        other.advance(end);
        prop_assert_eq!(world.context.events, other.context.events);
        prop_assert_eq!(&world.telemetry.arrived, &other.telemetry.arrived);
        prop_assert_eq!(&world.context.ledger.violations, &other.context.ledger.violations);
        prop_assert_eq!(Truth::of(&mut world).0, Truth::of(&mut other).0);
    }
}
