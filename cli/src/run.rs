//! `run`: one trial, its timeline.

use crate::args::{Run, RunFormat};
use crate::{Failure, output, shell};
use gatecrash_reports::{TrialReport, html_trial, svg_trial};
use gatecrash_scenarios::{fits, load_policy, load_scenario};
use gatecrash_sim::Match;
use gatecrash_sim::scenario::{ReadReport, Traffic};
use std::path::Path;

/// Plays one trial and writes what was asked for.
pub fn run(args: &Run) -> Result<(), Failure> {
    let mut scenario = load_scenario(&args.scenario)?;
    let own = scenario.policy.clone();
    let name = args.policy.clone().or(own).ok_or_else(|| {
        let message = format!("{} names no policy of its own; add --policy, for instance --policy careful", scenario.file);
        Failure::Input(message)
    })?;
    let policy = load_policy(&name)?;
    let warnings = fits(&scenario, &policy)?;
    scenario.warnings.iter().chain(&policy.warnings).chain(&warnings).for_each(|warning| output::warn(warning));
    scenario.value.severity = args.severity;
    let game = Match::new(&scenario.value, &[&policy.value])
        .map_err(|(_, error)| Failure::Input(format!("{}: {}: {}", policy.file, error.gate, error.message)))?;
    let trial = game.play(args.seed, true).pop().expect("one policy, one trial");
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
        let replay = replay(args, &name, folder);
        let gates = report.gate_report(&replay).expect("the trial was played with its detail");
        output::folder(folder, &gates.files())?;
    }
    output::stdout(|out| match args.format {
        RunFormat::Text => report.write_text(out),
        RunFormat::Json => report.write_json(out),
    })
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

/// The command that makes the same gate reports again.
fn replay(args: &Run, policy: &str, folder: &Path) -> String {
    let seed = args.seed.to_string();
    let folder = folder.to_string_lossy();
    let mut words = vec!["run", &args.scenario, "--policy", policy, "--seed", &seed];
    let severity = format!("{}x", args.severity);
    if args.severity != 1.0 {
        words.extend(["--severity", &severity]);
    }
    words.extend(["--gate-report", &folder]);
    shell::command(&words)
}
