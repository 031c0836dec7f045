//! Wald's test: the distribution of where and when it ends, worked out around the rule that decides.

use super::Entry;
use gatecrash_policies::maths::normal;
use gatecrash_policies::maths::quadrature::{gauss_legendre, on};
use gatecrash_policies::maths::roots::bisect;
use gatecrash_policies::rules::sprt::{Accepted, Sprt};
use std::collections::BTreeMap;

/// How a test ends.
#[derive(Default)]
struct End {
    /// The chance to accept the alternative.
    alternative: f64,
    /// Values looked at, on average.
    size: f64,
}

/// Which end is meant.
fn of(end: &End, quantity: &str) -> Option<f64> {
    match quantity {
        "P(accept H1)" => Some(end.alternative),
        "P(accept H0)" => Some(1.0 - end.alternative),
        "ASN" => Some(end.size),
        _ => None,
    }
}

pub fn bernoulli(entry: &Entry) -> Option<f64> {
    let (p0, p1) = (entry.number("p0")?, entry.number("p1")?);
    let sprt = Sprt::bernoulli(p0, p1, entry.number("alpha")?, entry.number("beta")?);
    let (h_accept, h_reject, slope) = sprt.lines();
    match entry.quantity {
        "h_accept" => Some(h_accept),
        "h_reject" => Some(h_reject),
        "slope" => Some(slope),
        q if q.contains("ASN") && q != "ASN" => Some(wald(&sprt, entry.number("true_p")?)),
        q => of(&walk(&sprt, entry.number("true_p")?), q),
    }
}

/// Trial by trial, the chance of each number of bad ones at which the rule goes on, until it has surely ended.
fn walk(sprt: &Sprt, p: f64) -> End {
    let mut going = BTreeMap::from([(0u64, 1.0)]);
    let mut end = End::default();
    for trials in 1u64.. {
        end.size += going.values().sum::<f64>();
        let mut next = BTreeMap::new();
        for (bad, chance) in going {
            for (bad, chance) in [(bad, chance * (1.0 - p)), (bad + 1, chance * p)] {
                match sprt.accepted(sprt.log_ratio(bad as f64, trials as f64)) {
                    None => *next.entry(bad).or_insert(0.0) += chance,
                    Some(Accepted::Alternative) => end.alternative += chance,
                    Some(Accepted::Null) => (),
                }
            }
        }
        if next.values().sum::<f64>() < 1e-15 {
            break;
        }
        going = next;
    }
    end
}

/// Wald's approximation, which has the test end on its thresholds.
fn wald(sprt: &Sprt, p: f64) -> f64 {
    let (accept, reject) = sprt.thresholds();
    let (bad, good) = (sprt.log_ratio(1.0, 1.0), sprt.log_ratio(0.0, 1.0));
    let drift = p * bad + (1.0 - p) * good;
    if drift.abs() < 1e-9 * bad {
        return -accept * reject / (p * bad * bad + (1.0 - p) * good * good);
    }
    // The h other than 0 with E exp(h z) = 1: beyond the bottom of a convex function.
    let excess = |h: f64| p * (h * bad).exp() + (1.0 - p) * (h * good).exp() - 1.0;
    let bottom = (-good * (1.0 - p) / (bad * p)).ln() / (bad - good);
    let h = if bottom > 0.0 { bisect(excess, bottom, 100.0 * bottom) } else { -bisect(|h| excess(-h), -bottom, -100.0 * bottom) };
    let null = ((h * reject).exp() - 1.0) / ((h * reject).exp() - (h * accept).exp());
    (null * accept + (1.0 - null) * reject) / drift
}

pub fn normal(entry: &Entry) -> Option<f64> {
    let sprt = Sprt::normal(entry.number("theta1")?, entry.number("alpha")?, entry.number("beta")?);
    of(&integrate(&sprt, entry.number("true_mean")?), entry.quantity)
}

const NODES: usize = 160;

/// The same of standard normal values around `mean`: an end from each place between the thresholds is an integral over the places
/// that a step leads to. Solved at the nodes of a quadrature (Nystroem).
fn integrate(sprt: &Sprt, mean: f64) -> End {
    let (accept, reject) = sprt.thresholds();
    // A step is normal, as one value weighs linearly.
    let (step, sd) = (sprt.log_ratio(mean, 1.0), sprt.log_ratio(1.0, 0.0));
    let nodes: Vec<(f64, f64)> = on(&gauss_legendre(NODES), accept, reject).collect();
    let row = |from: f64| nodes.iter().map(move |(to, weight)| weight * normal::density((to - from - step) / sd) / sd);
    let up = |from: f64| normal::upper_tail((reject - from - step) / sd);
    let mut system: Vec<Vec<f64>> = Vec::new();
    for (i, (from, _)) in nodes.iter().enumerate() {
        let mut line: Vec<f64> = row(*from).map(|k| -k).collect();
        line[i] += 1.0;
        line.extend([up(*from), 1.0]);
        system.push(line);
    }
    let ends = solve(system);
    let first = |right: usize| row(0.0).zip(&ends).map(|(k, end)| k * end[right]).sum::<f64>();
    End { alternative: up(0.0) + first(0), size: 1.0 + first(1) }
}

/// Solves linear equations, each line ending in two right sides: Gauss and Jordan. The matrix is near enough to the identity to need
/// no pivots.
fn solve(mut lines: Vec<Vec<f64>>) -> Vec<[f64; 2]> {
    let n = lines.len();
    for i in 0..n {
        let mut pivot = std::mem::take(&mut lines[i]);
        let lead = pivot[i];
        pivot[i..].iter_mut().for_each(|x| *x /= lead);
        for line in lines.iter_mut().filter(|line| !line.is_empty()) {
            let factor = line[i];
            line[i..].iter_mut().zip(&pivot[i..]).for_each(|(x, p)| *x -= factor * p);
        }
        lines[i] = pivot;
    }
    lines.iter().map(|line| [line[n], line[n + 1]]).collect()
}
