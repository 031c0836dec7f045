//! ODEM-rs's side, written as its own M/M/1 example: a job for each server, which sleeps while there is nobody to serve, and one
//! for the arrivals. Time in whole microseconds. Who is impatient is a job of their own, for as long as they wait.

use crate::models::{Answer, Customer, Model, Run};
use odem_rs::core::ops::waker;
use odem_rs::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::task::Waker;
use std::time::Instant;

/// Model time is a `u64`.
#[derive(Config, Default)]
#[time(u64)]
struct Micros;

const NO_DEADLOCK: &str = "whoever sleeps is woken";

/// Plays the model.
pub fn run(model: Model, customers: &[Customer]) -> Run {
    let customers: std::rc::Rc<[Customer]> = customers.into();
    let simulator = Simulator::new(Micros);
    match model {
        Model::Station { servers, impatient: false } => simulator.run(async |sim| station(sim, &customers, servers).await),
        Model::Station { servers, impatient: true } => simulator.run(async |sim| impatient(sim, &customers, servers).await),
        Model::Hold { pending } => {
            let end = model.horizon(customers.len());
            simulator.run(async |sim| hold(sim, &customers, pending, end).await)
        }
    }
    .expect(NO_DEADLOCK)
}

/// The line before the servers, and what became of the customers.
#[derive(Default)]
struct Desk {
    /// Who waits since when, in order of arrival.
    line: RefCell<VecDeque<(usize, u64)>>,
    /// Servers with nothing to do.
    idle: RefCell<Vec<Waker>>,
    /// Whoever waits for the last customer to be done.
    end: Cell<Option<Waker>>,
    answer: Cell<Answer>,
}

fn note(answer: &Cell<Answer>, change: impl FnOnce(&mut Answer)) {
    let mut new = answer.get();
    change(&mut new);
    answer.set(new);
}

fn wake(waker: Option<Waker>) {
    waker.into_iter().for_each(Waker::wake);
}

async fn serve(sim: &Sim<Micros>, customers: &[Customer], desk: &Desk) {
    loop {
        let called = desk.line.borrow_mut().pop_front();
        if let Some((who, since)) = called {
            note(&desk.answer, |answer| (answer.served, answer.waited) = (answer.served + 1, answer.waited + sim.now() - since));
            sim.advance(customers[who].service).await;
        } else {
            wake(desk.end.take());
            let waker = waker().await;
            desk.idle.borrow_mut().push(waker);
            sleep().await;
        }
    }
}

async fn station(sim: &Sim<Micros>, customers: &[Customer], servers: usize) -> Run {
    let desk = Desk::default();
    let jobs = pin!(Pool::with_capacity(servers).with(Job::new));
    for _ in 0..servers {
        sim.activate(jobs.alloc(serve(sim, customers, &desk)));
    }
    let begin = Instant::now();
    for (who, customer) in customers.iter().enumerate() {
        sim.advance(customer.gap).await;
        desk.line.borrow_mut().push_back((who, sim.now()));
        wake(desk.idle.borrow_mut().pop());
    }
    while desk.idle.borrow().len() < servers {
        desk.end.set(Some(waker().await));
        sleep().await;
    }
    let nanos = begin.elapsed().as_nanos() as f64;
    // No waker may outlive its job.
    desk.idle.take();
    Run { answer: desk.answer.get(), nanos }
}

/// The room where the impatient wait.
#[derive(Default)]
struct Room {
    /// Who waits, in order of arrival.
    line: RefCell<VecDeque<(usize, Waker)>>,
    free: Cell<usize>,
    end: Cell<Option<Waker>>,
    answer: Cell<Answer>,
}

/// A place in the line. It is given up with the job that holds it, since no waker may outlive its job.
struct Place<'a>(&'a Room, usize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line.borrow_mut();
        if let Ok(place) = line.binary_search_by_key(&self.1, |(who, _)| *who) {
            line.remove(place);
        }
    }
}

impl Room {
    async fn wait_in_line(&self, who: usize) -> bool {
        let waker = waker().await;
        self.line.borrow_mut().push_back((who, waker));
        let _place = Place(self, who);
        sleep().await;
        true
    }

    /// Whether the customer was called before their patience ended.
    async fn called(&self, sim: &Sim<Micros>, who: usize, patience: u64) -> bool {
        let impatience = async {
            sim.advance(patience).await;
            false
        };
        let called = sim.fork(self.wait_in_line(who)).or(impatience).await;
        if !called {
            note(&self.answer, |answer| answer.left += 1);
        }
        called
    }

    async fn visit(&self, sim: &Sim<Micros>, who: usize, customer: Customer) {
        let since = sim.now();
        if self.free.get() > 0 {
            self.free.set(self.free.get() - 1);
        } else if !self.called(sim, who, customer.patience).await {
            return;
        }
        note(&self.answer, |answer| (answer.served, answer.waited) = (answer.served + 1, answer.waited + sim.now() - since));
        sim.advance(customer.service).await;
        let next = self.line.borrow_mut().pop_front();
        if next.is_none() {
            self.free.set(self.free.get() + 1);
            wake(self.end.take());
        }
        wake(next.map(|(_, waker)| waker));
    }
}

async fn impatient(sim: &Sim<Micros>, customers: &[Customer], servers: usize) -> Run {
    let room = Room { free: Cell::new(servers), ..Room::default() };
    let jobs = pin!(Pool::dynamic().with(Job::new));
    let begin = Instant::now();
    for (who, customer) in customers.iter().enumerate() {
        sim.advance(customer.gap).await;
        sim.activate(jobs.alloc(room.visit(sim, who, *customer)));
    }
    // The last one has to come in before the room can be seen empty.
    sim.defer().await;
    while room.free.get() < servers {
        room.end.set(Some(waker().await));
        sleep().await;
    }
    Run { answer: room.answer.get(), nanos: begin.elapsed().as_nanos() as f64 }
}

async fn happen(sim: &Sim<Micros>, customers: &[Customer], next: &Cell<usize>, answer: &Cell<Answer>) {
    loop {
        let ahead = customers[next.get()].service;
        next.set((next.get() + 1) % customers.len());
        sim.advance(ahead).await;
        note(answer, |answer| (answer.served, answer.waited) = (answer.served + 1, answer.waited + sim.now()));
    }
}

async fn hold(sim: &Sim<Micros>, customers: &[Customer], pending: usize, end: u64) -> Run {
    let (next, answer) = (Cell::new(0), Cell::new(Answer::default()));
    let jobs = pin!(Pool::with_capacity(pending).with(Job::new));
    for _ in 0..pending {
        sim.activate(jobs.alloc(happen(sim, customers, &next, &answer)));
    }
    // All of them plan their first event.
    sim.defer().await;
    let begin = Instant::now();
    sim.advance_to(end).await;
    Run { answer: answer.get(), nanos: begin.elapsed().as_nanos() as f64 }
}
