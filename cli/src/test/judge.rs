//! What trials say of what was expected.

use super::drill::Drill;
use super::plan::{Check, Lane, Plan, Player, World};
use super::play::Played;
use gatecrash_reports::measure::{Facts, Measure};
use gatecrash_reports::suite::drill;
use gatecrash_reports::suite::report::busiest_gate;
use gatecrash_reports::suite::verdict::ladder;
use gatecrash_reports::suite::{
    CaseResult, Checked, Expectation, Look, PolicyLine, Subject, SuiteReport, SuiteResult, Verdict, Worst,
};
use gatecrash_sim::trial::Outcome;
use std::collections::BTreeMap;

/// What is decided of a check at this look of its own; nothing where it takes another.
pub fn judge(plan: &Plan, number: usize, look: usize) -> Option<Checked> {
    let check = &plan.checks[number];
    if let Some(drill) = &plan.worlds[check.lanes[0].world].drill {
        return Some(judge_drill(check, &plan.player(check.lanes[0]).facts[0], drill));
    }
    let trials = check.looks[look];
    let at = Look { of: check.looks.len(), is_last: look + 1 == check.looks.len() };
    let rungs: Vec<&[Facts]> = check.lanes.iter().map(|lane| facts(plan, *lane, trials)).collect();
    let (verdict, estimate) = match check.expectation.subject {
        Subject::SmallestSeverity(percent) => ladder(f64::from(percent) / 100.0, &rungs, at),
        _ => {
            let estimate = check.expectation.estimate(rungs[0], at);
            (check.expectation.judge(estimate, at), estimate)
        }
    };
    // What most trials know nothing of is not shown by the rest.
    let vacuous = verdict == Verdict::Pass
        && !is_about_data(&check.expectation)
        && rungs.iter().any(|facts| silent(facts) * 2 > facts.len());
    let verdict = if vacuous { Verdict::Undecided } else { verdict };
    if verdict == Verdict::Undecided && !at.is_last {
        return None;
    }
    let mut checked = Checked::new(&check.expectation, verdict, estimate, at, trials);
    (checked.line, checked.column) = (check.wanted.at.line, check.wanted.at.column);
    if verdict != Verdict::Pass {
        let lane = lowest(check, &rungs);
        let (world, player) = (&plan.worlds[lane.world], plan.player(lane));
        let facts = facts(plan, lane, trials);
        checked.reason = reason(&checked, facts, check);
        checked.worst = worst(&check.expectation, facts, world, player);
        checked.policy_line = policy_line(&check.expectation, facts, player);
    }
    Some(checked)
}

/// What is decided of a drill: all, by its one trial.
fn judge_drill(check: &Check, facts: &Facts, drill: &Drill) -> Checked {
    let mut checked = drill::check(&check.expectation, facts, drill.differs.as_deref());
    (checked.line, checked.column) = (check.wanted.at.line, check.wanted.at.column);
    checked.worst =
        (checked.verdict != Verdict::Pass).then(|| Worst { seed: facts.seed, value: checked.value, replay: drill.command() });
    checked
}

/// The trials that a look sees.
fn facts(plan: &Plan, lane: Lane, trials: u64) -> &[Facts] {
    let facts = &plan.player(lane).facts;
    &facts[..facts.len().min(usize::try_from(trials).unwrap_or(usize::MAX))]
}

fn is_about_data(expectation: &Expectation) -> bool {
    expectation.subject == Subject::Measure(Measure::Insufficient)
}

fn silent(facts: &[Facts]) -> usize {
    facts.iter().filter(|facts| facts.outcome == Outcome::Insufficient).count()
}

/// The lane that is to blame: of several sizes, the one that is caught least.
fn lowest(check: &Check, rungs: &[&[Facts]]) -> Lane {
    let caught = |facts: &[Facts]| facts.iter().filter_map(|facts| facts.get(Measure::DetectionRate)).sum::<u64>();
    let least = (0..rungs.len()).min_by_key(|rung| caught(rungs[*rung])).unwrap_or(0);
    check.lanes[least]
}

