//! A trial in front of people is the trial that is played at once, and hangs on nothing but when they ordered what.

use crate::generate::*;
use gatecrash_policies::policy::{By, Policy};
use gatecrash_policies::rollout::{Drive, Order};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::Match;
use gatecrash_sim::play::Live;
use gatecrash_sim::scenario::{Bend, Fault, Onset, Scenario, Shape, Side};
use gatecrash_sim::trial::Trial;
use proptest::collection::vec;
use proptest::prelude::*;

/// Plays with somebody who does things; in pieces that end at these thousandths of the scenario.
fn played(scenario: &Scenario, policy: &Policy, seed: u64, pieces: &[u64], mut act: impl FnMut(usize, &mut Live)) -> Trial {
    let game = Match::new(scenario, &[policy]).expect("the policy fits");
    let setup = game.setup(seed);
    let mut live = game.live(&setup, seed);
    for (i, piece) in pieces.iter().enumerate() {
        live.advance(Time(scenario.horizon.0 / 1_000 * piece));
        live.harm(); // looking changes nothing
        act(i, &mut live);
    }
    live.advance(Time::MAX);
    assert!(live.ending().is_some());
    live.trial()
}

/// Faults that any system may have.
fn slow_traffic(by: f64, shape: Shape) -> Fault {
    let bend = Bend { component: "traffic".into(), knob: "rate".into(), by: By::Times(by) };
    Fault { name: "bend".into(), bends: vec![bend], shape, at: Onset::At(Time::ZERO), lasting: None, on: Side::Both, only: None }
}

fn order_of(which: u8) -> Order {
    match which % 5 {
        0 | 1 => Order::Promote,
        2 => Order::Rollback,
        3 => Order::Step(usize::from(which) / 5 % 3),
        _ => Order::Page("lead".into()),
    }
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn with_nobody_at_the_controls_it_is_the_trial(
        scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000, mut pieces in vec(0u64..1_000, 0..12),
    ) {
        pieces.sort_unstable();
        let live = played(&scenario, &policy, seed, &pieces, |_, _| {});
        let whole = Match::new(&scenario, &[&policy]).unwrap().play(seed, true).remove(0);
        prop_assert_eq!(live, whole);
    }

    #[test]
    fn only_what_is_ordered_when_matters(
        scenario in any_scenario(), policy in any_policy(), seed in 1u64..1_000,
        mut orders in vec((1u64..1_000, 0u8..25), 1..6), mut looks in vec(0u64..1_000, 0..12), ramp: bool,
    ) {
        orders.sort_unstable();
        let run = |pieces: &[u64], until_order: &dyn Fn(u64) -> Vec<u8>| {
            let mut last = u64::MAX;
            played(&scenario, &policy, seed, pieces, |i, live| {
                live.drive(Drive::People);
                if std::mem::replace(&mut last, pieces[i]) == pieces[i] {
                    return;
                }
                for which in until_order(pieces[i]) {
                    let shape = if ramp { Shape::Ramp(Span::from_secs(600)) } else { Shape::Step };
                    let _ = live.order(order_of(which));
                    let _ = live.inject(slow_traffic(1.5, shape));
                }
            })
        };
        let at = |piece: u64| orders.iter().filter(|(when, _)| *when == piece).map(|(_, which)| *which).collect::<Vec<_>>();
        let coarse: Vec<u64> = std::iter::once(0).chain(orders.iter().map(|(when, _)| *when)).collect();
        looks.extend(&coarse);
        looks.sort_unstable();
        prop_assert_eq!(run(&coarse, &at), run(&looks, &at));
    }
}
