//! `test --mutate`: the policies are spoilt in one place after the other, and the same is expected of what comes out.

use super::plan::{Check, Lane, Plan, Player, Row, World};
use super::play::{Played, play};
use crate::crew::Crew;
use crate::{Failure, output};
use gatecrash_policies::policy::{Mutant, Mutation, mutants};
use gatecrash_reports::suite::{MutantReport, MutantResult, Subject, Verdict};
use gatecrash_reports::words::count_of;
use gatecrash_scenarios::Loaded;
use gatecrash_sim::scenario::Onset;
use gatecrash_sim::{Match, Scenario};
use std::path::Path;
use std::sync::Arc;

/// A mutant of one of the policies of a plan.
struct Spoilt {
    mutant: Mutant,
    /// The policy, as suites name it, and its file.
    player: (String, Arc<Loaded<gatecrash_policies::Policy>>),
    /// What noticed it.
    by: Option<String>,
    /// What came nearest to noticing it.
    nearest: Option<String>,
    /// Trials that came out otherwise than with the policy as it is.
    differing: usize,
}

/// Spoils every policy that a plan plays, and looks which expectations notice. `played` is what the plan came to with the policies as
/// they are; what does not pass there cannot notice anything. Nothing where somebody has had enough.
pub fn mutate(played: &Played, crew: &Crew) -> Result<Option<MutantReport>, Failure> {
    crew.say("of mutants");
    let drills = played.plan.worlds.iter().filter(|world| world.drill.is_some()).count() as u64;
    if drills > 0 {
        let drills = count_of(drills, "drill");
        output::warn(&format!("--mutate leaves out {drills}: people decided there, and do so whatever the policy is"));
    }
    let mut spoilt = all(&played.plan);
    // First where the mutant's own gate is spoken of: that is where it is noticed, if anywhere.
    for near in [true, false] {
        if !round(played, &mut spoilt, near, crew)? {
            return Ok(None);
        }
    }
    Ok(Some(MutantReport::new(spoilt.iter().map(result).collect())))
}

/// The mutants of every policy, each policy once.
fn all(plan: &Plan) -> Vec<Spoilt> {
    let mut spoilt: Vec<Spoilt> = Vec::new();
    for player in plan.worlds.iter().filter(|world| world.drill.is_none()).flat_map(|world| &world.players) {
        if spoilt.iter().any(|known| known.player.0 == player.name) {
            continue;
        }
        let of = |mutant| {
            let player = (player.name.clone(), Arc::clone(&player.policy));
            Spoilt { mutant, player, by: None, nearest: None, differing: 0 }
        };
        spoilt.extend(mutants(&player.policy.value).into_iter().map(of));
    }
    spoilt
}

/// Plays the mutants that nothing has noticed yet where their gate is spoken of, or everywhere else. Whether all was played.
fn round(played: &Played, spoilt: &mut [Spoilt], near: bool, crew: &Crew) -> Result<bool, Failure> {
    let mut draft = Draft { base: played, worlds: Vec::new(), from: Vec::new(), rows: Vec::new(), checks: Vec::new() };
    for (number, one) in spoilt.iter_mut().enumerate().filter(|(_, one)| one.by.is_none()) {
        if let Some(why) = draft.enter(number, one, near) {
            one.by = Some(why);
        }
    }
    let Draft { worlds, from, rows, checks, .. } = draft;
    let plan = Plan { suites: played.plan.suites.clone(), worlds, rows, checks };
    let outcome = play(plan, crew, false)?;
    if outcome.interrupted {
        return Ok(false);
    }
    learn(&outcome, &played.plan, &from, spoilt);
    Ok(true)
}

/// Whether an expectation of the row is of this gate.
fn speaks_of(plan: &Plan, row: usize, gate: Option<&str>) -> bool {
    let of_gate = |check: &Check| matches!(&check.expectation.subject, Subject::CaughtBy(named) if Some(named.as_str()) == gate);
    plan.checks.iter().any(|check| check.row == row && of_gate(check))
}

/// Why a scenario cannot be played with the mutant: that is noticed as well.
fn unplayable(scenario: &Scenario, mutant: &Mutant) -> Option<String> {
    let timed_by =
        |stage: &str| scenario.faults.iter().any(|fault| matches!(&fault.at, Onset::Stage { name, .. } if name == stage));
    if let (Mutation::SkipStage, Some(stage)) = (mutant.mutation, mutant.path.strip_prefix("stages."))
        && timed_by(stage)
    {
        return Some(format!("cannot be played, its faults are timed by the stage `{stage}`"));
    }
    Match::new(scenario, &[&mutant.policy]).err().map(|(_, error)| format!("cannot be played: {}", error.message))
}

/// A plan of mutants in the making.
struct Draft<'a> {
    base: &'a Played,
    worlds: Vec<World>,
    /// For each world the one of the base.
    from: Vec<usize>,
    rows: Vec<Row>,
    checks: Vec<Check>,
}

