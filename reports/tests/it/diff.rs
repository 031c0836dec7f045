//! Two policies compared: laws that hold whatever the trials, how often it is wrong, and how it looks.

use crate::fixtures::{detected, trial};
use gatecrash_reports::diff::*;
use gatecrash_reports::{Measure, github};
use gatecrash_sim::dice::{Dice, Purpose, Stream};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Outcome, Trial};
use proptest::prelude::*;

fn world(name: &str, expect: Expect) -> World {
    World { scenario: name.into(), expect, severity: 1.0 }
}

/// A trial of a breach: caught after `delay` minutes with so much harm, or missed.
fn breach(seed: u64, caught: bool, delay: u64, harm: u64) -> Trial {
    let mut trial = if caught { detected("breach", "p", delay) } else { trial("breach", "p", seed, Outcome::Missed) };
    (trial.seed, trial.harmed, trial.exposed_requests, trial.duplicates_leaked) = (seed, harm, 100 + harm, 0);
    trial
}

/// A trial of a healthy rollout.
fn healthy(seed: u64, fine: bool) -> Trial {
    let outcome = if fine { Outcome::TruePromote } else { Outcome::FalseRollback };
    Trial { finished: fine, ..trial("healthy", "p", seed, outcome) }
}

/// Pairs of a breach, of (caught, delay, harm) on both sides.
fn pairs(all: &[[(bool, u64, u64); 2]]) -> Pairs {
    let mut pairs = Pairs::new(world("breach", Expect::Rollback));
    for (seed, [old, new]) in all.iter().enumerate() {
        let of = |(caught, delay, harm): (bool, u64, u64)| breach(seed as u64, caught, delay, harm);
        pairs.add(&of(*old), &of(*new));
    }
    pairs
}

fn statuses(judged: &Judged) -> Vec<(Measure, Status)> {
    judged.worlds.iter().flat_map(|world| world.scores.iter().map(|score| (score.measure, score.status))).collect()
}