/// Why it is undecided, or says nothing where it should.
fn reason(checked: &Checked, facts: &[Facts], check: &Check) -> Option<String> {
    if checked.verdict == Verdict::Fail {
        return main_reason(facts).filter(|_| is_about_data(&check.expectation));
    }
    let silent = silent(facts);
    let why = main_reason(facts).unwrap_or_default();
    Some(match () {
        _ if silent == facts.len() => format!("all {} trials say nothing: {why}", facts.len()),
        _ if silent * 2 > facts.len() => format!("{silent} of {} trials say nothing: {why}", facts.len()),
        _ if checked.n == 0 => format!("none of {} trials has it", facts.len()),
        _ => format!(
            "the limit lies within the interval after {} trials, the most that the case plays; raise trials.max to know",
            check.looks.last().unwrap_or(&0)
        ),
    })
}

/// The reason that most of the trials that say nothing have.
fn main_reason(facts: &[Facts]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    facts
        .iter()
        .filter(|facts| facts.outcome == Outcome::Insufficient)
        .for_each(|facts| *counts.entry(&facts.reason).or_default() += 1);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(reason, _)| reason.to_string())
}

fn worst(expectation: &Expectation, facts: &[Facts], world: &World, player: &Player) -> Option<Worst> {
    // Where no trial has what is measured, any that says nothing shows why.
    let worst = expectation.worst(facts).or_else(|| facts.first())?;
    let value = expectation.value(worst).map(|value| expectation.in_unit(value as f64));
    Some(Worst { seed: worst.seed, value, replay: world.replay.command(&player.name, worst.seed, &[]) })
}

/// Where the policy's file has what matters most.
fn policy_line(expectation: &Expectation, facts: &[Facts], player: &Player) -> Option<PolicyLine> {
    if !std::path::Path::new(&player.policy.file).is_file() {
        return None;
    }
    let path = expectation.place(busiest_gate(facts));
    let spot = player.policy.spot(&path).or_else(|| player.policy.spot("policy"))?;
    Some(PolicyLine { file: player.policy.file.clone(), line: spot.line, column: spot.column, path })
}

/// The report of all that was judged.
pub fn report(played: &Played) -> SuiteReport {
    let plan = &played.plan;
    let suites = plan.suites.iter().enumerate().map(|(number, suite)| SuiteResult {
        suite: suite.value.name.clone(),
        file: suite.file.clone(),
        seed: suite.value.seed,
        cases: (0..plan.rows.len()).filter(|row| plan.rows[*row].suite == number).map(|row| case(played, row)).collect(),
    });
    let trials = plan.worlds.iter().flat_map(|world| &world.players).map(|player| player.facts.len() as u64).sum();
    SuiteReport::new(env!("CARGO_PKG_VERSION"), suites.collect(), trials, played.interrupted)
}

fn case(played: &Played, number: usize) -> CaseResult {
    let plan = &played.plan;
    let row = &plan.rows[number];
    let world = &plan.worlds[row.lane.world];
    let player = plan.player(row.lane);
    let mine = (0..plan.checks.len()).filter(|check| plan.checks[*check].row == number);
    CaseResult {
        name: plan.suites[row.suite].value.cases[row.case].name.clone(),
        scenario: world.scenario.name.clone(),
        policy: player.policy.value.name.clone(),
        replay: world.drill.as_ref().map(|drill| drill.path.clone()),
        expect: world.scenario.expect,
        severity: world.replay.severity,
        wobble: world.replay.wobble,
        with: world.replay.with.clone(),
        trials: player.facts.len() as u64,
        insufficient: silent(&player.facts) as u64,
        reason: main_reason(&player.facts),
        expectations: mine.filter_map(|check| played.results[check].clone()).collect(),
    }
}
