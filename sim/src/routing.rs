//! Who meets the canary, as each environment has it at the moment.

use crate::cohorts::Members;
use crate::dice::Purpose;
use crate::setup::Setup;
use gatecrash_policies::policy::Cohort;
use gatecrash_policies::sample::Arm;

/// A cohort, for everybody or for one segment.
#[derive(Clone, Debug, PartialEq)]
struct Rule {
    segment: Option<u8>,
    members: Members,
}

/// What one environment routes by.
#[derive(Clone, Debug, PartialEq)]
struct Route {
    /// The last rule that concerns a subject decides.
    rules: Vec<Rule>,
    /// The share of subjects that the last change did not reach, and what they still go by.
    stuck: Option<(f64, Vec<Rule>)>,
}

/// The assignment of subjects to arms.
#[derive(Clone, Debug)]
pub struct Routing {
    environments: Vec<Route>,
    /// Per subject, the probability of the canary: 0 or 1 when subjects are assigned.
    chance: Vec<f64>,
    /// Per subject, whether it was ever on the canary.
    ever: Vec<bool>,
    /// Per subject, whether it was on the canary and is not any more.
    former: Vec<bool>,
    /// Subjects by arm (as in `Arm::ALL`) and part.
    counts: [Vec<u32>; 3],
    /// The share of subjects (or requests) on the canary, 0..=1.
    exposure: f64,
    /// Whether the canary is sent copies.
    shadow: bool,
}

impl Routing {
    /// Everybody on stable.
    pub fn new(setup: &Setup) -> Routing {
        let n = setup.population.len();
        let nobody = Route { rules: vec![Rule { segment: None, members: Members::nobody() }], stuck: None };
        let mut routing = Routing {
            environments: vec![nobody; setup.scenario.steering.environments.len().max(1)],
            chance: vec![0.0; n],
            ever: vec![false; n],
            former: vec![false; n],
            counts: Default::default(),
            exposure: 0.0,
            shadow: false,
        };
        routing.refresh(setup);
        routing
    }

    /// Routes a cohort in one environment. With `segment`, only that segment's rule changes; with `stuck`, that share of
    /// subjects goes on as before.
    pub fn set(&mut self, setup: &Setup, environment: usize, cohort: Cohort, segment: Option<u8>, stuck: f64) {
        let members = Members::new(setup, cohort);
        let route = &mut self.environments[environment];
        let before = route.rules.clone();
        match segment {
            None => route.rules = vec![Rule { segment: None, members }],
            Some(_) => {
                route.rules.retain(|rule| rule.segment != segment);
                route.rules.push(Rule { segment, members });
            }
        }
        route.stuck = (stuck > 0.0).then_some((stuck, before));
        self.refresh(setup);
    }

    /// Whether some subjects go by a change before the last.
    pub fn is_stuck(&self) -> bool {
        self.environments.iter().any(|route| route.stuck.is_some())
    }

    /// What was stuck takes the last change after all.
    pub fn unstick(&mut self, setup: &Setup) {
        self.environments.iter_mut().for_each(|route| route.stuck = None);
        self.refresh(setup);
    }

    /// Works out every subject's arm anew.
    fn refresh(&mut self, setup: &Setup) {
        let population = &setup.population;
        let parts = 1 + setup.catalog.segments.len();
        self.counts = [vec![0; parts], vec![0; parts], vec![0; parts]];
        self.shadow = self.environments.iter().flat_map(|r| &r.rules).any(|rule| rule.members.is_shadow());
        let mut sum = 0.0;
        for subject in 0..population.len() {
            let route = &self.environments[usize::from(population.environments[subject])];
            let rules = match &route.stuck {
                Some((share, before)) if is_stuck(setup, subject, *share) => before,
                _ => &route.rules,
            };
            let concerns = |rule: &&Rule| rule.segment.is_none_or(|bit| population.segments[subject] >> bit & 1 == 1);
            let chance = rules.iter().rev().find(concerns).map_or(0.0, |rule| rule.members.chance(setup, subject));
            sum += chance;
            self.chance[subject] = chance;
            self.ever[subject] |= chance >= 1.0;
            self.former[subject] = self.ever[subject] && chance == 0.0;
            let whole = chance >= 1.0;
            // Everybody may make requests with any label.
            let segments = population.segments[subject] | setup.labels.bits();
            for (arm, is_in) in [(0, !whole), (1, chance > 0.0), (2, self.former[subject])] {
                if is_in {
                    self.counts[arm][0] += 1;
                    for part in 1..parts {
                        self.counts[arm][part] += (segments >> (part - 1) & 1) as u32;
                    }
                }
            }
        }
        self.exposure = if population.is_empty() { 0.0 } else { sum / population.len() as f64 };
    }

    /// The arm that serves a request: `luck` is the request's own number in 0..1.
    pub fn arm(&self, subject: u32, luck: impl FnOnce() -> f64) -> Arm {
        let chance = self.chance[subject as usize];
        if chance <= 0.0 {
            Arm::Stable
        } else if chance >= 1.0 || luck() < chance {
            Arm::Canary
        } else {
            Arm::Stable
        }
    }

    /// Whether a subject can meet the canary.
    pub fn may_meet(&self, subject: u32) -> bool {
        self.chance[subject as usize] > 0.0
    }

    /// Of the subjects that can meet the canary, the one with the lowest bucket.
    pub fn prober(&self, setup: &Setup) -> Option<u32> {
        let can = (0..self.chance.len() as u32).filter(|subject| self.may_meet(*subject));
        can.min_by_key(|subject| setup.population.buckets[*subject as usize])
    }

    /// Notes that a subject met the canary (which matters when requests are assigned one by one).
    pub fn met(&mut self, subject: u32) {
        self.ever[subject as usize] = true;
    }

    /// Whether a subject was on the canary and is not any more.
    pub fn is_former(&self, subject: u32) -> bool {
        self.former[subject as usize]
    }

    /// The share of subjects on the canary, 0..=1.
    pub fn exposure(&self) -> f64 {
        self.exposure
    }

    /// Whether nobody can meet the canary.
    pub fn is_nobody(&self) -> bool {
        self.exposure == 0.0
    }

    /// Whether the canary is sent copies of the traffic.
    pub fn has_shadow(&self) -> bool {
        self.shadow
    }

    /// Subjects of an arm, in all and by segment.
    pub fn subjects(&self, arm: Arm) -> &[u32] {
        &self.counts[arm as usize]
    }
}

fn is_stuck(setup: &Setup, subject: usize, share: f64) -> bool {
    setup.dice.unit(Purpose::Flag, subject as u64, u64::MAX) <= share
}
