//! Evidence that holds at all times.

use super::Entry;
use gatecrash_policies::maths::looks::Sides;
use gatecrash_policies::maths::mixtures::{BetaBinomial, GammaExponential, GammaPoisson, Mixture, Normal, best_r, best_rho};
use gatecrash_policies::maths::stitching::{self, Epochs};
use gatecrash_policies::rules::confidence_sequence::ConfidenceSequence;
use gatecrash_policies::rules::msprt::Msprt;
use gatecrash_policies::rules::multinomial_e_process::MultinomialEProcess;
use gatecrash_policies::rules::quantile_sequence::QuantileSequence;
use serde_json::Value;

/// The p-value after each value, looking at all of them.
pub fn msprt(entry: &Entry) -> Option<Vec<f64>> {
    let mut test = Msprt::new(entry.number("tau2")?);
    let (sigma2, theta0) = (entry.number("sigma2")?, entry.number("theta0").unwrap_or(0.0));
    let (mut n, mut sum) = (0.0, 0.0);
    let mut look = |x: f64| {
        n += 1.0;
        sum += x - theta0;
        test.look(sum / (n * sigma2).sqrt(), n / sigma2)
    };
    Some(entry.list("x")?.into_iter().map(&mut look).collect())
}

/// The log of the evidence after each batch, or the p-value.
pub fn multinomial(entry: &Entry) -> Option<Vec<f64>> {
    let mut process = MultinomialEProcess::new(entry.list("dirichlet")?);
    let null = entry.list("null")?;
    let mut after = |batch: &Value| {
        let counts: Option<Vec<f64>> = batch.as_array()?.iter().map(Value::as_f64).collect();
        let log_e = process.add(&counts?, &null);
        Some(if entry.quantity.starts_with("log") { log_e } else { process.p_value() })
    };
    entry.params.get("batches")?.as_array()?.iter().map(&mut after).collect()
}

/// The functions of confseq by name.
pub fn confseq(entry: &Entry) -> Option<Vec<f64>> {
    let number = |name| entry.number(name);
    let epochs = Epochs { s: number("s").unwrap_or(1.4), eta: number("eta").unwrap_or(2.0) };
    let one = |value| Some(vec![value]);
    match entry.rule {
        "poly_stitching" => {
            one(stitching::polynomial(number("v")?, number("alpha")?, number("v_min")?, number("c").unwrap_or(0.0), epochs))
        }
        "empirical_process_LIL" => {
            one(stitching::distribution_band(number("t")?, number("alpha")?, number("t_min")?, number("A").unwrap_or(0.85)))
        }
        "double_stitching" => {
            let delta = number("delta").unwrap_or(0.5);
            one(stitching::double(number("p")?, number("t")?, number("alpha")?, number("t_opt")?, delta, epochs))
        }
        "quantile A/B p-value" => quantiles(entry).map(|p| vec![p]),
        rule if rule.starts_with("bernoulli confidence sequence") => bernoulli(entry),
        _ => mixture(entry).map(|value| vec![value]),
    }
}

/// What the mixtures are tuned with unless told.
fn alpha_best(entry: &Entry) -> f64 {
    entry.number("alpha_opt").unwrap_or(0.05)
}

fn bernoulli(entry: &Entry) -> Option<Vec<f64>> {
    let sequence = ConfidenceSequence::new(entry.number("alpha")?, entry.number("t_opt")?, alpha_best(entry));
    let (low, high) = sequence.interval(entry.whole("successes")?, entry.whole("trials")?);
    Some(vec![low, high])
}

/// `1..1000`: each whole number of them once.
fn run(text: &str) -> Option<impl Iterator<Item = (u64, u64)> + Clone> {
    let (from, to) = text.split_once("..")?;
    let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
    Some((from..=to).map(|value| (value, 1)))
}

fn quantiles(entry: &Entry) -> Option<f64> {
    let sequence = QuantileSequence::new(entry.number("quantile")?, 0.05, entry.number("t_opt")?, alpha_best(entry));
    Some(sequence.p_value(run(entry.text("arm_a"))?, run(entry.text("arm_b"))?))
}

/// `KIND [one-sided | two-sided] QUANTITY`.
fn mixture(entry: &Entry) -> Option<f64> {
    let (kind, quantity) = entry.rule.rsplit_once(' ')?;
    let (v_best, alpha_best) = (entry.number("v_opt")?, alpha_best(entry));
    let sides = if kind.contains("two") { Sides::Two } else { Sides::One };
    let rho = best_rho(v_best, alpha_best, sides);
    let c = || entry.number("c");
    match kind.split(' ').next()? {
        "two_sided_normal" | "one_sided_normal" if quantity == "best_rho" => Some(rho),
        "two_sided_normal" | "one_sided_normal" => of(Normal { rho, sides }, quantity, entry),
        "gamma_exponential" => of(GammaExponential { rho, c: c()? }, quantity, entry),
        "gamma_poisson" => of(GammaPoisson { rho, c: c()? }, quantity, entry),
        "beta_binomial" => {
            let (g, h) = (entry.number("g")?, entry.number("h")?);
            let r = best_r(v_best, alpha_best, g, h, sides);
            if quantity.starts_with("best_r") { Some(r) } else { of(BetaBinomial::new(g, h, r, sides), quantity, entry) }
        }
        _ => None,
    }
}

fn of(mixture: impl Mixture, quantity: &str, entry: &Entry) -> Option<f64> {
    let v = entry.number("v")?;
    match quantity {
        "log_mixture" => Some(mixture.log(entry.number("s")?, v)),
        "bound" => Some(mixture.bound(v, entry.number("alpha")?)),
        _ => None,
    }
}
