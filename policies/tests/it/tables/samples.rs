//! Rules on samples of fixed size, what plans them, and the special functions beneath.

use super::Entry;
use gatecrash_policies::maths::posterior::{self, Belief, Rate};
use gatecrash_policies::maths::rate_ratio::{Method, Rates};
use gatecrash_policies::maths::side::Side;
use gatecrash_policies::maths::two_proportion::{Part, Shares};
use gatecrash_policies::maths::{beta, binomial, gamma, hypergeometric, intervals, normal, order_statistics, paired, planning};
use order_statistics::{Ranks, critical_count, values_needed};

/// What the project's own code says of an entry.
pub fn value(entry: &Entry) -> Option<Vec<f64>> {
    let number = |name| entry.number(name);
    let one = |value: f64| Some(vec![value]);
    match entry.rule {
        "normal_cdf" => one(normal::cdf(number("x")?)),
        "normal_quantile" => one(normal::quantile(number("p")?)),
        "ln_gamma" => one(gamma::ln_gamma(number("x")?)),
        "reg_inc_beta" => one(beta::lower(number("a")?, number("b")?, number("x")?)),
        "reg_inc_gamma_p" => one(gamma::lower(number("a")?, number("x")?)),
        "wilson" => interval(entry, intervals::wilson),
        "clopper_pearson" => interval(entry, intervals::clopper_pearson),
        "fisher_exact" => fisher(entry),
        "binomial_exact_test" => one(binomial::test(entry.whole("k")?, entry.whole("n")?, number("p0")?, side(entry)?)),
        "two_proportion_z" => two_proportion(entry),
        "poisson_rate_ratio" => rate_ratio(entry),
        "poisson_etest" => e_test(entry),
        "zero_tolerance" => zero_tolerance(entry),
        "quantile_order_statistic" => order_statistic(entry),
        "quantile_binomial_test" => quantile_test(entry),
        "mcnemar" => mcnemar(entry),
        "bayes_beta_binomial" => beta_binomial(entry),
        "bayes_gamma_poisson" => gamma_poisson(entry),
        "sample_size_two_proportion" => size(entry),
        "multiplicity_gates" => {
            one(planning::any_alarm(entry.whole("gates")? as u32, number("correlation")?, number("alpha_per_gate_one_sided")?))
        }
        "rare_event" => one(planning::trials_to_know(number("p")?, number("relative_se")?) as f64),
        _ => None,
    }
}

/// The side that an entry's alternative names.
fn side(entry: &Entry) -> Option<Side> {
    let text = entry.text("alternative");
    let says = |words: [&str; 2]| words.iter().any(|word| text.contains(word));
    match () {
        _ if text.is_empty() || says(["two-sided", "two_sided"]) => Some(Side::Both),
        _ if says(["larger", "greater"]) => Some(Side::Greater),
        _ if says(["smaller", "less"]) => Some(Side::Less),
        _ => None,
    }
}

fn interval(entry: &Entry, of: fn(u64, u64, f64) -> (f64, f64)) -> Option<Vec<f64>> {
    let (low, high) = of(entry.whole("x")?, entry.whole("n")?, entry.number("alpha")?);
    Some(vec![low, high])
}

/// The cells of a table of two rows and two columns.
fn cells(entry: &Entry) -> Option<[u64; 4]> {
    let rows: Vec<u64> = entry
        .params
        .get("table")?
        .as_array()?
        .iter()
        .flat_map(|row| row.as_array().into_iter().flatten())
        .filter_map(|n| n.as_u64())
        .collect();
    rows.try_into().ok()
}

fn fisher(entry: &Entry) -> Option<Vec<f64>> {
    let [bad, good, other_bad, other_good] = cells(entry)?;
    Some(vec![hypergeometric::Table { bad, good, other_bad, other_good }.p(side(entry)?)])
}

fn two_proportion(entry: &Entry) -> Option<Vec<f64>> {
    let part = |bad, all| Some(Part { bad: entry.number(bad)?, all: entry.number(all)? });
    let (canary, stable) = (part("x_canary", "n_canary")?, part("x_base", "n_base")?);
    let shares =
        Shares { canary, stable, ratio: entry.number("ratio").unwrap_or(1.0), plus: entry.number("plus").unwrap_or(0.0) };
    let z = shares.z();
    Some(vec![z, Side::Greater.of_z(z)])
}

/// Events as statsmodels names them, or with the canary's share of the exposure.
fn rates(entry: &Entry) -> Option<Rates> {
    let number = |name| entry.number(name);
    let ratio = number("ratio0").unwrap_or(1.0);
    if let Some(share) = number("canary_exposure_share") {
        let (events, other_events) = (number("canary_events")?, number("baseline_events")?);
        return Some(Rates { events, exposure: share, other_events, other_exposure: 1.0 - share, ratio });
    }
    let (events, other_events) = (number("count1")?, number("count2")?);
    Some(Rates { events, exposure: number("exposure1")?, other_events, other_exposure: number("exposure2")?, ratio })
}

