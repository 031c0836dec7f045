//! How likely a rule fails at one look, in closed form.

use super::spread::Spread;
use gatecrash_policies::maths::order_statistics::{Ranks, critical_count};
use gatecrash_policies::maths::{binomial, gamma, normal};
use gatecrash_policies::policy::{Op, Rule};
use gatecrash_policies::rules::Setting;

/// What a gate looks at, on average.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Case {
    /// A share of outcomes: how many, which share of them is bad, which share may be.
    Share {
        /// Outcomes.
        n: f64,
        /// The bad share.
        bad: f64,
        /// The share that may be bad.
        allowed: f64,
        /// How the reading is compared with its limit.
        line: Line,
    },
    /// Events: how many, out of how many where that is known, and how many there may be.
    Events {
        /// Expected events.
        mean: f64,
        /// Outcomes of which each has at most one.
        of: Option<f64>,
        /// How many there may be.
        limit: f64,
        /// How they are compared.
        op: Op,
    },
    /// Shares of both arms: (outcomes, bad share) of the canary and of stable, and what the limit makes of stable's: a multiple, and
    /// so much more.
    Shares {
        /// The canary.
        own: (f64, f64),
        /// Stable.
        stable: (f64, f64),
        /// Multiple and addition.
        line: (f64, f64),
    },
    /// Events of both arms: (events, exposure).
    Rates {
        /// The canary.
        own: (f64, f64),
        /// Stable.
        stable: (f64, f64),
        /// The multiple of stable's rate that is allowed.
        ratio: f64,
        /// So much more, per unit of exposure.
        plus: f64,
    },
    /// A quantile of both arms, whose values are distributed alike but for a factor on the canary's.
    Quantiles {
        /// The quantile, 0..1.
        q: f64,
        /// Outcomes of the canary and of stable.
        n: (f64, f64),
        /// How stable's values are distributed.
        spread: Spread,
        /// The factor on the canary's values.
        factor: f64,
        /// Multiple and addition.
        line: (f64, f64),
    },
}

/// How a share is read and compared with its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Line {
    /// As a share: it fails beyond what is allowed.
    Beyond,
    /// As a share: it fails from what is allowed on.
    From,
    /// As the quantile that is to be at most the limit.
    QuantileAtMost(f64),
    /// As the quantile that is to be at least the limit.
    QuantileAtLeast(f64),
}

/// Rounding of counts: a limit of 2% of 50 is 1, whatever the bits say.
const SLACK: f64 = 1e-9;

/// The chance that the rule fails at one look at this; an error says why it cannot be known.
pub(super) fn fails(rule: &Rule, case: &Case) -> Result<f64, String> {
    let inner = |rule: &Rule| fails(rule, case);
    let all = || rule.of.iter().map(inner).collect::<Result<Vec<f64>, String>>();
    match rule.name() {
        "threshold" | "zero_tolerance" | "m_of_n" => Ok(threshold(case)),
        "consecutive" => inner(&rule.of[0]),
        "min_samples" => Ok(inner(&rule.of[0])? * holds(outcomes(case), number(rule, "samples"))),
        // Rules in one gate look at the same counts, so that they fail together as far as they can.
        "any" => Ok(all()?.into_iter().fold(0.0, f64::max)),
        "all" => Ok(all()?.into_iter().fold(1.0, f64::min)),
        "k_of_n" => {
            let mut chances = all()?;
            chances.sort_by(|a, b| b.total_cmp(a));
            Ok(chances[number(rule, "k") as usize - 1])
        }
        "exceedance" | "binomial" => exact(case, number(rule, "alpha")),
        "quantile_interval" => interval(case, number(rule, "alpha")),
        "two_proportion" | "poisson_ratio" => compared(case, number(rule, "alpha")),
        other => Err(format!("only playing tells what `{other}` makes of many looks")),
    }
}

/// The chance that so many outcomes are there where `expected` are on average (Poisson).
pub(super) fn holds(expected: f64, least: f64) -> f64 {
    if least <= 0.0 { 1.0 } else { gamma::lower(least, expected) }
}

fn number(rule: &Rule, parameter: &str) -> f64 {
    match rule.get(parameter) {
        Some(Setting::Number(number)) => number,
        _ => 0.0,
    }
}

