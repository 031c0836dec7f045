//! Events: all of them, once, in order.

use crate::support::{Drill, Watcher, eventually, said};
use gatecrash_drill::Tokens;
use gatecrash_drill::server::Limits;
use gatecrash_drill::state::{Point, Points};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const LINES: usize = 3_000;

/// Publishes numbered lines, and points with them, while others read.
fn publisher(hub: Arc<gatecrash_drill::Hub>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for n in 0..LINES {
            let mut next = said(n.to_string());
            next.state.clock.t_s = n as f64;
            next.points = vec![Points { t_s: n as f64, points: vec![Point::default()] }];
            hub.publish(next);
            if n % 20 == 0 {
                thread::sleep(Duration::from_millis(3));
            }
        }
    })
}

/// Reads so many bytes of the stream after an event, and is gone.
fn glimpse(drill: &Drill, after: u64, bytes: usize) -> String {
    let mut stream = TcpStream::connect(drill.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let request = format!("GET /api/events HTTP/1.0\r\nHost: {}\r\nLast-Event-ID: {after}\r\n\r\n", drill.address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut seen = Vec::new();
    let mut buffer = vec![0; bytes];
    while seen.len() < bytes {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
    seen.truncate(bytes);
    String::from_utf8(seen).unwrap()
}

#[test]
fn whoever_comes_back_misses_nothing_and_hears_nothing_twice() {
    let drill = Drill::open();
    drill.hub.publish(said("first"));
    let mut last = drill.get("/api/state").json()["event"].as_u64().unwrap();
    let publisher = publisher(drill.hub.clone());
    let (mut heard, mut luck, mut visits) = (Vec::new(), 7_u64, 0);
    while heard.len() < LINES {
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let text = glimpse(&drill, last, 50 + (luck >> 33) as usize % 20_000);
        visits += 1;
        let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
        // The last part may be half an event: whoever sees that has not seen it.
        let (whole, _) = body.rsplit_once("\n\n").unwrap_or_default();
        for event in whole.split("\n\n").filter(|event| event.starts_with("id: ")) {
            let mut lines = event.lines();
            let id: u64 = lines.next().unwrap()[4..].parse().unwrap();
            assert_eq!(id, last + 1, "{event}");
            last = id;
            if lines.next() == Some("event: log") {
                let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap()[6..]).unwrap();
                heard.push(line["text"].as_str().unwrap().parse::<usize>().unwrap());
            }
        }
    }
    publisher.join().unwrap();
    assert_eq!(heard, (0..LINES).collect::<Vec<_>>());
    assert!(visits > 20, "{visits} visits");
    eventually(|| drill.hub.watchers() == 0);
}

#[test]
fn state_and_stream_fit_together() {
    let drill = Drill::open();
    let publisher = publisher(drill.hub.clone());
    thread::sleep(Duration::from_millis(50));
    let state = drill.get("/api/state").json();
    let (event, log) = (state["event"].as_u64().unwrap(), state["log"].as_array().unwrap());
    let newest: usize = log.last().unwrap()["text"].as_str().unwrap().parse().unwrap();
    let mut watcher = Watcher::new(drill.address, &format!("/api/events?after={event}"), &[]);
    let next = (0..).find_map(|_| watcher.next().filter(|event| event.name == "log")).unwrap();
    assert!(next.data.contains(&format!("\"{}\"", newest + 1)), "{newest}: {next:?}");
    publisher.join().unwrap();
}

#[test]
fn who_was_away_for_too_long_begins_anew() {
    let drill = Drill::open();
    for n in 0..20_100 {
        drill.hub.publish(said(n.to_string()));
    }
    let last = drill.get("/api/state").json()["event"].as_u64().unwrap();
    for old in [1, last - 20_001, last + 5] {
        let mut watcher = Watcher::new(drill.address, &format!("/api/events?after={old}"), &[]);
        let event = watcher.next().unwrap();
        assert_eq!((event.name.as_str(), event.id, event.data.as_str()), ("reset", last, "{}"));
    }
    let mut watcher = Watcher::new(drill.address, "/api/events", &[("Last-Event-ID", &(last - 5).to_string())]);
    assert_eq!(watcher.next().unwrap().id, last - 4);
    let answer = drill.get("/api/events?after=soon");
    assert!(answer.status == 400 && answer.error().contains("`soon`"), "{answer:?}");
}

#[test]
fn who_does_not_read_is_dropped_and_nobody_waits_for_them() {
    let limits = Limits { unread: Duration::from_millis(400), ..Limits::default() };
    let drill = Drill::new(Tokens::default(), limits);
    let address = drill.address;
    let asleep = TcpStream::connect(address).unwrap();
    (&asleep).write_all(format!("GET /api/events HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    let awake: Vec<_> = (0..20)
        .map(|_| {
            let mut watcher = Watcher::new(address, "/api/events", &[]);
            thread::spawn(move || {
                let events = std::iter::from_fn(|| watcher.next()).filter(|event| event.name == "log");
                events.take(600).map(|event| event.data.len()).sum::<usize>()
            })
        })
        .collect();
    eventually(|| drill.hub.watchers() == 21);
    // More than the system holds for one who sleeps: 600 of 20,000 bytes.
    for _ in 0..600 {
        drill.hub.publish(said("x".repeat(20_000)));
        thread::sleep(Duration::from_millis(2));
    }
    for watcher in awake {
        assert!(watcher.join().unwrap() >= 600 * 20_000, "others get everything");
    }
    eventually(|| drill.hub.slow_dropped() == 1);
    eventually(|| drill.hub.watchers() == 0);
}

#[test]
fn silence_is_filled_and_the_end_is_said() {
    let limits = Limits { ping: Duration::from_millis(30), ..Limits::default() };
    let mut drill = Drill::new(Tokens::default(), limits);
    let mut stream = TcpStream::connect(drill.address).unwrap();
    stream.write_all(format!("GET /api/events HTTP/1.0\r\nHost: {}\r\n\r\n", drill.address).as_bytes()).unwrap();
    eventually(|| drill.hub.watchers() == 1);
    thread::sleep(Duration::from_millis(200));
    drill.hub.publish(said("the last word"));
    drill.stop();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.matches(": ping\n\n").count() >= 2, "{text}");
    assert!(text.contains("the last word") && text.ends_with("event: end\ndata: {}\n\n"), "{text}");
    assert!(text.contains("content-type: text/event-stream") && text.contains("cache-control: no-store"), "{text}");
    assert!(TcpStream::connect(drill.address).is_err(), "it listens no more");
}

#[test]
fn whoever_comes_new_hears_first_how_things_are() {
    let drill = Drill::open();
    drill.hub.publish(said("before"));
    let last = drill.get("/api/state").json()["event"].as_u64().unwrap();
    let mut watcher = Watcher::new(drill.address, "/api/events", &[]);
    let first = watcher.next().unwrap();
    assert_eq!((first.name.as_str(), first.id), ("state", last));
    drill.hub.publish(said("after"));
    let next = watcher.next().unwrap();
    assert_eq!(next.id, last + 1, "nothing is missed in between");
}
