//! `lint`: what is wrong with policies, scenarios and suites although they can be read.

mod catalog;
mod files;
mod uncaught;
mod write;

pub use catalog::lints;

use crate::args::Lint;
use crate::crew::Crew;
use crate::{Failure, output};
use files::{Files, Given};
use gatecrash_policies::Policy;
use gatecrash_scenarios::Loaded;
use gatecrash_scenarios::lint::{Finding, Level, of_policy, of_scenario, of_suite};
use gatecrash_sim::Scenario;

/// Checks all files and writes what was found; what cannot be read is said beside it.
pub fn lint(args: &Lint) -> Result<(), Failure> {
    if args.files.is_empty() {
        return Err(Failure::Nothing("nothing was selected: name policies, scenarios or suites".into()));
    }
    let files = Files::open(&args.files, &args.scenarios);
    let crew = if args.no_play { None } else { Some(Crew::new(args.jobs)?) };
    let findings = findings(&files, crew.as_ref())?;
    if let Some(crew) = crew {
        crew.finish();
    }
    files.problems.iter().for_each(|problem| eprintln!("error: {problem}"));
    write::write(&findings, files.all.len(), args.format)?;
    match findings.iter().all(|finding| finding.level() == Level::Note) {
        _ if !files.problems.is_empty() => {
            Err(Failure::Input("not everything could be checked: mend what is named above first".into()))
        }
        true => Ok(()),
        false => Err(Failure::Unmet),
    }
}

/// What is found in all files, file by file.
fn findings(files: &Files, crew: Option<&Crew>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for file in &files.all {
        findings.extend(match file {
            Given::Policy(policy) => in_policy(policy, &files.scenarios_of(policy), crew)?,
            Given::Scenarios(scenarios) => in_scenarios(scenarios),
            Given::Suite(suite, cast) => of_suite(suite, cast).settle(&catalog::codes()),
        });
    }
    Ok(findings)
}

fn in_policy(policy: &Loaded<Policy>, scenarios: &[Loaded<Scenario>], crew: Option<&Crew>) -> Result<Vec<Finding>, Failure> {
    if scenarios.is_empty() {
        let file = &policy.file;
        output::warn(&format!(
            "{file}: no scenario goes with it, so that only the file itself was checked; name one with --scenario"
        ));
    }
    let mut sheet = of_policy(policy, scenarios);
    match crew {
        Some(crew) if !scenarios.is_empty() => uncaught::look(policy, scenarios, crew, &mut sheet)?,
        Some(_) => {}
        None => output::warn(&format!("{}: nothing was played; whether its gates catch anything is not known", policy.file)),
    }
    Ok(sheet.settle(&catalog::codes()))
}

/// What is found in the scenarios of a file; what many of a family share is found once.
fn in_scenarios(scenarios: &[Loaded<Scenario>]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for scenario in scenarios {
        let own = files::own_policy(scenario).ok().flatten();
        for finding in of_scenario(scenario, own.as_ref()).settle(&catalog::codes()) {
            if !findings.iter().any(|other| other.at == finding.at && other.lint.code == finding.lint.code) {
                findings.push(finding);
            }
        }
    }
    findings
}