fn outcomes(case: &Case) -> f64 {
    match case {
        Case::Share { n, .. } | Case::Quantiles { n: (n, _), .. } | Case::Shares { own: (n, _), .. } => *n,
        Case::Events { mean, of, .. } => of.unwrap_or(*mean),
        Case::Rates { own: (events, _), .. } => *events,
    }
}

/// The chance that the reading itself is beyond its limit.
fn threshold(case: &Case) -> f64 {
    match case {
        Case::Share { n, bad, allowed, line } => share_beyond(n.floor(), *bad, *allowed, *line),
        Case::Events { mean, of, limit, op } => events_beyond(*mean, *of, *limit, *op),
        // Normal: the difference of what is read and its limit, by the variances of both arms.
        Case::Shares { own: (n, p), stable: (n0, p0), line: (ratio, plus) } => {
            let variance = p * (1.0 - p) / n + ratio * ratio * p0 * (1.0 - p0) / n0;
            above_zero(p - ratio * p0 - plus, variance)
        }
        Case::Rates { own: (m, e), stable: (m0, e0), ratio, plus } => {
            above_zero(m / e - ratio * m0 / e0 - plus, m / (e * e) + ratio * ratio * m0 / (e0 * e0))
        }
        Case::Quantiles { q, n: (n, n0), spread, factor, line: (ratio, plus) } => {
            // The variance of a quantile of n values is q (1 - q) / (n f^2), f the density there (Hahn and Meeker 1991).
            let x = spread.quantile(*q);
            let each = q * (1.0 - q) / spread.density(x).powi(2);
            above_zero((factor - ratio) * x - plus, each * (factor * factor / n + ratio * ratio / n0))
        }
    }
}

/// The chance that something normal of this mean and variance is above zero.
fn above_zero(mean: f64, variance: f64) -> f64 {
    match () {
        () if variance > 0.0 && variance.is_finite() => normal::cdf(mean / variance.sqrt()),
        () => f64::from(u8::from(mean > 0.0)),
    }
}

fn share_beyond(n: f64, bad: f64, allowed: f64, line: Line) -> f64 {
    let fails_from = match line {
        Line::Beyond => (n * allowed + SLACK).floor() + 1.0,
        Line::From => (n * allowed - SLACK).ceil(),
        // The quantile is the value of rank ceil(q n): it is above the limit when fewer values are within it.
        Line::QuantileAtMost(q) => n - (q * n).ceil().max(1.0) + 1.0,
        Line::QuantileAtLeast(q) => (q * n).ceil().max(1.0),
    };
    if n < 1.0 { 0.0 } else { binomial::at_least(fails_from, n, bad.min(1.0)) }
}

fn events_beyond(mean: f64, of: Option<f64>, limit: f64, op: Op) -> f64 {
    let at_least = |count: f64| at_least(count, mean, of);
    match op {
        Op::AtMost => at_least((limit + SLACK).floor() + 1.0),
        Op::Below => at_least((limit - SLACK).ceil()),
        Op::AtLeast => 1.0 - at_least((limit - SLACK).ceil()),
        Op::Above => 1.0 - at_least((limit + SLACK).floor() + 1.0),
        Op::Equal => 1.0 - (at_least(limit) - at_least(limit + 1.0)),
    }
}

/// The chance of so many events: binomial where their outcomes are known, else Poisson.
fn at_least(count: f64, mean: f64, of: Option<f64>) -> f64 {
    match of {
        _ if count <= 0.0 => 1.0,
        Some(n) if n >= mean && n > 0.0 && count <= 1.0 => -(n * (-mean / n).ln_1p()).exp_m1(), // 1 - (1 - p)^n
        Some(n) if n >= mean && n.floor() >= 1.0 => binomial::at_least(count, n.floor(), mean / n),
        _ => gamma::lower(count, mean),
    }
}

/// A share against its limit by the exact binomial test: the chance of the count that rejects.
fn exact(case: &Case, alpha: f64) -> Result<f64, String> {
    match case {
        Case::Share { n, bad, allowed, .. } => {
            let n = n.floor();
            let critical = critical_count(n as u64, 1.0 - allowed, alpha);
            Ok(if n < 1.0 { 0.0 } else { binomial::at_least(critical as f64, n, bad.min(1.0)) })
        }
        // Stable's reading is taken for exact.
        Case::Shares { own: (n, p), stable: (_, p0), line: (ratio, plus) } => {
            let allowed = (ratio * p0 + plus).clamp(0.0, 1.0);
            exact(&Case::Share { n: *n, bad: *p, allowed, line: Line::Beyond }, alpha)
        }
        Case::Quantiles { q, n: (n, _), spread, factor, line: (ratio, plus) } => {
            let limit = ratio * spread.quantile(*q) + plus;
            let bad = spread.above(limit / factor);
            exact(&Case::Share { n: *n, bad, allowed: 1.0 - q, line: Line::QuantileAtMost(*q) }, alpha)
        }
        Case::Events { .. } | Case::Rates { .. } => Err("it tests shares, and this is none".into()),
    }
}

