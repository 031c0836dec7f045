//! What a progressive-delivery controller asks.

use crate::support::{Drill, OBSERVER, OPERATOR, tokens};
use gatecrash_drill::Act;
use gatecrash_drill::desk::Publication;
use gatecrash_drill::server::Limits;
use gatecrash_drill::state::Switches;

fn turned(drill: &Drill, gate: bool, rollback: bool) {
    let mut next = Publication::default();
    next.state.switches = Switches { gate, rollback };
    drill.hub.publish(next);
}

/// How both ways of asking answer.
fn check(drill: &Drill, switch: &str) -> (u16, String) {
    let answers = ["GET", "POST"].map(|method| drill.ask(method, &format!("/{switch}/check"), &[], "{\"name\":\"podinfo\"}"));
    assert_eq!(answers[0].status, answers[1].status);
    (answers[0].status, answers[0].body.trim().to_string())
}

const OPEN: (u16, &str) = (200, "OK");
const CLOSED: (u16, &str) = (403, "Forbidden");

fn assert_checks(drill: &Drill, gate: (u16, &str), rollback: (u16, &str)) {
    for (switch, expected) in [("gate", gate), ("rollback", rollback)] {
        let (status, body) = check(drill, switch);
        assert_eq!((status, body.as_str()), expected, "{switch}");
    }
}

#[test]
fn switches_are_those_of_the_drill() {
    let drill = Drill::open();
    assert_checks(&drill, CLOSED, CLOSED);
    turned(&drill, true, false);
    assert_checks(&drill, OPEN, CLOSED);
    turned(&drill, false, true);
    assert_checks(&drill, CLOSED, OPEN);
}

#[test]
fn turning_a_switch_does_what_it_means() {
    let drill = Drill::open();
    for target in ["/gate/open", "/gate/close", "/rollback/open", "/rollback/close"] {
        assert_eq!(drill.post(target, "any body is ignored").status, 202, "{target}");
        assert_eq!(drill.get(target).status, 405, "{target}");
    }
    let acts: Vec<Act> = drill.asked.lock().unwrap().acts.iter().map(|(act, _)| act.clone()).collect();
    let names: Vec<&str> = acts.iter().map(Act::name).collect();
    assert_eq!(names, ["promote", "note", "hold", "rollback", "note"], "the first promotion is not possible: a note says so");
    assert!(matches!(&acts[1], Act::Note { text } if text.contains("/gate/open") && text.contains("has not soaked")), "{acts:?}");
}

#[test]
fn what_was_turned_by_hand_holds_until_the_drill_turns_it() {
    let drill = Drill::open();
    turned(&drill, false, false);
    drill.post("/gate/open", "");
    assert_checks(&drill, OPEN, CLOSED);
    turned(&drill, false, false);
    assert_checks(&drill, OPEN, CLOSED);
    drill.post("/gate/close", "");
    drill.post("/rollback/open", "");
    assert_checks(&drill, CLOSED, OPEN);
    turned(&drill, false, true);
    drill.post("/rollback/close", "");
    turned(&drill, false, true);
    assert_checks(&drill, CLOSED, CLOSED);
    turned(&drill, true, false);
    turned(&drill, false, false);
    assert_checks(&drill, CLOSED, CLOSED);
}

#[test]
fn turning_needs_an_operator_and_checking_any_token() {
    let drill = Drill::new(tokens(), Limits::default());
    for switch in ["gate", "rollback"] {
        for target in [format!("/{switch}/open"), format!("/{switch}/close")] {
            assert_eq!(drill.post(&target, "").status, 401, "{target}");
            assert_eq!(drill.with(OBSERVER, "POST", &target, "").status, 403, "{target}");
        }
        assert_eq!(drill.get(&format!("/{switch}/check")).status, 401);
        assert_eq!(drill.with(OBSERVER, "GET", &format!("/{switch}/check"), "").body.trim(), "Forbidden");
    }
    assert!(drill.asked.lock().unwrap().acts.is_empty());
    assert_eq!(drill.post(&format!("/rollback/open?token={OPERATOR}"), "{}").status, 202, "as webhooks give it");
    assert_eq!(drill.with(OBSERVER, "POST", "/rollback/check", "{}").body.trim(), "OK");
}
