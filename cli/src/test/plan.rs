//! What suites ask for: which worlds are played by whom, and what is expected of it.

use super::drill::{self, Drill};
use crate::replay::Replay;
use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_reports::measure::Facts;
use gatecrash_reports::suite::drill::{Kind, misplaced};
use gatecrash_reports::suite::lock::digest;
use gatecrash_reports::suite::{Expectation, Subject, expectation, looks};
use gatecrash_scenarios::suite::{Case, Play, Wanted};
use gatecrash_scenarios::{Change, Error, Loaded, Suite, fits, load_policy, load_scenario_with, load_suite};
use gatecrash_sim::{Match, Scenario};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is to be played and judged.
pub struct Plan {
    /// The suites, in the order in which they were named.
    pub suites: Vec<Loaded<Suite>>,
    /// Every world once, whoever plays it.
    pub worlds: Vec<World>,
    /// Every scenario and policy of every case.
    pub rows: Vec<Row>,
    /// Every expectation of every row.
    pub checks: Vec<Check>,
}

/// A scenario as it is played.
pub struct World {
    /// At its size, with its changes.
    pub scenario: Scenario,
    /// What tells its file's editions apart.
    pub digest: String,
    /// As the command line names it.
    pub replay: Replay,
    /// The first seed.
    pub seed: u64,
    /// Who plays it.
    pub players: Vec<Player>,
    /// The drill that was held there: people play it then, and nobody else does.
    pub drill: Option<Drill>,
}

/// A policy in a world.
pub struct Player {
    /// As suites name it, seen from here.
    pub name: String,
    /// The policy.
    pub policy: Arc<Loaded<Policy>>,
    /// What is played in its place, where it is spoilt on purpose.
    pub spoilt: Option<Policy>,
    /// Its trials so far, by seed.
    pub facts: Vec<Facts>,
}

impl Player {
    /// The policy that is played.
    pub fn plays(&self) -> &Policy {
        self.spoilt.as_ref().unwrap_or(&self.policy.value)
    }
}

/// A world and one of its players, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The world.
    pub world: usize,
    /// The player.
    pub player: usize,
}

/// A scenario and a policy of a case.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The suite, by index.
    pub suite: usize,
    /// The case, by index.
    pub case: usize,
    /// Who plays where.
    pub lane: Lane,
    /// Which mutant plays, where one does: once an expectation has noticed it, the others need not.
    pub mutant: Option<usize>,
}

/// An expectation of a row.
#[derive(Clone)]
pub struct Check {
    /// The row, by index.
    pub row: usize,
    /// What is expected.
    pub expectation: Expectation,
    /// As it was written, and where.
    pub wanted: Wanted,
    /// After how many trials it is looked at.
    pub looks: Vec<u64>,
    /// What it is judged by: the row's own lane, or all sizes from the one that should be caught on.
    pub lanes: Vec<Lane>,
}

impl Plan {
    /// What these files ask for, as far as the filters let it through.
    pub fn new(files: &[String], filters: &[String]) -> Result<Plan, Failure> {
        let suites = files.iter().map(|file| load_suite(file)).collect::<Result<Vec<_>, _>>()?;
        let mut draft = Draft { filters, worlds: Vec::new(), rows: Vec::new(), checks: Vec::new(), policies: BTreeMap::new() };
        for (number, suite) in suites.iter().enumerate() {
            for case in 0..suite.value.cases.len() {
                draft.add_case(suite, number, case)?;
            }
        }
        let Draft { worlds, rows, checks, .. } = draft;
        let plan = Plan { suites, worlds, rows, checks };
        if plan.rows.is_empty() {
            return Err(Failure::Nothing(plan.nothing(filters)));
        }
        plan.check_sense()?;
        Ok(plan)
    }

    /// Who plays there.
    pub fn player(&self, lane: Lane) -> &Player {
        &self.worlds[lane.world].players[lane.player]
    }

    fn nothing(&self, filters: &[String]) -> String {
        match self.suites.iter().find(|suite| suite.value.cases.is_empty()) {
            Some(empty) if filters.is_empty() => {
                format!(
                    "nothing was selected: {} has no cases; add one, like {{ scenario: healthy-day, policy: careful, expect: [ false_rollback_rate <= 5% ] }}",
                    empty.file
                )
            }
            _ => format!(
                "nothing was selected: no suite, case, scenario or policy has {} in its name; see --list",
                filters.join(" or ")
            ),
        }
    }

