//! What watchers cost a drill: a thousand who read, one who does not, at a minute of the rollout a second.
//!
//! Usage: `watchers GATECRASH [WATCHERS] [SECONDS]`

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const DRILL: [&str; 10] =
    ["drill", "cancel-latency-spike", "--policy", "careful", "--speed", "60", "--start", "fault-2m", "--listen", "127.0.0.1:0"];
/// Between two looks.
const LOOK: Duration = Duration::from_secs(2);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(program) = args.first() else { return eprintln!("usage: watchers GATECRASH [WATCHERS] [SECONDS]") };
    let number = |i: usize, usual: u64| args.get(i).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (watchers, seconds) = (number(1, 1_000), number(2, 60));
    let (mut child, address) = hold(program);
    let stop = Arc::new(AtomicBool::new(false));
    let events: Vec<_> = (0..watchers).map(|_| Arc::new(AtomicUsize::new(0))).collect();
    for count in &events {
        let (address, stop, count) = (address.clone(), Arc::clone(&stop), Arc::clone(count));
        let reader = thread::Builder::new().stack_size(64 << 10);
        reader.spawn(move || watch(&address, &stop, &count)).expect("there is room for a thread");
    }
    let sleeper = ask(&address, "/api/events");
    println!("  simulated  behind  holds   clock ticks");
    for _ in 0..seconds / LOOK.as_secs() {
        thread::sleep(LOOK);
        let state = answer(&address, "/api/state");
        let of = |name: &str| number_after(&state, &format!("\"{name}\":"));
        println!("  {:8.0}s  {:5.1}s  {:4} MB  {}", of("t_s"), of("behind_s"), held(child.id()), ticks(child.id()));
    }
    stop.store(true, Ordering::Relaxed);
    let metrics = answer(&address, "/metrics");
    let counts: Vec<usize> = events.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    let (least, most) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
    println!("{watchers} watchers heard {least} to {most} lines and points each");
    for name in ["gatecrash_watchers ", "gatecrash_slow_watchers_dropped_total "] {
        println!("{}{}", name, number_after(&metrics, &format!("\n{name}")));
    }
    drop(sleeper);
    let _ = child.kill();
    let _ = child.wait();
}

/// Begins the drill: where it is.
fn hold(program: &str) -> (Child, String) {
    let mut child = Command::new(program).args(DRILL).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
    let address = lines.find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_string()));
    thread::spawn(move || lines.for_each(drop));
    (child, address.expect("it says where it is"))
}

fn ask(address: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it reads");
    stream
}

fn answer(address: &str, path: &str) -> String {
    let mut text = String::new();
    let _ = ask(address, path).read_to_string(&mut text);
    text
}

/// Reads events, and counts those that must not be missed.
fn watch(address: &str, stop: &AtomicBool, count: &AtomicUsize) {
    let lines = BufReader::new(ask(address, "/api/events")).lines().map_while(Result::ok);
    for line in lines.take_while(|_| !stop.load(Ordering::Relaxed)) {
        if line == "event: log" || line == "event: points" {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn number_after(text: &str, mark: &str) -> f64 {
    let rest = text.split_once(mark).map_or("", |(_, rest)| rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].parse().unwrap_or(f64::NAN)
}

/// What the process holds of memory, in megabytes.
fn held(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    (number_after(&status.replace(['\t', ' '], ""), "VmRSS:") / 1024.0) as u64
}

/// What it has used of the processor, in hundredths of a second.
fn ticks(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    behind_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}
