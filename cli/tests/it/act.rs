//! `act`: what it asks of a drill, and what it makes of the answer.

use crate::support::Ran;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

/// Runs `gatecrash act` without what the environment may say.
fn act(args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    command.arg("act").args(args).env_remove("GATECRASH_DRILL").env_remove("GATECRASH_TOKEN");
    let output = command.envs(environment.iter().copied()).output().expect("the binary starts");
    let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
    Ran { code: output.status.code().expect("no signal ended it"), out: text(output.stdout), err: text(output.stderr) }
}

/// What a drill was asked: its first line, its headers in small letters, its body.
struct Asked {
    line: String,
    headers: String,
    body: Value,
}

/// A drill that answers one request so; its address, and what it was asked.
fn drill(status: &str, body: &str) -> (String, thread::JoinHandle<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0);
        }
        let (line, headers) = head.split_once("\r\n").unwrap();
        let headers = headers.to_lowercase();
        let length = headers.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        lines.read_exact(&mut body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        Asked { line: line.to_string(), headers, body: serde_json::from_slice(&body).unwrap() }
    });
    (to, asked)
}

#[test]
fn it_does_what_the_buttons_do() {
    let (to, asked) = drill("200 OK", r#"{"ok":true,"t_s":12.5,"text":"rolls back"}"#);
    let ran = act(&["rollback", "errors rise", "--to", &to, "--token", "secret-of-ben", "--who", "Ana", "--id", "1"], &[]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "rolls back\n", ""));
    let asked = asked.join().unwrap();
    assert_eq!(asked.line, "POST /api/act/rollback HTTP/1.1");
    assert!(asked.headers.contains("authorization: bearer secret-of-ben"), "{}", asked.headers);
    assert_eq!(asked.body, serde_json::json!({ "reason": "errors rise", "who": "Ana", "id": "1" }));
}

#[test]
fn the_environment_says_where_and_who() {
    let (to, asked) = drill("200 OK", r#"{"ok":true,"t_s":1,"text":"x"}"#);
    // A proxy is not asked for what is near.
    let environment =
        [("GATECRASH_DRILL", to.as_str()), ("GATECRASH_TOKEN", "tok"), ("http_proxy", "http://127.0.0.1:1"), ("NO_PROXY", "")];
    assert_eq!(act(&["speed", "60", "--role", "facilitator"], &environment).code, 0);
    let asked = asked.join().unwrap();
    assert!(asked.headers.contains("authorization: bearer tok") && asked.headers.contains("x-gatecrash-role: facilitator"));
    assert!(asked.body["speed"] == 60.0 && asked.body["id"].as_str().unwrap().len() > 10, "{}", asked.body);
}

#[test]
fn every_act_has_an_id_of_its_own() {
    let ids = [(); 2].map(|()| {
        let (to, asked) = drill("200 OK", r#"{"ok":true,"t_s":1,"text":"x"}"#);
        act(&["hold", "--to", &to], &[]);
        asked.join().unwrap().body["id"].as_str().unwrap().to_string()
    });
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn what_the_drill_refuses_is_1() {
    for status in ["401 Unauthorized", "403 Forbidden", "409 Conflict", "429 Too Many Requests"] {
        let (to, asked) = drill(status, r#"{"ok":false,"error":"operators may not; ask ana"}"#);
        let ran = act(&["end", "--to", &to], &[]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (1, "", "error: operators may not; ask ana\n"), "{status}");
        asked.join().unwrap();
    }
}

#[test]
fn what_cannot_be_asked_is_2() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{free}");
    let (other, asked) = drill("200 OK", "<html>hello</html>");
    let cases: [(&[&str], &str); 7] = [
        (&["hold", "--to", &nobody], "is it running there?"),
        (&["hold", "--to", &other], "is no drill"),
        (&["hold", "--to", "https://127.0.0.1"], "plain http"),
        (&["rolback"], "did you mean `rollback`?"),
        (&["rollback", "reson=x"], "did you mean `reason`?"),
        (&["note"], "text"),
        (&["pause", "1m"], "`step=1m`"),
    ];
    for (args, says) in cases {
        let ran = act(args, &[]);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(says), "{args:?}: {} {}", ran.code, ran.err);
    }
    asked.join().unwrap();
}

#[test]
fn the_token_is_not_shown() {
    let help = act(&["--help"], &[("GATECRASH_TOKEN", "very-secret")]).ok();
    assert!(help.contains("GATECRASH_TOKEN") && !help.contains("very-secret"), "{help}");
    for action in gatecrash_drill::act::ACTS {
        assert!(help.contains(&format!("\n  {action} ")), "{action}");
    }
}
