//! The engine beside its peers: the same models with the same customers, played by each in turns. Every side must come to the same
//! answer before anything is timed. Writes `benches/PEERS.md` and `benches/peers.svg`. A number as its argument plays so many
//! rounds instead.

#![allow(clippy::disallowed_methods, reason = "a bench is timed, and no trial sees the time")]

mod engine;
mod models;
mod nexo;
mod odem;
mod page;
mod plot;
mod simpy;

use gatecrash_benches::{policy, sixteen_servers};
use gatecrash_sim::Match;
use models::{Customer, MODELS, Model, Run};
use std::path::Path;
use std::time::Instant;

const ROUNDS: usize = 15;
/// Enough that a run takes long against the clock, and few enough that most runs are not interrupted by other work on the machine.
const CUSTOMERS: usize = 250_000;
/// Of SimPy, which is slow; they are the first ones of the others'.
const CUSTOMERS_OF_SIMPY: usize = 50_000;

type Play = Box<dyn Fn(Model, &[Customer]) -> Run>;

/// Who plays.
struct Side {
    name: &'static str,
    customers: usize,
    play: Play,
}

/// How long one side took in a model.
pub struct Line {
    /// Whose it is.
    pub side: &'static str,
    /// Nanoseconds for each event, by round.
    pub per_event: Vec<f64>,
    /// Events to a customer.
    pub events: f64,
}

/// A model's lines, our own first.
pub struct Block {
    /// The model's name.
    pub name: String,
    /// In the order of the sides.
    pub lines: Vec<Line>,
    /// What all sides answered, in words.
    pub answer: String,
}

fn sides(simpy: Option<simpy::SimPy>) -> Vec<Side> {
    let side = |name, customers, play: Play| Side { name, customers, play };
    let mut sides = vec![
        side("gatecrash", CUSTOMERS, Box::new(engine::run)),
        side("nexosim", CUSTOMERS, Box::new(nexo::run)),
        side("odem-rs", CUSTOMERS, Box::new(odem::run)),
    ];
    sides.extend(simpy.map(|simpy| side("SimPy", CUSTOMERS_OF_SIMPY, Box::new(move |m, c| simpy.run(m, c)))));
    sides
}

/// Plays the model once on every side, and panics if anyone comes to another answer than we do.
fn agree(model: Model, customers: &[Customer], sides: &[Side]) -> Vec<Line> {
    let line = |side: &Side| {
        let customers = &customers[..side.customers];
        let (theirs, ours) = ((side.play)(model, customers).answer, engine::run(model, customers).answer);
        assert_eq!(theirs, ours, "{} does not play {} as we do", side.name, model.name());
        let events = if let Model::Station { .. } = model { 2.0 } else { 1.0 };
        Line { side: side.name, per_event: Vec::new(), events }
    };
    sides.iter().map(line).collect()
}

fn block(model: Model, sides: &[Side], rounds: usize) -> Block {
    let customers = model.customers(CUSTOMERS);
    let mut lines = agree(model, &customers, sides);
    for round in 0..rounds {
        eprintln!("{}: round {} of {rounds}", model.name(), round + 1);
        for (line, side) in lines.iter_mut().zip(sides) {
            let run = (side.play)(model, &customers[..side.customers]);
            line.per_event.push(run.nanos / model.events(run.answer) as f64);
        }
    }
    let answer = page::answer(model, engine::run(model, &customers).answer);
    Block { name: model.name(), lines, answer }
}

/// A whole trial with the same sixteen servers: demand, routing, telemetry, gates and ledger as well. Nanoseconds for
/// each event, by round.
fn whole_trial(rounds: usize) -> Vec<f64> {
    let (scenario, policy) = (sixteen_servers(), policy("careful"));
    let game = Match::new(&scenario, &[&policy]).expect("the policy fits");
    let rate = |_| {
        let begin = Instant::now();
        let events = game.play(1, false)[0].events;
        begin.elapsed().as_nanos() as f64 / events as f64
    };
    (0..rounds).map(rate).collect()
}

/// How many rounds are asked for.
fn rounds() -> usize {
    let asked = std::env::args().nth(1).map(|text| text.parse().expect("the argument is a number of rounds"));
    asked.unwrap_or(ROUNDS).max(1)
}

fn main() {
    let (rounds, simpy) = (rounds(), simpy::find());
    if simpy.is_none() {
        eprintln!("SimPy is skipped: no Python with it is found. benches/peers/install-simpy.sh installs it.");
    }
    let versions = simpy.as_ref().map(|simpy| simpy.versions.clone());
    let sides = sides(simpy);
    let blocks: Vec<Block> = MODELS.iter().map(|model| block(*model, &sides, rounds)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = page::write(&blocks, &whole_trial(rounds), rounds, versions.as_deref());
    std::fs::write(folder.join("PEERS.md"), &page).expect("the folder of the benches can be written");
    std::fs::write(folder.join("peers.svg"), plot::draw(&blocks)).expect("the folder of the benches can be written");
    println!("{page}");
}
