//! A fault of size zero.

use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_sim::Scenario;
use gatecrash_sim::knobs::{Level as Bent, level_of};

/// GC205.
pub static LINT: Lint = Lint {
    code: "GC205",
    name: "no-bend",
    level: Level::Warning,
    about: "A fault bends a knob by 1x, or by nothing: it is exactly no fault, at every severity.",
    help: "Give it a size, like 3x or +2%.",
    look: Look::Scenario(look),
    finds: "faults: [ { bend: { runs.error_rate: +0% }, at: 30m }, { fault: error_burst, at: 40m } ]",
    leaves: "faults: [ { bend: { runs.error_rate: +5% }, at: 30m }, { fault: error_burst, at: 40m } ]",
};

fn look(scenario: &Loaded<Scenario>, sheet: &mut Sheet) {
    for (i, fault) in scenario.value.faults.iter().enumerate() {
        let idle = fault.bends.iter().find(|bend| level_of(bend.by, 1.0) == Bent::IDENTITY);
        if let Some(bend) = idle {
            let message = format!("`{}.{}` stays as it is", bend.component, bend.knob);
            sheet.add(&LINT, &format!("faults.{i}"), message);
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
