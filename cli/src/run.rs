//! `run`: one trial, its timeline.

use crate::args::{OneTrial, Run, RunFormat};
use crate::replay::Replay;
use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_reports::{TrialReport, html_trial, svg_trial};
use gatecrash_scenarios::{Change, Loaded, fits, load_policy, load_scenario_with};
use gatecrash_sim::scenario::{ReadReport, Traffic};
use gatecrash_sim::trial::Trial;
use gatecrash_sim::{Match, Scenario};

/// Plays one trial and writes what was asked for.
pub fn run(args: &Run) -> Result<(), Failure> {
    let (scenario, policy, trial) = play(&args.one)?;
    let recorded = match &scenario.value.traffic {
        Some(Traffic::Recorded(recorded)) => {
            let late = recorded.rows.iter().filter(|row| row.at > trial.stopped).count();
            Some(ReadReport { not_played: late as u64, ..recorded.report.clone() })
        }
        _ => None,
    };
    let recorded = recorded.as_ref();
    let report = TrialReport { trial: &trial, policy: &policy.value, expect: scenario.value.expect, recorded };
    write_files(args, &report)?;
    if let Some(folder) = &args.gate_report {
        let OneTrial { scenario: file, policy, seed, severity, wobble, with } = &args.one;
        let name = policy.clone().or(scenario.policy.clone()).expect("one of them was played");
        let with = changes(with)?.iter().map(Change::shown).collect();
        let world = Replay { scenario: file.clone(), severity: *severity, wobble: *wobble, with };
        let replay = world.command(&name, *seed, &["--gate-report", &folder.to_string_lossy()]);
        let gates = report.gate_report(&replay).expect("the trial was played with its detail");
        output::folder(folder, &gates.files())?;
    }
    output::stdout(|out| match args.format {
        RunFormat::Text => report.write_text(out),
        RunFormat::Json => report.write_json(out),
    })
}

/// What is put into the scenario's file.
fn changes(with: &[String]) -> Result<Vec<Change>, Failure> {
    Ok(with.iter().map(|change| Change::typed(change)).collect::<Result<Vec<_>, _>>()?)
}

/// The scenario and who plays it: a named policy, or the scenario's own.
fn load(one: &OneTrial) -> Result<(Loaded<Scenario>, Loaded<Policy>), Failure> {
    let mut scenario = load_scenario_with(&one.scenario, &changes(&one.with)?)?;
    let policy = one.policy.as_deref().or(scenario.policy.as_deref()).ok_or_else(|| {
        let message = format!("{} names no policy of its own; add --policy, for instance --policy careful", scenario.file);
        Failure::Input(message)
    })?;
    let policy = load_policy(policy)?;
    let warnings = fits(&scenario, &policy)?;
    scenario.warnings.iter().chain(&policy.warnings).chain(&warnings).for_each(|warning| output::warn(warning));
    scenario.value.severity = one.severity;
    scenario.value.wobble = scenario.value.wobble.times(one.wobble);
    Ok((scenario, policy))
}

/// Plays one trial with all its detail.
pub fn play(one: &OneTrial) -> Result<(Loaded<Scenario>, Loaded<Policy>, Trial), Failure> {
    let (scenario, policy) = load(one)?;
    let game = Match::new(&scenario.value, &[&policy.value])
        .map_err(|(_, error)| Failure::Input(format!("{}: {}: {}", policy.file, error.gate, error.message)))?;
    let trial = game.play(one.seed, true).pop().expect("one policy, one trial");
    Ok((scenario, policy, trial))
}

fn write_files(args: &Run, report: &TrialReport) -> Result<(), Failure> {
    if let Some(path) = &args.files.html {
        output::file(path, |out| out.write_all(html_trial(report).as_bytes()))?;
    }
    if let Some(path) = &args.files.svg {
        output::file(path, |out| out.write_all(svg_trial(report).unwrap_or_default().as_bytes()))?;
    }
    if let Some(path) = &args.files.csv {
        output::file(path, |out| out.write_all(report.csv().unwrap_or_default().as_bytes()))?;
    }
    if let Some(path) = &args.trace {
        output::file(path, |out| report.write_trace(out))?;
    }
    Ok(())
}
