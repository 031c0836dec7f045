//! The models that all sides play, and the customers that come to them.

use gatecrash_sim::dice::{Dice, Dist, Purpose};

/// Mean time of a service, in seconds; in the hold model, from one event of a chain to its next.
const SERVICE_S: f64 = 0.1;
/// Mean patience, in seconds: about one customer in eighty gives up.
const PATIENCE_S: f64 = 2.0;
/// The share of time that a server is busy.
const LOAD: f64 = 0.9;

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// So many servers and one line, first come, first served; who waits gives up when their patience ends, if it does.
    Station {
        /// How many.
        servers: usize,
        /// Whether who waits gives up.
        impatient: bool,
    },
    /// So many pending events; each plans the next one when it happens.
    Hold {
        /// How many.
        pending: usize,
    },
}

/// The models, in the order of the table.
pub const MODELS: [Model; 5] = [
    Model::Station { servers: 1, impatient: false },
    Model::Station { servers: 16, impatient: false },
    Model::Station { servers: 16, impatient: true },
    Model::Hold { pending: 1_000 },
    Model::Hold { pending: 100_000 },
];

/// A customer, in whole microseconds. Gap and service are even and at least 2, patience is odd: arrivals and ends of service fall
/// on even instants, ends of patience on odd ones, so that no side has to break a tie between them in the others' way.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// Since the customer before.
    pub gap: u64,
    /// How long the service takes; in the hold model, how far ahead an event is planned.
    pub service: u64,
    /// How long the customer waits at most.
    pub patience: u64,
}

/// What came of it: equal on all sides, or they did not play the same model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Customers that were served; events, in the hold model.
    pub served: u64,
    /// Customers that gave up.
    pub left: u64,
    /// Microseconds that the served ones waited, all together; in the hold model, the sum of the events' instants.
    pub waited: u64,
}

/// One run of one side.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// What came of it.
    pub answer: Answer,
    /// How long it took, without building the model and without the first events of the hold model.
    pub nanos: f64,
}

impl Model {
    /// As the table has it.
    pub fn name(self) -> String {
        match self {
            Model::Station { servers, impatient: false } => format!("M/M/{servers}"),
            Model::Station { servers, impatient: true } => format!("M/M/{servers}, impatient"),
            Model::Hold { pending } => format!("hold, {pending} pending"),
        }
    }

    /// The first `count` customers, the same ones whatever the count. A ring, for the hold model.
    pub fn customers(self, count: usize) -> Vec<Customer> {
        let servers = if let Model::Station { servers, .. } = self { servers } else { 1 };
        let mut dice = [Purpose::Arrivals, Purpose::Service, Purpose::Cancel].map(|purpose| Dice::new(1).stream(purpose, 0, 0));
        let means = [SERVICE_S / (LOAD * servers as f64), SERVICE_S, PATIENCE_S];
        let mut draw = |i: usize| dice[i].span(&Dist::Exp { mean: means[i] }).0;
        let even = |us: u64| (us & !1).max(2);
        (0..count).map(|_| Customer { gap: even(draw(0)), service: even(draw(1)), patience: draw(2) | 1 }).collect()
    }

    /// When the hold model ends, in microseconds: after about `events` events, at an odd instant, when nothing happens.
    pub fn horizon(self, events: usize) -> u64 {
        let Model::Hold { pending } = self else { return u64::MAX };
        (1e6 * SERVICE_S * events as f64 / pending as f64) as u64 | 1
    }

    /// How many events the run had: of each customer the arrival and the end, timers not counted.
    pub fn events(self, answer: Answer) -> u64 {
        match self {
            Model::Station { .. } => 2 * (answer.served + answer.left),
            Model::Hold { .. } => answer.served,
        }
    }
}
