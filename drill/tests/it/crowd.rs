//! A thousand who watch.

use crate::support::{Drill, eventually, request, said};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const WATCHERS: usize = 1_000;
const LINES: usize = 100;
/// What the last line says.
const END: &[u8] = b"this is all";

/// Watches until the last line, and tells how many events there were.
async fn watch(address: SocketAddr) -> usize {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request(address, "GET", "/api/events", &[], "").as_bytes()).await.unwrap();
    let (mut seen, mut buffer) = (Vec::new(), vec![0; 16 << 10]);
    while !seen.windows(END.len()).rev().take(200 + END.len()).any(|part| part == END) {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the stream goes on");
        seen.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(seen).unwrap().matches("event: log\n").count()
}

/// Each watcher needs a socket at both ends.
fn there_are_enough_files() -> bool {
    let files: std::io::Result<Vec<_>> = (0..2 * WATCHERS + 50).map(|_| std::fs::File::open("/dev/null")).collect();
    files.is_ok()
}

#[test]
fn a_thousand_watchers_hear_everything_and_hold_nobody_up() {
    let drill = Drill::open();
    assert_eq!(drill.get("/").status, 200, "it has asked for its sockets");
    if !there_are_enough_files() {
        return eprintln!("skipped: the system does not let this process open {} files", 2 * WATCHERS + 50);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let watchers: Vec<_> = (0..WATCHERS).map(|_| runtime.spawn(watch(drill.address))).collect();
    eventually(|| drill.hub.watchers() == WATCHERS);
    let mut longest = Duration::ZERO;
    for n in 1..=LINES {
        let mut next = said(if n < LINES { "x".repeat(2_000) } else { String::from_utf8(END.to_vec()).unwrap() });
        next.state.clock.t_s = n as f64;
        let begin = tokio::time::Instant::now();
        drill.hub.publish(next);
        longest = longest.max(begin.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    for watcher in watchers {
        assert_eq!(runtime.block_on(watcher).unwrap(), LINES);
    }
    eprintln!("publishing took {longest:?} at most");
    assert!(longest < Duration::from_secs(1), "the engine waits for nobody: {longest:?}");
    assert_eq!(drill.hub.slow_dropped(), 0);
    eventually(|| drill.hub.watchers() == 0);
}

/// As many shells have it.
#[cfg(unix)]
#[test]
fn room_is_made_where_a_process_has_few_files() {
    let test = "crowd::a_thousand_watchers_hear_everything_and_hold_nobody_up";
    let line = format!("ulimit -Sn 256; exec \"$0\" --exact --nocapture {test}");
    let output = std::process::Command::new("sh").args(["-c", &line]).arg(std::env::current_exe().unwrap()).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    let has_room = there_are_enough_files();
    assert!(!has_room || !text.contains("skipped"), "{text}");
}
