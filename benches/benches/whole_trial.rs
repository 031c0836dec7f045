//! Events per second and core in a whole trial: demand, components, telemetry, gates, and the truth afterwards.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gatecrash_benches::{policy, scenario};
use gatecrash_sim::Match;

fn whole_trial(c: &mut Criterion) {
    let policy = policy("careful");
    let mut group = c.benchmark_group("whole_trial");
    group.sample_size(30);
    for name in ["healthy-day", "cancel-latency-spike", "reconnect-storm", "recorded-morning"] {
        let scenario = scenario(name);
        let game = Match::new(&scenario, &[&policy]).expect("the policy fits");
        group.throughput(Throughput::Elements(game.play(1, false)[0].events));
        group.bench_function(name, |b| b.iter(|| game.play(1, false)));
    }
    group.finish();
}

criterion_group!(benches, whole_trial);
criterion_main!(benches);
