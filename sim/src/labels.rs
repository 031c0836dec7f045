//! Labels: attributes of requests rather than of subjects. Which values a request has depends on the component, the label, the
//! subject and its ordinal, so it is the same under every policy and for every attempt.

use crate::dice::{Dice, Purpose};
use crate::probes;
use crate::scenario::{ComponentSpec, Scenario};
use gatecrash_policies::sample::Segment;

/// A label of which somebody reads or bends a value.
#[derive(Clone, Debug, PartialEq)]
struct Label {
    /// Its place in the component's list.
    index: u64,
    /// Values in order: (the edge below which a draw falls on it, its bit).
    values: Vec<(f64, u128)>,
}

impl Label {
    /// Shares are laid end to end.
    fn new(index: usize, values: &[(String, f64)], bit: impl Fn(&str) -> u128) -> Label {
        let mut edge = 0.0;
        let mut value = |(value, share): &(String, f64)| {
            edge += share;
            (edge, bit(value))
        };
        Label { index: index as u64, values: values.iter().map(&mut value).collect() }
    }
}

/// The labels that somebody reads or bends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Per component.
    of: Vec<Vec<Label>>,
    /// (tag, bit) of the probes, and the bit of ordinary requests.
    probes: Vec<(u32, u128)>,
    ordinary: u128,
    /// All bits that a request may have beside those of its subject.
    bits: u128,
}

impl Labels {
    /// Those of these segments that are labels of some component, or probes.
    pub fn new(scenario: &Scenario, segments: &[Segment]) -> Labels {
        let bit = |attribute: &str, value: &str| {
            let found = segments.iter().position(|s| s.attribute == attribute && s.value == value);
            found.map_or(0, |i| 1u128 << i)
        };
        let is_read = |label: &Label| label.values.iter().any(|(_, bit)| *bit != 0);
        let of_component = |component: &ComponentSpec| {
            let labels = component.labels.iter().enumerate();
            labels.map(|(i, (name, values))| Label::new(i, values, |value| bit(name, value))).filter(is_read).collect()
        };
        let of: Vec<Vec<Label>> = scenario.system.iter().map(of_component).collect();
        let named = |s: &&Segment| s.attribute == "probe" && s.value != probes::NONE;
        let probes: Vec<_> = segments.iter().filter(named).map(|s| (probes::tag(&s.value), bit("probe", &s.value))).collect();
        let ordinary = bit("probe", probes::NONE);
        let values = of.iter().flatten().flat_map(|label| &label.values).map(|(_, bit)| *bit);
        let bits = values.chain(probes.iter().map(|(_, bit)| *bit)).fold(ordinary, |all, bit| all | bit);
        Labels { of, probes, ordinary, bits }
    }

    /// Whether no request has any: then nothing has to be looked up.
    pub fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// All bits that a request may have beside those of its subject.
    pub fn bits(&self) -> u128 {
        self.bits
    }

    /// The bits of a request of a component.
    pub fn of(&self, dice: Dice, component: u8, subject: u32, ordinal: u32) -> u128 {
        let request = u64::from(subject) << 32 | u64::from(ordinal);
        let value = |label: &Label| {
            let u = dice.unit(Purpose::Label, request, u64::from(component) << 16 | label.index);
            label.values.iter().find(|(edge, _)| u < *edge).map_or(0, |(_, bit)| *bit)
        };
        let labels = self.of[usize::from(component)].iter().fold(0, |bits, label| bits | value(label));
        labels | self.probe(ordinal)
    }

    fn probe(&self, ordinal: u32) -> u128 {
        match probes::tag_of(ordinal) {
            None => self.ordinary,
            Some(tag) => self.probes.iter().filter(|(own, _)| *own == tag).fold(0, |bits, (_, bit)| bits | bit),
        }
    }
}
