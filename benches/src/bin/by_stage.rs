//! How small a breach each gate sees in each stage: plays the breaches of every runbook policy, beginning with each stage that judges
//! their gate, at several sizes, and prints `docs/by-stage.md`.

use gatecrash_benches::{Cell, duration};
use gatecrash_scenarios::{library_scenarios, load_policy, load_scenario, runbook_policies};
use gatecrash_sim::scenario::{Expect, Onset};
use gatecrash_sim::{Match, Scenario};
use rayon::prelude::*;

const TRIALS: u64 = 20;
const FIRST_SEED: u64 = 20_000;
const SIZES: [f64; 4] = [0.25, 0.5, 1.0, 2.0];

const HEAD: &str = "# How small a breach each gate sees, stage by stage

Each breach of the library, begun with each stage that judges its gate and that nothing but the fault tells from a good day: 20 trials a size (0.25x, 0.5x, 1x, 2x of
the scenario's fault), seeds 20000 to 20019, to the scenario's horizon. Written by `cargo run --release -p gatecrash-benches --bin by_stage`.
`found` counts trials at 1x that rolled back after harm, `to detect` is their median from the first harm, `exposed` the mean of requests. The smallest size is one from
which on 80% (95%) are caught; a dash: none of those played, the gate is blind here.
With 20 trials a true 95% shows as 80% or less in 2 of 100 cells. A gate that compares with stable sees nothing where a trial begins with everyone on the canary,
and a restart tells nothing where nothing was kept before it.
";

fn cell(scenario: &Scenario, policy: &gatecrash_policies::Policy) -> Option<Cell> {
    let game = Match::new(scenario, &[policy]).ok()?;
    let mut cell = Cell::default();
    let trials = (FIRST_SEED..FIRST_SEED + TRIALS).filter_map(|seed| game.play(seed, false).pop());
    trials.for_each(|trial| cell.add(&trial, None));
    Some(cell)
}

/// The scenario begun with a stage, its faults timed by it; nothing where a fault has a time of its own.
fn begun_with(scenario: &Scenario, stage: &str) -> Option<Scenario> {
    let mut scenario = scenario.clone();
    scenario.begin = Some(stage.to_string());
    for fault in &mut scenario.faults {
        match &mut fault.at {
            Onset::Stage { name, .. } => *name = stage.to_string(),
            Onset::At(_) => return None,
        }
    }
    Some(scenario)
}

/// Trials that say something.
fn judged(cell: &Cell) -> u64 {
    cell.trials - cell.insufficient
}

fn smallest(cells: &[Cell], share: f64) -> String {
    let enough = |cell: &&Cell| judged(cell) > 0 && cell.detected as f64 >= share * judged(cell) as f64;
    let from = SIZES.len() - cells.iter().rev().take_while(enough).count();
    SIZES.get(from).map_or("-".into(), |size| format!("{size}x"))
}

/// A line of the page: the gate, the stage, and what came of it.
fn line(gate: &str, stage: &str, scenario: &Scenario, policy: &gatecrash_policies::Policy) -> Option<String> {
    let begun = begun_with(scenario, stage)?;
    let sized = |severity| cell(&Scenario { severity, ..begun.clone() }, policy);
    let cells = SIZES.into_iter().map(sized).collect::<Option<Vec<Cell>>>()?;
    let written = &cells[2];
    let to_detect = duration(written.median_delay());
    let (found, exposed) = (format!("{} of {}", written.detected, judged(written)), written.exposed / TRIALS);
    Some(format!(
        "| {gate} | {stage} | {found} | {to_detect} | {exposed} | {} | {} |",
        smallest(&cells, 0.8),
        smallest(&cells, 0.95)
    ))
}

fn main() {
    print!("{HEAD}");
    for listed in runbook_policies() {
        let policy = load_policy(&listed.name).expect("built in").value;
        let mut work = Vec::new();
        for case in library_scenarios() {
            let Some(gate) = case.gate.clone().filter(|_| case.family.as_ref() == Some(&listed.name)) else { continue };
            if case.expect != Some(Expect::Rollback) || case.name != format!("{}-{gate}", listed.name) {
                continue;
            }
            let scenario = load_scenario(&case.name).expect("built in").value;
            let index = policy.gates.iter().position(|g| g.name == gate).expect("the gate is the policy's");
            let stages = policy.stages.iter().filter(|stage| stage.gates.contains(&index));
            work.extend(stages.map(|stage| (gate.clone(), stage.name.clone(), scenario.clone())));
        }
        eprintln!("{}: {} cells", listed.name, work.len());
        println!(
            "\n## {}\n\n| gate | stage | found | to detect | exposed | smallest at 80% | at 95% |\n|---|---|---|---|---|---|---|",
            listed.name
        );
        let lines: Vec<_> =
            work.par_iter().with_max_len(1).map(|(gate, stage, world)| line(gate, stage, world, &policy)).collect();
        lines.iter().flatten().for_each(|line| println!("{line}"));
    }
}
