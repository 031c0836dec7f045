//! What people do reaches the drill, once, and what comes of it is said.

use crate::support::{Drill, eventually};
use gatecrash_drill::server::Limits;
use gatecrash_drill::{Act, Tokens};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn an_act_is_done_and_answered() {
    let drill = Drill::open();
    let answer = drill.post("/api/act/rollback?who=ana", r#"{"reason":"errors","id":"1"}"#);
    assert_eq!((answer.status, answer.body.trim()), (200, r#"{"ok":true,"t_s":12.5,"text":"ana does rollback"}"#));
    assert_eq!(drill.asked.lock().unwrap().acts[0].0, Act::Rollback { reason: "errors".into() });
}

#[test]
fn what_cannot_be_done_is_said() {
    let drill = Drill::open();
    let cases = [
        ("rollback", r#"{"reson":"x"}"#, 400, "reson"),
        ("rollback", "[]", 400, "no JSON object"),
        ("rollback", "{", 400, "no JSON"),
        ("rollback", "\u{0}", 400, "no JSON"),
        ("rollback", r#"{"id":7}"#, 400, "`id` is no text"),
        ("rollback", r#"{"id":""}"#, 400, "1 to 100"),
        ("rollback", r#"{"who":"policy"}"#, 400, "policy"),
        ("rollback", r#"{"act":"end"}"#, 400, "address"),
        ("note", "{}", 400, "text"),
        ("rolback", "{}", 404, "did you mean `rollback`?"),
        ("promote", "{}", 409, "has not soaked"),
        ("step", "{}", 400, "no such step"),
        ("page", "{}", 403, "away"),
    ];
    for (act, body, status, says) in cases {
        let answer = drill.post(&format!("/api/act/{act}"), body);
        assert!(answer.status == status && answer.error().contains(says), "{act} {body}: {answer:?}");
    }
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(101));
    assert_eq!(drill.post("/api/act/rollback", &long).status, 400);
    assert_eq!(drill.get("/api/act/rollback").status, 405);
    assert!(drill.get("/api/stat").error().contains("there is nothing at /api/stat"));
    assert_eq!(drill.ask("DELETE", "/api/state", &[], "").status, 405);
}

#[test]
fn an_act_that_comes_twice_is_done_once() {
    let drill = Drill::open();
    let body = r#"{"id":"a-b-c"}"#;
    assert_eq!(drill.post("/api/act/rollback?role=observer", body).status, 403, "this uses no id up");
    assert_eq!(drill.post("/api/act/rollback", body).status, 200);
    for _ in 0..3 {
        let answer = drill.post("/api/act/hold", body);
        assert!(answer.status == 409 && answer.error().contains("used before"), "{answer:?}");
    }
    assert_eq!(drill.asked.lock().unwrap().acts.len(), 1);
    let refused = drill.refused(2);
    assert!(refused[1].1.contains("hold with an id that was used before"), "{refused:?}");
}

#[test]
fn of_many_at_once_one_is_done() {
    let drill = Drill::open();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let ask = || drill.post("/api/act/rollback", r#"{"id":"one"}"#).status;
        let all: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(drill.asked.lock().unwrap().acts.len(), 1);
}

#[test]
fn an_engine_that_is_busy_or_gone_blocks_nobody() {
    let (asks, desk) = mpsc::sync_channel(1);
    let limits = Limits { answer: Duration::from_millis(300), ..Limits::default() };
    let drill = Drill::before(asks, Tokens::default(), limits);
    thread::scope(|scope| {
        let first = scope.spawn(|| drill.post("/api/act/hold", r#"{"id":"first"}"#));
        thread::sleep(Duration::from_millis(100));
        let second = drill.post("/api/act/hold", r#"{"id":"second"}"#);
        assert!(second.status == 429 && second.error().contains("try again"), "{second:?}");
        assert_eq!(drill.get("/api/state").status, 200, "whoever looks is not kept waiting");
        let first = first.join().unwrap();
        assert!(first.status == 504 && first.error().contains("log"), "{first:?}");
    });
    drop(desk);
    let answer = drill.post("/api/act/hold", r#"{"id":"second"}"#);
    assert!(answer.status == 409 && answer.error().contains("over"), "its id was not used up: {answer:?}");
}

#[test]
fn an_engine_that_ends_before_it_answers_is_over() {
    let (asks, desk) = mpsc::sync_channel(1);
    let drill = Drill::before(asks, Tokens::default(), Limits::default());
    thread::spawn(move || drop(desk.recv()));
    let answer = drill.post("/api/act/hold", "");
    assert!(answer.status == 409 && answer.error().contains("over"), "{answer:?}");
    eventually(|| drill.post("/api/act/hold", "").status == 409);
}
