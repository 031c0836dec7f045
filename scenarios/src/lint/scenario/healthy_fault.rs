//! A promotion that is expected in spite of a fault on the canary.

use crate::forecast::moves;
use crate::lint::{Level, Lint, Look, Sheet};
use crate::load::Loaded;
use gatecrash_sim::Scenario;
use gatecrash_sim::scenario::{Bend, ComponentSpec, Expect, Objective, Side};

/// GC206.
pub static LINT: Lint = Lint {
    code: "GC206",
    name: "healthy-fault",
    level: Level::Note,
    about: "A promotion is expected, and a fault bends on the canary what an objective reads: a rollback counts as false even where it \
            prevents harm. That is right for a near miss, whose fault does no harm worth a rollback.",
    help: "Make sure that the fault is a near miss; otherwise expect a rollback.",
    look: Look::Scenario(look),
    finds: "expect: promote\nfaults: [ { bend: { runs.error_rate: +5% }, at: 30m } ]",
    leaves: "expect: promote\nfaults: [ { bend: { runs.error_rate: +5% }, at: 30m, on: both } ]",
};

fn look(scenario: &Loaded<Scenario>, sheet: &mut Sheet) {
    let world = &scenario.value;
    if world.expect != Expect::Promote {
        return;
    }
    for (i, fault) in world.faults.iter().enumerate().filter(|(_, fault)| fault.on == Side::Canary) {
        let bent = fault.bends.iter().find_map(|bend| Some((bend, read(world, bend)?)));
        if let Some((bend, objective)) = bent {
            let (knob, text) = (format!("{}.{}", bend.component, bend.knob), &objective.text);
            let message = format!("bends `{knob}` on the canary and expects a promotion, while `{text}` says what harm is");
            sheet.add(&LINT, &format!("faults.{i}"), message);
        }
    }
}

/// The objective that reads what a bend moves.
fn read<'a>(world: &'a Scenario, bend: &Bend) -> Option<&'a Objective> {
    let bent = |part: &&ComponentSpec| part.name == bend.component || part.spec().name == bend.component;
    let parts: Vec<&ComponentSpec> = world.system.iter().filter(bent).collect();
    let moved = |objective: &&Objective| {
        let mut parts = parts.iter().filter(|part| part.name == objective.component || part.spec().name == objective.component);
        parts.any(|part| moves(part.spec().name, &bend.knob, &objective.signal))
    };
    world.objectives.iter().find(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example() {
        crate::lint::examples::holds(&LINT);
    }
}
