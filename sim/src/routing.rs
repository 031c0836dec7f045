//! Who meets the canary, as each environment has it at the moment.

use crate::dice::Purpose;
use crate::population::BUCKETS;
use crate::scenario::Assign;
use crate::setup::Setup;
use gatecrash_policies::policy::Cohort;
use gatecrash_policies::sample::Arm;

/// A cohort, for everybody or for one segment.
#[derive(Clone, Debug, PartialEq)]
struct Rule {
    segment: Option<u8>,
    cohort: Cohort,
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
        let nobody = Route { rules: vec![Rule { segment: None, cohort: Cohort::Nobody }], stuck: None };
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
        let route = &mut self.environments[environment];
        let before = route.rules.clone();
        match segment {
            None => route.rules = vec![Rule { segment: None, cohort }],
            Some(_) => {
                route.rules.retain(|rule| rule.segment != segment);
                route.rules.push(Rule { segment, cohort });
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
        self.shadow = self.environments.iter().flat_map(|r| &r.rules).any(|rule| rule.cohort == Cohort::Shadow);
        let mut sum = 0.0;
        for subject in 0..population.len() {
            let route = &self.environments[usize::from(population.environments[subject])];
            let rules = match &route.stuck {
                Some((share, before)) if is_stuck(setup, subject, *share) => before,
                _ => &route.rules,
            };
            let concerns = |rule: &&Rule| rule.segment.is_none_or(|bit| population.segments[subject] >> bit & 1 == 1);
            let chance = rules.iter().rev().find(concerns).map_or(0.0, |rule| chance_of(setup, subject, &rule.cohort));
            sum += chance;
            self.chance[subject] = chance;
            self.ever[subject] |= chance >= 1.0;
            self.former[subject] = self.ever[subject] && chance == 0.0;
            let whole = chance >= 1.0;
            for (arm, is_in) in [(0, !whole), (1, chance > 0.0), (2, self.former[subject])] {
                if is_in {
                    self.counts[arm][0] += 1;
                    for part in 1..parts {
                        self.counts[arm][part] += (population.segments[subject] >> (part - 1) & 1) as u32;
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
    (setup.dice.hash(Purpose::Flag, subject as u64, u64::MAX) >> 11) as f64 / (1u64 << 53) as f64 <= share
}

/// The probability that a subject of this cohort meets the canary.
fn chance_of(setup: &Setup, subject: usize, cohort: &Cohort) -> f64 {
    let population = &setup.population;
    let below = |bucket: u16, share: f64| f64::from(bucket) < (share * f64::from(BUCKETS)).round();
    let certain = |is_in: bool| if is_in { 1.0 } else { 0.0 };
    match (cohort, setup.scenario.assign) {
        (Cohort::Nobody | Cohort::Shadow, _) => 0.0,
        (Cohort::Internal, _) => certain(population.internal[subject]),
        (Cohort::Share(share), Assign::Subject) => certain(below(population.buckets[subject], *share)),
        (Cohort::Share(share), Assign::Request) => *share,
        (Cohort::Share(share), Assign::Replica { of }) if *share > 0.0 => {
            (share * f64::from(of)).round().max(1.0) / f64::from(of)
        }
        (Cohort::Share(_), Assign::Replica { .. }) => 0.0,
        (Cohort::TenantShare(share), _) => {
            let tenant = population.tenants[subject] as usize;
            certain(population.tenant_buckets.get(tenant).is_some_and(|bucket| below(*bucket, *share)))
        }
        (Cohort::Named { attribute, values }, _) => {
            let is_in =
                |value: &String| setup.bit(attribute, value).is_some_and(|bit| population.segments[subject] >> bit & 1 == 1);
            certain(values.iter().any(is_in))
        }
    }
}
