//! What requests do beside being served: cancel by mode, read again, end without a word or unsafely, and tell of their failures.

use crate::builder::*;
use crate::drive::*;
use gatecrash_policies::policy::By;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::*;

fn world(spec: Calls) -> Scenario {
    scenario(2_000, Some(Traffic::Poisson { rate: 5.0 }), vec![component("runs", Kind::Calls(spec))])
}

/// Whether `hits` of `n` are what a share of `p` gives, within four standard deviations.
pub fn is_share(hits: u64, n: u64, p: f64) -> bool {
    let (hits, n) = (hits as f64, n as f64);
    (hits - n * p).abs() <= 4.0 * (n * p * (1.0 - p)).sqrt()
}

#[test]
fn in_collect_nothing_is_cancelled() {
    let spec = |mode| Calls { cancel: 0.2, cancel_latency: Dist::Constant(0.1), mode, ..calls() };
    let [interrupt, some, collect] = [1.0, 0.3, 0.0].map(|mode| measured(&world(spec(mode)), 3));
    let cancels = |truth: &Truth| truth.count("runs.cancels");
    let starts = interrupt.count("runs.starts");
    assert!(is_share(cancels(&interrupt), starts, 0.2) && is_share(cancels(&some), starts, 0.06));
    assert_eq!(cancels(&collect), 0);
    assert_eq!(collect.count("runs.outcomes"), collect.count("runs.completes"));
    let faults = vec![bend("runs", "mode", By::Set(0.0))];
    let bent = measured(&Scenario { faults, ..world(spec(1.0)) }, 3);
    assert_eq!(bent.0, collect.0, "turning the knob is the same as writing it");
}

#[test]
fn hops_read_again_as_often_as_told() {
    let hops = |p| Some(Hops { count: Dist::Geometric { mean: 3.0 }, latency: Dist::Constant(0.1), duplicate_read: p });
    let truth = measured(&world(Calls { hops: hops(0.2), ..calls() }), 4);
    let (reads, again) = (truth.count("runs.reads"), truth.count("runs.duplicate_reads"));
    assert!(reads > 25_000 && is_share(again, reads, 0.2), "{again} of {reads}");
    let clean = measured(&world(Calls { hops: hops(0.0), ..calls() }), 4);
    assert_eq!((clean.count("runs.reads"), clean.count("runs.duplicate_reads")), (reads, 0), "nothing else moves");
}

fn dependency() -> Dependency {
    Dependency { latency: Dist::Constant(0.1), errors: 0.3, fallback: 0.5, drops: true, unsafe_end: 0.0 }
}

#[test]
fn a_dependency_that_drops_leaves_requests_without_a_word() {
    let truth = measured(&world(Calls { dependency: Some(dependency()), ..calls() }), 5);
    let count = |signal: &str| truth.count(&format!("runs.{signal}"));
    let unanswered = count("unanswered");
    assert!(is_share(unanswered, count("outcomes"), 0.15), "{unanswered}");
    assert_eq!(unanswered, count("dropped"));
    assert_eq!(unanswered, count("dependency_failures") - count("fallbacks"));
    assert_eq!((count("errors"), count("failures")), (0, 0));
    let loud = Dependency { drops: false, ..dependency() };
    let loud = measured(&world(Calls { dependency: Some(loud), ..calls() }), 5);
    assert_eq!((loud.count("runs.errors"), loud.count("runs.unanswered")), (unanswered, 0), "the same ones are told");
}

#[test]
fn what_ends_unsafely_had_its_dependency_fail() {
    let retry = Some(Retry { attempts: 4, backoff: Backoff::None });
    let unsafe_end = |unsafe_end| Some(Dependency { unsafe_end, drops: false, fallback: 0.0, ..dependency() });
    let always = measured(&world(Calls { dependency: unsafe_end(1.0), retry, ..calls() }), 6);
    let ends = always.count("runs.unsafe_ends");
    // Three requests in ten fail at their first attempt, and each counts once, however often it fails.
    assert!(is_share(ends, always.count("runs.outcomes"), 0.3), "{ends}");
    assert!(ends < always.count("runs.dependency_failures"));
    let some = measured(&world(Calls { dependency: unsafe_end(0.1), retry, ..calls() }), 6);
    assert!(is_share(some.count("runs.unsafe_ends"), ends, 0.1));
    assert_eq!(some.count("runs.completes"), always.count("runs.completes"), "it moves nothing else");
}
