//! Knobs that stages and steps have turned, in the order in which they set out: a later one overrides an earlier one, whichever
//! arrives first.

use crate::knobs::Bent;
use crate::scenario::Side;
use crate::setup::Setup;
use gatecrash_policies::policy::By;

/// One knob (of one component, or of all of a kind) that is turned.
#[derive(Clone, Debug)]
struct Turn {
    name: String,
    knobs: Vec<u16>,
    by: By,
    on: Side,
    /// Whether a stage set it: then faults bend what it set. What a step turns, it turns whatever faults do.
    is_setting: bool,
    /// Per environment, whether it has arrived.
    places: Vec<bool>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    turns: Vec<Turn>,
}

impl Turns {
    /// Somebody turns a knob; it is in effect nowhere yet. Its index.
    pub fn set_out(&mut self, component: &str, knob: &str, by: By, on: Side, is_setting: bool, setup: &Setup) -> usize {
        let knobs = setup.knob_map.find(component, knob);
        let places = vec![false; setup.scenario.steering.environments.len().max(1)];
        self.turns.push(Turn { name: format!("{component}.{knob}"), knobs, by, on, is_setting, places });
        self.turns.len() - 1
    }

    /// A turn takes effect in some environments.
    pub fn arrive(&mut self, turn: usize, places: &[usize]) {
        places.iter().for_each(|place| self.turns[turn].places[*place] = true);
    }

    /// `component.knob`
    pub fn name(&self, turn: usize) -> &str {
        &self.turns[turn].name
    }

    /// What stages have set.
    pub fn settings(&self, setup: &Setup) -> Vec<Bent> {
        self.bends(setup, true)
    }

    /// What steps have turned.
    pub fn steps(&self, setup: &Setup) -> Vec<Bent> {
        self.bends(setup, false)
    }

    /// What is bent: for everybody where all environments have it, otherwise for the subjects of each that has.
    fn bends(&self, setup: &Setup, settings: bool) -> Vec<Bent> {
        let environments = &setup.scenario.steering.environments;
        let mut bends = Vec::new();
        for turn in self.turns.iter().filter(|turn| turn.is_setting == settings) {
            let everywhere = turn.places.iter().all(|here| *here);
            let here = turn.places.iter().zip(environments).filter(|(here, _)| **here);
            let segments: Vec<Option<u8>> = if everywhere {
                vec![None]
            } else {
                here.filter_map(|(_, (name, _))| setup.bit("environment", name)).map(Some).collect()
            };
            for segment in segments {
                let bent = |knob: &u16| Bent { knob: *knob, on: turn.on, segment, by: turn.by, size: 1.0 };
                bends.extend(turn.knobs.iter().map(bent));
            }
        }
        bends
    }
}
