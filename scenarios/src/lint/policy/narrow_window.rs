//! A window that has gone by before its samples arrive.

use super::{World, scrape_and_delay};
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;

/// GC105.
pub static LINT: Lint = Lint {
    code: "GC105",
    name: "narrow-window",
    level: Level::Error,
    about: "A window is shorter than a scrape and the way of a sample to the gate: it is empty in some rounds, or in all, and no data \
            never passes.",
    help: "Make the window longer than a scrape and its delay; twice that leaves room for a lost sample.",
    look: Look::PolicyIn(look),
    finds: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 30s }",
    leaves: "gates:\n  errors: { check: ratio(runs.errors / runs.outcomes) <= 2% over 5m, rule: { exceedance: { alpha: 0.1% } }, min_samples: 50 }",
};

fn look(policy: &Loaded<Policy>, worlds: &[World], sheet: &mut Sheet) {
    // Of several scenarios the one with the quickest samples: in the others it is their point that samples are late.
    let quickest = worlds.iter().map(|world| world.scenario).min_by_key(|scenario| {
        let (scrape, delay) = scrape_and_delay(scenario);
        scrape.0 + delay.0
    });
    let Some(scenario) = quickest else { return };
    let (scrape, delay) = scrape_and_delay(scenario);
    for gate in &policy.value.gates {
        let Some(over) = gate.check.over.filter(|over| over.0 < scrape.0 + delay.0) else { continue };
        let when = if over <= delay { "in every round" } else { "in some rounds" };
        let message = format!(
            "the window of {over} is empty {when}: {} scrapes each {scrape}, and a scrape arrives after {delay}",
            scenario.value.name
        );
        sheet.add(&LINT, &format!("gates.{}.check.window", gate.name), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }

    #[test]
    fn it_points_at_the_window() {
        let found = crate::lint::examples::found(&LINT, LINT.finds).join("\n");
        assert!(found.contains("example.yaml:4:66: error[GC105]: the window of 30s"), "{found}");
    }
}
