//! How likely so many bad outcomes are at the limit: exact, of counts since a stage began. Few counts are skewed, and their Z-scores
//! alarm too often.

use super::{Allowed, Counts, Look, Tally, Versus};
use crate::maths::binomial::upper_tail;
use crate::maths::gamma;
use crate::maths::rate_ratio::{Method, Rates};
use crate::maths::side::Side;

/// The chance of as many bad ones or more on the canary at the limit, of arms that differ `factor` times as much as chance makes
/// them. `None`: stable and a number together are no limit of which it is known.
pub(super) fn chance(look: &Look, counts: &Counts, factor: f64) -> Option<f64> {
    match (look.versus, look.allowed) {
        (Some(Versus::Times(ratio)), _) => Some(beside_stable(look, counts, ratio, factor)),
        (None, Allowed::Share(p)) => Some(upper_tail(counts.own.bad, counts.own.all, p)),
        (None, Allowed::Rate(rate)) => Some(of_events(&counts.own, rate)),
        _ => None,
    }
}

fn of_events(own: &Tally, rate: f64) -> f64 {
    let mean = rate * own.exposure;
    match own.bad {
        0 => 1.0,
        _ if mean <= 0.0 => 0.0,
        bad => gamma::lower(bad as f64, mean),
    }
}

/// Of both arms' events, each is the canary's with a known chance if its share or rate is `ratio` times stable's. Of shares the tail
/// is a little too large: with a ratio of 1 it is hypergeometric.
fn beside_stable(look: &Look, counts: &Counts, ratio: f64, factor: f64) -> f64 {
    let rates = Rates {
        events: counts.own.bad as f64 / factor,
        exposure: look.size(&counts.own),
        other_events: counts.stable.bad as f64 / factor,
        other_exposure: look.size(&counts.stable),
        ratio,
    };
    if rates.exposure > 0.0 && rates.other_exposure > 0.0 { rates.p(Method::Exact, Side::Greater) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::look;

    fn counts(own: (u64, f64), stable: (u64, f64)) -> Counts {
        let tally = |(bad, exposure)| Tally { bad, all: 100, exposure };
        Counts { own: tally(own), stable: tally(stable) }
    }

    #[test]
    fn one_arm() {
        let own = counts((9, 5.0), (0, 0.0));
        let of = |allowed| chance(&Look { allowed, ..look(true) }, &own, 1.0).expect("it is known");
        // P(Poisson(3) >= 9) and P(Bin(100, 0.05) >= 9), summed.
        assert!((of(Allowed::Rate(0.6)) - 0.003802992).abs() < 1e-8);
        assert!((of(Allowed::Share(0.05)) - 0.063090).abs() < 1e-6, "{}", of(Allowed::Share(0.05)));
        assert_eq!(of(Allowed::Rate(0.0)), 0.0);
    }

    #[test]
    fn two_arms() {
        // 9 of 69 events in 5 % of the exposure: validation/tables.json, group `poisson_conditional_own`.
        let arms = counts((9, 5.0), (60, 95.0));
        let of = |ratio, factor| {
            let look = Look { versus: Some(Versus::Times(ratio)), ..look(true) };
            chance(&look, &arms, factor).expect("it is known")
        };
        assert!((of(1.0, 1.0) - 0.007313529601054117).abs() < 1e-10);
        assert!(of(1.0, 2.0) > 0.02 && of(2.0, 1.0) > 0.1);
        let plus = Look { versus: Some(Versus::Plus(0.1)), ..look(true) };
        assert_eq!(chance(&plus, &arms, 1.0), None);
    }
}
