//! A fault after the end.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::Onset;

/// GC201.
pub static LINT: Lint = Lint {
    code: "GC201",
    name: "late-fault",
    level: Level::Error,
    about: "A fault begins at the horizon or after it: it never happens.",
    help: "Let it begin earlier, or move the horizon.",
    look: Look::Scenario(look),
    finds: "faults: [ { fault: error_burst, at: 4h } ]",
    leaves: "faults: [ { fault: error_burst, at: 30m } ]",
};

fn look(scenario: &Loaded<Scenario>, sheet: &mut Sheet) {
    let horizon = scenario.value.horizon;
    for (i, fault) in scenario.value.faults.iter().enumerate() {
        let Onset::At(at) = fault.at else { continue };
        if at.0 >= horizon.0 {
            let message = format!("`{}` begins at {at}, and the trial ends at {horizon}", fault.name);
            sheet.add(&LINT, &format!("faults.{i}.at"), message);
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
