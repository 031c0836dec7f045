//! Events per second and core in a whole trial: demand, components, telemetry, gates, and the truth afterwards. Where something
//! broke an objective the twin is played as well, and its events are not counted: such a trial does about twice the work.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gatecrash_benches::{policy, scenario, sixteen_servers};
use gatecrash_sim::Match;

fn whole_trial(c: &mut Criterion) {
    let policy = policy("careful");
    let mut group = c.benchmark_group("whole_trial");
    group.sample_size(30);
    let names = ["healthy-day", "cancel-latency-spike", "reconnect-storm", "recorded-morning"];
    for scenario in names.into_iter().map(scenario).chain([sixteen_servers()]) {
        let game = Match::new(&scenario, &[&policy]).expect("the policy fits");
        group.throughput(Throughput::Elements(game.play(1, false)[0].events));
        group.bench_function(&scenario.name, |b| b.iter(|| game.play(1, false)));
    }
    group.finish();
}

criterion_group!(benches, whole_trial);
criterion_main!(benches);
