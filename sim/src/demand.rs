//! Open-loop arrivals: what comes does not depend on what becomes of it.

use crate::dice::{Dice, Dist, Purpose, Stream};
use crate::knobs::Level;
use crate::queue::{Event, Queue};
use crate::scenario::{Recorded, Traffic};
use gatecrash_policies::time::{Span, Time};

/// A request that arrives now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who makes it.
    pub subject: u32,
    /// The subject's n-th.
    pub ordinal: u32,
    /// How long it is served, where a trace says so.
    pub service: Option<Span>,
    /// Recorded as an error.
    pub failed: bool,
    /// How large it is, in thousandths, where a trace says so.
    pub size: Option<u64>,
}

/// A session under way.
#[derive(Clone, Debug)]
struct Session {
    subject: u32,
    left: u64,
    stream: Stream,
}

/// The arrival process. Poisson processes of any rate are one unit-rate process seen through a clock that runs faster or slower,
/// so the i-th arrival has the same subject whatever the rate does.
#[derive(Clone, Debug)]
pub struct Demand<'a> {
    traffic: Option<&'a Traffic>,
    subjects: u32,
    arrivals: Stream,
    /// Per subject, how many requests it has made.
    ordinals: Vec<u32>,
    generation: u32,
    /// Unit-rate time left to the next arrival, at `since`.
    work: f64,
    /// Arrivals (or sessions) per second since `since`.
    rate: f64,
    since: Time,
    /// The next row of a trace.
    row: usize,
    bursting: bool,
    bursts: Stream,
    sessions: Vec<Session>,
    free: Vec<u32>,
    started: u64,
    tick: Span,
    dice: Dice,
}