impl Draft<'_> {
    /// Adds the rows of a mutant; the reason, if one of them cannot be played.
    fn enter(&mut self, number: usize, spoilt: &Spoilt, near: bool) -> Option<String> {
        let plan = &self.base.plan;
        let mine = |row: &usize| {
            let is_drill = plan.worlds[plan.rows[*row].lane.world].drill.is_some();
            let is_near = speaks_of(plan, *row, spoilt.mutant.gate.as_deref());
            plan.player(plan.rows[*row].lane).name == spoilt.player.0 && is_near == near && !is_drill
        };
        for row in (0..plan.rows.len()).filter(mine) {
            let scenario = &plan.worlds[plan.rows[row].lane.world].scenario;
            if let Some(why) = unplayable(scenario, &spoilt.mutant) {
                return Some(format!("{}: {why}", scenario.name));
            }
            self.add(row, number, spoilt);
        }
        None
    }

    /// Expects of a mutant what is expected of its policy in this row, and what holds there.
    fn add(&mut self, row: usize, number: usize, spoilt: &Spoilt) {
        let base = &self.base.plan;
        let lane = self.lane(base.rows[row].lane, number, spoilt);
        self.rows.push(Row { lane, mutant: Some(number), ..base.rows[row] });
        let passes = |check: &usize| self.base.results[*check].as_ref().is_some_and(|checked| checked.verdict == Verdict::Pass);
        let mine: Vec<usize> = (0..base.checks.len()).filter(|check| base.checks[*check].row == row).filter(passes).collect();
        for check in mine {
            let lanes = base.checks[check].lanes.iter().map(|lane| self.lane(*lane, number, spoilt)).collect();
            self.checks.push(Check { row: self.rows.len() - 1, lanes, ..base.checks[check].clone() });
        }
    }

    /// Where the mutant plays what its policy plays there.
    fn lane(&mut self, lane: Lane, number: usize, spoilt: &Spoilt) -> Lane {
        let world = self.from.iter().position(|from| *from == lane.world).unwrap_or_else(|| {
            let World { scenario, replay, seed, digest, .. } = &self.base.plan.worlds[lane.world];
            let (scenario, replay, digest) = (scenario.clone(), replay.clone(), digest.clone());
            self.worlds.push(World { scenario, replay, seed: *seed, digest, players: Vec::new(), drill: None });
            self.from.push(lane.world);
            self.from.len() - 1
        });
        let name = format!("{} #{number}", spoilt.player.0);
        let players = &mut self.worlds[world].players;
        let player = players.iter().position(|player| player.name == name).unwrap_or_else(|| {
            let (policy, spoilt) = (Arc::clone(&spoilt.player.1), Some(spoilt.mutant.policy.clone()));
            players.push(Player { name, policy, spoilt, facts: Vec::new() });
            players.len() - 1
        });
        Lane { world, player }
    }
}

/// Takes down what noticed which mutant.
fn learn(outcome: &Played, base: &Plan, from: &[usize], spoilt: &mut [Spoilt]) {
    let plan = &outcome.plan;
    for row in &plan.rows {
        let (Some(number), player) = (row.mutant, plan.player(row.lane)) else { continue };
        let as_is = base.worlds[from[row.lane.world]].players.iter().find(|player| player.name == spoilt[number].player.0);
        let as_is = as_is.map_or(&[][..], |player| &player.facts);
        spoilt[number].differing += player.facts.iter().zip(as_is).filter(|(a, b)| a != b).count();
    }
    for (check, result) in plan.checks.iter().zip(&outcome.results) {
        let (Some(number), Some(checked)) = (plan.rows[check.row].mutant, result) else { continue };
        let row = &plan.rows[check.row];
        let said = format!("{}: {}: {}", plan.worlds[row.lane.world].scenario.name, checked.expectation, checked.shown());
        match checked.verdict {
            Verdict::Fail => spoilt[number].by.get_or_insert(said),
            Verdict::Undecided => spoilt[number].nearest.get_or_insert(said),
            Verdict::Pass => continue,
        };
    }
}

fn result(spoilt: &Spoilt) -> MutantResult {
    let Spoilt { mutant, player: (_, policy), by, nearest, differing } = spoilt;
    let gap = match (nearest, differing) {
        (Some(nearest), _) => format!("undecided, {nearest}"),
        (None, 0) => "no trial of the suite differs".to_string(),
        (None, n) => format!("{n} trials differ, and everything expected still holds"),
    };
    MutantResult {
        policy: policy.value.name.clone(),
        file: policy.file.clone(),
        path: mutant.path.clone(),
        mutation: mutant.mutation.name(),
        line: policy.spot(&mutant.path).filter(|_| Path::new(&policy.file).is_file()).map(|spot| spot.line),
        noticed: by.is_some(),
        by: by.clone().unwrap_or(gap),
    }
}
