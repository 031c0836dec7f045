//! People who are paged or asked, and who may not be there.

use super::{Change, Steering, What, is_on};
use crate::context::{Context, stretched};
use crate::dice::Purpose;
use crate::queue::Event;
use gatecrash_policies::sample::Arm;
use gatecrash_policies::time::{Span, Time};

/// How often somebody who is away is looked for.
const LOOK: Span = Span::from_secs(60);

impl Steering {
    /// Pages an operator, or asks people to look; what they do about it takes so long.
    pub(super) fn ask(&mut self, action: usize, what: What, takes: Span, by_hand: bool, world: &mut Context) {
        let due = reaction(action, &what, world);
        if world.setup.leaves || !world.injected.is_empty() {
            let what = What::Acknowledge { then: Box::new(what), takes, missed: false };
            self.plan(due, Change { action, what, by_hand }, world);
        } else {
            self.plan(due + takes, Change { action, what, by_hand }, world);
        }
    }

    /// Somebody is to acknowledge: later where nobody is there.
    pub(super) fn acknowledge(&mut self, change: u32, world: &mut Context) {
        let Change { action, what, by_hand } = &mut self.changes[change as usize];
        let What::Acknowledge { then, takes, missed } = what else { return };
        if is_on(world, world.setup.world_knobs.away) {
            if !std::mem::replace(missed, true) {
                world.note("operator", "nobody is there to acknowledge".into());
            }
            self.open[*action] += 1;
            let again = world.setup.scenario.operators.calendar.at_work(world.now + LOOK);
            return world.queue.push(again, Event::Steer { change });
        }
        let (at, next) = (world.now + *takes, Change { action: *action, what: (**then).clone(), by_hand: *by_hand });
        if *missed {
            world.note("operator", "somebody is there again and acknowledges".into());
        }
        self.plan(at, next, world);
    }
}

/// When somebody who is asked now acknowledges.
fn reaction(action: usize, what: &What, world: &mut Context) -> Time {
    let operators = &world.setup.scenario.operators;
    let mut stream = world.setup.dice.stream(Purpose::Operator, action as u64, 0);
    let level = world.knobs.level(world.setup.world_knobs.acknowledge, Arm::Stable);
    let reaction = stretched(level, stream.span(&operators.acknowledge), 1.0);
    let at = operators.calendar.at_work(world.now) + reaction;
    let asked = if matches!(what, What::SetOut(_)) { "paged" } else { "asked" };
    world.note("operator", format!("{asked}; acknowledges after {}", at.since(world.now)));
    at
}

/// People have done what they were asked.
pub(super) fn report(what: &What, world: &mut Context) {
    match what {
        What::Looked(by) if by.is_empty() => world.note("review", "somebody has looked".into()),
        What::Looked(by) => world.note("review", format!("{by} has looked")),
        What::Checked(items) => {
            world.claims.checked(items, world.now);
            world.note("readiness", format!("checked again: {}", items.join(", ")));
        }
        _ => {}
    }
}
