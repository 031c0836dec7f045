//! The truth is the facilitator's, whichever way somebody asks.

use crate::support::{Drill, FACILITATOR, OBSERVER, OPERATOR, request, tokens};
use gatecrash_drill::Tokens;
use gatecrash_drill::act::ACTS;
use gatecrash_drill::desk::Publication;
use gatecrash_drill::server::{FILES, Limits, ROUTES};
use gatecrash_drill::state::{FaultView, Line, Over, State, Truth};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const MARK: &str = "what-truly-happens";
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];

fn line(text: &str) -> Line {
    Line { t_s: 1.0, kind: "fault".into(), who: None, role: None, text: text.into() }
}

/// A drill that goes on, of which everything is there already.
fn publish(drill: &Drill, t_s: f64) {
    let fault = FaultView { name: MARK.into(), text: MARK.into(), due: MARK.into(), ..FaultView::default() };
    let truth = Truth { scenario: MARK.into(), about: MARK.into(), faults: vec![fault], seed: 7, ..Truth::default() };
    let mut state = State { truth: Some(truth), policy: "careful".into(), ..State::default() };
    state.clock.t_s = t_s;
    drill.hub.publish(Publication {
        state,
        lines: vec![(line(MARK), true), (line("everybody may read this"), false)],
        metrics: "# EOF\n".into(),
        report: Some((MARK.into(), MARK.into())),
        record: Some(MARK.into()),
        ..Publication::default()
    });
}

/// All that comes within a moment: streams of events do not end.
fn all(drill: &Drill, method: &str, target: &str, headers: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(drill.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    stream.write_all(request(drill.address, method, target, headers, "").as_bytes()).unwrap();
    publish(drill, 2.0);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(bytes.starts_with(b"HTTP/1."), "{method} {target} is answered");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every address that there is, with everything that may stand behind it.
fn targets(first: u64) -> Vec<String> {
    let paths = FILES.iter().map(|file| file.path).chain(ROUTES.iter().map(|route| route.path));
    let mut targets: Vec<String> = paths.filter(|path| !path.contains('{')).map(str::to_string).collect();
    let with_names: Vec<&str> = ROUTES.iter().map(|route| route.path).filter(|path| path.contains('{')).collect();
    assert_eq!(with_names, ["/api/act/{name}"], "tell this test what may stand in a new one");
    targets.extend(ACTS.map(|act| format!("/api/act/{act}")));
    targets.extend([format!("/api/events?after={first}"), "/api/events?after=0".into(), "/nothing".into()]);
    targets
}

/// How somebody may come.
fn with_query(target: &str, query: &str) -> String {
    format!("{target}{}{query}", if target.contains('?') { '&' } else { '?' })
}

/// The first number of a stream, before anything was published.
fn first(drill: &Drill, token: &str) -> u64 {
    drill.with(token, "GET", "/api/state", "").json()["event"].as_u64().unwrap()
}

fn walk(drill: &Drill, first: u64, headers: &[(&str, &str)], query: &str) -> String {
    let mut seen = String::new();
    for target in targets(first) {
        for method in METHODS {
            let text = all(drill, method, &with_query(&target, query), headers);
            let answer = format!("{method} {target} {headers:?} {query}: {text}");
            assert!(!text.contains(MARK) && !text.contains("\"truth\""), "{answer}");
            seen += &text;
        }
    }
    seen
}

#[test]
fn the_truth_is_not_reachable_without_the_facilitators_token() {
    let drill = Drill::new(tokens(), Limits::default());
    let first = first(&drill, OPERATOR);
    publish(&drill, 1.0);
    for token in [OPERATOR, OBSERVER] {
        let bearer = format!("Bearer {token}");
        let seen = walk(&drill, first, &[("Authorization", &bearer), ("X-Gatecrash-Role", "facilitator")], "role=facilitator");
        assert!(seen.contains("everybody may read this") && seen.contains("event: log"), "they see what is for everybody");
    }
    let seen = walk(&drill, first, &[("X-Gatecrash-Role", "facilitator")], "token=facilitator&role=facilitator");
    assert!(!seen.contains("everybody may read this"), "without a token there is nothing to see");
    // The walk would have found it: the facilitator finds it wherever it is.
    let events = format!("/api/events?after={first}");
    for target in ["/api/state", &events, "/report", "/report.md", "/record"] {
        let text = all(&drill, "GET", target, &[("Authorization", &format!("Bearer {FACILITATOR}"))]);
        assert!(text.contains(MARK), "{target}: {text}");
    }
}

#[test]
fn who_says_no_role_sees_what_operators_see() {
    let drill = Drill::new(Tokens::default(), Limits::default());
    let first = drill.get("/api/state").json()["event"].as_u64().unwrap();
    publish(&drill, 1.0);
    walk(&drill, first, &[], "who=ana");
    assert!(all(&drill, "GET", "/api/state?role=facilitator", &[]).contains(MARK));
}

#[test]
fn once_over_everybody_gets_report_and_record() {
    let drill = Drill::new(tokens(), Limits::default());
    for target in ["/report", "/report.md", "/record"] {
        assert_eq!(drill.with(FACILITATOR, "GET", target, "").status, 409, "there is none yet");
    }
    publish(&drill, 1.0);
    let answer = drill.with(OPERATOR, "GET", "/report", "");
    assert!(answer.status == 409 && answer.body.contains("once the drill is over"), "{answer:?}");
    drill.hub.publish(Publication { state: State { over: Some(Over::default()), ..State::default() }, ..Publication::default() });
    for (target, kind) in [("/report", "text/html"), ("/report.md", "text/markdown"), ("/record", "application/octet-stream")] {
        let answer = drill.with(OBSERVER, "GET", target, "");
        assert_eq!((answer.status, answer.body.as_str()), (200, MARK), "{target}");
        assert!(answer.header("content-type").unwrap().starts_with(kind), "{target}");
        assert_eq!(drill.get(target).status, 401, "{target}");
    }
    let report = drill.with(OBSERVER, "GET", "/report", "");
    let policy = report.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"),
        "{policy}"
    );
}
