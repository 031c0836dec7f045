//! The queue by itself: delays are drawn beforehand, since the dice have their own bench.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gatecrash_policies::time::{Span, Time};
use gatecrash_sim::dice::{Dice, Dist, Purpose};
use gatecrash_sim::queue::{Event, Queue};
use std::collections::VecDeque;

/// So many delays are drawn: a power of two costs no division.
const DRAWN: usize = 65_536;

/// Delays from a distribution, over and over.
struct Delays {
    drawn: Vec<Span>,
    next: usize,
}

impl Delays {
    fn new(dist: Dist) -> Delays {
        let mut stream = Dice::new(1).stream(Purpose::Service, 0, 0);
        Delays { drawn: (0..DRAWN).map(|_| stream.span(&dist)).collect(), next: 0 }
    }

    fn draw(&mut self) -> Span {
        self.next = (self.next + 1) % DRAWN;
        self.drawn[self.next]
    }
}

/// A hold operation: the next event is taken out and another one is planned, with so many pending.
fn hold(c: &mut Criterion) {
    let mut group = c.benchmark_group("queue/hold");
    let dists = [
        ("exponential", Dist::Exp { mean: 1.0 }),
        ("lognormal", Dist::Lognormal { mu: 0.0, sigma: 2.0 }),
        ("constant", Dist::Constant(1.0)),
    ];
    for (name, dist) in dists {
        for pending in [16u32, 1_000, 100_000, 1_000_000] {
            let mut delays = Delays::new(dist);
            let mut queue = Queue::default();
            for slot in 0..pending {
                // All begin at times of their own, so that constant delays are not all one moment.
                queue.push(Time(u64::from(slot) * 1_000_000 / u64::from(pending)) + delays.draw(), Event::Session { slot });
            }
            let mut turn = || {
                let (now, event) = queue.pop(Time::MAX).expect("as many go in as come out");
                queue.push(now + delays.draw(), event);
            };
            (0..3 * pending).for_each(|_| turn()); // until the times are spread as they stay
            group.bench_function(BenchmarkId::new(name, pending), |b| b.iter(&mut turn));
        }
    }
    group.finish();
}

/// Each request arms a time-out of 30 s and is answered before that in 97 of 100 cases: the time-out stays pending and is passed
/// over when it is due, as components do it. 1,000 requests a second: 30,000 time-outs are pending.
fn timeouts(c: &mut Criterion) {
    let mut gaps = Delays::new(Dist::Exp { mean: 0.001 });
    let mut answers = Delays::new(Dist::Exp { mean: 30.0 / (1.0f64 / 0.03).ln() });
    let mut queue = Queue::default();
    // Per request of the last minute, whether its answer has come.
    let mut answered = vec![false; 65_536];
    let (mut late, mut all) = (0u64, 0u32);
    queue.push(Time::ZERO, Event::Burst);
    let mut request = || loop {
        let (now, event) = queue.pop(Time::MAX).expect("there is always a next request");
        match event {
            Event::Burst => {
                let slot = all % 65_536;
                answered[slot as usize] = false;
                queue.push(now + gaps.draw(), Event::Burst);
                queue.push(now + Span::from_secs(30), Event::Steer { change: slot });
                queue.push(now + answers.draw(), Event::Session { slot });
                all += 1;
                return;
            }
            Event::Session { slot } => answered[slot as usize] = true,
            Event::Steer { change } => late += u64::from(!answered[change as usize]),
            _ => unreachable!("nothing else was planned"),
        }
    };
    (0..200_000).for_each(|_| request());
    c.bench_function("queue/timeouts", |b| b.iter(&mut request));
    println!("queue/timeouts: {:.1}% of {all} requests were not answered in time", 100.0 * late as f64 / f64::from(all));
}

/// Sixteen servers at 90 % load with one line before them, and nothing else: per event, of which each request has two.
fn sixteen_servers(c: &mut Criterion) {
    let mut gaps = Delays::new(Dist::Exp { mean: 0.1 / 16.0 / 0.9 });
    let mut services = Delays::new(Dist::Exp { mean: 0.1 });
    let mut queue = Queue::default();
    let mut line = VecDeque::new();
    let (mut free, mut count) = (16u32, 0u32);
    queue.push(Time::ZERO, Event::Burst);
    let mut event = || {
        let (now, event) = queue.pop(Time::MAX).expect("there is always a next arrival");
        if event == Event::Burst {
            queue.push(now + gaps.draw(), Event::Burst);
            count = count.wrapping_add(1);
            line.push_back(count);
        } else {
            free += 1;
        }
        if free > 0
            && let Some(slot) = line.pop_front()
        {
            free -= 1;
            queue.push(now + services.draw(), Event::Session { slot });
        }
    };
    let mut group = c.benchmark_group("queue");
    group.throughput(Throughput::Elements(1));
    group.bench_function("sixteen servers", |b| b.iter(&mut event));
    group.finish();
}

criterion_group!(benches, hold, timeouts, sixteen_servers);
criterion_main!(benches);
