//! What holds of every expectation, whatever the trials.

use gatecrash_policies::policy::Op;
use gatecrash_reports::measure::{Facts, Measure};
use gatecrash_reports::suite::{Estimate, Expectation, Look, Stat, Subject, Verdict, looks};
use gatecrash_sim::dice::{Dice, Purpose};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Outcome, Trial};
use proptest::prelude::*;

const OPS: [Op; 4] = [Op::AtMost, Op::AtLeast, Op::Below, Op::Above];
const STATS: [Stat; 5] = [Stat::Share, Stat::P50, Stat::P95, Stat::Mean, Stat::Max];

fn expectation(stat: Stat, op: Op, limit: f64) -> Expectation {
    let subject = Subject::Measure(if stat == Stat::Share { Measure::DetectionRate } else { Measure::Harmed });
    Expectation { text: String::new(), subject, stat, op, limit }
}

fn verdict(e: &Expectation, values: &[u64], at: Look) -> Verdict {
    e.judge(Estimate::of(values, e.stat, at.alpha()), at)
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Undecided => 1,
        Verdict::Pass => 2,
    }
}

fn values(stat: Stat, raw: &[u64]) -> Vec<u64> {
    raw.iter().map(|value| if stat == Stat::Share { value % 2 } else { *value }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_looser_limit_is_never_judged_worse(
        raw in proptest::collection::vec(0..100u64, 1..120), stat in 0..5usize, op in 0..4usize,
        a in 0..100u32, b in 0..100u32, is_last in any::<bool>(),
    ) {
        let (stat, op) = (STATS[stat], OPS[op]);
        let scale = if stat == Stat::Share { 0.01 } else { 1.0 };
        let (low, high) = (f64::from(a.min(b)) * scale, f64::from(a.max(b)) * scale);
        let (strict, loose) = if matches!(op, Op::AtMost | Op::Below) { (low, high) } else { (high, low) };
        // What is of every trial is judged by another rule, and by the same one at any other limit.
        let [strict, loose] = [strict, loose].map(|limit| expectation(stat, op, limit));
        prop_assume!(strict.is_of_each() == loose.is_of_each());
        let (values, at) = (values(stat, &raw), Look { of: 5, is_last });
        prop_assert!(rank(verdict(&loose, &values, at)) >= rank(verdict(&strict, &values, at)));
    }

    #[test]
    fn the_order_of_trials_does_not_matter(
        raw in proptest::collection::vec(0..100u64, 1..120), stat in 0..5usize, op in 0..4usize, limit in 0..100u32, turn in 0..120usize,
    ) {
        let stat = STATS[stat];
        let scale = if stat == Stat::Share { 0.01 } else { 1.0 };
        let (e, at) = (expectation(stat, OPS[op], f64::from(limit) * scale), Look { of: 5, is_last: true });
        let (values, mut turned) = (values(stat, &raw), values(stat, &raw));
        turned.rotate_left(turn % raw.len());
        turned.reverse();
        prop_assert_eq!(verdict(&e, &values, at), verdict(&e, &turned, at));
        prop_assert_eq!(Estimate::of(&values, stat, 0.01).map(|e| e.n), Some(raw.len() as u64));
    }

    #[test]
    fn an_interval_holds_its_number_and_grows_with_its_confidence(raw in proptest::collection::vec(0..100u64, 1..120), stat in 0..5usize) {
        let values = values(STATS[stat], &raw);
        let of = |alpha| Estimate::of(&values, STATS[stat], alpha).expect("there are values");
        let (narrow, wide) = (of(0.05), of(0.01));
        prop_assert!(narrow.low <= narrow.value && narrow.value <= narrow.high, "{narrow:?}");
        prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high, "{narrow:?} {wide:?}");
    }
}

fn facts(seed: u64, harmed: u64) -> Facts {
    let trial = Trial { harmed, ..crate::fixtures::trial("s", "p", seed, Outcome::Detected) };
    Facts::of(&trial, Expect::Rollback)
}

#[test]
fn the_worst_trial_is_the_farthest_on_the_wrong_side_and_the_first_of_equals() {
    let all = [3, 9, 1, 9, 1].iter().zip(1..).map(|(harmed, seed)| facts(seed, *harmed)).collect::<Vec<_>>();
    let worst = |op| expectation(Stat::Mean, op, 5.0).worst(&all).map(|facts| facts.seed);
    assert_eq!((worst(Op::AtMost), worst(Op::AtLeast)), (Some(2), Some(3)));
    assert_eq!(expectation(Stat::Mean, Op::AtMost, 5.0).worst(&[]), None);
}

/// At the exact limit at most 5% of the repetitions may decide: of 200, 10. If it were exactly 5%, more than 19 would have a chance of
/// 1 in 370; the seeds are fixed, so that it passes always or never. `docs/test.md` has the figures of 1,000 repetitions.
#[test]
fn at_the_exact_limit_hardly_anything_is_decided() {
    let plan = looks(50, 400);
    type Draw = fn(f64) -> u64;
    let draws: [(Stat, f64, Draw); 4] = [
        (Stat::Share, 0.95, |u| u64::from(u < 0.95)),
        (Stat::Share, 0.5, |u| u64::from(u < 0.5)),
        (Stat::P95, 950_000.0, |u| (u * 1e6) as u64),
        (Stat::Mean, 1e6, |u| (-(1.0 - u).ln() * 1e6) as u64),
    ];
    for (stat, truth, draw) in draws {
        let e = expectation(stat, Op::AtMost, truth);
        let decided = |repetition: &u64| {
            let mut stream = Dice::new(*repetition).stream(Purpose::Marks, 0, 0);
            let values: Vec<u64> = (0..400).map(|_| draw(stream.unit())).collect();
            let at = |i: usize| Look { of: plan.len(), is_last: i + 1 == plan.len() };
            (0..plan.len()).any(|i| verdict(&e, &values[..plan[i] as usize], at(i)) != Verdict::Undecided)
        };
        let wrong = (0..200).filter(decided).count();
        assert!(wrong <= 19, "{stat:?} at {truth}: {wrong} of 200");
    }
}
