//! `score`: many trials, and what each policy is worth.

use crate::args::Score;
use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_reports::score::{ScoreReport, Tally};
use gatecrash_reports::{formats, html_score, svg_score};
use gatecrash_scenarios::{Loaded, fits, library_policies, library_scenarios, load_policy, load_scenario};
use gatecrash_sim::{Match, Scenario, Trial};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One scenario at one severity, with its policies.
struct Job {
    scenario: Scenario,
    policies: Vec<Arc<Loaded<Policy>>>,
}

/// Plays all jobs and writes what was asked for.
pub fn score(args: &Score) -> Result<(), Failure> {
    let jobs = select(args)?;
    let games = jobs.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let mut tallies: Vec<Vec<Tally>> = jobs.iter().map(tallies).collect();
    play(args, &games, &mut tallies)?;
    let rows = tallies.iter().flatten().map(Tally::row).collect();
    let report = ScoreReport::new(args.seed, args.trials, rows);
    write(args, &report)
}

/// The scenarios and policies that the arguments mean.
fn select(args: &Score) -> Result<Vec<Job>, Failure> {
    let whole_library = args.scenarios.is_empty();
    let names = match args.scenarios.as_slice() {
        [] => library_scenarios().into_iter().map(|s| s.name.to_string()).collect(),
        named => named.to_vec(),
    };
    let policies = policies(args)?;
    let mut jobs = Vec::new();
    let mut misfit = None;
    for name in names {
        let scenario = load_scenario(&name)?;
        if scenario.value.slow && whole_library {
            continue; // months long: only when asked for
        }
        scenario.warnings.iter().for_each(|warning| output::warn(warning));
        let policies = if policies.is_empty() { vec![Arc::new(own_policy(&scenario)?)] } else { policies.clone() };
        let mut fitting = Vec::new();
        for policy in policies {
            match fits(&scenario, &policy) {
                Ok(warnings) => {
                    let asked_for = !args.policies.is_empty() || !whole_library;
                    warnings.iter().filter(|_| asked_for).for_each(|warning| output::warn(warning));
                    fitting.push(policy);
                }
                // Nobody asked for this pair by name.
                Err(error) if whole_library => {
                    output::warn(&format!("{name} is left out for {}: {error}", policy.file));
                    misfit.get_or_insert(error);
                }
                Err(error) => return Err(error.into()),
            }
        }
        // Where there is no fault, every size of it is the same.
        let severities = if scenario.value.faults.is_empty() { &[1.0] } else { args.severity.as_slice() };
        for severity in severities.iter().filter(|_| !fitting.is_empty()) {
            let scenario = Scenario { severity: *severity, ..scenario.value.clone() };
            jobs.push(Job { scenario, policies: fitting.clone() });
        }
    }
    match misfit {
        Some(error) if jobs.is_empty() => Err(error.into()),
        _ if jobs.is_empty() => Err(Failure::Nothing("nothing was selected: there is no scenario to play".into())),
        _ => Ok(jobs),
    }
}

/// The policies that the arguments name, or the whole library when they name nothing at all; none where each scenario is to play
/// its own. Policies of the same name are told apart by their files.
fn policies(args: &Score) -> Result<Vec<Arc<Loaded<Policy>>>, Failure> {
    let named = match args.policies.as_slice() {
        [] if args.scenarios.is_empty() => library_policies().into_iter().map(|p| p.name.to_string()).collect(),
        named => named.to_vec(),
    };
    let mut policies = named.iter().map(|name| load_policy(name)).collect::<Result<Vec<_>, _>>()?;
    policies.iter().flat_map(|policy| &policy.warnings).for_each(|warning| output::warn(warning));
    let names: Vec<String> = policies.iter().map(|policy| policy.value.name.clone()).collect();
    for policy in &mut policies {
        if names.iter().filter(|name| **name == policy.value.name).count() > 1 {
            policy.value.name = format!("{} ({})", policy.value.name, policy.file);
        }
    }
    Ok(policies.into_iter().map(Arc::new).collect())
}

fn own_policy(scenario: &Loaded<Scenario>) -> Result<Loaded<Policy>, Failure> {
    let name = scenario.policy.as_ref().ok_or_else(|| {
        Failure::Input(format!("{} names no policy of its own; add --policy, for instance --policy careful", scenario.file))
    })?;
    Ok(load_policy(name)?)
}

fn prepare(job: &Job) -> Result<Match<'_>, Failure> {
    let policies: Vec<&Policy> = job.policies.iter().map(|policy| &policy.value).collect();
    Match::new(&job.scenario, &policies)
        .map_err(|(index, error)| Failure::Input(format!("{}: {}: {}", job.policies[index].file, error.gate, error.message)))
}

fn tallies(job: &Job) -> Vec<Tally> {
    let tally = |policy: &Arc<Loaded<Policy>>| {
        Tally::new(&job.scenario.name, &policy.value.name, job.scenario.expect, job.scenario.severity)
    };
    job.policies.iter().map(tally).collect()
}

/// Plays every job with every seed, some at a time; the tallies take them in order, so that threads change no byte.
fn play(args: &Score, games: &[Match], tallies: &mut [Vec<Tally>]) -> Result<(), Failure> {
    /// Trials in memory at a time; large enough to keep all threads busy.
    const CHUNK: usize = 512;
    let threads = args.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::Input(format!("cannot start the threads: {error}; try a smaller --jobs")))?;
    let stopped = stop_flag();
    let bar = progress(games.len() as u64 * args.trials);
    let tasks = (0..games.len()).flat_map(|game| (0..args.trials).map(move |i| (game, args.seed.wrapping_add(i))));
    let mut tasks = tasks.peekable();
    while tasks.peek().is_some() && !stopped.load(Ordering::Relaxed) {
        let chunk: Vec<(usize, u64)> = tasks.by_ref().take(CHUNK).collect();
        let one = |&(game, seed): &(usize, u64)| -> Option<Vec<Trial>> {
            if stopped.load(Ordering::Relaxed) {
                return None;
            }
            let trials = games[game].play(seed, false);
            bar.inc(1);
            Some(trials)
        };
        let played: Vec<Option<Vec<Trial>>> = pool.install(|| chunk.par_iter().with_max_len(1).map(one).collect());
        for ((game, _), trials) in chunk.iter().zip(played) {
            tallies[*game].iter_mut().zip(trials.iter().flatten()).for_each(|(tally, trial)| tally.add(trial));
        }
    }
    bar.finish_and_clear();
    if stopped.load(Ordering::Relaxed) {
        output::warn("interrupted: this is what was finished");
    }
    Ok(())
}

/// Raised by Ctrl-C; a second one ends the process at once.
fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        output::warn(&format!("Ctrl-C will end the job without a report: {error}"));
    }
    flag
}

/// Draws nothing without a terminal.
fn progress(tasks: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent}% of {len} trial sets, {elapsed} gone, {eta} to go");
    ProgressBar::new(tasks).with_style(style.expect("the template is well-formed"))
}

fn write(args: &Score, report: &ScoreReport) -> Result<(), Failure> {
    let format = |name: &str, colour| formats::named(name, colour).expect("every format of the arguments is known to reports");
    if let Some(path) = &args.html {
        output::file(path, |out| out.write_all(html_score(report).as_bytes()))?;
    }
    if let Some(path) = &args.svg {
        output::file(path, |out| out.write_all(svg_score(report).as_bytes()))?;
    }
    if let Some(path) = &args.csv {
        output::file(path, |out| format("csv", false).write(report, out))?;
    }
    output::stdout(|out| format(args.format.name(), output::colour()).write(report, out))
}
