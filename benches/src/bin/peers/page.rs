//! The page: a table of each model, and how each side was set up.

use crate::models::{Answer, Model};
use crate::{Block, CUSTOMERS, CUSTOMERS_OF_SIMPY, Line};
use std::fmt::Write;

/// The middle one, or the lower of the two.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) / 2]
}

/// The median of the ratios to `ours`, round by round.
pub fn ratio(line: &[f64], ours: &[f64]) -> f64 {
    median(&line.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect::<Vec<_>>())
}

/// What all sides came to.
pub fn answer(model: Model, answer: Answer) -> String {
    let Answer { served, left, waited } = answer;
    match model {
        Model::Hold { .. } => format!("{served} events, whose instants sum to {waited} us"),
        Model::Station { impatient: false, .. } => format!("{served} served, who waited {waited} us in all"),
        Model::Station { .. } => format!("{served} served, who waited {waited} us in all; {left} gave up"),
    }
}

/// Three digits.
pub fn short(number: f64) -> String {
    let digits = if number < 9.995 { 2 } else { usize::from(number < 99.95) };
    format!("{number:.digits$}")
}

fn range(numbers: &[f64]) -> String {
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(0.0, f64::max);
    format!("{}-{}", short(least), short(most))
}

fn row(page: &mut String, line: &Line, ours: &Line, model: &str) {
    let median = median(&line.per_event);
    let (side, range, ratio) = (line.side, range(&line.per_event), ratio(&line.per_event, &ours.per_event));
    let customer = if line.events > 1.0 { short(median * line.events) } else { "-".into() };
    writeln!(page, "| {model} | {side} | {} | {range} | {customer} | {}x |", short(median), short(ratio)).expect("a string");
}

/// The whole page.
pub fn write(blocks: &[Block], whole: &[f64], rounds: usize, simpy: Option<&str>) -> String {
    let mut page = String::from(HEAD);
    page.push_str(TABLE);
    for block in blocks {
        block.lines.iter().for_each(|line| row(&mut page, line, &block.lines[0], &block.name));
    }
    let (ns, range) = (median(whole), range(whole));
    write!(page, "{}", notes(blocks, rounds, simpy)).expect("a string");
    let rate = 1e3 / ns;
    writeln!(page, "\n## A whole trial\n\n{WHOLE}{} ns an event ({range}), {rate:.1} million events a second.", short(ns))
        .expect("a string");
    page
}

fn notes(blocks: &[Block], rounds: usize, simpy: Option<&str>) -> String {
    let simpy = match simpy {
        Some(versions) => format!("- SimPy {versions}: {SIMPY}"),
        None => "- SimPy was not found and is missing here; `benches/peers/install-simpy.sh` installs it.\n".into(),
    };
    let answers: String = blocks.iter().map(|block| format!("- {}: {}.\n", block.name, block.answer)).collect();
    format!(
        "\nNanoseconds, median of {rounds} rounds in which the sides took turns, and the fastest and slowest round. The ratio is the median of \
         the ratios within each round. An M/M/c customer is two events, an arrival and an end (served, or given up); timers of \
         patience are not counted. A hold operation is one event.\n\n![The table as a picture](peers.svg)\n\n\
         ## The same answers\n\nBefore anything is timed each side plays each model once, and the bench stops unless all integers agree:\n\n\
         {answers}\nThese are of {CUSTOMERS} customers; SimPy plays the first {CUSTOMERS_OF_SIMPY} of them and is held against our answer to those.\n\n\
         {SETUP}{simpy}"
    )
}

const HEAD: &str = "# Peers\n\nWritten by `cargo run --release -p gatecrash-benches --features peers --bin peers`, which also draws the picture. Absolute figures \
are of a shared machine with two cores; ratios travel better.\n\n";

const TABLE: &str = "| model | engine | ns per event | min-max | ns per customer | to gatecrash |\n|---|---|--:|--:|--:|--:|\n";

const SETUP: &str = "\
## How each side is set up

All read the same interarrival times, services and patiences from memory, drawn before and in whole microseconds. Release build, one \
thread, no logging, no statistics beyond the three sums. Building the model is not timed, nor are the first events of the hold model.

- gatecrash: `gatecrash_sim::queue::Queue` and a plain loop over its closed `Event`, as the simulator's components are written. A \
timer of patience is never cancelled but ignored when it is due.
- nexosim 1.0: `SimInit::with_num_threads(1)`, its single-threaded executor; one model that schedules its own events, so that no message \
passes between models; a timer of patience is a keyed event that is cancelled. Its events go through a mailbox to an async \
executor, which is what lets models be spread over threads and be checkpointed; none of that is used here.
- odem-rs 0.4: `default-features = false` with `std` alone, hence without tracing; model time is a `u64`. M/M/c as its own M/M/1 \
example has it, with a job for each server and one for the arrivals; the impatient are jobs from a `Pool` that wait in \
`fork(called).or(patience)`; the hold model is a job that advances, for each pending event.
";

const SIMPY: &str = "a process for each customer and a `Resource` with `with request()`, as its documentation writes them; integer time; the \
hold model is a process for each pending event. It times itself around `run()`, so neither Python's start nor the reading of the \
customers is counted.\n";

const WHOLE: &str = "The loop above does nothing but queue. `Match::play` of sixteen such servers over two hours plays demand, subjects, \
routing, telemetry, gates and the ledger around them, which no other side here does: ";
