use super::*;
use crate::state::{Line, Point, Points, Truth};

fn line(text: &str) -> Line {
    Line { t_s: 1.0, kind: "note".into(), who: None, role: None, text: text.into() }
}

fn state(t_s: f64) -> State {
    let mut state = State { truth: Some(Truth { scenario: "SECRET".into(), ..Truth::default() }), ..State::default() };
    state.clock.t_s = t_s;
    state
}

fn publication(t_s: f64, lines: &[(&str, bool)]) -> Publication {
    let lines = lines.iter().map(|(text, secret)| (line(text), *secret)).collect();
    Publication { state: state(t_s), lines, ..Publication::default() }
}

/// The names of the events of a stream from its beginning, and all its bytes.
fn events(hub: &Hub, view: View) -> (Vec<String>, String) {
    let inside = hub.inside();
    let ring = &inside.streams[view as usize].ring;
    let frames = (0..).map_while(|id| match ring.after(id) {
        ring::After::Frame(frame) => Some(String::from_utf8(frame.to_vec()).unwrap()),
        _ => None,
    });
    let text: String = frames.collect();
    let names = text.lines().filter_map(|line| line.strip_prefix("event: ")).map(str::to_string).collect();
    (names, text)
}

#[test]
fn the_truth_stays_in_the_stream_of_the_facilitator() {
    let hub = Hub::numbered_from(1);
    hub.publish(publication(1.0, &[("everybody", false), ("SECRET too", true), ("everybody again", false)]));
    let (names, public) = events(&hub, View::Public);
    assert_eq!(names, ["state", "log", "log"]);
    assert!(public.contains("id: 3\n") && !public.contains("id: 4\n"), "numbered without gaps: {public}");
    assert!(!public.contains("SECRET") && !public.contains("truth"), "{public}");
    let (names, full) = events(&hub, View::Full);
    assert_eq!(names, ["state", "log", "log", "log"]);
    assert_eq!(full.matches("SECRET").count(), 2, "{full}");
    let snapshots = [View::Public, View::Full].map(|view| String::from_utf8(hub.snapshot(view).to_vec()).unwrap());
    assert!(!snapshots[0].contains("SECRET") && snapshots[1].contains("SECRET"));
    assert!(snapshots[0].starts_with("\"event\":3,") && snapshots[1].starts_with("\"event\":4,"), "{snapshots:?}");
}

#[test]
fn what_only_the_facilitator_sees_change_is_no_event_for_others() {
    let hub = Hub::numbered_from(1);
    hub.publish(publication(1.0, &[]));
    let mut next = publication(1.0, &[]);
    next.state.truth.as_mut().unwrap().harmed = 7;
    hub.publish(next);
    assert_eq!(events(&hub, View::Public).0, ["state"]);
    assert_eq!(events(&hub, View::Full).0, ["state", "state"]);
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_told_twice_a_second_and_another_pace_at_once() {
    let hub = Hub::numbered_from(1);
    for n in 0..100 {
        hub.publish(publication(f64::from(n), &[]));
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    let (names, text) = events(&hub, View::Public);
    assert_eq!((names[0].as_str(), names.len()), ("state", 20), "ten seconds: {text}");
    assert!(names[1..].iter().all(|name| name == "clock"));
    let mut paused = publication(99.5, &[]);
    paused.state.clock.paused = true;
    hub.publish(paused.clone());
    hub.publish(paused);
    let (names, text) = events(&hub, View::Public);
    assert_eq!((names[20].as_str(), names.len()), ("clock", 21), "{text}");
    let snapshot = String::from_utf8(hub.snapshot(View::Public).to_vec()).unwrap();
    assert!(snapshot.contains("\"t_s\":99.5") && snapshot.starts_with("\"event\":21,"), "{snapshot}");
}

#[test]
fn charts_and_log_catch_up() {
    let hub = Hub::numbered_from(1);
    for n in 0..700 {
        let mut next = publication(f64::from(n), &[(&format!("line {n}."), false)]);
        next.points = vec![Points { t_s: f64::from(n), points: vec![Point { gate: 2, canary: Some(0.5), ..Point::default() }] }];
        hub.publish(next);
    }
    let snapshot = String::from_utf8(hub.snapshot(View::Public).to_vec()).unwrap();
    let snapshot: serde_json::Value = serde_json::from_str(&format!("{{{snapshot}}}")).unwrap();
    let log = snapshot["log"].as_array().unwrap();
    assert_eq!((log.len(), log[0]["text"].as_str()), (500, Some("line 200.")));
    assert_eq!(snapshot["charts"][2]["t_s"].as_array().unwrap().len(), 700);
    assert_eq!(snapshot["charts"][0]["t_s"].as_array().unwrap().len(), 0);
}

#[test]
fn report_and_record_wait_for_the_end() {
    let hub = Hub::numbered_from(1);
    let mut next = publication(1.0, &[]);
    (next.report, next.record) = (Some(("<html>".into(), "# md".into())), Some(b"record".to_vec()));
    hub.publish(next);
    for what in [Leaving::Html, Leaving::Markdown, Leaving::Record] {
        assert_eq!(hub.leaving(what, View::Public), None, "the drill goes on");
        assert!(hub.leaving(what, View::Full).is_some());
    }
    let mut over = publication(2.0, &[]);
    over.state.over = Some(crate::state::Over::default());
    hub.publish(over);
    assert_eq!(hub.leaving(Leaving::Html, View::Public), Some("<html>".into()), "and what was published stays");
}

#[tokio::test]
async fn a_reader_gets_all_and_then_the_end() {
    let hub = Arc::new(Hub::numbered_from(1));
    let mut reader = Reader::new(hub.clone(), View::Public, Some(0), Duration::from_millis(20));
    assert_eq!(reader.next().await.unwrap(), ": ping\n\n");
    hub.publish(publication(1.0, &[("one", false)]));
    hub.close();
    let mut text = String::new();
    while let Some(frame) = reader.next().await {
        text += std::str::from_utf8(&frame).unwrap();
    }
    assert!(text.contains("id: 2\nevent: log") && text.ends_with("id: 2\nevent: end\ndata: {}\n\n"), "{text}");
    assert_eq!(hub.watchers(), 1);
    drop(reader);
    assert_eq!(hub.watchers(), 0);
}

#[tokio::test]
async fn a_reader_of_another_drill_begins_anew() {
    let hub = Arc::new(Hub::numbered_from(100));
    hub.publish(publication(1.0, &[]));
    for old in [0, 98, 1000] {
        let mut reader = Reader::new(hub.clone(), View::Public, Some(old), Duration::from_secs(1));
        assert_eq!(reader.next().await.unwrap(), "id: 100\nevent: reset\ndata: {}\n\n", "{old}");
    }
}
