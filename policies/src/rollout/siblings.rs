//! Policies that differ only in how they hold their gates, played as one for as long as that makes no difference.

use super::{Phase, Rollout};
use crate::controller::Decision;
use crate::policy::{Policy, Split};
use crate::verdict::Status;

/// What a round comes to: the decisions of those who stay, and those who part from them here.
pub(super) type Turns = (Vec<Decision>, Vec<(Rollout, Vec<Decision>)>);

/// The policies that one rollout plays.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Siblings {
    /// What the caller calls each.
    ids: Vec<usize>,
    /// Row by row, which variant of each gate each holds.
    holds: Vec<usize>,
}

impl Siblings {
    /// One policy, which holds the only variant of each of so many gates.
    pub fn alone(gates: usize) -> Siblings {
        Siblings { ids: vec![0], holds: vec![0; gates] }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// Which variant of each gate the one in this place holds.
    pub fn of(&self, place: usize) -> &[usize] {
        let gates = self.holds.len() / self.ids.len();
        &self.holds[place * gates..(place + 1) * gates]
    }

    /// Those in these places.
    fn only(&self, places: &[usize]) -> Siblings {
        let ids = places.iter().map(|place| self.ids[*place]).collect();
        Siblings { ids, holds: places.iter().flat_map(|place| self.of(*place)).copied().collect() }
    }

    /// The variants of each gate that somebody still holds, in order; their numbers are their places there from now on.
    fn renumber(&mut self) -> Vec<Vec<usize>> {
        let gates = self.holds.len() / self.ids.len();
        let mut used: Vec<Vec<usize>> = vec![Vec::new(); gates];
        for (i, variant) in self.holds.iter().enumerate() {
            used[i % gates].push(*variant);
        }
        for variants in &mut used {
            variants.sort_unstable();
            variants.dedup();
        }
        for (i, variant) in self.holds.iter_mut().enumerate() {
            *variant = used[i % gates].binary_search(variant).expect("it is used");
        }
        used
    }
}

/// Whether two policies differ only in the limits, windows, rules and least samples of their gates.
fn are_siblings(a: &Policy, b: &Policy) -> bool {
    let mut like_a = b.clone();
    for (own, other) in like_a.gates.iter_mut().zip(&a.gates) {
        own.check.limit.clone_from(&other.check.limit);
        own.check.over = other.check.over;
        own.rule.clone_from(&other.rule);
        own.min_samples = other.min_samples;
    }
    *a == like_a
}

impl Rollout {
    /// The same, called by a number in [`Rollout::ids`].
    pub fn called(mut self, id: usize) -> Rollout {
        self.siblings.ids = vec![id];
        self
    }

    /// The same without words: nothing that it says is meant to be read.
    pub fn quiet(mut self) -> Rollout {
        self.quiet = true;
        self
    }

    /// Whether nobody reads what it says.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Who plays here, in the order in which they were admitted.
    pub fn ids(&self) -> &[usize] {
        self.siblings.ids()
    }

    /// Takes in another rollout that has not begun either, if the policies differ only in how they hold their gates, so that what both
    /// read is kept once and both are judged together until they decide differently. Both must be quiet. Whether it was taken in.
    ///
    /// Where e-values share a chance, what one gate may do hangs on all others: nobody is taken in there.
    pub fn admit(&mut self, other: &Rollout) -> bool {
        let alike = self.quiet
            && other.quiet
            && self.first == other.first
            && self.sharing == other.sharing
            && self.policy.alpha.is_none_or(|alpha| alpha.split != Split::EValue)
            && self.gates.iter().zip(&other.gates).all(|(a, b)| a.is_some() == b.is_some())
            && are_siblings(&self.policy, &other.policy);
        if alike {
            let admit = |(own, other): (&mut Option<_>, &Option<_>)| match (own, other) {
                (Some(own), Some(other)) => crate::gate::BoundGate::admit(own, other),
                _ => 0,
            };
            let holds: Vec<usize> = self.gates.iter_mut().zip(&other.gates).map(admit).collect();
            self.siblings.holds.extend(holds);
            self.siblings.ids.extend(&other.siblings.ids);
        }
        alike
    }

