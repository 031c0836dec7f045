//! Bounds at a known number of looks, and what they do.

use super::Entry;
use gatecrash_policies::maths::looks::{Crossing, Sides, crossed, crossings};
use gatecrash_policies::maths::mixtures::{Mixture, Normal};
use gatecrash_policies::maths::normal;
use gatecrash_policies::maths::roots::bisect;
use gatecrash_policies::rules::group_sequential::{Boundary, GroupSequential, Spending, equal_times};

/// Two unless told.
fn sides(entry: &Entry) -> Sides {
    if entry.number("sided") == Some(1.0) { Sides::One } else { Sides::Two }
}

/// `obf`, `pocock`, `power_rho2`, `power rho=2`; or `power` with the parameter `rho`.
fn spending(name: &str, entry: &Entry) -> Option<Spending> {
    if let Some(rest) = name.strip_prefix("power") {
        let told = rest.trim_start_matches([' ', '_']).trim_start_matches("rho").trim_start_matches('=').parse().ok();
        return Some(Spending::Power { rho: told.or(entry.number("rho"))? });
    }
    match name {
        "obf" | "obrien_fleming" => Some(Spending::OBrienFleming),
        "pocock" => Some(Spending::Pocock),
        _ => None,
    }
}

fn boundary(entry: &Entry) -> Option<Boundary> {
    let delta = || entry.number("Delta").or(entry.number("delta"));
    match entry.text("boundary").split(' ').next()? {
        "pocock" => Some(Boundary::POCOCK),
        "obrien_fleming" | "obf" => Some(Boundary::O_BRIEN_FLEMING),
        "wang_tsiatis" => Some(Boundary::Power { delta: delta()? }),
        _ => spending(entry.text("spending"), entry).map(Boundary::Spending),
    }
}

/// A design: looks at these times, with these bounds.
struct Plan {
    times: Vec<f64>,
    bounds: Vec<f64>,
    sides: Sides,
}

impl Plan {
    fn crossings(&self, drift: f64) -> Vec<Crossing> {
        crossings(&self.times, &self.bounds, self.sides, drift)
    }

    /// The information used up on average, stopping where a bound is crossed.
    fn information(&self, drift: f64) -> f64 {
        let crossings = self.crossings(drift);
        let stopped: f64 = self.times.iter().zip(&crossings).map(|(t, c)| t * (c.up + c.down)).sum();
        stopped + self.times.last().expect("there is a look") * (1.0 - crossed(&crossings))
    }

    /// The drift that crosses in its own direction with chance `power`.
    fn drift(&self, power: f64) -> f64 {
        bisect(|drift| self.crossings(drift).iter().map(|c| c.up).sum::<f64>() - power, 0.0, 12.0)
    }

    /// The largest sample over that of a single look with the same alpha and power.
    fn inflation(&self, alpha: f64, power: f64) -> f64 {
        (self.drift(power) / (self.sides.critical(alpha) + normal::quantile(power))).powi(2)
    }
}

fn plan(entry: &Entry, alpha: f64) -> Option<Plan> {
    let (boundary, sides) = (boundary(entry)?, sides(entry));
    match entry.list("t") {
        Some(times) => Some(Plan { bounds: boundary.bounds(&times, alpha, sides), times, sides }),
        None => {
            let looks = entry.whole("K")? as usize;
            let bounds = GroupSequential::new(boundary, looks, alpha, sides).bounds().to_vec();
            Some(Plan { times: equal_times(looks), bounds, sides })
        }
    }
}

pub fn group_sequential(entry: &Entry) -> Option<f64> {
    let alpha = entry.number("alpha")?;
    let plan = plan(entry, alpha)?;
    let inflation = || Some(plan.inflation(alpha, entry.number("power")?));
    let at_look = || {
        let k = entry.whole("k").or(entry.whole("look")).unwrap_or(plan.bounds.len() as u64) as usize;
        plan.bounds.get(k.checked_sub(1)?).copied()
    };
    match entry.quantity {
        // The constant is the bound at the last look.
        q if q.starts_with("C_") => plan.bounds.last().copied(),
        q if q.starts_with("critical") || q.starts_with("bound") => at_look(),
        q if q.starts_with("adjusted") => at_look().map(|z| plan.sides.count() * normal::upper_tail(z)),
        q if q.starts_with("null_ASN") => Some(100.0 * inflation()? * plan.information(0.0)),
        q if q.starts_with("alt_ASN") => Some(100.0 * inflation()? * plan.information(plan.drift(entry.number("power")?))),
        q if q.starts_with("R_") => inflation(),
        q if q.contains("max") || q.contains("fixed") => {
            let percent = ["pct", "percent", "%"].iter().any(|word| q.contains(word));
            Some(if percent { 100.0 } else { 1.0 } * inflation()?)
        }
        _ => None,
    }
}

/// The chance that one of so many looks reaches the same critical value by chance.
pub fn repeated(entry: &Entry, looks: &str) -> Option<f64> {
    let looks = entry.whole(looks)? as usize;
    let plan = Plan { times: equal_times(looks), bounds: vec![entry.number("critical")?; looks], sides: sides(entry) };
    Some(crossed(&plan.crossings(0.0)))
}

/// The same of several independent gates.
pub fn gates(entry: &Entry) -> Option<f64> {
    Some(1.0 - (1.0 - repeated(entry, "looks")?).powf(entry.number("gates")?))
}

/// The bounds of a test that is named in a comparison.
fn compared(entry: &Entry, looks: usize, alpha: f64) -> Option<Vec<f64>> {
    let (test, sides) = (entry.text("test"), sides(entry));
    let planned = |boundary| Some(GroupSequential::new(boundary, looks, alpha, sides).bounds().to_vec());
    match test {
        "bonferroni" => Some(vec![sides.critical(alpha / looks as f64); looks]),
        "pocock" => planned(Boundary::POCOCK),
        "obrien_fleming" => planned(Boundary::O_BRIEN_FLEMING),
        _ if test.starts_with("naive") => Some(vec![sides.critical(alpha); looks]),
        _ if test.contains("mixture") => {
            // The precision is a share of the full information.
            let mixture = Normal { rho: test.rsplit('=').next()?.parse().ok()?, sides };
            Some(equal_times(looks).iter().map(|t| mixture.bound(*t, alpha) / t.sqrt()).collect())
        }
        _ => planned(Boundary::Spending(spending(test.strip_prefix("lan_demets_")?, entry)?)),
    }
}

pub fn comparison(entry: &Entry) -> Option<f64> {
    let (looks, alpha) = (entry.whole("K")? as usize, entry.number("alpha")?);
    let plan = Plan { times: equal_times(looks), bounds: compared(entry, looks, alpha)?, sides: sides(entry) };
    // What a single look would find in 80 of 100 cases.
    let drift = plan.sides.critical(alpha) + normal::quantile(0.8);
    match entry.quantity {
        "fpr" => Some(crossed(&plan.crossings(0.0))),
        "power_at_fixed80" => Some(crossed(&plan.crossings(drift))),
        "e_info_h0" => Some(plan.information(0.0)),
        "e_info_h1" => Some(plan.information(drift)),
        _ => None,
    }
}
