//! Our side: the queue of the simulator and a plain loop, as its components are written.

use crate::models::{Answer, Customer, Model, Run};
use gatecrash_policies::{Span, Time};
use gatecrash_sim::queue::{Event, Queue};
use std::collections::VecDeque;
use std::time::Instant;

const DONE: u8 = 0;
const GIVES_UP: u8 = 1;

/// Plays the model.
pub fn run(model: Model, customers: &[Customer]) -> Run {
    match model {
        Model::Station { servers, impatient } => station(customers, servers, impatient),
        Model::Hold { pending } => hold(customers, pending, Time(model.horizon(customers.len()))),
    }
}

struct Station<'a> {
    customers: &'a [Customer],
    impatient: bool,
    queue: Queue,
    /// Who waits since when, in order of arrival.
    line: VecDeque<(u32, Time)>,
    free: usize,
    answer: Answer,
}

fn station(customers: &[Customer], free: usize, impatient: bool) -> Run {
    let (queue, line) = (Queue::default(), VecDeque::new());
    let mut station = Station { customers, impatient, queue, line, free, answer: Answer::default() };
    let begin = Instant::now();
    station.expect(Time::ZERO, 0);
    while let Some((now, event)) = station.queue.pop(Time::MAX) {
        station.handle(now, event);
    }
    Run { answer: station.answer, nanos: begin.elapsed().as_nanos() as f64 }
}

impl Station<'_> {
    fn handle(&mut self, now: Time, event: Event) {
        match event {
            Event::Session { slot } => self.arrive(now, slot),
            Event::Component { code: DONE, .. } => self.release(now),
            Event::Component { code: GIVES_UP, slot, .. } => self.give_up(slot),
            other => unreachable!("{other:?} is never planned"),
        }
    }

    fn expect(&mut self, now: Time, slot: u32) {
        if let Some(customer) = self.customers.get(slot as usize) {
            self.queue.push(now + Span(customer.gap), Event::Session { slot });
        }
    }

    fn arrive(&mut self, now: Time, slot: u32) {
        self.expect(now, slot + 1);
        if self.free > 0 {
            self.free -= 1;
            return self.serve(now, slot);
        }
        self.line.push_back((slot, now));
        if self.impatient {
            self.plan(now, self.customers[slot as usize].patience, GIVES_UP, slot);
        }
    }

    fn serve(&mut self, now: Time, slot: u32) {
        self.answer.served += 1;
        self.plan(now, self.customers[slot as usize].service, DONE, slot);
    }

    fn plan(&mut self, now: Time, after: u64, code: u8, slot: u32) {
        self.queue.push(now + Span(after), Event::Component { id: 0, code, slot, generation: 0 });
    }

    fn release(&mut self, now: Time) {
        match self.line.pop_front() {
            None => self.free += 1,
            Some((slot, since)) => {
                self.answer.waited += now.since(since).0;
                self.serve(now, slot);
            }
        }
    }

    /// Stale, and ignored, when the customer has been called in the meantime.
    fn give_up(&mut self, slot: u32) {
        if let Ok(place) = self.line.binary_search_by_key(&slot, |(slot, _)| *slot) {
            self.line.remove(place);
            self.answer.left += 1;
        }
    }
}

fn hold(customers: &[Customer], pending: usize, end: Time) -> Run {
    let mut queue = Queue::default();
    let mut ring = customers.iter().cycle();
    let mut plan = |queue: &mut Queue, now: Time| {
        let ahead = Span(ring.next().expect("there are customers").service);
        queue.push(now + ahead, Event::Session { slot: 0 });
    };
    (0..pending).for_each(|_| plan(&mut queue, Time::ZERO));
    let mut answer = Answer::default();
    let begin = Instant::now();
    while let Some((now, _)) = queue.pop(end) {
        answer.served += 1;
        answer.waited += now.0;
        plan(&mut queue, now);
    }
    Run { answer, nanos: begin.elapsed().as_nanos() as f64 }
}