fn strict(pairs: &[Pairs]) -> Judged {
    judge(pairs, &Tolerances::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn swapping_the_two_mirrors_the_verdict(
        all in prop::collection::vec(prop::array::uniform2((prop::bool::weighted(0.8), 1_u64..40, 0_u64..50)), 2..60),
        shift in 0_u64..30,
    ) {
        let shifted: Vec<_> = all.iter().map(|[a, b]| [*a, (b.0, b.1 + shift, b.2)]).collect();
        let swapped: Vec<_> = shifted.iter().map(|[a, b]| [*b, *a]).collect();
        let (one, other) = (strict(&[pairs(&shifted)]), strict(&[pairs(&swapped)]));
        for ((measure, a), (_, b)) in statuses(&one).into_iter().zip(statuses(&other)) {
            let mirrored = match a {
                Status::Worse => Status::Better,
                Status::Better => Status::Worse,
                same => same,
            };
            prop_assert_eq!(mirrored, b, "{:?}", measure);
        }
        prop_assert_eq!(one.verdict() == Verdict::Worse, other.verdict() == Verdict::Better);
        prop_assert_eq!(one.verdict() == Verdict::Mixed, other.verdict() == Verdict::Mixed);
    }

    #[test]
    fn a_policy_does_not_differ_from_itself(all in prop::collection::vec((prop::bool::ANY, 1_u64..40, 0_u64..50), 1..60)) {
        let alike: Vec<_> = all.into_iter().map(|one| [one, one]).collect();
        let judged = strict(&[pairs(&alike)]);
        prop_assert_eq!(judged.verdict(), Verdict::Same);
        prop_assert!(statuses(&judged).iter().all(|(_, status)| matches!(status, Status::Same | Status::NoData)));
        prop_assert!(example(&judged, &[pairs(&alike)]).is_none());
    }

    #[test]
    fn more_tolerance_is_never_stricter(
        all in prop::collection::vec(prop::array::uniform2((prop::bool::weighted(0.8), 1_u64..40, 0_u64..50)), 2..60),
        shift in 0_u64..60,
        tolerance in 0.0..2.0,
        more in 0.0..2.0,
    ) {
        let shifted: Vec<_> = all.iter().map(|[a, b]| [*a, (b.0, b.1 + shift, b.2 + shift)]).collect();
        let worse = |all: f64| {
            let judged = judge(&[pairs(&shifted)], &Tolerances { all, own: vec![] });
            statuses(&judged).into_iter().filter(|(_, status)| *status == Status::Worse).map(|(measure, _)| measure).collect::<Vec<_>>()
        };
        let (strict, lax) = (worse(tolerance), worse(tolerance + more));
        prop_assert!(lax.iter().all(|measure| strict.contains(measure)), "{:?} {:?}", strict, lax);
    }
}

/// One of two equally good policies on one seed.
fn equal(stream: &mut Stream) -> (bool, u64, u64) {
    (stream.coin(0.85), 2 + (10.0 * stream.exponential()) as u64, (30.0 * stream.exponential()) as u64)
}

/// 300 diffs of 60 pairs in two worlds. If 5 % of all such diffs were wrong, more than 25 of 300 would be in 0.6 % of all tries; the seeds
/// are fixed, so that this either fails or never does.
#[test]
fn equally_good_policies_are_seldom_worse() {
    let is_worse = |diff: u64| {
        let mut stream = Dice::new(diff).stream(Purpose::Service, 1, 1);
        let all: Vec<_> = (0..60).map(|_| [equal(&mut stream), equal(&mut stream)]).collect();
        let mut fine = Pairs::new(world("healthy", Expect::Promote));
        (0..60).for_each(|seed| fine.add(&healthy(seed, stream.coin(0.9)), &healthy(seed, stream.coin(0.9))));
        strict(&[pairs(&all), fine]).verdict().is_worse()
    };
    let worse = (0..300).filter(|diff| is_worse(*diff)).count();
    assert!(worse <= 25, "{worse} of 300");
}

/// The same worlds, with a new policy that misses one breach in four of those that the old one catches.
#[test]
fn a_policy_that_is_worse_is_found() {
    let found = (0..20).filter(|diff| {
        let mut stream = Dice::new(*diff).stream(Purpose::Service, 1, 2);
        let all = (0..200).map(|_| {
            let old = equal(&mut stream);
            [old, (old.0 && stream.coin(0.75), old.1, old.2)]
        });
        strict(&[pairs(&all.collect::<Vec<_>>())]).verdict() == Verdict::Worse
    });
    assert_eq!(found.count(), 20);
}

#[test]
fn a_policy_that_never_finishes_is_worse() {
    let mut stuck = Pairs::new(world("healthy", Expect::Promote));
    (0..100).for_each(|seed| stuck.add(&healthy(seed, true), &trial("healthy", "p", seed, Outcome::Insufficient)));
    let judged = strict(&[stuck]);
    assert_eq!(judged.verdict(), Verdict::Worse);
    assert!(statuses(&judged).contains(&(Measure::Insufficient, Status::Worse)));
    assert!(statuses(&judged).contains(&(Measure::FalseRollbackRate, Status::NoData)));
}

#[test]
fn tolerance_is_in_points_of_shares_and_parts_of_the_rest() {
    // 30 points less, 10 minutes (of 11.5) later.
    let all: Vec<_> = (0..200).map(|i| [(true, 10, 5), (i % 10 >= 3, 20, 5)]).collect();
    let status = |all_of_it: f64, own: Vec<(Measure, f64)>, measure: Measure| {
        let judged = judge(&[pairs(&all)], &Tolerances { all: all_of_it, own });
        statuses(&judged).into_iter().find(|(m, _)| *m == measure).unwrap().1
    };
    assert_eq!(status(0.1, vec![], Measure::DetectionRate), Status::Worse);
    assert_eq!(status(0.45, vec![], Measure::DetectionRate), Status::Tolerated);
    assert_eq!(status(0.8, vec![], Measure::TimeToDetect), Status::Worse);
    assert_eq!(status(0.0, vec![(Measure::TimeToDetect, 1.1)], Measure::TimeToDetect), Status::Tolerated);
}

/// A new policy that catches less and rolls back less for nothing.
fn report() -> DiffReport {
    let all: Vec<_> = (0..200).map(|i| [(i % 50 > 0, 10 + i % 7, 20 + i % 5), (i % 8 > 0, 12 + i % 7, 26 + i % 9)]).collect();
    let mut fine = Pairs::new(world("healthy", Expect::Promote));
    (0..200).for_each(|seed| fine.add(&healthy(seed, seed % 9 > 0), &healthy(seed, seed % 40 > 0)));
    let alike: Vec<_> = (0..200).map(|i| [(true, 10, i % 3); 2]).collect();
    let mut calm = pairs(&alike);
    calm.world = World { severity: 0.5, ..world("calm", Expect::Rollback) };
    let all = [pairs(&all), fine, calm];
    let judged = strict(&all);
    let shown = example(&judged, &all).map(|example| Shown {
        example,
        old: "git show HEAD~1:p.yaml > ./gatecrash-old.yaml && gatecrash run breach --policy ./gatecrash-old.yaml --seed 8"
            .into(),
        new: "gatecrash run breach --policy ./p.yaml --seed 8".into(),
    });
    let field = |path: &str, old: Option<&str>, new: Option<&str>, line| Field {
        path: path.into(),
        old: old.map(str::to_string),
        new: new.map(str::to_string),
        line,
    };
    DiffReport {
        old: Party { given: "HEAD~1:p.yaml".into(), policy: "p".into(), file: Some("p.yaml".into()) },
        new: Party { given: "./p.yaml".into(), policy: "p".into(), file: Some("p.yaml".into()) },
        fields: vec![
            field("gates.latency.limit", Some("12s"), Some("30s"), 12),
            field(
                "gates.errors",
                None,
                Some("{ check: ratio(runs.errors / runs.outcomes) <= 2% over 5m, rule: exceedance, min_samples: 20 }"),
                14,
            ),
        ],
        same_text: false,
        seed: 1,
        trials: 200,
        interrupted: false,
        judged,
        left_out: vec![LeftOut { scenario: "odd".into(), policy: "./p.yaml".into(), why: "there is no component `api`".into() }],
        shown,
    }
}

fn text(report: &DiffReport) -> String {
    let mut out = Vec::new();
    report.text(false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn for_people() {
    insta::assert_snapshot!(text(&report()));
}

#[test]
fn for_a_pull_request() {
    insta::assert_snapshot!(report().markdown());
}

#[test]
fn for_scripts() {
    let mut out = Vec::new();
    report().json(&mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn for_the_lines_that_changed() {
    let mut out = Vec::new();
    github::write(&report().annotations(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn equal_policies_and_equal_scores_are_told_apart() {
    let same =
        DiffReport { fields: vec![], judged: Judged { worlds: vec![], comparisons: 0, divided_by: 1 }, shown: None, ..report() };
    assert_eq!(
        text(&same),
        "Same: `./p.yaml` plays exactly as `HEAD~1:p.yaml` does (the two files differ in their text only); nothing was played\n"
    );
    let alike: Vec<_> = (0..100).map(|i| [(true, 10 + i % 4, 3); 2]).collect();
    let equal = DiffReport { judged: strict(&[pairs(&alike)]), shown: None, ..report() };
    assert!(text(&equal).ends_with("a change would have shown of detection_rate by 5.8 points, false_rollback_rate by 5.8 points, within_budget by 5.8 points and premature_validations by 5.8 points\n"), "{}", text(&equal));
    let blank = Pairs::new(world("breach", Expect::Rollback));
    assert!(text(&DiffReport { judged: strict(&[blank]), shown: None, ..report() }).contains("\nNo data: "));
}

/// However much there is to say, a comment holds it, the worst is in it, and the rest is counted.
#[test]
fn a_large_diff_fits_into_a_comment() {
    let mut large = report();
    let [bad, good] = [large.judged.worlds[0].clone(), large.judged.worlds[1].clone()];
    large.judged.worlds = (0..400)
        .map(|i| {
            let mut world = if i % 50 == 49 { bad.clone() } else { good.clone() };
            world.world.scenario = format!("{}-{i}", world.world.scenario);
            world
        })
        .collect();
    large.fields =
        (0..500).map(|i| Field { path: format!("gates.{}{i}.limit", "g".repeat(300)), ..large.fields[0].clone() }).collect();
    large.left_out = vec![LeftOut { why: "x".repeat(1_000), ..large.left_out[0].clone() }; 200];
    let page = large.markdown();
    assert!(page.len() <= 60_000, "{}", page.len());
    for says in ["breach-49", "breach-399", " more changed; ", "460 changes more", "- and more", "```sh"] {
        assert!(page.contains(says), "{says}");
    }
}
