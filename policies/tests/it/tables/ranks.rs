//! Rules by ranks, trends, and burn rates.

use super::Entry;
use gatecrash_policies::maths::ranks::{Ranks, Side, lower_tail};
use gatecrash_policies::maths::{normal, shift, theil_sen};
use gatecrash_policies::rules::{burn_rate, mann_kendall};

/// What the project's own code says of an entry.
pub fn value(entry: &Entry) -> Option<Vec<f64>> {
    match entry.rule {
        "mann_whitney_exact" => exact_tails(entry),
        "mann_whitney" => mann_whitney(entry),
        "mann_whitney_shift_ci" => shift_ci(entry),
        "mann_kendall_exact" => kendall_tail(entry),
        "mann_kendall_normal" => kendall_series(entry),
        "burn_rate" => burns(entry),
        "roc_auc" => area(entry),
        _ => None,
    }
}

fn ascending(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn one_by_one(values: Vec<f64>) -> Vec<(f64, u64)> {
    ascending(values).into_iter().map(|v| (v, 1)).collect()
}

/// `P(U<=u), u=0..7`, or `P(U<=u)` at a `u` of the parameters.
fn exact_tails(entry: &Entry) -> Option<Vec<f64>> {
    let (m, n) = (entry.whole("m")?, entry.whole("n")?);
    let to = entry.quantity.rsplit_once("..").and_then(|(_, to)| to.trim().parse().ok());
    let tail = |u| lower_tail(u, m, n, &mut Vec::new());
    match (entry.quantity.split(',').next()?.trim(), entry.whole("u"), to) {
        ("P(U<=u)", Some(u), _) => Some(vec![tail(u)]),
        ("P(U<=u)", None, Some(to)) => Some((0..=to).map(tail).collect()),
        _ => None,
    }
}

fn mann_whitney(entry: &Entry) -> Option<Vec<f64>> {
    let ranks = Ranks::of(one_by_one(entry.list("x")?), one_by_one(entry.list("y")?));
    let side = match entry.text("alternative") {
        "two-sided" | "" => Side::Both,
        "greater" => Side::Greater,
        "less" => Side::Less,
        _ => return None,
    };
    let corrected = entry.params.get("continuity").and_then(serde_json::Value::as_bool).unwrap_or(true);
    let p = match entry.text("method") {
        "exact" => ranks.exact_p(side, &mut Vec::new()),
        "asymptotic" => ranks.normal_p(side, corrected),
        _ => return None,
    };
    match entry.quantity {
        "p" => Some(vec![p]),
        "U" => Some(vec![ranks.u]),
        "[U, p]" => Some(vec![ranks.u, p]),
        _ => None,
    }
}

fn shift_ci(entry: &Entry) -> Option<Vec<f64>> {
    let (x, y) = (ascending(entry.list("experiment")?), ascending(entry.list("control")?));
    let shift = shift::interval(&x, &y, entry.number("confidence")?)?;
    match entry.quantity {
        q if q.starts_with("[ci_low, ci_high, estimate]") => Some(vec![shift.low, shift.high, shift.estimate]),
        q if q.starts_with("[ci_low, ci_high]") => Some(vec![shift.low, shift.high]),
        q if q.contains("estimate") => Some(vec![shift.estimate]),
        _ => None,
    }
}

fn kendall_tail(entry: &Entry) -> Option<Vec<f64>> {
    let s = entry.number("S").filter(|s| s.fract() == 0.0)? as i64;
    let named = entry.quantity.starts_with("P(S>=s)");
    named.then_some(vec![mann_kendall::exact_tail(entry.whole("n")? as usize, s, &mut Vec::new())])
}

fn kendall_series(entry: &Entry) -> Option<Vec<f64>> {
    let x = entry.list("x")?;
    let points: Vec<(f64, f64)> = x.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
    let (s, variance) = (mann_kendall::score(&x), mann_kendall::variance(&x));
    let z = mann_kendall::deviate(s, variance);
    let all = vec![s as f64, variance, z, 2.0 * normal::upper_tail(z.abs()), theil_sen::slope(&points)?];
    (entry.quantity == "[S, Var(S), Z, two-sided p, Theil-Sen slope]").then_some(all)
}

fn burns(entry: &Entry) -> Option<Vec<f64>> {
    let slo = entry.number("slo");
    match entry.quantity {
        "[error rate, days to exhaustion]" => {
            let burn = entry.number("burn_rate")?;
            Some(vec![burn * (1.0 - slo?), burn_rate::exhaustion(burn, entry.number("period_days")?)])
        }
        "burn rate threshold" => {
            let budget = entry.number("budget_consumed_pct")? / 100.0;
            Some(vec![burn_rate::threshold(budget, entry.number("slo_period_h")?, entry.number("window_h")?)])
        }
        q if q.starts_with("[detection minutes, reset minutes by short window]") => {
            let (burn, allowed, errors) = (entry.number("burn")?, 1.0 - slo?, entry.number("error_ratio")?);
            let detection = burn_rate::detection(burn, allowed, errors, entry.number("long_min")?);
            let reset = burn_rate::reset(burn, allowed, errors, entry.number("short_min")?);
            Some(vec![detection.unwrap_or(-1.0), reset.unwrap_or(-1.0)])
        }
        q => workbook(q, 1.0 - slo?, entry.number("period_days")? * 86_400.0),
    }
}

/// A sentence of the workbook: `36h window, threshold 1x, 100% errors: detection minutes`.
fn workbook(sentence: &str, allowed: f64, period: f64) -> Option<Vec<f64>> {
    let (given, asked) = sentence.split_once(':').unwrap_or((sentence, sentence));
    let time = words(given).find_map(seconds);
    let burn = words(given).find_map(|w| w.strip_suffix('x')?.parse().ok());
    let part = words(given).find_map(|w| w.strip_suffix('%')?.parse::<f64>().ok()).map(|percent| percent / 100.0);
    let unit = words(asked).find_map(unit);
    let burning = burn.or(part.map(|errors| errors / allowed));
    Some(vec![match () {
        () if asked.contains("percent") && given.contains("window") => {
            100.0 * burn_rate::budget_spent(burn.unwrap_or(1.0), time?, period)
        }
        () if asked.contains("percent") => 100.0 * burn_rate::budget_spent(burning?, time?, period),
        () if asked.contains("detect") => burn_rate::detection(burn.unwrap_or(1.0), allowed, part.unwrap_or(1.0), time?)? / unit?,
        () if asked.contains("exhaust") || unit.is_some() => burn_rate::exhaustion(burning?, period) / unit?,
        () if asked.contains("burn rate") => burn_rate::threshold(part?, period, time?),
        () => return None,
    }])
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '(', ')'])
}

/// `36h` in seconds.
fn seconds(word: &str) -> Option<f64> {
    let unit = match word.chars().last()? {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3_600.0,
        'd' => 86_400.0,
        _ => return None,
    };
    Some(unit * word.get(..word.len() - 1)?.parse::<f64>().ok()?)
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "seconds" | "s" => 1.0,
        "minutes" | "min" => 60.0,
        "hours" | "h" => 3_600.0,
        "days" | "d" => 86_400.0,
        _ => return None,
    })
}

/// The area under the curve of ratings, counted by rating.
fn area(entry: &Entry) -> Option<Vec<f64>> {
    let rated = |name: &str| -> Option<Vec<(f64, u64)>> {
        Some(entry.list(name)?.into_iter().enumerate().map(|(rating, n)| (rating as f64, n as u64)).collect())
    };
    let area = Ranks::of(rated("abnormal_counts")?, rated("normal_counts")?).larger();
    entry.quantity.starts_with("AUC").then_some(vec![area])
}