    /// Complains of expectations that nothing could ever meet or break.
    fn check_sense(&self) -> Result<(), Failure> {
        for check in &self.checks {
            let row = &self.rows[check.row];
            let (world, player) = (&self.worlds[row.lane.world], self.player(row.lane));
            let policy = &player.policy.value;
            let gates: Vec<&str> = policy.gates.iter().map(|gate| gate.name.as_str()).collect();
            let budget = policy.rollback.withdraw_within.is_some() || policy.rollback.recover_within.is_some();
            let kind = world.drill.as_ref().map_or(Kind::Trials, Drill::kind);
            let senseless = misplaced(&check.expectation, kind)
                .map(str::to_string)
                .or_else(|| check.expectation.is_senseless(world.scenario.expect, &gates, budget))
                .or_else(|| idle(check, world, policy));
            if let Some(why) = senseless {
                let message = format!("{why} ({} x {})", world.scenario.name, policy.name);
                return Err(self.suites[row.suite].error_inside(&check.wanted.path, 0, message).into());
            }
        }
        Ok(())
    }
}

/// Why a gate can catch nothing here: what it reads is not there.
fn idle(check: &Check, world: &World, policy: &Policy) -> Option<String> {
    let Subject::CaughtBy(gate) = &check.expectation.subject else { return None };
    let idle = Match::new(&world.scenario, &[policy]).ok()?.idle_gates(0);
    idle.contains(gate).then(|| format!("the gate `{gate}` is not judged here: the scenario has nothing that it reads"))
}

/// A plan in the making.
struct Draft<'a> {
    filters: &'a [String],
    worlds: Vec<World>,
    rows: Vec<Row>,
    checks: Vec<Check>,
    policies: BTreeMap<String, Arc<Loaded<Policy>>>,
}

impl Draft<'_> {
    fn add_case(&mut self, suite: &Loaded<Suite>, number: usize, case: usize) -> Result<(), Failure> {
        let Case { name, trials, plays, replay, expect, .. } = &suite.value.cases[case];
        if let Some(path) = replay {
            return self.add_drill(suite, number, case, path);
        }
        let expectations = expect.iter().map(|wanted| read(suite, wanted)).collect::<Result<Vec<_>, _>>()?;
        let looks = looks(trials.min, trials.max);
        for play in plays {
            let Some(lane) = self.lane(suite, case, name.as_deref(), play)? else { continue };
            self.rows.push(Row { suite: number, case, lane, mutant: None });
            for (expectation, wanted) in expectations.iter().zip(expect) {
                let lanes = self.lanes(lane, expectation, suite, case, plays, play)?;
                if lanes.is_empty() {
                    continue;
                }
                let (row, expectation, wanted) = (self.rows.len() - 1, expectation.clone(), wanted.clone());
                self.checks.push(Check { row, expectation, wanted, looks: looks.clone(), lanes });
            }
        }
        Ok(())
    }

    /// A drill in a world of its own, unless the filters are against it.
    fn add_drill(&mut self, suite: &Loaded<Suite>, number: usize, case: usize, path: &str) -> Result<(), Failure> {
        let drill = drill::of_case(suite, case, path)?;
        if !self.lets_through(&drill, &suite.value, case) {
            return Ok(());
        }
        let wanted = drill.wanted(suite, case);
        let expectations = wanted.iter().map(|wanted| read(suite, wanted)).collect::<Result<Vec<_>, _>>()?;
        self.worlds.push(world_of(drill)?);
        let lane = Lane { world: self.worlds.len() - 1, player: 0 };
        self.rows.push(Row { suite: number, case, lane, mutant: None });
        for (expectation, wanted) in expectations.into_iter().zip(wanted) {
            self.checks.push(Check { row: self.rows.len() - 1, expectation, wanted, looks: vec![1], lanes: vec![lane] });
        }
        Ok(())
    }

    fn lets_through(&self, drill: &Drill, suite: &Suite, case: usize) -> bool {
        let cast = &drill.file().cast;
        let [scenario, policy] = &cast.texts;
        let names = [&suite.name, &cast.scenario.name, &cast.policy.name, &scenario.name, &policy.name];
        let mut names = names.into_iter().chain(&suite.cases[case].name);
        self.filters.is_empty() || names.any(|name| self.filters.iter().any(|filter| name.contains(filter.as_str())))
    }

    /// What an expectation is judged by. One of sizes is judged once, by the first of the plays that differ in nothing else: by all of
    /// those sizes from the one that should be caught on, which is played even where the case does not list it.
    fn lanes(
        &mut self,
        lane: Lane,
        expectation: &Expectation,
        suite: &Loaded<Suite>,
        case: usize,
        plays: &[Play],
        play: &Play,
    ) -> Result<Vec<Lane>, Failure> {
        let Subject::SmallestSeverity(_) = expectation.subject else { return Ok(vec![lane]) };
        let rungs: Vec<&Play> = plays.iter().filter(|other| differ_in_size_alone(other, play)).collect();
        if rungs.first().is_none_or(|first| !std::ptr::eq(*first, play)) {
            return Ok(Vec::new());
        }
        let mut sizes: Vec<f64> = rungs.iter().map(|rung| rung.severity).filter(|size| *size >= expectation.limit).collect();
        if !sizes.contains(&expectation.limit) {
            sizes.push(expectation.limit);
        }
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        let sized = |severity: f64| Play { severity, ..play.clone() };
        sizes.into_iter().map(|size| self.enter(suite, case, &sized(size))).collect()
    }

    /// Who plays where, unless the filters are against it.
    fn lane(&mut self, suite: &Loaded<Suite>, case: usize, name: Option<&str>, play: &Play) -> Result<Option<Lane>, Failure> {
        let names = [Some(suite.value.name.as_str()), name, Some(play.scenario.as_str()), play.policy.as_deref()];
        let matches = |filter: &String| names.iter().flatten().any(|name| name.contains(filter.as_str()));
        if !self.filters.is_empty() && play.policy.is_some() && !self.filters.iter().any(matches) {
            return Ok(None);
        }
        let lane = self.enter(suite, case, play)?;
        let world = &self.worlds[lane.world];
        let also = [world.scenario.name.as_str(), world.players[lane.player].policy.value.name.as_str()];
        let matches = |filter: &String| matches(filter) || also.iter().any(|name| name.contains(filter.as_str()));
        Ok((self.filters.is_empty() || self.filters.iter().any(matches)).then_some(lane))
    }

    /// The world and the player of a play, new or known.
    fn enter(&mut self, suite: &Loaded<Suite>, case: usize, play: &Play) -> Result<Lane, Failure> {
        let with = play.with.iter().map(Change::shown).collect();
        let replay = Replay { scenario: play.scenario.clone(), severity: play.severity, wobble: play.wobble, with };
        let seed = suite.value.seed;
        let is_it = |world: &World| world.drill.is_none() && world.replay == replay && world.seed == seed;
        if let Some(world) = self.worlds.iter().position(is_it)
            && let Some(policy) = &play.policy
            && let Some(player) = self.worlds[world].players.iter().position(|player| player.name == *policy)
        {
            return Ok(Lane { world, player });
        }
        let mut scenario = load_scenario_with(&play.scenario, &play.with)?;
        let name = play.policy.clone().or_else(|| scenario.policy.clone()).ok_or_else(|| {
            let message = format!("{} names no policy of its own; add `policy`, for instance policy: careful", scenario.file);
            Failure::from(suite.error(&format!("cases.{case}"), message))
        })?;
        let policy = self.policy(&name)?;
        let asked = |error: Error| Error { message: format!("{} (case {} of {})", error.message, case + 1, suite.file), ..error };
        let warnings = fits(&scenario, &policy).map_err(asked)?;
        scenario.value.severity = play.severity;
        scenario.value.wobble = scenario.value.wobble.times(play.wobble);
        let world = self.worlds.iter().position(is_it).unwrap_or_else(|| {
            scenario.warnings.iter().for_each(|warning| output::warn(warning));
            let digest = digest(scenario.text());
            self.worlds.push(World {
                scenario: scenario.value,
                digest,
                replay: replay.clone(),
                seed,
                players: Vec::new(),
                drill: None,
            });
            self.worlds.len() - 1
        });
        let players = &mut self.worlds[world].players;
        let player = players.iter().position(|player| player.name == name).unwrap_or_else(|| {
            warnings.iter().for_each(|warning| output::warn(warning));
            players.push(Player { name, policy, spoilt: None, facts: Vec::new() });
            players.len() - 1
        });
        Ok(Lane { world, player })
    }

    fn policy(&mut self, name: &str) -> Result<Arc<Loaded<Policy>>, Failure> {
        if let Some(policy) = self.policies.get(name) {
            return Ok(Arc::clone(policy));
        }
        let policy = Arc::new(load_policy(name)?);
        policy.warnings.iter().for_each(|warning| output::warn(warning));
        self.policies.insert(name.to_string(), Arc::clone(&policy));
        Ok(policy)
    }
}

