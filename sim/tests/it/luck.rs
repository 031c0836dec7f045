//! The same request meets the same luck, whoever else is on the canary.

use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::Op;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::ledger::Violation;
use gatecrash_sim::scenario::*;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;

/// Every answer of `runs`, as it is written down when the canary has this share.
fn answers(scenario: &Scenario, share: f64, seed: u64) -> Vec<Violation> {
    let setup = setup(scenario, &ladder(&[Cohort::Nobody], 60), seed);
    let mut world = World::new(&setup, Books::Everything);
    world.act(&Action::Stage { name: "s1".into(), cohort: Cohort::Share(share), enter: Vec::new() });
    world.advance(Time::ZERO + scenario.horizon);
    std::mem::take(&mut world.context.ledger.violations)
}

proptest! {
    #![proptest_config(effort(30))]

    #[test]
    fn requests_on_stable_are_served_alike_under_every_exposure(scenario in any_scenario(), seed in 1u64..1_000) {
        let mut scenario = Scenario { assign: Assign::Subject, ..scenario };
        scenario.faults.retain(|f| f.on == Side::Canary && !f.bends.iter().any(|b| b.component == "traffic"));
        scenario.faults.retain(|f| !matches!(f.at, Onset::Stage { .. }));
        let Kind::Calls(calls) = &mut scenario.system[0].kind else { unreachable!("the first is calls") };
        (calls.servers, calls.queue) = (None, None); // with servers to share, others are in the way
        let log = |signal: &str| Objective {
            text: signal.into(), component: "runs".into(), signal: signal.into(), op: Op::Below, limit: 0.0,
        };
        scenario.objectives = ["service", "latency", "tokens"].map(log).to_vec();
        let (nobody, some) = (answers(&scenario, 0.0, seed), answers(&scenario, 0.4, seed));
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), seed);
        let on_stable = |v: &&Violation| f64::from(setup.population.buckets[v.key.subject as usize]) >= 4_000.0;
        let expected: Vec<_> = nobody.iter().filter(on_stable).collect();
        let seen: Vec<_> = some.iter().filter(on_stable).collect();
        prop_assert!(seen.iter().all(|v| v.arm == Arm::Stable || v.at < Time::ZERO + Span::from_secs(120)));
        prop_assert!(!expected.is_empty());
        prop_assert_eq!(expected, seen);
    }
}
