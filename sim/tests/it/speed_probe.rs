#[test]
#[ignore]
fn probe() {
    use crate::builder::*;
    use gatecrash_sim::{dice::Dist, scenario::*, setup::Setup, world::*};
    use gatecrash_policies::time::*;
    for (name, horizon, spec) in [("mm16", 200_000, Calls { service: Dist::Exp{mean:1.0}, servers: Some(16), ..calls() }), ("lognormal", 100_000, Calls { service: Dist::Lognormal{mu:0.5,sigma:0.9}, cancel: 0.3, cancel_latency: Dist::Lognormal{mu:-2.0,sigma:0.65}, ..calls() })] {
        let s = scenario(horizon, Some(Traffic::Poisson { rate: 14.4 }), vec![component("runs", Kind::Calls(spec))]);
        for books in [Books::Everything, Books::Score, Books::Twin] {
            let setup = Setup::new(&s, &[], &[], 1);
            let t = std::time::Instant::now();
            let mut w = World::new(&setup, books);
            w.advance(Time::ZERO + s.horizon);
            let dt = t.elapsed().as_secs_f64();
            eprintln!("{name} {books:?}: {} events {:.2}s {:.2} M/s pending {}", w.context.events, dt, w.context.events as f64 / dt / 1e6, w.context.queue.len());
        }
    }
}
