//! A trace is played row by row, and a share keeps its sessions whole.

use crate::builder;
use crate::drive::*;
use crate::generate::*;
use gatecrash_policies::policy::Op;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Arm, Cohort};
use gatecrash_sim::scenario::*;
use gatecrash_sim::world::{Books, World};
use proptest::collection::vec;
use proptest::prelude::*;

const KEYS: u32 = 40;

fn any_trace() -> impl Strategy<Value = Recorded> {
    let row = (0u64..1_200_000, 0..KEYS, proptest::option::of(1u64..5_000), any::<bool>());
    (vec(row, 0..400), any::<bool>()).prop_map(|(mut rows, coarse)| {
        rows.sort_unstable();
        let step = if coarse { 60_000 } else { 1 };
        let row = |&(ms, subject, service, failed): &(u64, u32, Option<u64>, bool)| Row {
            at: Time(ms / step * step * 1_000),
            subject,
            service: service.map(|ms| Span(ms * 1_000)),
            size: None,
            failed,
        };
        let keys = (0..u64::from(KEYS)).map(|k| k * k * 7_919 + 3).collect();
        Recorded { rows: rows.iter().map(row).collect(), subjects: KEYS, keys, ..Recorded::default() }
    })
}

fn world_of(trace: Recorded) -> Scenario {
    let system = vec![builder::component("runs", Kind::Calls(builder::calls()))];
    let mut scenario = builder::scenario(900, Some(Traffic::Recorded(trace)), system);
    scenario.objectives =
        vec![Objective { text: "log".into(), component: "runs".into(), signal: "starts".into(), op: Op::Equal, limit: 0.0 }];
    scenario
}

proptest! {
    #![proptest_config(effort(60))]

    #[test]
    fn every_row_within_the_horizon_is_one_start_at_its_time(trace in any_trace(), share in 0.0..1.0, seed in 1u64..1_000) {
        let end = Time::ZERO + Span::from_secs(900);
        let rows: Vec<_> = trace.rows.iter().filter(|row| row.at <= end).map(|row| (row.at, row.subject)).collect();
        let scenario = world_of(trace);
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), seed);
        let mut world = World::new(&setup, Books::Everything);
        world.act(&Action::Stage { name: "s0".into(), cohort: Cohort::Share(share), enter: Vec::new() });
        world.advance(end);
        let log = std::mem::take(&mut world.context.ledger.violations);
        let starts: Vec<_> = log.iter().map(|v| (v.at, v.key.subject)).collect();
        prop_assert_eq!(starts, rows);
        for v in log.iter().filter(|v| v.at > Time::ZERO) {
            let canary = setup.population.buckets[v.key.subject as usize] < (share * 10_000.0).round() as u16;
            prop_assert_eq!(v.arm == Arm::Canary, canary, "a key stays on its arm");
        }
    }

    #[test]
    fn a_trace_says_how_long_and_whether_it_failed(trace in any_trace(), seed in 1u64..1_000) {
        let expected: u64 = trace.rows.iter().filter(|r| r.at <= Time(900_000_000)).map(|r| u64::from(r.failed)).sum();
        let longest = trace.rows.iter().filter_map(|row| row.service).max();
        let mut scenario = world_of(trace);
        scenario.horizon = Span::from_secs(910); // the last ones are served within five seconds
        let rows_end = Time(900_000_000);
        if let Some(Traffic::Recorded(trace)) = &mut scenario.traffic {
            trace.rows.retain(|row| row.at <= rows_end);
        }
        let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), seed);
        let mut world = World::new(&setup, Books::Everything);
        world.advance(Time::ZERO + scenario.horizon);
        let truth = Truth::of(&mut world);
        prop_assert_eq!(truth.count("runs.errors"), expected);
        prop_assert_eq!(truth.count("runs.outcomes"), truth.count("runs.starts"));
        let served = truth.arm("runs.service", Arm::Stable).hist.max().unwrap_or(0);
        prop_assert!(served <= longest.map_or(0, |span| span.0).max(1_000_000));
    }
}
