//! Made-up searches: candidates of which the truth is known, played by dice.

use crate::fixtures;
use gatecrash_policies::time::Time;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::*;
use gatecrash_sim::dice::{Dice, Purpose, Stream};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::{Instants, Outcome, Trial};

/// What a candidate is worth, truly.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// Of healthy rollouts, rolled back.
    pub false_rollback: f64,
    /// Of breaches, detected.
    pub detection: f64,
    /// Mean requests exposed in a breach.
    pub exposed: f64,
}

/// How much of its luck a candidate shares with the others: 0 none, 1 all of it.
#[derive(Clone, Copy, Debug)]
pub struct Shared(pub f64);

/// Candidates, worlds, and how they are played.
pub struct Game {
    pub truths: Vec<Truth>,
    pub worlds: Vec<World>,
    pub shared: Shared,
    pub repetition: u64,
}

pub fn world(scenario: &str, expect: Expect) -> World {
    World { scenario: scenario.into(), expect, sizes: Sizes::default() }
}

/// One breach, one healthy world.
pub fn two_worlds() -> Vec<World> {
    vec![world("spike", Expect::Rollback), world("calm", Expect::Promote)]
}

impl Game {
    /// One trial. The same seed is the same luck, as far as it is shared.
    pub fn trial(&self, candidate: usize, world: usize, seed: u64) -> Trial {
        let truth = self.truths[candidate];
        let luck = |who: u64| Dice::new(seed.wrapping_mul(977) + self.repetition).stream(Purpose::Marks, who, world as u64);
        let mut own = luck(candidate as u64 + 1);
        let mut draws: Stream = if own.coin(self.shared.0) { luck(0) } else { own };
        let (hit, size) = (draws.unit(), draws.unit());
        let breach = self.worlds[world].has_breach();
        let blank = fixtures::trial("", "", seed, Outcome::TruePromote);
        match breach {
            true if hit < truth.detection => {
                let instants =
                    Instants { harmed: Some(Time::ZERO), decided: Some(Time((600e6 * (0.5 + size)) as u64)), ..blank.instants };
                let exposed_requests = (truth.exposed * (0.5 + size)) as u64;
                let caught_by = vec!["latency".to_string()];
                Trial {
                    outcome: Outcome::Detected,
                    instants,
                    exposed_requests,
                    harmed: 10,
                    caught_by,
                    stage: "canary".into(),
                    ..blank
                }
            }
            true => Trial { outcome: Outcome::Missed, exposed_requests: 3_000, harmed: 500, finished: true, ..blank },
            false if hit < truth.false_rollback => {
                let instants = Instants { decided: Some(Time(900_000_000)), ..blank.instants };
                Trial { outcome: Outcome::FalseRollback, instants, ..blank }
            }
            false => Trial { finished: true, ..blank },
        }
    }

    /// What one candidate comes to in every world.
    pub fn play(&self, candidate: usize, seeds: std::ops::Range<u64>, goals: &Goals) -> Vec<Came> {
        let of = |world: usize| {
            let mut came = Came::default();
            seeds.clone().for_each(|seed| came.add(&self.trial(candidate, world, seed), |delay| goals.in_time(delay)));
            came
        };
        (0..self.worlds.len()).map(of).collect()
    }

    /// A search that nobody was played in; candidate 0 is the policy as written.
    pub fn study(&self) -> Study {
        let values: Vec<String> = (0..self.truths.len()).map(|i| format!("{}ms", 200 + i)).collect();
        let dial = Dial { path: "gates.latency.limit".into(), now: Some(values[0].clone()), values: values.clone() };
        Study {
            policy: "careful".into(),
            dials: vec![dial],
            candidates: values.into_iter().map(|value| Candidate { values: vec![value] }).collect(),
            current: 0,
            gates: vec!["latency".into()],
            stages: vec!["canary".into()],
            worlds: self.worlds.clone(),
            came: vec![vec![Came::default(); self.worlds.len()]; self.truths.len()],
            effort: Effort::default(),
        }
    }

    /// The whole search, rung by rung.
    pub fn search(&self, trials: u64, goals: &Goals) -> Study {
        let mut study = self.study();
        let (mut field, mut done): (Vec<usize>, u64) = ((0..self.truths.len()).collect(), 0);
        for rung in rungs(field.len(), trials) {
            if field.len() > rung.keep {
                field = survivors(&study, goals, rung.keep);
            }
            for candidate in &field {
                let more = self.play(*candidate, done..rung.trials, goals);
                study.came[*candidate].iter_mut().zip(&more).for_each(|(came, more)| came.merge(more));
            }
            study.effort.trials += (rung.trials - done) * (field.len() * self.worlds.len()) as u64;
            done = rung.trials;
        }
        study
    }

    /// The rest of a search: challengers on fresh seeds until one keeps its promise, then the advice.
    pub fn decide(&self, study: &Study, goals: &Goals, fresh: u64) -> Advice {
        let seeds = 1_000_000..1_000_000 + fresh;
        let finalist = |candidate: usize| {
            let came = self.play(candidate, seeds.clone(), goals);
            Finalist { candidate, worlds: self.worlds.clone(), came, rows: Vec::new() }
        };
        let current = finalist(study.current);
        let keeps = |candidate: &usize| {
            keeps_its_promise(&self.worlds, &finalist(*candidate).came, &current.came, goals, Caution::PROMISE)
        };
        let ranked = rank(study, goals, Caution::ENTRY);
        let kept = challengers(&ranked, study.current).into_iter().find(keeps);
        let challenger = kept.map(|candidate| (candidate, self.gain(candidate, study.current, seeds.clone(), goals)));
        advice(study, goals, &current, challenger, Vec::new())
    }

    pub fn gain(&self, candidate: usize, current: usize, seeds: std::ops::Range<u64>, goals: &Goals) -> Gain {
        let mut paired = Paired::new(&self.worlds, goals);
        for world in 0..self.worlds.len() {
            for seed in seeds.clone() {
                paired.add(world, &self.trial(candidate, world, seed), &self.trial(current, world, seed));
            }
        }
        paired.gain()
    }
}
