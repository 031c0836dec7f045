//! Limits that a histogram cannot tell from a rounder one.

use super::World;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::bind;
use gatecrash_policies::hist::cell_of;
use gatecrash_policies::policy::{Check, Limit, Policy, Reading};
use gatecrash_policies::show::Unit;

/// GC116.
pub static LINT: Lint = Lint {
    code: "GC116",
    name: "too-fine",
    level: Level::Warning,
    about: "Quantiles are read from histograms whose cells are up to 0.8% wide: a limit with more digits, or two limits in one cell, judge \
            alike.",
    help: "Write the rounder limit, which is what is judged.",
    look: Look::PolicyIn(look),
    finds: "gates:\n  slow: { check: p95(runs.cancel_to_ack) <= 500.1ms over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }\n\
            rollback:\n  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]\n  validate: { gates: [slow], min_samples: 10 }",
    leaves: "gates:\n  slow: { check: p95(runs.cancel_to_ack) <= 500ms over 10m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }\n\
             rollback:\n  playbook: [ { name: flag off, cohort: nobody, takes: 1m } ]\n  validate: { gates: [slow], min_samples: 10 }",
};

fn look(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    let catalogs: Vec<_> = worlds.iter().map(|world| world.scenario.value.catalog()).collect();
    let mut earlier: Vec<(&str, &Check, u64)> = Vec::new();
    for gate in &policy.value.gates {
        let Reading::Quantile(..) = gate.check.reading else { continue };
        let units = catalogs.iter().map(|catalog| bind::unit(&gate.check, catalog));
        // A duration is read in microseconds, an amount in thousandths; a scenario without the component does not tell.
        let seconds = units.max_by_key(|unit| *unit == Unit::Seconds) == Some(Unit::Seconds);
        let scale = if seconds { 1e6 } else { 1e3 };
        for limit in limits(&gate.check) {
            let value = (limit * scale).round() as u64;
            let path = format!("gates.{}.check.limit", gate.name);
            let unit = if seconds { Unit::Seconds } else { Unit::Plain };
            if let Some(round) = rounder(value) {
                let (fine, round) = (unit.show(limit), unit.show(round as f64 / scale));
                sheet.add(&LINT, &path, format!("{fine} judges as {round} does: both lie in one cell of the histogram"));
            }
            let twin = earlier.iter().find(|(_, check, other)| {
                check.reading == gate.check.reading && *other != value && cell_of(*other) == cell_of(value)
            });
            if let Some((name, ..)) = twin {
                sheet.add(
                    &LINT,
                    &path,
                    format!("this judges as the limit of `{name}` does: both lie in one cell of the histogram"),
                );
            }
            earlier.push((&gate.name, &gate.check, value));
        }
    }
}

fn limits(check: &Check) -> Vec<f64> {
    match &check.limit {
        Limit::Absolute(limit) => vec![*limit],
        Limit::PerSegment(limits) => limits.iter().map(|(_, limit)| *limit).collect(),
        Limit::TimesStable(_) | Limit::StablePlus(_) => Vec::new(),
    }
}

/// A value of fewer digits in the same cell, the one of the fewest.
fn rounder(value: u64) -> Option<u64> {
    let powers = (0..=18).rev().map(|power| 10u64.pow(power));
    let candidates = powers.flat_map(|unit| [value / unit * unit, (value / unit).saturating_add(1).saturating_mul(unit)]);
    let mut same = candidates.filter(|other| *other > 0 && cell_of(*other) == cell_of(value));
    same.next().filter(|other| digits(*other) < digits(value))
}

/// Digits without the zeros behind them.
fn digits(mut value: u64) -> u32 {
    while value > 0 && value.is_multiple_of(10) {
        value /= 10;
    }
    value.checked_ilog10().map_or(0, |digits| digits + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }

    #[test]
    fn a_rounder_value_of_the_same_cell() {
        assert_eq!(rounder(500_100), Some(500_000));
        assert_eq!(rounder(501_000), Some(500_000));
        assert_eq!(rounder(1_001), Some(1_000));
        for value in [0, 255, 500_000, 999_000, 1_250_000, 30_000_000, 1_500] {
            assert_eq!(rounder(value), None, "{value}");
        }
    }
}
