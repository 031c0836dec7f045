//! How many requests arrive on average in a stretch of time, before wobble and faults.

use super::spread::above;
use gatecrash_policies::time::Time;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::Traffic;
use std::f64::consts::TAU;

/// Requests of the traffic in (from, to]. Sessions count as if they had always been coming.
pub(super) fn requests(traffic: Option<&Traffic>, from: Time, to: Time) -> f64 {
    let length = to.since(from).seconds();
    match traffic {
        None => 0.0,
        Some(Traffic::Poisson { rate }) => rate * length,
        Some(Traffic::Diurnal { mean, peak, period }) => {
            // The integral of mean (1 - (peak - 1) cos(2 pi t / period)).
            let turn = |at: Time| libm::sin(at.seconds() / period.seconds() * TAU) * period.seconds() / TAU;
            mean * (length - (peak - 1.0) * (turn(to) - turn(from)))
        }
        Some(Traffic::Bursty { base, burst, every, lasting }) => {
            let bursting = lasting.seconds() / (every.seconds() + lasting.seconds());
            base * (1.0 + (burst - 1.0) * bursting) * length
        }
        Some(Traffic::Sessions { rate, requests, .. }) => rate * mean_whole(requests) * length,
        Some(Traffic::Recorded(recorded)) => {
            let before = |at: Time| recorded.rows.partition_point(|row| row.at <= at);
            (before(to) - before(from).min(before(to))) as f64
        }
    }
}

/// The mean of a number that is rounded and at least 1: the sum of the chances of at least n, over all n.
fn mean_whole(dist: &Dist) -> f64 {
    let at_least = |n: u32| above(dist, f64::from(n) - 0.5 - 1e-9);
    1.0 + (2..100_000).map(at_least).take_while(|chance| *chance > 1e-9).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::time::Span;

    fn hour(n: u64) -> Time {
        Time::ZERO + Span::from_secs(3_600 * n)
    }

    #[test]
    fn a_day_has_its_mean_and_its_noon_the_peak() {
        let traffic = Traffic::Diurnal { mean: 2.0, peak: 1.5, period: Span::from_secs(86_400) };
        let of = |from, to| requests(Some(&traffic), hour(from), hour(to));
        assert!((of(0, 24) - 172_800.0).abs() < 1e-6);
        // The mean of 1 - 0.5 cos over the middle half of a day is 1 + 1 / pi.
        assert!((of(6, 18) / 86_400.0 - (1.0 + 1.0 / std::f64::consts::PI)).abs() < 1e-9);
    }

    #[test]
    fn bursts_and_sessions_by_hand() {
        let bursty = Traffic::Bursty { base: 1.0, burst: 5.0, every: Span::from_secs(300), lasting: Span::from_secs(100) };
        assert_eq!(requests(Some(&bursty), hour(1), hour(2)), 7_200.0, "a quarter of the time at five times the rate");
        let sessions = |requests| Traffic::Sessions { rate: 0.5, requests, think: Dist::ZERO };
        assert_eq!(super::requests(Some(&sessions(Dist::Constant(4.0))), hour(0), hour(1)), 7_200.0);
        // A geometric number is whole already.
        let geometric = super::requests(Some(&sessions(Dist::Geometric { mean: 3.0 })), hour(0), hour(1));
        assert!((geometric - 5_400.0).abs() < 1e-3, "{geometric}");
    }
}
