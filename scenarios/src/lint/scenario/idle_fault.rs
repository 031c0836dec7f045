//! A fault that meets nobody.

use crate::forecast::forecast;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_policies::Policy;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::Onset;

/// GC202.
pub static LINT: Lint = Lint {
    code: "GC202",
    name: "idle-fault",
    level: Level::Error,
    about: "With its own policy a fault meets nobody: it waits for a stage that is not reached before the horizon, or nobody of its arm and \
            segment is there while it lasts.",
    help: "Time it by a stage that is reached, let the scenario `begin` with a later one, or move the horizon.",
    look: Look::ScenarioBy(look),
    finds: "horizon: 32m\nfaults: [ { fault: error_burst, at: { stage: everyone, after: 10m } } ]",
    leaves: "horizon: 2h\nfaults: [ { fault: error_burst, at: { stage: everyone, after: 10m } } ]",
};

fn look(scenario: &Loaded<Scenario>, policy: &Loaded<Policy>, sheet: &mut Sheet) {
    let Ok(forecast) = forecast(&scenario.value, &policy.value) else { return };
    for (i, fault) in forecast.faults.iter().enumerate() {
        // One after the horizon is another check's.
        let late = matches!(scenario.value.faults[i].at, Onset::At(at) if at.0 >= scenario.value.horizon.0);
        if let Some(trouble) = fault.trouble.as_ref().filter(|_| !late) {
            sheet.add(&LINT, &format!("faults.{i}.at"), format!("`{}`, {}: {trouble}", fault.fault, fault.when));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