/// Where a drill was held, with the policy whose rollout it was.
fn world_of(drill: Drill) -> Result<World, Failure> {
    let file = drill.file();
    let [scenario, policy] = &file.cast.texts;
    file.cast.warnings.iter().for_each(|warning| output::warn(warning));
    let replay = Replay { scenario: scenario.name.clone(), severity: 1.0, wobble: 1.0, with: file.plan.with.clone() };
    let player = Player { name: policy.name.clone(), policy: Arc::new(drill.policy()?), spoilt: None, facts: Vec::new() };
    Ok(World {
        scenario: file.cast.scenario.clone(),
        digest: scenario.digest.clone(),
        replay,
        seed: file.plan.seed,
        players: vec![player],
        drill: Some(drill),
    })
}

fn read(suite: &Loaded<Suite>, wanted: &Wanted) -> Result<Expectation, Error> {
    expectation::parse(&wanted.text).map_err(|error| suite.error_inside(&wanted.path, error.at, error.message))
}

fn differ_in_size_alone(a: &Play, b: &Play) -> bool {
    let changes = |play: &Play| play.with.iter().map(Change::shown).collect::<Vec<_>>();
    a.scenario == b.scenario && a.policy == b.policy && a.wobble == b.wobble && changes(a) == changes(b)
}
