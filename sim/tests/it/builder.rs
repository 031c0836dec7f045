//! Small scenarios for tests.

use gatecrash_policies::time::Span;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;

/// Unlimited servers, no failures, service of exactly one second.
pub fn calls() -> Calls {
    Calls {
        after: None,
        service: Dist::Constant(1.0),
        servers: None,
        queue: None,
        pool: Pool::Shared,
        timeout: None,
        patience: None,
        retry: None,
        errors: 0.0,
        cancel: 0.0,
        cancel_latency: Dist::ZERO,
        drop: 0.0,
        duplicate_final: 0.0,
        dependency: None,
        hops: None,
    }
}

/// Clients that never drop and are accepted at 50 a second.
pub fn connections() -> Connections {
    Connections {
        accept_rate: 50.0,
        pool: Pool::Shared,
        backoff: Backoff::Uniform(Span::from_secs(1)),
        replay: Dist::ZERO,
        replay_slots: None,
        stale_cost: 10.0,
        drop: 0.0,
        connect_timeout: None,
        auth_errors: 0.0,
        stale_cursor: 0.0,
        messages: 0.0,
        consumer_speed: Dist::Constant(4.0),
        buffer: 1_000,
        message_lag: Dist::ZERO,
        duplicate_message: 0.0,
        drain: Span::from_secs(60),
    }
}

/// Writes that always come off, after every request of `runs`.
pub fn effects() -> Effects {
    Effects {
        after: "runs".into(),
        probability: 1.0,
        commit: Dist::Exp { mean: 0.1 },
        timeout: Span::from_secs(5),
        retry: Retry { attempts: 3, backoff: Backoff::Constant(Span::from_secs(1)) },
        errors: 0.0,
        timeout_after_commit: 0.0,
        idempotency: 1.0,
        dedupe_window: Span::from_secs(86_400),
        reconcile: None,
        durability: 1.0,
        bypass: 0.0,
        untraced: 0.0,
    }
}

/// A component without marks.
pub fn component(name: &str, kind: Kind) -> ComponentSpec {
    ComponentSpec { name: name.into(), kind, marks: Vec::new(), amounts: Vec::new() }
}

/// A healthy world of 1,000 subjects.
pub fn scenario(seconds: u64, traffic: Option<Traffic>, system: Vec<ComponentSpec>) -> Scenario {
    Scenario {
        name: "test".into(),
        about: String::new(),
        expect: Expect::Promote,
        horizon: Span::from_secs(seconds),
        warmup: Span::ZERO,
        slow: false,
        subjects: Subjects { count: 1_000, ..Subjects::default() },
        assign: Assign::Subject,
        traffic,
        wobble: Wobble::default(),
        system,
        telemetry: Telemetry { scrape: Span::from_secs(15), delay: Dist::ZERO, loss: 0.0, duplicate: 0.0 },
        steering: Steering { propagation: Dist::ZERO, environments: vec![("production".into(), 1.0)] },
        operators: Operators { acknowledge: Dist::ZERO, hours: None, start: Span::ZERO },
        objectives: Vec::new(),
        faults: Vec::new(),
        severity: 1.0,
    }
}
