//! Who is let in, and that the log hears of who is not.

use crate::support::{Drill, FACILITATOR, OBSERVER, OPERATOR, eventually, tokens};
use gatecrash_drill::hub::Hub;
use gatecrash_drill::server::{Limits, Server};
use gatecrash_drill::{Role, Tokens};
use std::sync::mpsc;

fn guarded() -> Drill {
    Drill::new(tokens(), Limits::default())
}

#[test]
fn without_the_operators_token_nothing_is_done() {
    let drill = guarded();
    let refusals = [
        (drill.post("/api/act/rollback", "{}"), 401, "no token"),
        (drill.with("operator-token-012345678x", "POST", "/api/act/rollback", "{}"), 401, "unknown token"),
        (drill.with(OBSERVER, "POST", "/api/act/rollback", "{}"), 403, "observers may not rollback"),
        (drill.with(OPERATOR, "POST", "/api/act/pause", "{}"), 403, "operators may not pause"),
    ];
    for (answer, status, says) in &refusals {
        assert!(answer.status == *status && answer.error().contains(says), "{says}: {answer:?}");
    }
    let refused = drill.refused(refusals.len());
    for ((_, _, says), (_, text)) in refusals.iter().zip(&refused) {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert_eq!((refused[3].0.who.as_str(), refused[3].0.role), ("Ben", Some(Role::Operator)));
    assert!(drill.asked.lock().unwrap().acts.is_empty());
    assert_eq!(drill.hub.refusals(), refusals.len() as u64);
    let told = format!("{refused:?}");
    assert!(![OPERATOR, OBSERVER, FACILITATOR, "operator-token"].iter().any(|token| told.contains(token)), "no token is logged");
}

#[test]
fn tokens_say_who_somebody_is() {
    let drill = guarded();
    assert_eq!(drill.with(OPERATOR, "POST", "/api/act/rollback?who=eve&role=facilitator", r#"{"who":"mallory"}"#).status, 200);
    assert_eq!(drill.post(&format!("/api/act/note?token={OBSERVER}&who=ana"), r#"{"text":"x"}"#).status, 200);
    assert_eq!(drill.with(OBSERVER, "POST", "/api/act/note", r#"{"text":"x","who":"cleo"}"#).status, 200);
    assert_eq!(drill.with(FACILITATOR, "POST", "/api/act/pause", "").status, 200);
    let asked = drill.asked.lock().unwrap();
    let callers: Vec<_> = asked.acts.iter().map(|(_, caller)| (caller.who.as_str(), caller.role.unwrap())).collect();
    let expected =
        [("Ben", Role::Operator), ("ana", Role::Observer), ("cleo", Role::Observer), ("facilitator", Role::Facilitator)];
    assert_eq!(callers, expected);
}

#[test]
fn without_tokens_callers_say_who_they_are() {
    let drill = Drill::open();
    let state = drill.get("/api/state?role=observer&who=ana").json();
    assert_eq!((state["role"].as_str(), state["who"].as_str()), (Some("observer"), Some("ana")));
    let state = drill.ask("GET", "/api/state", &[("X-Gatecrash-Role", "facilitator"), ("X-Gatecrash-Who", "bo")], "").json();
    assert_eq!((state["role"].as_str(), state["who"].as_str()), (Some("facilitator"), Some("bo")));
    let state = drill.get("/api/state").json();
    assert!(state["role"].is_null() && state["who"] == "somebody", "{state}");
    assert!(drill.get("/api/state?role=boss").error().contains("there is no role `boss`"));
    assert!(drill.get(&format!("/api/state?who={}", "x".repeat(61))).error().contains("at most 60"));
    assert_eq!(drill.post("/api/act/note?role=observer", r#"{"text":"x"}"#).status, 200);
    assert_eq!(drill.post("/api/act/rollback?role=observer", "").status, 403);
    assert_eq!(drill.post("/api/act/end", "").status, 200, "who says no role may do everything");
}

#[test]
fn foreign_pages_are_sent_away() {
    let drill = Drill::open();
    let port = drill.address.port();
    let own = format!("http://127.0.0.1:{port}");
    assert_eq!(drill.ask("POST", "/api/act/hold", &[("Origin", &own)], "").status, 200);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1", &format!("http://127.0.0.1:{port}.evil.example")] {
        for (method, target) in [("POST", "/api/act/hold"), ("GET", "/api/state"), ("POST", "/gate/open"), ("GET", "/")] {
            let answer = drill.ask(method, target, &[("Origin", origin)], "");
            assert!(answer.status == 403 && answer.error().contains("foreign Origin"), "{origin}: {answer:?}");
        }
    }
    for host in ["evil.example", &format!("evil.example:{port}"), ""] {
        for target in ["/api/state", "/", "/metrics"] {
            let answer = drill.ask("GET", target, &[("Host", host)], "");
            assert!(answer.status == 403 && answer.error().contains("foreign Host"), "{host}: {answer:?}");
        }
    }
    let both = drill.ask("POST", "/api/act/hold", &[("Host", "evil.example"), ("Origin", "http://evil.example")], "");
    assert_eq!(both.status, 403, "a name that was made to point here");
    assert_eq!(drill.ask("GET", "/", &[("Host", "localhost:9")], "").status, 200);
    let refused = drill.refused(3);
    assert!(refused[0].1.contains("POST /api/act/hold: foreign Origin"), "{refused:?}");
    assert_eq!(drill.asked.lock().unwrap().acts.len(), 1);
}

#[test]
fn with_tokens_any_host_will_do_and_no_foreign_origin() {
    let drill = guarded();
    let authorization = format!("Bearer {OPERATOR}");
    let headers = |origin| [("Host", "drill.example"), ("Origin", origin), ("Authorization", authorization.as_str())];
    assert_eq!(drill.ask("POST", "/api/act/hold", &headers("https://drill.example"), "").status, 200);
    assert_eq!(drill.ask("POST", "/api/act/hold", &headers("https://evil.example"), "").status, 403);
}

#[test]
fn the_log_is_not_flooded_and_all_are_counted() {
    let drill = guarded();
    for _ in 0..60 {
        assert_eq!(drill.post("/api/act/rollback", "").status, 401);
    }
    assert_eq!(drill.hub.refusals(), 60);
    let told = drill.refused(5).len();
    assert!((5..=30).contains(&told), "{told} lines");
}

#[test]
fn metrics_need_a_token_where_there_are_any() {
    let drill = guarded();
    drill.hub.publish(gatecrash_drill::desk::Publication { metrics: "# EOF\n".into(), ..Default::default() });
    assert_eq!(drill.get("/metrics").status, 401);
    for token in [OPERATOR, OBSERVER, FACILITATOR] {
        let answer = drill.get(&format!("/metrics?token={token}"));
        assert_eq!((answer.status, answer.body.as_str()), (200, "# EOF\n"));
        assert_eq!(answer.header("content-type"), Some("application/openmetrics-text; version=1.0.0; charset=utf-8"));
    }
    assert_eq!(Drill::open().get("/metrics").status, 200);
}

#[test]
fn the_page_needs_no_token_and_says_what_browsers_may_do() {
    let drill = guarded();
    for file in gatecrash_drill::server::FILES {
        let answer = drill.get(file.path);
        assert_eq!(answer.status, 200, "{}", file.path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn what_others_can_reach_needs_tokens() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bind = |address: &str, tokens: Tokens| {
        let address = address.parse().unwrap();
        runtime
            .block_on(Server::bind(address, Hub::new(), tokens, mpsc::sync_channel(1).0))
            .map(|server| server.address().unwrap())
    };
    let error = bind("0.0.0.0:0", Tokens::default()).unwrap_err();
    assert!(error.contains("--role-tokens"), "{error}");
    bind("0.0.0.0:0", tokens()).unwrap();
    let drill = Drill::open();
    let error = bind(&drill.address.to_string(), Tokens::default()).unwrap_err();
    assert!(error.contains("cannot listen on") && error.contains("--listen"), "{error}");
    eventually(|| drill.get("/").status == 200);
}
