//! Too much, too many, too slow.

use crate::support::{Drill, answer, eventually, request};
use gatecrash_drill::Tokens;
use gatecrash_drill::server::Limits;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tokio::time::Instant;

fn limited(limits: Limits) -> Drill {
    Drill::new(Tokens::default(), limits)
}

#[test]
fn bodies_are_bounded() {
    let drill = Drill::open();
    let note = |length: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(length - 11));
    assert_eq!(drill.post("/api/act/note", &note(16 << 10)).status, 200);
    for target in ["/api/act/note", "/gate/open", "/rollback/close"] {
        let answer = drill.post(target, &note((16 << 10) + 1));
        assert!(answer.status == 413 && answer.error().contains("16384"), "{target}: {answer:?}");
    }
    // Without a length: it is counted as it comes.
    let mut stream = TcpStream::connect(drill.address).unwrap();
    let head = format!("POST /api/act/note HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n", drill.address);
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let _ = (0..2).try_for_each(|_| stream.write_all(chunk.as_bytes()));
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 413");
    assert!(drill.asked.lock().unwrap().acts.len() == 1);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let drill = limited(Limits { body: Duration::from_millis(200), ..Limits::default() });
    let mut stream = TcpStream::connect(drill.address).unwrap();
    let head = format!("POST /api/act/note HTTP/1.0\r\nHost: {}\r\nContent-Length: 100\r\n\r\n{{", drill.address);
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer(&mut stream).unwrap().status, 408);
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let drill = limited(Limits { head: Duration::from_millis(300), ..Limits::default() });
    let begin = Instant::now();
    let mut streams: Vec<TcpStream> = (0..10).map(|_| TcpStream::connect(drill.address).unwrap()).collect();
    streams.iter_mut().for_each(|stream| stream.write_all(b"GET / HTTP/1.1\r\nHost: a").unwrap());
    // A byte now and then does not help.
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(100));
        streams.iter_mut().for_each(|stream| drop(stream.write_all(b"b")));
    }
    for mut stream in streams {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert!(answer(&mut stream).is_none_or(|answer| answer.status == 408));
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(drill.hub.slow_dropped(), 0, "they watched nothing");
    assert_eq!(drill.get("/").status, 200);
}

#[test]
fn connections_are_bounded() {
    let drill = limited(Limits { connections: 5, ..Limits::default() });
    let watch = request(drill.address, "GET", "/api/events", &[], "");
    let watchers: Vec<TcpStream> = (0..5)
        .map(|_| {
            let mut stream = TcpStream::connect(drill.address).unwrap();
            stream.write_all(watch.as_bytes()).unwrap();
            stream
        })
        .collect();
    eventually(|| drill.hub.watchers() == 5);
    for _ in 0..20 {
        let mut stream = TcpStream::connect(drill.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let answer = answer(&mut stream).expect("it is told so at once, before it asks");
        assert!(answer.status == 503 && answer.error().contains("too many connections"), "{answer:?}");
    }
    assert_eq!(drill.hub.watchers(), 5, "those who were there stay");
    drop(watchers);
    eventually(|| drill.hub.watchers() == 0);
    eventually(|| {
        TcpStream::connect(drill.address).is_ok_and(|mut stream| {
            let _ = stream.write_all(request(drill.address, "GET", "/", &[], "").as_bytes());
            answer(&mut stream).is_some_and(|answer| answer.status == 200)
        })
    });
}