/// A quantile by the interval between two of its order statistics.
fn interval(case: &Case, alpha: f64) -> Result<f64, String> {
    match case {
        Case::Share { n, bad, line: Line::QuantileAtMost(q), .. } => {
            let lower = Ranks::of(n.floor() as u64, *q, alpha).lower as f64;
            // Fewer than `lower` values are within the limit.
            Ok(if lower < 1.0 { 0.0 } else { binomial::at_least(n.floor() - lower + 1.0, n.floor(), bad.min(1.0)) })
        }
        other => exact(other, alpha / 2.0),
    }
}

/// Both arms by a test of their difference, as far as arms do not differ by themselves.
fn compared(case: &Case, alpha: f64) -> Result<f64, String> {
    match case {
        Case::Shares { own: (n, p), stable: (n0, p0), line: (ratio, plus) } => {
            // As in `maths::planning` (Fleiss 1981): the critical difference by the variance of no difference, its chance by the true one.
            let pooled = (n * p + n0 * p0) / (n + n0);
            let (null, null0) = if (*ratio, *plus) == (1.0, 0.0) { (pooled, pooled) } else { (ratio * p0 + plus, *p0) };
            let of = |p: f64, p0: f64| (p * (1.0 - p)).max(0.0) / n + ratio * ratio * p0 * (1.0 - p0) / n0;
            let critical = normal::quantile(1.0 - alpha) * of(null.min(1.0), null0).sqrt();
            Ok(above_zero(p - ratio * p0 - plus - critical, of(*p, *p0)))
        }
        Case::Rates { own: (m, e), stable: (m0, e0), ratio, plus } if *plus == 0.0 => {
            // Of all events so many are the canary's (Przyborowski and Wilenski 1940), at the expected number of all.
            let all = (m + m0).round();
            let share = |ratio: f64| ratio * e / (ratio * e + e0);
            let critical = critical_count(all as u64, 1.0 - share(*ratio), alpha);
            let own = if *m + *m0 > 0.0 { m / (m + m0) } else { 0.0 };
            Ok(if all < 1.0 { 0.0 } else { binomial::at_least(critical as f64, all, own) })
        }
        _ => Err("it compares arms, and there is nothing to compare".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_sim::dice::Dist;
    use gatecrash_sim::knobs::Level;

    fn share(n: f64, bad: f64, allowed: f64, line: Line) -> Case {
        Case::Share { n, bad, allowed, line }
    }

    fn of(name: &str, case: &Case) -> f64 {
        fails(&Rule::new(name), case).unwrap()
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} and {b}");
    }

    #[test]
    fn thresholds_by_hand() {
        // 2 % of 10 allowed: one bad outcome is too many.
        near(of("threshold", &share(10.0, 0.1, 0.02, Line::Beyond)), 1.0 - 0.9f64.powi(10));
        // At 10 % of 10 one may be: two or more.
        near(of("threshold", &share(10.0, 0.1, 0.1, Line::Beyond)), 1.0 - 0.9f64.powi(10) - 0.9f64.powi(9));
        near(of("threshold", &share(10.0, 0.1, 0.1, Line::From)), 1.0 - 0.9f64.powi(10));
        // p90 of 10 is the 9th value: above the limit when two are.
        near(of("threshold", &share(10.0, 0.1, 0.1, Line::QuantileAtMost(0.9))), 1.0 - 0.9f64.powi(10) - 0.9f64.powi(9));
        let events = |limit, op| of("threshold", &Case::Events { mean: 2.0, of: None, limit, op });
        let e2 = (-2f64).exp();
        near(events(1.0, Op::AtMost), 1.0 - 3.0 * e2);
        near(events(1.0, Op::Below), 1.0 - e2);
        near(events(1.0, Op::AtLeast), e2);
        near(events(1.0, Op::Above), 3.0 * e2);
        near(events(0.0, Op::Equal), 1.0 - e2);
        near(events(2.0, Op::Equal), 1.0 - 2.0 * e2);
    }

    #[test]
    fn at_the_limit_a_quantile_is_a_coin_toss() {
        let at = |n| of("threshold", &share(n, 0.05, 0.05, Line::QuantileAtMost(0.95)));
        assert!((at(1_000.0) - 0.5).abs() < 0.05, "{}", at(1_000.0));
    }

    #[test]
    fn the_first_event_of_many_outcomes() {
        let case = Case::Events { mean: 3.0, of: Some(300.0), limit: 0.0, op: Op::Equal };
        near(of("zero_tolerance", &case), 1.0 - 0.99f64.powi(300));
        near(of("zero_tolerance", &Case::Events { mean: 0.0, of: Some(300.0), limit: 0.0, op: Op::Equal }), 0.0);
    }

    #[test]
    fn tests_fail_at_the_limit_as_often_as_they_promise() {
        // n = 200, p95 and 5 %: 16 reject, at the limit in 4.4 % (validation/tables.json, group `quantile_gate_p95`).
        let rule = Rule::new("exceedance").with("alpha", 0.05);
        let at = |bad| fails(&rule, &share(200.0, bad, 0.05, Line::QuantileAtMost(0.95))).unwrap();
        near(at(0.05), binomial::upper_tail(16, 200, 0.05));
        assert!((at(0.05) - 0.04435562916706127).abs() < 1e-9 && at(0.1) > 0.85);
        let interval = Rule::new("quantile_interval").with("alpha", 0.1);
        let other = fails(&interval, &share(200.0, 0.05, 0.05, Line::QuantileAtMost(0.95))).unwrap();
        near(other, at(0.05));
    }

    #[test]
    fn arms_are_compared_as_planned() {
        // `maths::planning`: 160 outcomes of 5 % of all find a doubling of 5 % in 80 %, at 5 % one-sided.
        let case = Case::Shares { own: (160.0, 0.1), stable: (3_040.0, 0.05), line: (1.0, 0.0) };
        let power = fails(&Rule::new("two_proportion").with("alpha", 0.05), &case).unwrap();
        assert!((power - 0.8).abs() < 0.005, "{power}");
        // Two arms alike: every other threshold at 1x stable fails.
        let alike = Case::Shares { own: (160.0, 0.05), stable: (3_040.0, 0.05), line: (1.0, 0.0) };
        near(of("threshold", &alike), 0.5);
        // 9 of 69 events in 5 % of the exposure reject (validation/tables.json, group `poisson_conditional_own`).
        let rates = |m: f64| Case::Rates { own: (m, 5.0), stable: (69.0 - m, 95.0), ratio: 1.0, plus: 0.0 };
        let critical = critical_count(69, 0.95, 0.01);
        let power = fails(&Rule::new("poisson_ratio").with("alpha", 0.01), &rates(9.0)).unwrap();
        near(power, binomial::upper_tail(critical, 69, 9.0 / 69.0));
        assert!(critical == 9, "{critical}");
    }

    #[test]
    fn a_quantile_beside_stable_at_its_multiple_is_a_coin_toss() {
        let spread = Spread::of(Dist::Lognormal { mu: 0.0, sigma: 1.0 }, Level::IDENTITY);
        let of = |factor, ratio| {
            let case = Case::Quantiles { q: 0.95, n: (200.0, 1_800.0), spread: spread.clone(), factor, line: (ratio, 0.0) };
            threshold(&case)
        };
        near(of(2.0, 2.0), 0.5);
        assert!(of(1.0, 2.0) < 0.01 && of(4.0, 2.0) > 0.99);
    }

    #[test]
    fn rules_that_hold_rules() {
        let case = share(200.0, 0.07, 0.05, Line::Beyond);
        let two = || vec![Rule::new("threshold"), Rule::new("exceedance")];
        let (plain, exact) = (of("threshold", &case), of("exceedance", &case));
        near(fails(&Rule::new("any").made_of(two()), &case).unwrap(), plain);
        near(fails(&Rule::new("all").made_of(two()), &case).unwrap(), exact);
        near(fails(&Rule::new("k_of_n").with("k", 2.0).made_of(two()), &case).unwrap(), exact);
        near(fails(&Rule::new("consecutive").made_of(two()[1..].to_vec()), &case).unwrap(), exact);
        assert!(fails(&Rule::new("cusum"), &case).unwrap_err().contains("many looks"));
    }
}
