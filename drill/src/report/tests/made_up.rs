//! Drills that are made up, so that every rule has one in which it finds something, and whatever people type stays text.

use super::play::{minutes, play, script};
use super::reported;
use crate::account::{Account, Deed, Fate, Proposed, Run};
use crate::act::Act;
use crate::plan::Mode;
use crate::report::findings::names;
use crate::report::{Kept, Kind, Source, Wrong, score};
use crate::role::Role;
use gatecrash_policies::time::Span;
use gatecrash_sim::trial::Outcome;
use std::sync::OnceLock;

/// A breach that people detect at minute 9, with everything in order.
fn detected() -> Account {
    static PLAYED: OnceLock<Account> = OnceLock::new();
    let acts = [(8.0, "ann", "acknowledge", "{}"), (9.0, "ann", "rollback", "{}"), (9.5, "ann", "step", r#"{"step":1}"#)];
    PLAYED.get_or_init(|| play(&script("cancel-latency-spike", &acts))).clone()
}

fn changed(change: impl FnOnce(&mut Account)) -> Account {
    let mut account = detected();
    change(&mut account);
    account
}

fn nobody_decides(account: &mut Account) {
    account.deeds.truncate(1);
    account.runs.clear();
    let at = &mut account.trial.instants;
    (at.decided, at.withdrawn, at.clear, at.validated) = (None, None, None, None);
    account.trial.outcome = Outcome::Missed;
}

fn promote(account: &mut Account, failing: Vec<usize>, early_s: f64) {
    let deed = Deed {
        at: minutes(7.5),
        who: "bob".into(),
        role: None,
        act: Act::Promote { stage: None },
        answer: Ok("promoted".into()),
        failing,
        early_s,
    };
    account.deeds.insert(0, deed);
}

fn run(account: &mut Account, step: usize, minute: f64) {
    account.runs.push(Run { step, who: "bob".into(), at: minutes(minute), done: None, in_order: false });
}

/// (the rule, a drill in which it finds something).
fn examples() -> Vec<(&'static str, Account)> {
    let false_one = |deed: bool| {
        changed(|a| {
            a.scenario.expect = gatecrash_sim::scenario::Expect::Promote;
            a.trial.instants.harmed = None;
            if !deed {
                a.deeds.clear();
            }
        })
    };
    vec![
        ("nobody-there", changed(|a| a.deeds.clear())),
        (
            "not-noticed",
            changed(|a| {
                nobody_decides(a);
                a.deeds[0].at = minutes(4.0);
            }),
        ),
        ("noticed-late", changed(|a| a.deeds.iter_mut().for_each(|deed| deed.at += Span::from_secs(900)))),
        ("not-acknowledged", changed(|a| drop(a.deeds.remove(0)))),
        ("missed", changed(nobody_decides)),
        ("decided-late", detected()),
        ("false-rollback", false_one(true)),
        ("false-rollback", false_one(false)),
        (
            "step-skipped",
            changed(|a| {
                a.runs.clear();
                (a.trial.instants.validated, a.trial.premature_validation) = (None, None);
            }),
        ),
        ("step-out-of-order", changed(|a| a.runs[0].in_order = false)),
        ("step-repeated", changed(|a| run(a, 0, 10.0))),
        ("step-not-due", changed(|a| a.due.clear())),
        ("step-after-recovery", changed(|a| run(a, 0, 80.0))),
        ("no-step", changed(|a| a.runs.clear())),
        ("promoted-against-gates", changed(|a| promote(a, vec![0], 0.0))),
        ("promoted-early", changed(|a| promote(a, Vec::new(), 120.0))),
        (
            "approval-lapsed",
            changed(|a| {
                let fate = Some((minutes(18.0), Fate::Lapsed));
                a.proposals.push(Proposed { act: "rollback", text: "roll back".into(), at: minutes(8.0), fate });
            }),
        ),
        ("budget-missed", changed(|a| a.policy.rollback.withdraw_within = Some(Span::from_secs(1)))),
        ("not-validated", changed(|a| a.trial.instants.validated = None)),
        ("premature-validation", changed(|a| a.trial.premature_validation = Some(minutes(9.1)))),
        ("never-shown", changed(|a| a.trial.lucky = true)),
        ("telemetry-slow", changed(|a| a.trial.instants.shown = Some(minutes(9.0)))),
        ("policy-alone-wrong", changed(|a| a.automatic.instants.decided = None)),
    ]
}

#[test]
fn every_rule_finds_something_somewhere() {
    let mut tried = Vec::new();
    for (rule, account) in examples() {
        let (score, text) = reported("made-up", &account);
        let found = score.findings.iter().find(|finding| finding.rule == rule);
        let found = found.unwrap_or_else(|| panic!("{rule} finds nothing: {text}"));
        assert!(!found.owner.is_empty() && found.seen.ends_with('.'), "{found:?}");
        assert!(["2026-12-22", "2027-02-20"].contains(&found.retest.as_str()), "{found:?}");
        tried.push(rule);
    }
    assert!(names().iter().all(|rule| tried.contains(rule)), "{:?} in {tried:?}", names());
}

/// And where all went well, none of the others does.
#[test]
fn a_rule_finds_nothing_where_there_is_nothing() {
    let account = changed(|a| a.policy.rollback.recover_within = Some(Span::from_secs(3_600)));
    let rules: Vec<&str> = score(&account).findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["decided-late"]);
}

#[test]
fn whose_a_false_rollback_is() {
    let owners: Vec<String> = examples()
        .iter()
        .filter(|(rule, _)| *rule == "false-rollback")
        .flat_map(|(rule, account)| score(account).findings.into_iter().find(|finding| finding.rule == *rule))
        .map(|finding| finding.owner)
        .collect();
    // A gate failed at the decision; where nobody decided, the policy's own gates did it.
    assert_eq!(owners, ["whoever owns the gates", "whoever owns the gates"]);
    let calm = changed(|a| {
        a.scenario.expect = gatecrash_sim::scenario::Expect::Promote;
        a.trial.instants.harmed = None;
        a.deeds.iter_mut().for_each(|deed| deed.failing.clear());
    });
    let found = score(&calm).findings.into_iter().find(|finding| finding.rule == "false-rollback").unwrap();
    assert_eq!(found.owner, "operator");
}

/// What was put in may turn a healthy rollout into a breach; then rolling back was right.
#[test]
fn an_injected_fault_changes_what_is_right() {
    let inject = |on: &str| {
        changed(|a| {
            a.scenario.expect = gatecrash_sim::scenario::Expect::Promote;
            a.trial.outcome = Outcome::FalseRollback;
            let settings = format!(r#"{{"fault":"error_burst","on":"{on}"}}"#);
            let act = Act::read("inject", serde_json::from_str(&settings).unwrap()).unwrap();
            let role = Some(Role::Facilitator);
            a.deeds.insert(
                0,
                Deed {
                    at: minutes(4.0),
                    who: "fran".into(),
                    role,
                    act,
                    answer: Ok("done".into()),
                    failing: vec![],
                    early_s: 0.0,
                },
            );
        })
    };
    assert_eq!(score(&inject("canary")).outcome.kind, Kind::Detected);
    let other = score(&inject("both")).outcome;
    assert_eq!(other.kind, Kind::FalseRollback);
    assert!(other.text.contains("error_burst"), "{}", other.text);
}

#[test]
fn without_a_budget_it_is_an_hour() {
    let mut account = changed(|a| (a.policy.rollback.withdraw_within, a.policy.rollback.recover_within) = (None, None));
    let (score, _) = reported("hour", &account);
    let [only] = score.budgets.as_slice() else { panic!("{:?}", score.budgets) };
    assert_eq!((only.within, only.source, only.kept), (Span::from_secs(3_600), Source::Default, Kept::Kept));
    nobody_decides(&mut account);
    account.ended = minutes(30.0);
    assert_eq!(crate::report::score(&account).budgets[0].kept, Kept::Open, "the hour is not over");
}

/// What a policy decides before people come is nobody's lateness, and what comes before them is counted from their coming.
#[test]
fn what_came_before_the_start_is_said() {
    let late = changed(|a| a.plan.start_us = minutes(8.5).0);
    let (score, text) = reported("before", &late);
    assert!(score.gaps.from_start && text.contains("People came in at 0:08:30: harmed, shown"), "{text}");
    assert!(score.gaps.parts.iter().all(|part| part.began >= minutes(8.5)), "{:?}", score.gaps);
}

#[test]
fn what_people_type_stays_text() {
    let evil = "<script>alert('&')</script>|\n# x `y` \u{7}";
    let account = changed(|a| {
        a.deeds[0].who = evil.into();
        a.deeds[1].act = Act::Rollback { reason: evil.into() };
        a.deeds[2].answer = Err(evil.into());
        (a.reason, a.text, a.plan.held, a.policy.owner) = (evil.into(), evil.into(), evil.into(), evil.into());
        a.steps[0].name = evil.into();
        a.trial.scenario = evil.into();
        a.trial.cleanup = vec![(evil.into(), 3)];
        a.plan.mode = Mode::Supervised;
    });
    let (_, text) = reported("evil", &account);
    assert!(!text.contains("<script"), "{text}");
    assert!(!text.lines().any(|line| line == "# x `y` ?"), "{text}");
}

/// A stranger at the door is written down, and a refused act is not counted twice.
#[test]
fn who_was_refused() {
    let account = changed(|a| {
        a.deeds[0].answer = Err("not now".into());
        let line = |t_s: f64, who: &str, text: &str| crate::state::Line {
            t_s,
            kind: "refused".into(),
            who: Some(who.into()),
            role: None,
            text: text.into(),
        };
        a.lines =
            vec![(line(480.0, "ann", "acknowledge: not now"), false), (line(500.5, "eve", "rollback without a token"), false)];
    });
    let (score, text) = reported("refused", &account);
    let refused: Vec<(&str, &str)> = score.refused.iter().map(|r| (r.who.as_str(), r.act)).collect();
    assert_eq!(refused, [("ann", "acknowledge"), ("eve", "request")]);
    assert!(text.contains("eve: refused at the door: rollback without a token"), "{text}");
}

/// A policy that decides by itself, with steps that it runs by itself.
#[test]
fn nobody_by_hand_is_the_policy() {
    let account = changed(|a| {
        a.deeds.clear();
        a.runs.iter_mut().for_each(|run| run.who = "policy".into());
    });
    let score = score(&account);
    assert_eq!(score.outcome.decided_by.as_deref(), Some("policy"));
    assert!(!score.deviations.iter().any(|deviation| deviation.wrong == Wrong::Skipped));
}

#[test]
fn json_for_scripts() {
    let account = detected();
    insta::assert_snapshot!(crate::report::json(&account, &score(&account)));
}
