//! The knobs of all components and of the world, as they stand at the moment.

use crate::catalog::WORLD;
use crate::scenario::{Scenario, Side};
use gatecrash_policies::policy::By;
use gatecrash_policies::sample::Arm;

/// What is done to a knob's own value: multiplied, then added to. Identity unless bent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Factor.
    pub times: f64,
    /// Added after that, in the knob's unit (fractions, seconds, per second).
    pub plus: f64,
}

impl Level {
    /// Not bent.
    pub const IDENTITY: Level = Level { times: 1.0, plus: 0.0 };

    /// The bent value, never negative.
    pub fn apply(self, value: f64) -> f64 {
        (value * self.times + self.plus).max(0.0)
    }

    /// The bent probability, in 0..=1.
    pub fn share(self, value: f64) -> f64 {
        self.apply(value).min(1.0)
    }

    /// Bends further.
    fn bend(&mut self, by: By, size: f64) {
        let then = level_of(by, size);
        *self = Level { times: self.times * then.times, plus: self.plus * then.times + then.plus };
    }
}

/// A bend of a given size: 0 is exactly no bend, 1 the bend as written, 2 twice as far from no bend.
///
/// A multiple of one or more grows linearly (6x at twice the size is 11x); one below one shrinks by the inverse law (0.5x at
/// twice the size is 1/3), so that no size makes it negative. What is added grows linearly. What is set moves from the
/// knob's own value to the value set, and beyond it in proportion.
pub fn level_of(by: By, size: f64) -> Level {
    match by {
        _ if size == 0.0 => Level::IDENTITY,
        By::Times(m) if m >= 1.0 => Level { times: 1.0 + (m - 1.0) * size, plus: 0.0 },
        By::Times(m) if m <= 0.0 => Level { times: (1.0 - size).max(0.0), plus: 0.0 },
        By::Times(m) => Level { times: 1.0 / (1.0 + (1.0 / m - 1.0) * size), plus: 0.0 },
        By::Plus(a) => Level { times: 1.0, plus: a * size },
        By::Set(v) => Level { times: 1.0 - size, plus: v * size },
    }
}

/// A bend of one knob that is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Bent {
    /// The knob.
    pub knob: u16,
    /// Which arm.
    pub on: Side,
    /// The bit of its segment in `Population::segments`; `None` is everybody.
    pub segment: Option<u8>,
    /// By how much.
    pub by: By,
    /// At which size.
    pub size: f64,
}

/// Where each knob lies: components in file order, then the parts of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnobMap {
    /// For each component and part of the world: its name, its kind's name, and its knobs' names.
    owners: Vec<(String, String, Vec<String>)>,
    /// The first knob of each.
    offsets: Vec<u16>,
    /// How many there are.
    count: u16,
}

impl KnobMap {
    /// The knobs of a scenario.
    pub fn new(scenario: &Scenario) -> KnobMap {
        let components = scenario
            .system
            .iter()
            .map(|c| (c.name.clone(), c.spec().name.to_string(), c.knobs().into_iter().map(|(name, _)| name).collect()));
        let world = WORLD
            .iter()
            .map(|w| (w.name.to_string(), w.name.to_string(), w.knobs.iter().map(|k| k.name.to_string()).collect::<Vec<_>>()));
        let owners: Vec<_> = components.chain(world).collect();
        let mut count = 0;
        let offsets = owners
            .iter()
            .map(|(_, _, knobs)| {
                let offset = count;
                count += knobs.len() as u16;
                offset
            })
            .collect();
        KnobMap { owners, offsets, count }
    }

    /// The first knob of the component of this index.
    pub fn component(&self, index: usize) -> u16 {
        self.offsets[index]
    }

    /// The component that a knob belongs to; `None`: to a part of the world.
    pub fn owner(&self, knob: u16) -> Option<u8> {
        let owner = self.offsets.partition_point(|offset| *offset <= knob) - 1;
        (owner < self.offsets.len() - WORLD.len()).then_some(owner as u8)
    }

    /// The knobs that `component.knob` means: one, or several where `component` is a kind; none if there is no such knob.
    pub fn find(&self, component: &str, knob: &str) -> Vec<u16> {
        let of = |by_kind: bool| {
            let named = self.owners.iter().zip(&self.offsets).filter(
                move |((name, kind, _), _)| {
                    if by_kind { kind == component } else { name == component }
                },
            );
            named
                .filter_map(|((_, _, knobs), offset)| knobs.iter().position(|k| k == knob).map(|i| offset + i as u16))
                .collect::<Vec<_>>()
        };
        let exact = of(false);
        if exact.is_empty() { of(true) } else { exact }
    }
}

/// The world's own knobs, by their places in [`WORLD`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldKnobs {
    /// traffic.rate
    pub rate: u16,
    /// telemetry.delay
    pub delay: u16,
    /// telemetry.loss
    pub loss: u16,
    /// telemetry.freeze
    pub freeze: u16,
    /// telemetry.duplicate
    pub duplicate: u16,
    /// steering.propagation
    pub propagation: u16,
    /// steering.stuck
    pub stuck: u16,
    /// steering.drift
    pub drift: u16,
    /// operators.acknowledge
    pub acknowledge: u16,
    /// operators.away
    pub away: u16,
}

impl WorldKnobs {
    /// Looks them up once.
    pub fn new(map: &KnobMap) -> WorldKnobs {
        let id = |component, knob| map.find(component, knob)[0];
        WorldKnobs {
            rate: id("traffic", "rate"),
            delay: id("telemetry", "delay"),
            loss: id("telemetry", "loss"),
            freeze: id("telemetry", "freeze"),
            duplicate: id("telemetry", "duplicate"),
            propagation: id("steering", "propagation"),
            stuck: id("steering", "stuck"),
            drift: id("steering", "drift"),
            acknowledge: id("operators", "acknowledge"),
            away: id("operators", "away"),
        }
    }
}