    /// What each gate of the stage told the one in this place in the last round of the way forward.
    pub(super) fn told(&self, place: usize) -> impl Iterator<Item = (usize, Status)> {
        let holds = self.siblings.of(place);
        self.said.gates.iter().filter_map(move |(i, _)| Some((*i, self.gates[*i].as_ref()?.status(holds[*i])?)))
    }

    /// Those who see things alike, with what they see.
    pub(super) fn groups<K: PartialEq>(&self, sees: impl Fn(usize) -> K) -> Vec<(K, Vec<usize>)> {
        grouped((0..self.siblings.len()).map(|place| (sees(place), [place])))
    }

    /// The same of what the gates have told, worked out once for all who were told the same.
    pub(super) fn groups_of_told<K: PartialEq>(&self, sees: impl Fn(usize) -> K) -> Vec<(K, Vec<usize>)> {
        let varied = self.said.gates.iter().filter_map(|(i, _)| Some((*i, self.gates[*i].as_ref()?)));
        let varied: Vec<_> = varied.filter(|(_, gate)| gate.check.variants() > 1).collect();
        // In which segments it fails may differ though it fails; and a word has room for so many gates.
        if varied.len() > 32 || varied.iter().any(|(_, gate)| gate.check.parts() > 1) {
            return self.groups(sees);
        }
        let told = |place: usize| {
            let holds = self.siblings.of(place);
            varied.iter().fold(0u64, |told, (i, gate)| told << 2 | gate.check.status(holds[*i]) as u64)
        };
        grouped(self.groups(told).into_iter().map(|(_, places)| (sees(places[0]), places)))
    }

    /// Lets each group go its own way: the first one here, the others in copies. Those who turn back need nothing of what was read.
    pub(super) fn parted<K>(
        &mut self,
        groups: Vec<(K, Vec<usize>)>,
        turns_back: impl Fn(&K) -> bool,
        mut go: impl FnMut(&mut Rollout, K) -> Turns,
    ) -> Turns {
        let mut others = Vec::new();
        let mut groups = groups.into_iter();
        let (own, places) = groups.next().expect("somebody plays here");
        for (key, places) in groups {
            let mut rollout = self.copy(&places, turns_back(&key));
            let (decisions, more) = go(&mut rollout, key);
            others.push((rollout, decisions));
            others.extend(more);
        }
        self.keep(&places);
        let (decisions, more) = go(self, own);
        others.extend(more);
        (decisions, others)
    }

    /// A copy of those in these places; `blank`: without what their gates have read.
    fn copy(&mut self, places: &[usize], blank: bool) -> Rollout {
        let mut siblings = self.siblings.only(places);
        let used = siblings.renumber();
        // All that the others hold is left where it is.
        let gates = std::mem::take(&mut self.gates);
        let all = std::mem::replace(&mut self.siblings, siblings);
        let mut copy = self.clone();
        copy.gates =
            gates.iter().zip(&used).map(|(gate, variants)| gate.as_ref().map(|gate| gate.only(variants, blank))).collect();
        (self.gates, self.siblings) = (gates, all);
        copy.keep_on_the_way_back(&used);
        copy
    }

    /// Keeps those in these places.
    fn keep(&mut self, places: &[usize]) {
        if places.len() == self.siblings.len() {
            return;
        }
        self.siblings = self.siblings.only(places);
        let used = self.siblings.renumber();
        for (gate, variants) in self.gates.iter_mut().zip(&used) {
            gate.iter_mut().for_each(|gate| gate.check.keep(variants));
        }
        self.keep_on_the_way_back(&used);
    }

    fn keep_on_the_way_back(&mut self, used: &[Vec<usize>]) {
        if let Phase::Back { playbook, template } = &mut self.phase {
            template.keep(used);
            playbook.keep(used);
        }
    }
}

/// The places of equal keys together, in rising order; the group of the first place first.
fn grouped<K: PartialEq>(all: impl Iterator<Item = (K, impl IntoIterator<Item = usize>)>) -> Vec<(K, Vec<usize>)> {
    let mut groups: Vec<(K, Vec<usize>)> = Vec::new();
    for (key, places) in all {
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, known)) => known.extend(places),
            None => groups.push((key, places.into_iter().collect())),
        }
    }
    groups.iter_mut().for_each(|(_, places)| places.sort_unstable());
    groups
}