fn rate_ratio(entry: &Entry) -> Option<Vec<f64>> {
    let (rates, side) = (rates(entry)?, side(entry)?);
    let method = match entry.text("method") {
        "wald" => Method::Wald,
        "score" => Method::Score,
        "wald-log" => Method::WaldLog,
        "score-log" => Method::ScoreLog,
        "sqrt" => Method::Sqrt,
        "cond-midp" => Method::MidP,
        "etest" | "etest-score" => return Some(vec![rates.e_test(Method::Score, side)?]),
        "etest-wald" => return Some(vec![rates.e_test(Method::Wald, side)?]),
        name if name == "exact-cond" || name.starts_with("exact conditional") => Method::Exact,
        _ => return None,
    };
    Some(vec![rates.p(method, side)])
}

/// Krishnamoorthy and Thomson's: of a difference of rates, 0 here.
fn e_test(entry: &Entry) -> Option<Vec<f64>> {
    let number = |name| entry.number(name);
    if number("diff").unwrap_or(0.0) != 0.0 {
        return None;
    }
    let (events, other_events) = (number("c1")?, number("c2")?);
    let rates = Rates { events, exposure: number("n1")?, other_events, other_exposure: number("n2")?, ratio: 1.0 };
    Some(vec![rates.e_test(Method::Wald, side(entry)?)?])
}

/// What a record excludes, or how many outcomes it takes to see an event.
fn zero_tolerance(entry: &Entry) -> Option<Vec<f64>> {
    if let Some(p) = entry.number("p") {
        return Some(vec![planning::outcomes_to_see(p, entry.number("prob")?) as f64]);
    }
    let (hits, n) = (entry.whole("x").unwrap_or(0), entry.whole("n")?);
    Some(vec![intervals::upper_bound(hits, n, 1.0 - entry.number("conf")?)])
}

fn order_statistic(entry: &Entry) -> Option<Vec<f64>> {
    if let Some(coverage) = entry.number("coverage") {
        let ends = if entry.params.get("two_sided")?.as_bool()? { 2 } else { 1 };
        return Some(vec![values_needed(coverage, entry.number("confidence")?, ends) as f64]);
    }
    let (n, p) = (entry.whole("n")?, entry.number("p")?);
    let ranks = Ranks::of(n, p, 1.0 - entry.number("conf")?);
    Some(vec![ranks.lower as f64, ranks.upper as f64, ranks.coverage(n, p)])
}

fn quantile_test(entry: &Entry) -> Option<Vec<f64>> {
    let (n, p) = (entry.whole("n")?, entry.number("quantile")?);
    let count = critical_count(n, p, entry.number("alpha")?);
    Some(vec![count as f64, binomial::upper_tail(count, n, 1.0 - p)])
}

fn mcnemar(entry: &Entry) -> Option<Vec<f64>> {
    let [_, b, c, _] = cells(entry)?;
    if entry.quantity.contains("exact") {
        return Some(vec![paired::exact(b, c, side(entry)?)]);
    }
    let (statistic, p) = paired::chi_squared(b, c, entry.params.get("continuity")?.as_bool()?);
    Some(vec![statistic, p])
}

fn beta_binomial(entry: &Entry) -> Option<Vec<f64>> {
    let prior = entry.list("prior").filter(|prior| prior.len() == 2)?;
    let belief = |bad, all| {
        let (bad, all) = (entry.number(bad)?, entry.number(all)?);
        Some(Belief { bad: bad + prior[0], good: all - bad + prior[1] })
    };
    Some(vec![posterior::Shares::new().worse(belief("x_canary", "n_canary")?, belief("x_base", "n_base")?, 1.0, 0.0)])
}

/// With a prior such as `Gamma(1/2, rate 0) Jeffreys`.
fn gamma_poisson(entry: &Entry) -> Option<Vec<f64>> {
    let prior = entry.text("prior").strip_prefix("Gamma(")?.split(')').next()?;
    let (shape, rate) = prior.split_once(", rate ")?;
    let (shape, rate) = (fraction(shape)?, fraction(rate)?);
    let belief =
        |events, exposure| Some(Rate { events: entry.number(events)? + shape, exposure: entry.number(exposure)? + rate });
    let (canary, stable) = (belief("events_canary", "exposure_canary")?, belief("events_base", "exposure_base")?);
    Some(vec![posterior::faster(canary, stable, 1.0)])
}

/// A number, or one over another.
fn fraction(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((above, below)) => Some(fraction(above)? / fraction(below)?),
        None => text.trim().parse().ok(),
    }
}

fn size(entry: &Entry) -> Option<Vec<f64>> {
    let number = |name| entry.number(name);
    let stable = number("p_base")?;
    let (canary, share) = (stable * number("lift")?, number("canary_share")?);
    let size = planning::Size { stable, canary, share, alpha: number("alpha_one_sided")?, power: number("power")? };
    Some(vec![size.canary_outcomes() as f64])
}
