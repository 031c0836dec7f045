//! What luck costs: opening a stream, and drawing from it.

use criterion::{Criterion, criterion_group, criterion_main};
use gatecrash_sim::dice::{Dice, Dist, Purpose};
use std::hint::black_box;

fn dice(c: &mut Criterion) {
    let dice = Dice::new(1);
    let mut request = 0;
    c.bench_function("dice/open a stream and draw 64 bits", |b| {
        b.iter(|| {
            request += 1;
            dice.stream(Purpose::Service, black_box(request), 1).bits()
        });
    });
    let mut stream = dice.stream(Purpose::Service, 1, 1);
    let dists = [
        ("exponential", Dist::Exp { mean: 2.0 }),
        ("lognormal", Dist::Lognormal { mu: 0.7, sigma: 0.9 }),
        ("hyperexponential", Dist::Hyperexp { mean: 2.0, cv2: 4.0 }),
    ];
    for (name, dist) in dists {
        c.bench_function(&format!("dice/{name}"), |b| b.iter(|| stream.span(black_box(&dist))));
    }
}

criterion_group!(benches, dice);
criterion_main!(benches);
