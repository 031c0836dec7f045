//! Where candidates are played: threads, a bar, a journal, and what it all took.

use super::journal::Journal;
use super::plan::Plan;
use crate::Failure;
use crate::crew::Crew;
use gatecrash_policies::Policy;
use gatecrash_reports::tune::{Effort, World};
use gatecrash_sim::{Match, Played, Scenario};
use std::ops::Range;
use std::sync::Mutex;

/// All that a search plays with.
pub struct Arena {
    pub plan: Plan,
    pub crew: Crew,
    journal: Journal,
    effort: Mutex<Effort>,
}

/// Policies that are played, in worlds on seeds.
pub struct Round<'a> {
    /// What the journal calls it: rounds of one name are the same round.
    pub name: &'a str,
    pub worlds: &'a [World],
    pub policies: &'a [&'a Policy],
    pub seeds: Range<u64>,
}

impl Arena {
    pub fn new(plan: Plan, crew: Crew, journal: Journal) -> Arena {
        Arena { plan, crew, journal, effort: Mutex::default() }
    }

    /// Plays a round. `take` is told of each set of trials, in any order: by index of the world, and of the policies in the sets.
    ///
    /// # Errors
    /// A policy does not fit a world, or somebody has had enough.
    pub fn play(&self, round: &Round, take: impl Fn(usize, &Played) + Sync) -> Result<(), Failure> {
        self.play_in(round, |world| self.plan.scenario(world), take)
    }

    /// The same in scenarios that are not quite those of the plan.
    pub fn play_in(
        &self,
        round: &Round,
        scenario: impl Fn(&World) -> Scenario,
        take: impl Fn(usize, &Played) + Sync,
    ) -> Result<(), Failure> {
        let scenarios: Vec<Scenario> = round.worlds.iter().map(scenario).collect();
        let games = scenarios.iter().map(|scenario| self.game(scenario, round.policies)).collect::<Result<Vec<_>, _>>()?;
        let seeds = round.seeds.end.saturating_sub(round.seeds.start);
        let order = longest_first(&scenarios);
        let finished = self.crew.run(games.len() as u64 * seeds, |task| {
            let world = order[(task / seeds) as usize];
            let seed = self.plan.seed.wrapping_add(round.seeds.start + task % seeds);
            let name = format!("{}/{world}/{seed}", round.name);
            if let Some(played) = self.journal.known(&name) {
                return self.count(played, || take(world, played));
            }
            let played = games[world].score(seed);
            self.journal.keep(&name, seed, &played);
            self.count(&played, || take(world, &played));
        });
        if finished { Ok(()) } else { Err(self.interrupted()) }
    }

    fn game<'a>(&self, scenario: &'a Scenario, policies: &[&'a Policy]) -> Result<Match<'a>, Failure> {
        Match::new(scenario, policies).map_err(|(_, error)| {
            Failure::Input(format!("{} in {}: {}: {}", self.plan.base.file, scenario.name, error.gate, error.message))
        })
    }

    fn count(&self, played: &Played, take: impl FnOnce()) {
        take();
        let of_all = |of: &dyn Fn(u64, u64) -> u64| {
            played.groups.iter().map(|(ids, trial)| of(ids.len() as u64, trial.events)).sum::<u64>()
        };
        let (trials, met) = (of_all(&|many, _| many), of_all(&|many, events| many * events));
        let mut effort = self.effort.lock().expect("no thread has panicked");
        effort.trials += trials;
        effort.simulated += played.simulated;
        effort.saved += met - played.simulated;
    }

    /// What it took so far.
    pub fn effort(&self) -> Effort {
        *self.effort.lock().expect("no thread has panicked")
    }

    pub fn interrupted(&self) -> Failure {
        self.crew.finish();
        Failure::Interrupted(match self.journal.path() {
            Some(path) => {
                format!("interrupted: what was played is kept in `{}`; the same command goes on from there", path.display())
            }
            None => "interrupted, and nothing was kept: the same command begins again".into(),
        })
    }

    /// All is done and written: the journal is not needed any more.
    pub fn close(self) {
        self.journal.close();
    }
}

/// So that no thread is left alone with a long one at the end.
fn longest_first(scenarios: &[Scenario]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scenarios.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(scenarios[*i].horizon));
    order
}
