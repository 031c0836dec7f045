//! A drill as a process: held, ended, killed, and played again.

use crate::held::Drill;
use crate::metrics::Prometheus;
use crate::support::{folder, gatecrash, gatecrash_in, path};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;

/// A breach that comes soon; the people's time at a minute a second.
const BREACH: [&str; 9] = ["cancel-latency-spike", "--policy", "careful", "--seed", "3", "--start", "fault-2m", "--speed", "60"];

const SCRIPT: &str = "\
drill: friday
scenario: cancel-latency-spike
policy: careful
seed: 3
acts:
  - { at: 20m, who: ana, act: acknowledge }
  - { at: 25m, who: ana, act: rollback, with: { reason: cancels pile up } }
  - { at: 26m, who: ana, act: step }
";

fn report(file: &str) -> Value {
    gatecrash(&["replay", file, "--format", "json"]).json()
}

#[test]
fn people_roll_back_and_are_scored() {
    let files = folder(&[]);
    let record = path(&files, "drill.jsonl");
    let drill = Drill::hold(&[&BREACH, ["--record", record.as_str()].as_slice()].concat());
    drill.wait_for_gate("cancel-to-ack", "fail");
    assert_eq!(drill.act("acknowledge", &json!({"what": "cancel-to-ack"})).0, 200);
    assert_eq!(drill.act("promote", &json!({"stage": "no such stage"})).0, 409);
    assert_eq!(drill.act("rollback", &json!({"reason": "cancels pile up", "id": "once"})).0, 200);
    assert_eq!(drill.act("rollback", &json!({"id": "once"})).0, 409, "an action id counts once");
    let ran = gatecrash(&["act", "step", "--to", drill.address.as_str(), "--who", "ben"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(drill.act("speed", &json!({"speed": "max"})).0, 200);
    drill.wait_until(|state| state["phase"] == "over" && !state["over"]["report"].is_null());
    let html = ureq::get(format!("{}report", drill.address)).call().expect("it is there").body_mut().read_to_string().unwrap();
    assert!(html.contains("cancel-latency-spike"));
    let ran = drill.signal("TERM");
    assert_eq!(ran.code, 0, "it was over before: {}", ran.err);
    assert!(ran.out.lines().last().unwrap().starts_with("Detected: ana decided"), "{}", ran.out);
    let score = report(&record);
    assert_eq!(score["score"]["outcome"]["kind"], "detected", "{score}");
    // Replayed once more, it is written down once more.
    let again = path(&files, "again.jsonl");
    gatecrash(&["replay", &record, "--record", &again]).ok();
    let lines = |file: &str| std::fs::read_to_string(file).unwrap().lines().skip(1).map(String::from).collect::<Vec<_>>();
    assert!(!lines(&record).is_empty());
    assert_eq!(lines(&record), lines(&again));
}

#[test]
fn killed_in_the_middle_nothing_is_lost() {
    let files = folder(&[]);
    let record = path(&files, "drill.jsonl");
    let drill = Drill::hold(&[&BREACH, ["--record", record.as_str()].as_slice()].concat());
    for n in 0..20 {
        assert_eq!(drill.act("note", &json!({"text": format!("note {n}")})).0, 200);
        sleep(Duration::from_millis(100));
    }
    let reached = drill.state()["state"]["clock"]["t_s"].as_f64().unwrap();
    let ran = drill.signal("KILL");
    assert_eq!(ran.code, -1);
    let text = std::fs::read_to_string(&record).unwrap();
    assert!(text.contains("note 19") && !text.contains("\"end\""));
    let score = report(&record);
    assert_eq!(score["reason"], "interrupted", "{score}");
    let ended = score["ended_s"].as_f64().unwrap();
    assert!(ended >= reached - 60.0, "one second of 60: it had come to {reached}s, and the record to {ended}s");
    gatecrash(&["replay", &record, "--markdown", &path(&files, "report.md")]).ok();
}

#[test]
fn told_to_end_it_ends_with_its_report() {
    let files = folder(&[]);
    let (record, html) = (path(&files, "drill.jsonl"), path(&files, "report.html"));
    let drill = Drill::hold(&[&BREACH, ["--record", record.as_str(), "--html", html.as_str()].as_slice()].concat());
    assert_eq!(drill.act("note", &json!({"text": "so far so good"})).0, 200);
    let ran = drill.signal("TERM");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("gatecrash replay "), "{}", ran.err);
    assert!(std::fs::read_to_string(&html).unwrap().contains("so far so good"));
    assert!(std::fs::read_to_string(&record).unwrap().contains("\"end\":{\"reason\":\"interrupted\""));
    assert_eq!(report(&record)["reason"], "interrupted");
}

#[test]
fn the_same_script_gives_the_same_record_and_score() {
    let files = folder(&[("friday.yaml", SCRIPT)]);
    let play = |n: u32| {
        let record = format!("{n}.jsonl");
        let ran = gatecrash_in(files.path(), &["replay", "friday.yaml", "--record", &record, "--format", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        (std::fs::read(files.path().join(record)).unwrap(), ran.out)
    };
    let (first, second) = (play(1), play(2));
    assert!(first.0 == second.0 && first.1 == second.1);
    let ran = gatecrash_in(files.path(), &["replay", "1.jsonl", "--format", "json"]);
    assert_eq!(ran.out, first.1, "and so does its record");
    let ran = gatecrash_in(files.path(), &["replay", "friday.yaml", "--record", "1.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("never written over"), "{}", ran.err);
}

#[test]
fn a_record_that_is_not_whole_is_refused_with_the_reason() {
    let files = folder(&[("friday.yaml", SCRIPT)]);
    gatecrash_in(files.path(), &["replay", "friday.yaml", "--record", "whole.jsonl"]).ok();
    let whole = std::fs::read_to_string(files.path().join("whole.jsonl")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let cases = [
        (lines[..lines.len() - 1].concat(), "truncated: its head counts"),
        (whole[..whole.len() - 20].to_string(), "this line breaks off"),
        (whole.replacen("cancels pile up", "cancels piled up", 1), "altered"),
        (whole.replacen("\"seed\":3", "\"seed\":4", 1), "altered"),
        ([&lines[..3], &lines[4..]].concat().concat(), "lines were taken out"),
        ("{\"schema\":1}\n".into(), "no head of a record"),
        (String::new(), "the file is empty"),
    ];
    for (text, why) in cases {
        std::fs::write(files.path().join("damaged.jsonl"), &text).unwrap();
        let ran = gatecrash_in(files.path(), &["replay", "damaged.jsonl"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(why) && ran.err.contains("damaged.jsonl: line "), "{}", ran.err);
    }
}

#[test]
fn what_cannot_be_held_is_refused() {
    let files = folder(&[]);
    let there = path(&files, "there.jsonl");
    std::fs::write(&there, "precious").unwrap();
    let cases: [(&[&str], &str); 8] = [
        (&["--listen", "0.0.0.0:0"], "--role-tokens"),
        (&["--listen", "somewhere"], "127.0.0.1:7878"),
        (&["--start", "soon"], "fault-10m"),
        (&["--start", "30d"], "ends at"),
        (&["--speed", "0"], "`max`"),
        (&["--stop-if", "harmd > 3"], "did you mean `harmed`"),
        (&["--record", &there], "never written over"),
        (&["--html", "no/such/folder/report.html"], "folder does not exist"),
    ];
    for (more, why) in cases {
        let ran = gatecrash(&[&["drill", "healthy-day", "--policy", "careful"], more].concat());
        assert_eq!(ran.code, 2, "{more:?}: {}", ran.err);
        assert!(ran.err.contains(why), "{more:?}: {}", ran.err);
    }
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "precious");
}

#[test]
fn what_nobody_attends_ends_by_itself() {
    let ran = Drill::hold(&["healthy-day", "--policy", "careful", "--attend-within", "1s"]).end();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("nobody attended"), "{}", ran.out);
    let ran = Drill::hold(&["healthy-day", "--policy", "careful", "--time-limit", "1s"]).end();
    assert!(ran.out.contains("time limit"), "{}", ran.out);
    let ran = Drill::hold(&["healthy-day", "--policy", "careful", "--mode", "automatic", "--speed", "max"]).end();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("finished"), "{}", ran.out);
}

#[test]
fn a_surprise_tells_operators_nothing() {
    let files = folder(&[]);
    let record = path(&files, "drill.jsonl");
    let drill =
        Drill::hold(&["--seed", "surprise", "--policy", "reactions", "--paused", "--start", "fault-10m", "--record", &record]);
    let head = std::fs::read_to_string(&record).unwrap();
    let head: Value = serde_json::from_str(head.lines().next().unwrap()).unwrap();
    let scenario = head["plan"]["scenario"]["name"].as_str().unwrap().to_string();
    assert!(head["plan"]["surprise"] == true && scenario.starts_with("reactions-"), "{head}");
    assert!(!drill.state().to_string().contains(&scenario));
    let ran = drill.signal("TERM");
    assert!(!ran.err.contains(&scenario), "whoever looks at the screen of the server: {}", ran.err);
}

#[test]
fn an_alert_fires_on_the_breach() {
    let drill = Drill::hold(&BREACH);
    let Some(prometheus) = Prometheus::watching(drill.port()) else { return };
    let alert = prometheus.wait_for("ALERTS{alertname=\"GatecrashGateFails\",gate=\"cancel-to-ack\",alertstate=\"firing\"}");
    assert_eq!(alert.len(), 1);
}
