//! The switches that a progressive-delivery controller reads.

use crate::state::Switches;

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `/gate/check`: promotion is approved.
    Gate,
    /// `/rollback/check`: a rollback is asked for.
    Rollback,
}

/// As the drill has them, and as somebody turned them by hand: that holds until the drill turns the switch itself.
#[derive(Debug, Default)]
pub struct Switchboard {
    drill: Switches,
    by_hand: [Option<bool>; 2],
}

impl Switchboard {
    /// The drill has them so.
    pub fn publish(&mut self, drill: Switches) {
        for switch in [Switch::Gate, Switch::Rollback] {
            if of(drill, switch) != of(self.drill, switch) {
                self.by_hand[switch as usize] = None;
            }
        }
        self.drill = drill;
    }

    /// Somebody turns one.
    pub fn turn(&mut self, switch: Switch, on: bool) {
        self.by_hand[switch as usize] = Some(on);
    }

    /// Whether it is on.
    pub fn is_on(&self, switch: Switch) -> bool {
        self.by_hand[switch as usize].unwrap_or(of(self.drill, switch))
    }
}

fn of(switches: Switches, switch: Switch) -> bool {
    match switch {
        Switch::Gate => switches.gate,
        Switch::Rollback => switches.rollback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hand_turned_holds_until_the_drill_turns_it() {
        let mut board = Switchboard::default();
        board.turn(Switch::Gate, true);
        board.publish(Switches::default());
        assert!(board.is_on(Switch::Gate) && !board.is_on(Switch::Rollback), "the drill has not turned it");
        board.publish(Switches { gate: true, rollback: true });
        board.publish(Switches { gate: false, rollback: true });
        assert!(!board.is_on(Switch::Gate) && board.is_on(Switch::Rollback));
        board.turn(Switch::Rollback, false);
        board.publish(Switches { gate: true, rollback: true });
        assert!(board.is_on(Switch::Gate) && !board.is_on(Switch::Rollback), "the decision stays, the switch is closed");
    }
}
