//! NeXosim's side: its single-threaded executor, and one model that schedules its own events, which spares it every message
//! between models.

use crate::models::{self, Answer, Customer, Run};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::QuerySource;
use nexosim::simulation::{EventKey, ExecutionError, Mailbox, QueryId, SimInit, Simulation, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EPOCH: MonotonicTime = MonotonicTime::EPOCH;
const FITS: &str = "the model is put together as its library asks";

/// Plays the model.
pub fn run(model: models::Model, customers: &[Customer]) -> Run {
    match model {
        models::Model::Station { servers, impatient } => station(customers.into(), servers, impatient),
        models::Model::Hold { pending } => hold(customers.into(), pending, model.horizon(customers.len())),
    }
}

/// A part of the run, timed; then what came of it.
fn timed(
    built: Result<Simulation, SimulationError>,
    play: impl FnOnce(&mut Simulation) -> Result<(), ExecutionError>,
    answer: &QueryId<(), Answer>,
) -> Run {
    let mut simulation = built.expect(FITS);
    let begin = Instant::now();
    play(&mut simulation).expect(FITS);
    let nanos = begin.elapsed().as_nanos() as f64;
    Run { answer: simulation.process_query(answer, ()).expect(FITS), nanos }
}

fn station(customers: Arc<[Customer]>, free: usize, impatient: bool) -> Run {
    let station = Station { customers, impatient, free, ..Station::default() };
    let (mailbox, mut bench) = (Mailbox::new(), SimInit::with_num_threads(1));
    let answer = QuerySource::new().connect(Station::answer, &mailbox).register(&mut bench);
    timed(bench.add_model(station, mailbox, "station").init(EPOCH), Simulation::run, &answer)
}

fn hold(customers: Arc<[Customer]>, pending: usize, end: u64) -> Run {
    let hold = Hold { customers, pending, ..Hold::default() };
    let (mailbox, mut bench) = (Mailbox::new(), SimInit::with_num_threads(1));
    let answer = QuerySource::new().connect(Hold::answer, &mailbox).register(&mut bench);
    let end = EPOCH + Duration::from_micros(end);
    timed(bench.add_model(hold, mailbox, "hold").init(EPOCH), |simulation| simulation.step_until(end), &answer)
}

/// Who waits since when, and the timer of their patience.
type Waiting = (usize, MonotonicTime, Option<EventKey>);

#[derive(Default, Serialize, Deserialize)]
struct Station {
    #[serde(skip)]
    customers: Arc<[Customer]>,
    impatient: bool,
    /// In order of arrival.
    line: VecDeque<Waiting>,
    free: usize,
    #[serde(skip)]
    answer: Answer,
}

#[Model]
impl Station {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.expect(0, cx);
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, who: usize, cx: &Context<Self>) {
        self.expect(who + 1, cx);
        if self.free > 0 {
            self.free -= 1;
            return self.serve(who, cx);
        }
        let patience = Duration::from_micros(self.customers[who].patience);
        let timer = self.impatient.then(|| cx.schedule_keyed_event(patience, schedulable!(Self::give_up), who).expect(FITS));
        self.line.push_back((who, cx.time(), timer));
    }

    #[nexosim(schedulable)]
    fn release(&mut self, _: (), cx: &Context<Self>) {
        let Some((who, since, timer)) = self.line.pop_front() else {
            self.free += 1;
            return;
        };
        if let Some(timer) = timer {
            timer.cancel();
        }
        self.answer.waited += cx.time().duration_since(since).as_micros() as u64;
        self.serve(who, cx);
    }

    #[nexosim(schedulable)]
    fn give_up(&mut self, who: usize) {
        let place = self.line.binary_search_by_key(&who, |(who, ..)| *who).expect("the timer is cancelled when they are called");
        self.line.remove(place);
        self.answer.left += 1;
    }

    async fn answer(&mut self) -> Answer {
        self.answer
    }

    fn expect(&mut self, who: usize, cx: &Context<Self>) {
        if let Some(customer) = self.customers.get(who) {
            cx.schedule_event(Duration::from_micros(customer.gap), schedulable!(Self::arrive), who).expect(FITS);
        }
    }

    fn serve(&mut self, who: usize, cx: &Context<Self>) {
        self.answer.served += 1;
        let service = Duration::from_micros(self.customers[who].service);
        cx.schedule_event(service, schedulable!(Self::release), ()).expect(FITS);
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Hold {
    #[serde(skip)]
    customers: Arc<[Customer]>,
    pending: usize,
    next: usize,
    #[serde(skip)]
    answer: Answer,
}

#[Model]
impl Hold {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        (0..self.pending).for_each(|_| self.plan(cx));
    }

    #[nexosim(schedulable)]
    fn happen(&mut self, _: (), cx: &Context<Self>) {
        self.answer.served += 1;
        self.answer.waited += cx.time().duration_since(EPOCH).as_micros() as u64;
        self.plan(cx);
    }

    async fn answer(&mut self) -> Answer {
        self.answer
    }

    fn plan(&mut self, cx: &Context<Self>) {
        let ahead = Duration::from_micros(self.customers[self.next].service);
        self.next = (self.next + 1) % self.customers.len();
        cx.schedule_event(ahead, schedulable!(Self::happen), ()).expect(FITS);
    }
}