/// The state of all knobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Knobs {
    /// Index `2 * knob + arm`.
    levels: Vec<Level>,
    /// Bends of a segment only, applied after the levels; and what steps did to everybody after such a bend of theirs.
    partial: Vec<Bent>,
    /// Whether a knob has partial bends.
    split: Vec<bool>,
    /// Of knobs that a step bent for a segment, the levels from which `partial` starts out.
    bases: Vec<(u16, [Level; 2])>,
    /// Whether anything bends a knob, on any arm, for anybody.
    bent: Vec<bool>,
}

impl Knobs {
    /// All at identity.
    pub fn new(map: &KnobMap) -> Knobs {
        let count = usize::from(map.count);
        Knobs {
            levels: vec![Level::IDENTITY; 2 * count],
            partial: Vec::new(),
            split: vec![false; count],
            bases: Vec::new(),
            bent: vec![false; count],
        }
    }

    /// Starts from identity and applies all bends in order: those of faults, then those of steps. Of the faults, those of a
    /// segment come after those of everybody; steps come as they came. Returns whether anything changed.
    pub fn set(&mut self, faults: impl Iterator<Item = Bent>, steps: impl Iterator<Item = Bent>) -> bool {
        let before = self.clone();
        self.levels.fill(Level::IDENTITY);
        self.split.fill(false);
        self.partial.clear();
        self.bases.clear();
        for bent in faults {
            self.bend(bent);
        }
        for bent in steps {
            self.bend_in_turn(bent);
        }
        let straight = |levels: &[Level]| levels.iter().all(|level| *level == Level::IDENTITY);
        let knobs = self.levels.chunks(2).zip(&self.split);
        self.bent = knobs.map(|(levels, split)| *split || !straight(levels)).collect();
        *self != before
    }

    fn bend(&mut self, bent: Bent) {
        if bent.segment.is_some() {
            self.split[usize::from(bent.knob)] = true;
            self.partial.push(bent);
            return;
        }
        for arm in arms(bent.on) {
            self.levels[2 * usize::from(bent.knob) + arm].bend(bent.by, bent.size);
        }
    }

    /// A step that bends everybody after one that bent a segment must not come before it.
    fn bend_in_turn(&mut self, bent: Bent) {
        let is_based = self.bases.iter().any(|(knob, _)| *knob == bent.knob);
        if bent.segment.is_some() && !is_based {
            let first = 2 * usize::from(bent.knob);
            self.bases.push((bent.knob, [self.levels[first], self.levels[first + 1]]));
        } else if bent.segment.is_none() && is_based {
            self.partial.push(bent.clone());
        }
        self.bend(bent);
    }

    /// The knob for everybody on an arm.
    pub fn level(&self, knob: u16, arm: Arm) -> Level {
        self.levels[2 * usize::from(knob) + side(arm)]
    }

    /// Whether anything bends a knob, on any arm, for anybody.
    #[inline]
    pub fn is_bent(&self, knob: u16) -> bool {
        self.bent[usize::from(knob)]
    }

    /// Whether a knob is bent for some segment.
    pub fn is_split(&self, knob: u16) -> bool {
        self.split[usize::from(knob)]
    }

    /// The knob for a subject (given the segments it belongs to) on an arm.
    pub fn level_for(&self, knob: u16, arm: Arm, segments: u128) -> Level {
        let mut level = self.level(knob, arm);
        if self.split[usize::from(knob)] {
            if let Some((_, levels)) = self.bases.iter().find(|(own, _)| *own == knob) {
                level = levels[side(arm)];
            }
            let concerned = |b: &&Bent| {
                b.knob == knob && arms(b.on).contains(&side(arm)) && b.segment.is_none_or(|bit| segments >> bit & 1 == 1)
            };
            for bent in self.partial.iter().filter(concerned) {
                level.bend(bent.by, bent.size);
            }
        }
        level
    }
}

fn side(arm: Arm) -> usize {
    usize::from(arm == Arm::Canary)
}

/// The arms (0 stable, 1 canary) that a side means.
fn arms(on: Side) -> std::ops::Range<usize> {
    match on {
        Side::Stable => 0..1,
        Side::Canary => 1..2,
        Side::Both => 0..2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_by() -> impl Strategy<Value = By> {
        prop_oneof![(0.0..20.0).prop_map(By::Times), (-1.0..1.0).prop_map(By::Plus), (0.0..5.0).prop_map(By::Set)]
    }

    proptest! {
        #[test]
        fn size_zero_is_exactly_no_bend(by in any_by(), value in 0.0..1e6) {
            prop_assert_eq!(level_of(by, 0.0), Level::IDENTITY);
            prop_assert_eq!(level_of(by, 0.0).apply(value), value);
        }

        #[test]
        fn size_one_is_the_bend_as_written(by in any_by(), value in 0.0..1e3) {
            let expected = match by { By::Times(m) => value * m, By::Plus(a) => value + a, By::Set(v) => v };
            prop_assert!((level_of(by, 1.0).apply(value) - expected.max(0.0)).abs() < 1e-9 * (1.0 + value));
        }

        #[test]
        fn no_size_makes_a_value_negative(by in any_by(), size in 0.0..10.0, value in 0.0..1e3) {
            prop_assert!(level_of(by, size).apply(value) >= 0.0);
        }
    }
}