impl<'a> Demand<'a> {
    /// Before the first arrival; curves move by `tick` at a time.
    pub fn new(traffic: Option<&'a Traffic>, subjects: usize, tick: Span, dice: Dice) -> Demand<'a> {
        let mut arrivals = dice.stream(Purpose::Arrivals, 0, 0);
        let work = arrivals.exponential();
        Demand {
            traffic,
            subjects: subjects as u32,
            arrivals,
            ordinals: vec![0; subjects],
            generation: 0,
            work,
            rate: 0.0,
            since: Time::ZERO,
            row: 0,
            bursting: false,
            bursts: dice.stream(Purpose::Bursts, 0, 0),
            sessions: Vec::new(),
            free: Vec::new(),
            started: 0,
            tick,
            dice,
        }
    }

    /// Plans the first events.
    pub fn begin(&mut self, queue: &mut Queue, now: Time, factor: f64) {
        match self.traffic {
            None => {}
            Some(Traffic::Recorded(recorded)) => self.plan_row(queue, recorded),
            Some(Traffic::Bursty { every, .. }) => {
                self.plan_burst(queue, now, *every);
                self.retime(queue, now, factor);
            }
            Some(_) => self.retime(queue, now, factor),
        }
    }

    fn plan_row(&self, queue: &mut Queue, recorded: &Recorded) {
        if let Some(row) = recorded.rows.get(self.row) {
            queue.push(row.at, Event::Arrival { generation: 0 });
        }
    }

    fn plan_burst(&mut self, queue: &mut Queue, now: Time, mean: Span) {
        queue.push(now + self.bursts.span(&Dist::Exp { mean: mean.seconds() }), Event::Burst);
    }

    /// The rate has changed (its factor from wobble and faults is given): the next arrival comes sooner or later.
    pub fn retime(&mut self, queue: &mut Queue, now: Time, factor: f64) {
        let rate = self.natural_rate(now) * factor;
        if matches!(self.traffic, None | Some(Traffic::Recorded(_))) || rate == self.rate {
            return;
        }
        self.work = (self.work - self.rate * now.since(self.since).seconds()).max(0.0);
        self.since = now;
        self.rate = rate;
        self.generation += 1;
        self.plan_arrival(queue);
    }

    fn plan_arrival(&self, queue: &mut Queue) {
        if self.rate > 0.0 {
            let at = self.since + Span::from_secs_f64(self.work / self.rate);
            queue.push(at, Event::Arrival { generation: self.generation });
        }
    }

    /// Arrivals (or sessions) per second, before wobble and faults.
    fn natural_rate(&self, now: Time) -> f64 {
        match self.traffic {
            None | Some(Traffic::Recorded(_)) => 0.0,
            Some(Traffic::Poisson { rate } | Traffic::Sessions { rate, .. }) => *rate,
            Some(Traffic::Diurnal { mean, peak, period }) => {
                // The curve moves in ticks: whatever else comes by in between must not move the arrivals.
                let tick = Time(now.0 / self.tick.0 * self.tick.0);
                let turn = tick.seconds() / period.seconds() * std::f64::consts::TAU;
                mean * (1.0 - (peak - 1.0) * libm::cos(turn))
            }
            Some(Traffic::Bursty { base, burst, .. }) => base * if self.bursting { *burst } else { 1.0 },
        }
    }

    /// Whether the rate moves by itself.
    pub fn is_curved(&self) -> bool {
        matches!(self.traffic, Some(Traffic::Diurnal { .. }))
    }

    /// A burst begins or ends.
    pub fn burst(&mut self, queue: &mut Queue, now: Time, factor: f64) {
        if let Some(Traffic::Bursty { every, lasting, .. }) = self.traffic {
            self.bursting = !self.bursting;
            self.plan_burst(queue, now, if self.bursting { *lasting } else { *every });
            self.retime(queue, now, factor);
        }
    }

    /// The requests that arrive now, if the event is not stale. `rate` is the knob, which thins or multiplies a trace.
    pub fn arrive(&mut self, queue: &mut Queue, now: Time, generation: u32, rate: Level, into: &mut Vec<Request>) {
        if let Some(Traffic::Recorded(recorded)) = self.traffic {
            self.arrive_rows(queue, now, recorded, rate, into);
            return;
        }
        if generation != self.generation || self.subjects == 0 {
            return;
        }
        let subject = self.arrivals.below(u64::from(self.subjects)) as u32;
        self.since = now;
        self.work = self.arrivals.exponential();
        self.plan_arrival(queue);
        match self.traffic {
            Some(Traffic::Sessions { requests, .. }) => self.begin_session(queue, now, subject, requests),
            _ => into.push(self.request(subject)),
        }
    }

    fn request(&mut self, subject: u32) -> Request {
        let ordinal = self.ordinals[subject as usize];
        self.ordinals[subject as usize] += 1;
        Request { subject, ordinal, service: None, failed: false, size: None }
    }

    /// All rows of this instant.
    fn arrive_rows(&mut self, queue: &mut Queue, now: Time, recorded: &Recorded, rate: Level, into: &mut Vec<Request>) {
        while let Some(row) = recorded.rows.get(self.row).filter(|row| row.at <= now) {
            let wanted = rate.apply(1.0);
            let more = self.dice.stream(Purpose::Arrivals, 1, self.row as u64).coin(wanted.fract());
            for _ in 0..wanted as u64 + u64::from(more) {
                let request = self.request(row.subject);
                into.push(Request { service: row.service, failed: row.failed, size: row.size, ..request });
            }
            self.row += 1;
        }
        self.plan_row(queue, recorded);
    }

    fn begin_session(&mut self, queue: &mut Queue, now: Time, subject: u32, requests: &Dist) {
        let mut stream = self.dice.stream(Purpose::Session, self.started, 0);
        self.started += 1;
        let left = ((stream.amount(requests) + 500) / 1000).max(1);
        let session = Session { subject, left, stream };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.sessions[slot as usize] = session;
                slot
            }
            None => {
                self.sessions.push(session);
                self.sessions.len() as u32 - 1
            }
        };
        queue.push(now, Event::Session { slot });
    }

    /// The next request of a session.
    pub fn session(&mut self, queue: &mut Queue, now: Time, slot: u32) -> Option<Request> {
        let Some(Traffic::Sessions { think, .. }) = self.traffic else { return None };
        let session = &mut self.sessions[slot as usize];
        session.left -= 1;
        let subject = session.subject;
        if session.left > 0 {
            queue.push(now + session.stream.span(think), Event::Session { slot });
        } else {
            self.free.push(slot);
        }
        Some(self.request(subject))
    }
}
