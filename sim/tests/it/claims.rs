//! What is claimed to be ready, what is true, and where a rollout begins.

use crate::builder;
use crate::drive::{setup, trial};
use crate::generate::ladder;
use gatecrash_policies::policy::{Item, Readiness};
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Cohort, Policy};
use gatecrash_sim::Match;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;
use gatecrash_sim::world::{Books, World};

fn fact(item: &str, claimed: Option<u64>, is_true: bool) -> Fact {
    Fact { item: item.into(), claimed: claimed.map(|s| Time::ZERO + Span::from_secs(s)), is_true }
}

fn world(readiness: Option<Vec<Fact>>) -> Scenario {
    let system = vec![builder::component("runs", Kind::Calls(builder::calls()))];
    Scenario { readiness, ..builder::scenario(3_600, Some(Traffic::Poisson { rate: 1.0 }), system) }
}

fn requiring(items: &[&str]) -> Policy {
    let item = |name: &&str| Item {
        name: name.to_string(),
        blocks: false,
        owner: String::new(),
        block: String::new(),
        fresh: None,
        closes: None,
    };
    let readiness = Readiness { items: items.iter().map(item).collect(), ..Readiness::default() };
    Policy { readiness: Some(readiness), ..ladder(&[Cohort::Share(0.1), Cohort::Share(1.0)], 300) }
}

#[test]
fn an_item_is_claimed_from_its_time_on() {
    let mut scenario = world(Some(vec![fact("late", Some(600), true), fact("plan", Some(0), true), fact("never", None, true)]));
    scenario.operators.acknowledge = Dist::Constant(60.0);
    let setup = setup(&scenario, &ladder(&[Cohort::Nobody], 60), 1);
    let mut world = World::new(&setup, Books::Score);
    let claims = |world: &World| {
        let claims = world.context.claims.made().iter();
        claims.map(|c| (c.item.clone(), c.since.0 / 1_000_000)).collect::<Vec<_>>()
    };
    world.advance(Time::ZERO);
    assert_eq!(claims(&world), [("plan".to_string(), 0)]);
    world.advance(Time(599_999_999));
    assert_eq!(claims(&world).len(), 1);
    world.advance(Time(600_000_000));
    assert_eq!(claims(&world), [("plan".to_string(), 0), ("late".to_string(), 600)]);
    world.act(&Action::Recheck { items: vec!["plan".into(), "never".into()] });
    world.advance(Time(659_999_999));
    assert_eq!(world.steering.done, [None]);
    world.advance(Time(660_000_000));
    assert_eq!(world.steering.done, [Some(Time(660_000_000))]);
    assert_eq!(claims(&world), [("plan".to_string(), 660), ("late".to_string(), 600)], "checked again");
}

#[test]
fn what_was_ticked_and_not_true_is_told() {
    let facts = vec![
        fact("plan", Some(0), true),
        fact("backup", Some(0), false),
        fact("unasked", Some(0), false),
        fact("later", Some(1_000), false),
    ];
    let trial = trial(&world(Some(facts)), &requiring(&["plan", "backup"]), 1, false);
    assert_eq!(trial.untrue_items, ["backup"]);
    let note = trial.timeline.iter().find(|e| e.text == "ticked and not true: backup").expect("in the timeline");
    assert_eq!(note.kind, "readiness");
    let exposed = trial.timeline.iter().find(|e| e.text.starts_with("cohort 10% in effect")).expect("exposed");
    assert_eq!(note.at, exposed.at);
}

#[test]
fn a_policy_without_a_list_is_told() {
    let told = |readiness, policy: &Policy| {
        let trial = trial(&world(readiness), policy, 1, false);
        trial.timeline.iter().any(|e| e.at == Time::ZERO && e.text.starts_with("nobody keeps a list"))
    };
    assert!(told(None, &requiring(&["plan"])));
    assert!(!told(Some(vec![fact("plan", Some(0), true)]), &requiring(&["plan"])));
    assert!(!told(None, &ladder(&[Cohort::Share(0.1)], 60)));
}

#[test]
fn a_rollout_begins_where_the_scenario_has_it() {
    let policy = ladder(&[Cohort::Share(0.1), Cohort::Share(0.5), Cohort::Share(1.0)], 300);
    let begin = |stage: &str| Scenario { begin: Some(stage.into()), ..world(None) };
    let trial = trial(&begin("s1"), &policy, 1, false);
    let stages: Vec<&str> = trial.timeline.iter().filter(|e| e.kind == "stage").map(|e| e.text.as_str()).collect();
    assert_eq!(stages, ["s1: cohort 50%", "s2: cohort 100%"]);
    let (index, error) = Match::new(&begin("s9"), &[&policy, &policy]).expect_err("there is no such stage");
    assert_eq!(index, 0);
    assert!(error.message.contains("`s9`") && error.message.contains("s0, s1, s2"), "{}", error.message);
}
