//! The library's trials, byte for byte: the same in every profile, on every platform, whatever else is linked.

use gatecrash_scenarios::{general_policies, library_scenarios, load_policy, load_scenario};
use gatecrash_sim::{Match, Trial};
use std::fmt::Write;
use std::{env, fs, path::PathBuf};

const SEEDS: [u64; 2] = [1, 2];

const HEADER: &str = "# scenario policy seed outcome harmed exposed_requests events digest-of-the-whole-trial\n";

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// A trial in a line: what a person can compare, and a digest of all of it, timeline and verdicts in words included.
fn line(trial: &Trial) -> String {
    let Trial { scenario, policy, seed, harmed, exposed_requests, events, .. } = trial;
    let digest = fnv(&format!("{trial:?}"));
    format!("{scenario} {policy} {seed} {} {harmed} {exposed_requests} {events} {digest:016x}", trial.outcome.name())
}

fn table() -> String {
    let general: Vec<_> = general_policies().iter().map(|p| load_policy(&p.name).expect("built in").value).collect();
    let mut table = String::from(HEADER);
    for listed in library_scenarios().into_iter().filter(|listed| !listed.slow) {
        let scenario = load_scenario(&listed.name).expect("built in").value;
        let own = listed.family.map(|family| load_policy(&family).expect("built in").value);
        let policies: Vec<_> = own.as_ref().map_or(general.iter().collect(), |own| vec![own]);
        let seeds = if own.is_some() { &SEEDS[..1] } else { &SEEDS };
        let game = Match::new(&scenario, &policies).expect("every policy fits its scenarios");
        for trial in seeds.iter().flat_map(|seed| game.play(*seed, false)) {
            writeln!(table, "{}", line(&trial)).expect("a string takes everything");
        }
    }
    table
}

#[test]
fn the_library_plays_as_it_always_did() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden.txt");
    let played = table();
    if env::var_os("GATECRASH_WRITE").is_some_and(|value| value == "1") {
        fs::write(&path, &played).expect("the table can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let moved =
        |a: &str, b: &str| a.lines().filter(|line| !b.lines().any(|other| other == *line)).map(String::from).collect::<Vec<_>>();
    let (was, is) = (moved(&golden, &played), moved(&played, &golden));
    let some = |lines: &[String]| lines.iter().take(5).map(|line| format!("\n  {line}")).collect::<String>();
    assert!(
        golden == played,
        "{} trials of the library have moved.\nwas:{}\nis:{}\nIf that is meant, write the table anew and say in the commit \
         message which scores moved and why:\n  GATECRASH_WRITE=1 cargo test -p gatecrash-scenarios --test it golden",
        is.len(),
        some(&was),
        some(&is),
    );
}
