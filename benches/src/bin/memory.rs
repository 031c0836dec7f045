//! By how much the memory of a trial grows with its length: the most that one play held at once, of ever longer editions of a scenario.
//! `cargo run --release -p gatecrash-benches --bin memory [SCENARIO [POLICY]]`.

use gatecrash_benches::{policy, scenario, sixteen_servers};
use gatecrash_policies::Policy;
use gatecrash_policies::time::Span;
use gatecrash_sim::{Match, Scenario};
use std::fs;

/// The most that this process ever held (`VmHWM` of Linux), in KiB; nothing where the system does not tell.
fn most_held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A trial whose last stage soaks until the horizon, after so many hours.
fn play(scenario: &Scenario, policy: &Policy, hours: u64) {
    let scenario = Scenario { horizon: Span::from_secs(3_600 * hours), faults: Vec::new(), ..scenario.clone() };
    let mut policy = policy.clone();
    policy.stages.iter_mut().for_each(|stage| stage.soak = scenario.horizon);
    Match::new(&scenario, &[&policy]).expect("it fits").score(1);
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "sixteen-servers".into());
    let policy = policy(&std::env::args().nth(2).unwrap_or_else(|| "careful".into()));
    let scenario = if name == "sixteen-servers" { sixteen_servers() } else { scenario(&name) };
    let mut last = None;
    for hours in [6, 12, 24, 48, 96] {
        play(&scenario, &policy, hours);
        let Some(held) = most_held() else { return println!("this system does not tell how much memory a process held") };
        let slope = last.map(|(h, kib)| format!(", {} KiB per hour more", (held - kib) / (hours - h))).unwrap_or_default();
        println!("{name}: {hours:>3} h: {held} KiB{slope}");
        last = Some((hours, held));
    }
}
