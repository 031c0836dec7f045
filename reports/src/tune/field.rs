//! Which of the worlds that were played decide.

use super::study::{Came, World};
use crate::score::Sizes;

/// The worlds that decide, by index. A constraint holds when it holds in each of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Those with a breach: they tell of detection and exposure.
    pub breaches: Vec<usize>,
    /// The healthy ones: they tell of false rollbacks and how long a rollout takes.
    pub healthy: Vec<usize>,
}

impl Field {
    /// The scenarios as written.
    pub fn as_written(worlds: &[World]) -> Field {
        Field::of(worlds, World::is_as_written)
    }

    /// The scenarios as written, but those that were played at these sizes at these.
    pub fn drifted(worlds: &[World], sizes: Sizes) -> Field {
        let played = |world: &World| worlds.iter().any(|other| other.scenario == world.scenario && other.sizes == sizes);
        Field::of(worlds, |world| if played(world) { world.sizes == sizes } else { world.is_as_written() })
    }

    fn of(worlds: &[World], decides: impl Fn(&World) -> bool) -> Field {
        let (breaches, healthy) =
            (0..worlds.len()).filter(|world| decides(&worlds[*world])).partition(|world| worlds[*world].has_breach());
        Field { breaches, healthy }
    }

    /// All of them, in order.
    pub fn all(&self) -> Vec<usize> {
        let mut all = [self.breaches.as_slice(), &self.healthy].concat();
        all.sort_unstable();
        all
    }

    /// Whether false rollbacks have to be counted in the worlds with a breach, where they are rollbacks before any harm, since no
    /// healthy one decides.
    pub fn lacks_healthy(&self) -> bool {
        self.healthy.is_empty()
    }

    /// Where false rollbacks are counted.
    pub fn quiet(&self) -> &[usize] {
        if self.lacks_healthy() { &self.breaches } else { &self.healthy }
    }

    /// The candidates that were played to the end in all of these worlds: as often as any other one. Those that were given up before
    /// are not compared with them.
    pub fn contenders(&self, came: &[Vec<Came>]) -> Vec<usize> {
        let most = |world: usize| came.iter().map(|by_world| by_world[world].trials()).max().unwrap_or(0);
        let full: Vec<(usize, u64)> = self.all().into_iter().map(|world| (world, most(world))).collect();
        let played = |by_world: &[Came]| full.iter().all(|(world, most)| *most > 0 && by_world[*world].trials() == *most);
        (0..came.len()).filter(|candidate| played(&came[*candidate])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_sim::scenario::Expect;

    fn world(scenario: &str, expect: Expect, severity: f64, wobble: f64) -> World {
        World { scenario: scenario.into(), expect, sizes: Sizes { severity, wobble } }
    }

    #[test]
    fn a_drifted_world_takes_the_place_of_the_one_as_written() {
        let worlds = [
            world("spike", Expect::Rollback, 1.0, 1.0),
            world("spike", Expect::Rollback, 2.0, 1.0),
            world("calm", Expect::Promote, 1.0, 1.0),
            world("calm", Expect::Promote, 1.0, 2.0),
        ];
        let field = |breaches: &[usize], healthy: &[usize]| Field { breaches: breaches.to_vec(), healthy: healthy.to_vec() };
        assert_eq!(Field::as_written(&worlds), field(&[0], &[2]));
        assert_eq!(Field::drifted(&worlds, Sizes { severity: 2.0, wobble: 1.0 }), field(&[1], &[2]));
        assert_eq!(Field::drifted(&worlds, Sizes { severity: 1.0, wobble: 2.0 }), field(&[0], &[3]));
    }

    #[test]
    fn who_was_given_up_does_not_contend() {
        let played = |trials| Came { true_promotes: trials, ..Came::default() };
        let field = Field { breaches: vec![1], healthy: vec![0] };
        let came = vec![vec![played(8), played(8)], vec![played(2), played(2)], vec![played(8), played(8)]];
        assert_eq!(field.contenders(&came), [0, 2]);
        assert!(field.contenders(&[vec![played(8), played(0)]]).is_empty(), "a world that nobody played decides nothing");
    }
}
