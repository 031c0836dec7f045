//! `score`: many trials, and what each policy is worth.

use crate::args::Score;
use crate::crew::Crew;
use crate::select::{Job, select};
use crate::{Failure, output};
use gatecrash_policies::{Bound, Policy};
use gatecrash_reports::promise::Promise;
use gatecrash_reports::score::{ScoreReport, Sizes, Tally};
use gatecrash_reports::{formats, html_score, svg_score};
use gatecrash_scenarios::Loaded;
use gatecrash_sim::{Match, Scenario};
use std::sync::{Arc, Mutex};

/// Plays all jobs and writes what was asked for.
pub fn score(args: &Score) -> Result<(), Failure> {
    let jobs = select(args)?;
    let games = jobs.iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
    let blank = jobs.iter().zip(&games).map(|(job, game)| tallies(job, game)).collect();
    let tallies = play(args, &games, &jobs, blank)?;
    let rows = tallies.iter().flatten().map(Tally::row).collect();
    let report = ScoreReport::new(args.seed, args.trials, rows);
    write(args, &report)
}

fn prepare(job: &Job) -> Result<Match<'_>, Failure> {
    let policies: Vec<&Policy> = job.policies.iter().map(|policy| &policy.value).collect();
    Match::new(&job.scenario, &policies)
        .map_err(|(index, error)| Failure::Input(format!("{}: {}: {}", job.policies[index].file, error.gate, error.message)))
}

fn tallies(job: &Job, game: &Match) -> Vec<Tally> {
    let Scenario { name, expect, severity, .. } = &job.scenario;
    let sizes = Sizes { severity: *severity, wobble: job.wobble };
    let tally = |(policy, bound): (&Arc<Loaded<Policy>>, Bound)| {
        let promise = Promise { bound, shared: policy.value.alpha.is_some() };
        Tally::new(name, &policy.value.name, *expect, sizes, promise)
    };
    job.policies.iter().zip(game.false_rollback_bounds()).map(tally).collect()
}

/// Plays every job with every seed; tallies do not mind the order, so that threads change no byte. Seed by seed, so that an interrupted
/// job says something of each row, and of each seed the long scenarios first, so that no thread is left alone with one.
fn play(args: &Score, games: &[Match], jobs: &[Job], tallies: Vec<Vec<Tally>>) -> Result<Vec<Vec<Tally>>, Failure> {
    let crew = Crew::new(args.jobs)?;
    let order = longest_first(jobs);
    let tallies: Vec<Mutex<Vec<Tally>>> = tallies.into_iter().map(Mutex::new).collect();
    let sets = games.len() as u64;
    let finished = crew.run(sets * args.trials, |task| {
        let game = order[(task % sets) as usize];
        let played = games[game].score(args.seed.wrapping_add(task / sets));
        let mut tallies = tallies[game].lock().expect("no thread has panicked");
        for (contenders, trial) in &played.groups {
            contenders.iter().for_each(|contender| tallies[*contender].add(trial));
        }
    });
    crew.finish();
    if !finished {
        output::warn("interrupted: this is what was finished");
    }
    Ok(tallies.into_iter().map(|tallies| tallies.into_inner().expect("no thread has panicked")).collect())
}

/// The indices of the jobs by horizon and number of policies: a rough measure, but good enough.
fn longest_first(jobs: &[Job]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse((jobs[i].scenario.horizon, jobs[i].policies.len())));
    order
}

fn write(args: &Score, report: &ScoreReport) -> Result<(), Failure> {
    let format = |name: &str, colour| formats::named(name, colour).expect("every format of the arguments is known to reports");
    if let Some(path) = &args.files.html {
        output::file(path, |out| out.write_all(html_score(report).as_bytes()))?;
    }
    if let Some(path) = &args.files.svg {
        output::file(path, |out| out.write_all(svg_score(report).as_bytes()))?;
    }
    if let Some(path) = &args.files.csv {
        output::file(path, |out| format("csv", false).write(report, out))?;
    }
    output::stdout(|out| format(args.format.name(), output::colour()).write(report, out))
}
