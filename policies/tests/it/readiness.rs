//! Nobody is exposed before everything is ready.

use crate::world::{Play, at, healthy, policy, secs};
use gatecrash_policies::controller::Claim;
use gatecrash_policies::policy::{Closes, Item, Readiness};
use gatecrash_policies::{Cohort, Policy};

fn item(name: &str, closes: Option<Closes>) -> Item {
    Item { name: name.into(), blocks: false, owner: "ops".into(), block: String::new(), fresh: None, closes }
}

fn toy(items: Vec<Item>) -> Policy {
    Policy { readiness: Some(Readiness { items, ..Readiness::default() }), ..policy(Vec::new()) }
}

fn played(policy: &Policy, claims: Option<&[(&str, u64)]>, end: u64) -> Play {
    let mut play = Play::new(policy);
    play.claims = claims.map(|list| list.iter().map(|(item, s)| Claim { item: (*item).into(), since: at(*s) }).collect());
    play.people = secs(240);
    play.run(end, |arm, _| healthy(arm));
    play
}

#[test]
fn what_never_closes_begins_no_stage() {
    let mut sign_off = item("sign_off", Some(Closes::Never));
    sign_off.owner = "clinical lead".into();
    let policy = toy(vec![item("plan", None), sign_off]);
    let play = played(&policy, None, 7_200);
    assert_eq!(play.story(), ["0 readiness: stage canary waits: open: sign_off (clinical lead)"]);
    assert_eq!(play.rollout.blocking(0), "readiness: open: sign_off (clinical lead)");
    assert_eq!(play.rollout.open_items(), ["sign_off (clinical lead)"]);
    assert_eq!(play.rollout.passages(), []);
}

#[test]
fn what_exposes_nobody_needs_nothing() {
    let mut policy = toy(vec![item("plan", Some(Closes::Never))]);
    policy.stages[0].cohort = Cohort::Nobody;
    let play = played(&policy, None, 7_200);
    assert_eq!(play.story(), ["0 stage canary", "600 readiness: stage everyone waits: open: plan (ops)"]);
    assert_eq!(play.rollout.blocking(0), "stage canary: readiness: open: plan (ops)");
}

#[test]
fn what_closes_late_begins_late() {
    let play = played(&toy(vec![item("plan", Some(Closes::After(secs(130))))]), None, 300);
    let closed = "180 readiness: nothing is open any more for stage canary";
    assert_eq!(play.story()[1..], [closed, "180 stage canary"]);
    assert_eq!(play.rollout.open_items(), [""; 0]);
}

#[test]
fn a_list_is_what_it_says() {
    // The list goes before what the policy plans: `plan` would have been closed from the beginning.
    let policy = toy(vec![item("plan", None), item("owner", None)]);
    let play = played(&policy, Some(&[("owner", 0), ("plan", 200)]), 300);
    assert_eq!(play.story()[0], "0 readiness: stage canary waits: open: plan (ops)");
    assert_eq!(play.story().last().map(String::as_str), Some("240 stage canary"));
    assert_eq!(played(&policy, Some(&[]), 300).rollout.open_items(), ["plan (ops)", "owner (ops)"]);
}

#[test]
fn a_blocking_item_blocks_while_it_is_present() {
    let blocking = |closes| Item { blocks: true, owner: String::new(), ..item("backlog", closes) };
    let begins = |closes, claims| {
        let play = played(&toy(vec![blocking(closes)]), claims, 600);
        play.rollout.passages().first().map(|passage| passage.asked.0 / 1_000_000)
    };
    assert_eq!(begins(None, None), Some(0), "absent");
    assert_eq!(begins(Some(Closes::After(secs(90))), None), Some(120), "present until then");
    assert_eq!(begins(Some(Closes::Never), None), None, "present for good");
    assert_eq!(begins(Some(Closes::Never), Some(&[])), Some(0), "not on the list");
    assert_eq!(begins(None, Some(&[("backlog", 0)])), None, "on the list");
    let play = played(&toy(vec![item("plan", Some(Closes::Never)), blocking(Some(Closes::Never))]), None, 60);
    assert_eq!(play.rollout.blocking(0), "readiness: open: plan (ops); present: backlog");
}

#[test]
fn a_stale_item_is_checked_again_once() {
    let mut plan = item("plan", None);
    plan.fresh = Some(secs(300));
    let mut play = Play::new(&toy(vec![plan]));
    play.people = secs(90);
    play.run(700, |arm, _| healthy(arm));
    assert_eq!(play.rollout.blocking(0), "stage canary: readiness: to be checked again: plan (ops)");
    play.run(1_000, |arm, _| healthy(arm));
    // Asked at 600, done at 690, seen in the next round; the check of 690 is recent at 720.
    assert_eq!(play.story(), ["0 stage canary", "600 recheck [\"plan\"]", "720 stage everyone"]);
}

#[test]
fn items_do_not_go_stale_in_turns_for_ever() {
    let fresh = |name, seconds| Item { fresh: Some(secs(seconds)), ..item(name, None) };
    let policy = toy(vec![fresh("a", 60), fresh("b", 200)]);
    let play = played(&policy, Some(&[("a", 500), ("b", 500)]), 2_000);
    let story = play.story();
    // `b` goes stale while `a` is being checked: then both are checked together.
    assert_eq!(story[2..5], ["540 stage canary", "1140 recheck [\"a\", \"b\"]", "1380 stage everyone"]);
    let mut policy = policy;
    policy.stages[0].soak = secs(120);
    let story = played(&policy, Some(&[("a", 500), ("b", 500)]), 2_000).story();
    assert_eq!(story[3..], ["660 recheck [\"a\"]", "900 recheck [\"a\", \"b\"]", "1140 stage everyone", "1440 finish"]);
}

#[test]
fn what_is_closed_for_one_stage_may_be_open_for_the_next() {
    // Claims may be taken back: the list says what holds now.
    let mut play = played(&toy(vec![item("plan", None)]), Some(&[("plan", 0)]), 300);
    play.claims = Some(Vec::new());
    play.run(900, |arm, _| healthy(arm));
    assert_eq!(play.story(), ["0 stage canary", "600 readiness: stage everyone waits: open: plan (ops)"]);
}
