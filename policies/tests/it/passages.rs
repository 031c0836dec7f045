//! What the rollout writes down of its way.

use crate::world::{Play, Scrape, at, gate, healthy, policy, secs};
use gatecrash_policies::passage::Left;
use gatecrash_policies::policy::{OnFail, Rule};
use gatecrash_policies::{Policy, Status};

fn toy(on_fail: OnFail) -> Policy {
    let mut errors = gate("errors", "ratio(runs.errors / runs.outcomes) <= 2% over 5m", Rule::new("threshold"));
    errors.on_fail = on_fail;
    policy(vec![errors])
}

fn played(policy: &Policy, ill_from: u64) -> Play {
    let mut play = Play::new(policy);
    play.takes = secs(90);
    play.run(2_000, |arm, stamp| Some(Scrape { errors: if stamp > ill_from { 5 } else { 0 }, ..healthy(arm)? }));
    play
}

#[test]
fn each_stage_is_left_when_the_next_is_in_effect() {
    let play = played(&toy(OnFail::Rollback), 9_999);
    let passages = play.rollout.passages();
    let times: Vec<_> = passages.iter().map(|p| (p.stage, p.asked, p.began, p.left)).collect();
    assert_eq!(
        times,
        [
            (0, at(0), Some(at(90)), Some((at(810), Left::Advanced))),
            (1, at(720), Some(at(810)), Some((at(1_140), Left::Finished))),
        ]
    );
    assert!(passages.iter().all(|p| p.verdicts.iter().map(|(i, v)| (*i, v.status)).eq([(0, Status::Pass)])));
}

#[test]
fn a_failing_gate_ends_the_passage_and_the_one_under_way() {
    // Bad from 740 on: the next stage was asked for at 720 and is not in effect yet.
    for (on_fail, left) in [(OnFail::Rollback, Left::RolledBack), (OnFail::Stop, Left::Stopped)] {
        let play = played(&toy(on_fail), 720);
        let passages = play.rollout.passages();
        assert_eq!(passages.len(), 2);
        assert_eq!(passages[0].left, Some((at(780), left)));
        assert_eq!(passages[0].verdicts[0].1.status, Status::Fail);
        assert_eq!((passages[1].began, passages[1].left), (None, Some((at(780), left))));
    }
}

#[test]
fn a_rollout_that_begins_later_has_no_earlier_passages() {
    let mut play = Play::new(&toy(OnFail::Rollback));
    play.rollout = play.rollout.clone().beginning_with("everyone").expect("it is a stage");
    play.run(100, |arm, _| healthy(arm));
    assert_eq!(play.rollout.passages().iter().map(|p| p.stage).collect::<Vec<_>>(), [1]);
    assert_eq!(play.rollout.passages()[0].left, None);
}
