//! What it costs when two policies part: the clone of a world in full swing.

use criterion::{Criterion, criterion_group, criterion_main};
use gatecrash_benches::scenario;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::{Action, Cohort};
use gatecrash_sim::setup::Setup;
use gatecrash_sim::world::{Books, World};

fn fork(c: &mut Criterion) {
    for name in ["healthy-day", "reconnect-storm"] {
        let scenario = scenario(name);
        let setup = Setup::new(&scenario, &[], &[], 1);
        let mut world = World::new(&setup, Books::Score);
        world.act(&Action::Stage { name: "canary".into(), cohort: Cohort::Share(0.05), enter: Vec::new() });
        world.advance(Time::ZERO + Span::from_secs(1_200));
        c.bench_function(&format!("fork/{name}"), |b| b.iter(|| world.clone()));
    }
}

criterion_group!(benches, fork);
criterion_main!(benches);
