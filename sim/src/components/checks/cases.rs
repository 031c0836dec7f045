//! The cases of `checks`: each subject has one at a time. It takes in so many turns, then goes through the steps of a flow, one a
//! turn at most; when it is through, the subject's next turn opens another.

use super::{Checks, knob, signal};
use crate::context::{Context, Who};
use crate::demand::Request;
use crate::dice::Purpose;

/// Where a subject's case stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Case {
    /// The subject's n-th.
    number: u32,
    is_open: bool,
    /// Turns that it has to have before it is ready for the first step.
    intake: u64,
    /// Turns that it has had.
    turns: u64,
    /// Steps that it has taken.
    steps: u16,
    /// Turns in a row that were skipped by mistake.
    skipped: u64,
}

impl Checks<'_> {
    /// A turn of the subject's case; the one that opens it is its first. `luck` decides whether it takes the step that it is ready
    /// for.
    pub(super) fn turn(&mut self, request: Request, who: &Who, luck: f64, world: &mut Context) {
        let mut case = self.cases[who.subject as usize];
        if !case.is_open {
            self.open(&mut case, who, world);
        }
        if self.is_stuck(&case, who, world) {
            case.skipped += 1;
            self.place.count(world, signal::STUCK_TURNS, who);
            self.place.value(world, signal::SKIP_STREAK, who, case.skipped * 1000);
        } else {
            case.skipped = 0;
            self.progress(&mut case, who, luck, world);
        }
        if case.is_open && usize::from(case.steps) == self.spec.flow.len() {
            case = Case { number: case.number + 1, ..Case::default() };
            world.completed(self.place.id, request, who.arm);
        }
        self.cases[who.subject as usize] = case;
    }

    fn open(&self, case: &mut Case, who: &Who, world: &mut Context) {
        let mut stream = world.luck(Purpose::Case, self.place.id, &Who { ordinal: case.number, attempt: 1, ..*who });
        case.is_open = true;
        case.intake = whole(stream.amount(&self.spec.intake));
        self.place.count(world, signal::CASES, who);
    }

    /// The luck that decides is the case's and not the turn's: a case that gets stuck is stuck in every turn while the knob stands
    /// where it does, and is released when the knob falls. So with a `stuck` above zero in the scenario itself some cases never
    /// end.
    fn is_stuck(&self, case: &Case, who: &Who, world: &Context) -> bool {
        let luck = world.chance(Purpose::Case, self.place.id, &Who { ordinal: case.number, ..*who });
        luck < self.place.share(world, knob::STUCK, who, self.spec.stuck)
    }

    fn progress(&self, case: &mut Case, who: &Who, luck: f64, world: &mut Context) {
        case.turns += 1;
        if case.turns == case.intake {
            self.place.count(world, self.eligible(0), who);
        }
        if case.turns <= case.intake {
            return;
        }
        let (step, (_, probability)) = (case.steps, &self.spec.flow[usize::from(case.steps)]);
        if luck >= self.place.share(world, self.flow.1 + step, who, *probability) {
            return;
        }
        self.place.count(world, self.flow.0 + 2 * step, who);
        case.steps += 1;
        if usize::from(case.steps) < self.spec.flow.len() {
            self.place.count(world, self.eligible(case.steps), who);
        }
    }

    /// The signal of the cases that became ready for a step.
    fn eligible(&self, step: u16) -> u16 {
        self.flow.0 + 2 * step + 1
    }
}

/// The nearest whole number to so many thousandths, at least 1.
fn whole(thousandths: u64) -> u64 {
    (thousandths.saturating_add(500) / 1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_takes_in_one_turn_at_least() {
        assert_eq!([0, 400, 1_499, 1_500, 3_000].map(whole), [1, 1, 1, 2, 3]);
    }
}
