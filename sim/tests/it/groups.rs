//! Groups of subjects, and cohorts that count.

use crate::builder;
use crate::drive::setup;
use crate::generate::{effort, ladder};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Cohort};
use gatecrash_sim::scenario::*;
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn world(count: u32, groups: u32, assign: Assign) -> Scenario {
    let mut scenario = builder::scenario(60, None, vec![builder::component("runs", Kind::Calls(builder::calls()))]);
    let roles = vec![("coordinator".to_string(), 0.2), ("guest".to_string(), 0.3)];
    scenario.subjects = Subjects {
        count,
        tenants: groups,
        channels: groups,
        nodes: groups,
        attributes: vec![("role".into(), roles)],
        ..Subjects::default()
    };
    scenario.assign = assign;
    scenario
}

/// Who can meet the canary when the cohort is in force.
fn members(setup: &Setup, cohort: Cohort) -> BTreeSet<u32> {
    let mut world = World::new(setup, Books::Everything);
    world.act(&Action::Stage { name: "s0".into(), cohort, enter: Vec::new() });
    world.advance(Time::ZERO + Span::from_secs(1));
    (0..setup.population.len() as u32).filter(|s| world.context.routing.may_meet(*s)).collect()
}

/// The members of the `n` groups with the lowest buckets.
fn lowest(of: impl Fn(u32) -> Option<u32>, buckets: &[u16], count: u32, n: usize) -> BTreeSet<u32> {
    let mut order: Vec<u32> = (0..buckets.len() as u32).collect();
    order.sort_by_key(|group| (buckets[*group as usize], *group));
    let chosen = &order[..n.min(order.len())];
    (0..count).filter(|s| of(*s).is_some_and(|group| chosen.contains(&group))).collect()
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn a_counted_cohort_is_the_union_of_its_parts(
        (count, groups) in (1u32..200, 1u32..9), n in (0u32..12, 0u32..12, 0u32..12, 0u32..300), seed in 1u64..1_000,
        assign in prop_oneof![Just(Assign::Subject), Just(Assign::Request), Just(Assign::Replica { of: 4 })]
    ) {
        let scenario = world(count, groups, assign);
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), seed);
        let population = &setup.population;
        let group = |name: &str, n: u32| {
            let (_, groups) = population.groups.iter().find(|(own, _)| own == name).expect("there are such groups");
            lowest(|s| groups.of[s as usize], &groups.buckets, count, n as usize)
        };
        let tenants = lowest(|s| Some(population.tenants[s as usize]), &population.tenant_buckets, count, n.0 as usize);
        let single = lowest(Some, &population.buckets, count, n.3 as usize);
        prop_assert_eq!(single.len() as u32, n.3.min(count));
        let expected: BTreeSet<u32> =
            tenants.into_iter().chain(group("channel", n.1)).chain(group("node", n.2)).chain(single).collect();
        let parts = [("tenant", n.0), ("channel", n.1), ("node", n.2), ("session", n.3)];
        let parts = parts.into_iter().map(|(what, n)| (what.to_string(), n)).collect();
        prop_assert_eq!(members(&setup, Cohort::Counted(parts)), expected);
    }

    #[test]
    fn a_named_cohort_takes_the_lowest_buckets_first(count in 1u32..200, n in 0u32..60, seed in 1u64..1_000) {
        let scenario = world(count, 3, Assign::Subject);
        let role = |count| Cohort::Named { attribute: "role".into(), values: vec!["coordinator".into()], count };
        let routed = gatecrash_policies::sample::Segment { attribute: "role".into(), value: "coordinator".into() };
        let setup = Setup::new(&scenario, &[], &[routed], seed);
        let bucket = |s: &u32| (setup.population.buckets[*s as usize], *s);
        let (all, some) = (members(&setup, role(None)), members(&setup, role(Some(n))));
        prop_assert_eq!(some.len(), all.len().min(n as usize));
        prop_assert!(some.is_subset(&all));
        let last = some.iter().map(bucket).max();
        prop_assert!(all.difference(&some).all(|s| Some(bucket(s)) > last));
    }
}

#[test]
fn nodes_follow_one_another_and_channels_are_even() {
    let scenario = world(4_000, 8, Assign::Subject);
    let setup = Setup::new(&scenario, &[], &[], 3);
    let of = |name: &str| &setup.population.groups.iter().find(|(own, _)| own == name).expect("there are such groups").1.of;
    let nodes: Vec<u32> = of("node").iter().map(|n| n.expect("everybody lies on one")).collect();
    assert!(nodes.is_sorted() && nodes == (0..4_000).map(|s| s * 8 / 4_000).collect::<Vec<_>>());
    for channel in 0..8 {
        // Four sigma of 500 of 4,000 are 84.
        let size = of("channel").iter().filter(|c| **c == Some(channel)).count();
        assert!(size.abs_diff(500) < 84, "{size} in channel {channel}");
    }
}

#[test]
fn a_node_is_a_subject_where_none_are_modelled() {
    let mut scenario = world(100, 0, Assign::Subject);
    scenario.subjects.nodes = 0;
    let setup = Setup::new(&scenario, &[], &[], 1);
    let counted = |what: &str| members(&setup, Cohort::Counted(vec![(what.into(), 3)]));
    assert_eq!(counted("node"), counted("session"));
    assert_eq!((counted("node").len(), counted("channel").len()), (3, 0));
}

#[test]
fn a_policy_can_read_and_name_a_channel() {
    let scenario = world(100, 5, Assign::Subject);
    let c3 = Cohort::Named { attribute: "channel".into(), values: vec!["c3".into()], count: None };
    let segment =
        |attribute: &str, value: &str| gatecrash_policies::sample::Segment { attribute: attribute.into(), value: value.into() };
    let setup = Setup::new(&scenario, &[segment("node", "n0")], &[segment("channel", "c3")], 1);
    let channel = &setup.population.groups[0].1.of;
    assert_eq!(members(&setup, c3), (0..100).filter(|s| channel[*s as usize] == Some(3)).collect());
    let world = World::new(&setup, Books::Everything);
    assert_eq!(world.context.routing.subjects(gatecrash_policies::Arm::Stable), &[100, 20]);
}
