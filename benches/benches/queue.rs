//! A hold operation: the next event is taken out and another one is planned, with so many pending.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gatecrash_policies::time::Time;
use gatecrash_sim::dice::{Dice, Dist, Purpose};
use gatecrash_sim::queue::{Event, Queue};

fn hold(c: &mut Criterion) {
    let mut group = c.benchmark_group("queue/hold");
    for pending in [1_000u32, 100_000, 1_000_000] {
        let mut stream = Dice::new(1).stream(Purpose::Service, 0, 0);
        // Drawn beforehand: the dice have their own bench.
        let delays: Vec<_> = (0..65_536).map(|_| stream.span(&Dist::Exp { mean: 1.0 })).collect();
        let mut queue = Queue::default();
        for slot in 0..pending {
            queue.push(Time::ZERO + delays[slot as usize % delays.len()], Event::Session { slot });
        }
        let mut next = 0;
        group.bench_function(BenchmarkId::from_parameter(pending), |b| {
            b.iter(|| {
                let (now, event) = queue.pop(Time::MAX).expect("as many go in as come out");
                queue.push(now + delays[next % delays.len()], event);
                next += 1;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, hold);
criterion_main!(benches);
