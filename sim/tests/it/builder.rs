//! Small scenarios for tests.

use gatecrash_policies::calendar::Calendar;
use gatecrash_policies::policy::{By, Op};
use gatecrash_policies::time::{Span, Time};
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
        mode: 1.0,
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
        settle: None,
        suppress: 0.0,
        stop_on_unknown: 1.0,
        after_failure: 0.0,
        keeps: false,
    }
}

/// Four people who review every request of `runs` at any hour, a second each on average, and approve it; nothing expires.
pub fn reviews() -> Reviews {
    Reviews {
        after: "runs".into(),
        probability: 1.0,
        reviewers: 4,
        review: Dist::Exp { mean: 1.0 },
        approve: 1.0,
        hours: None,
        expiry: None,
        fallback: 1.0,
        session: None,
        session_visible: 1.0,
        reinit: 1.0,
        reinit_checked: 1.0,
        reinit_linked: 1.0,
        revoked: 0.0,
        revocation_honoured: 1.0,
    }
}

/// Every request of `runs` is graded and passes; nothing matches, and there are no cases.
pub fn checks() -> Checks {
    Checks {
        after: "runs".into(),
        probability: 1.0,
        pass: 1.0,
        violation: 0.0,
        matches: 0.0,
        false_positive: 0.0,
        skip: 0.0,
        recursion: 0.0,
        guard: 1.0,
        audit: 0.0,
        verifier_error: 0.0,
        stuck: 0.0,
        flow: Vec::new(),
        intake: Dist::Constant(1.0),
    }
}

/// One task per request, claimed after five seconds and done after forty, that nothing goes wrong with; no publications.
pub fn tasks() -> Tasks {
    Tasks {
        after: None,
        targets: 1,
        claim: Dist::Constant(5.0),
        work: Dist::Constant(40.0),
        eta: Span::from_secs(900),
        sla: Span::from_secs(3_600),
        sweep: Span::from_secs(300),
        cap: 3,
        record_only: 0.0,
        cap_kept: 1.0,
        replay: 0.0,
        idempotency: 1.0,
        disorder: 0.0,
        order_check: 1.0,
        shared_claim: 0.0,
        foreign_claim: 0.0,
        assignee_check: 1.0,
        rewrite: 0.0,
        publish: 0.0,
        publish_gates: 6,
        unpublish_gates: 4,
        pipeline_failure: 0.0,
    }
}

/// A knob bent for everybody from the beginning on.
pub fn bend(component: &str, knob: &str, by: By) -> Fault {
    Fault {
        name: "bend".into(),
        bends: vec![Bend { component: component.into(), knob: knob.into(), by }],
        shape: Shape::Step,
        at: Onset::At(Time::ZERO),
        lasting: None,
        on: Side::Both,
        only: None,
    }
}

/// A component without marks.
pub fn component(name: &str, kind: Kind) -> ComponentSpec {
    ComponentSpec { name: name.into(), kind, marks: Vec::new(), amounts: Vec::new(), labels: Vec::new() }
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
        begin: None,
        readiness: None,
        subjects: Subjects { count: 1_000, ..Subjects::default() },
        assign: Assign::Subject,
        traffic,
        wobble: Wobble::default(),
        system,
        telemetry: Telemetry { scrape: Span::from_secs(15), delay: Dist::ZERO, loss: 0.0, duplicate: 0.0, hides: None },
        steering: Steering { propagation: Dist::ZERO, environments: vec![("production".into(), 1.0)] },
        operators: Operators { acknowledge: Dist::ZERO, calendar: Calendar::default() },
        objectives: Vec::new(),
        faults: Vec::new(),
        severity: 1.0,
    }
}

/// A knob bent on both arms, from the beginning and for good.
pub fn fault(component: &str, knob: &str, by: By) -> Fault {
    Fault {
        name: knob.into(),
        bends: vec![Bend { component: component.into(), knob: knob.into(), by }],
        shape: Shape::Step,
        at: Onset::At(Time::ZERO),
        lasting: None,
        on: Side::Both,
        only: None,
    }
}

/// An objective that every outcome of a signal breaks: the ledger then lists them.
pub fn log(component: &str, signal: &str) -> Objective {
    let text = format!("{component}.{signal} < 0");
    Objective { text, component: component.into(), signal: signal.into(), op: Op::Below, limit: 0.0 }
}
