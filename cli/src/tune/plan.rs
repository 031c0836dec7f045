//! What to try and where, made from the arguments before anything is played.

use super::cost;
use super::entries::Entries;
use crate::Failure;
use crate::args::Tune;
use crate::select::{fitting, own_scenarios};
use gatecrash_policies::Policy;
use gatecrash_policies::policy::Cohort;
use gatecrash_policies::time::Span;
use gatecrash_reports::score::Sizes;
use gatecrash_reports::tune::{Came, Candidate, Caution, Dial, Goals, Least, Study, World};
use gatecrash_scenarios::{Grid, Loaded, load_policy};
use gatecrash_sim::Scenario;

/// More candidates than this are refused: beyond it a finer grid tells less than a second look at a part of it.
const CANDIDATES_MAX: u128 = 20_000;

/// More trials than this are not played to show a rate; as many as `--trials` takes.
const TRIALS_MAX: u64 = 1_000_000;

/// All that a search is made of.
pub struct Plan {
    /// The policy as written, with its file.
    pub base: Loaded<Policy>,
    /// Its variations.
    pub grid: Grid,
    /// The candidates: those combinations of the grid that can be played, and the policy as written where it is none of them.
    pub policies: Vec<Policy>,
    /// By candidate: which combination of the grid it is.
    places: Vec<Option<u128>>,
    /// The values of the policy as written, in the words of the dials where they have one for it.
    written: Vec<String>,
    /// The index of the policy as written.
    pub current: usize,
    /// As their files say.
    pub scenarios: Vec<Scenario>,
    pub goals: Goals,
    /// Trials of each candidate and world in the search.
    pub trials: u64,
    pub seed: u64,
    /// Of breaches, beside 1.
    pub severities: Vec<f64>,
    /// Of healthy scenarios, beside 1.
    pub wobbles: Vec<f64>,
}

impl Plan {
    /// Whatever is wrong with the arguments is said here.
    pub fn new(args: &Tune) -> Result<Plan, Failure> {
        let base = load_policy(&args.policy)?;
        base.warnings.iter().for_each(|warning| crate::output::warn(warning));
        let grid = Grid::new(&base, &args.vary)?;
        if grid.count() > CANDIDATES_MAX {
            return Err(Failure::Input(too_many(&grid)));
        }
        let asked = !args.scenarios.is_empty();
        let named = if asked { args.scenarios.clone() } else { own_scenarios(&base.value.name) };
        let scenarios = fitting(&base, &named, asked)?;
        let Entries { places, mut policies } = Entries::of(&grid, &base, &scenarios)?;
        let mut places: Vec<Option<u128>> = places.into_iter().map(Some).collect();
        let current = places.iter().position(|place| place.is_some() && *place == grid.current()).unwrap_or(policies.len());
        if current == policies.len() {
            policies.push(base.value.clone());
            places.push(None);
        }
        let written = written(&base, &grid, &args.vary);
        let scenarios = scenarios.into_iter().map(|scenario| scenario.value).collect();
        let goals = goals(args)?;
        let beside = |sizes: &[f64]| {
            let mut sizes: Vec<f64> = sizes.iter().copied().filter(|size| *size != 1.0).collect();
            sizes.sort_by(f64::total_cmp);
            sizes.dedup();
            sizes
        };
        let (severities, wobbles) = (beside(&args.severity), beside(&args.wobble));
        let (trials, seed) = (args.trials, args.seed);
        let mut plan =
            Plan { base, grid, policies, places, written, current, scenarios, goals, trials, seed, severities, wobbles };
        plan.goals.check(&plan.as_written(), plan.least()).map_err(Failure::Input)?;
        plan.trials = trials.max(needed(&plan.goals)?);
        Ok(plan)
    }

    fn least(&self) -> Least {
        let soaks = |policy: &Policy| policy.stages.iter().fold(Span::ZERO, |all, stage| all + stage.soak);
        let shows = |policy: &Policy| policy.stages.iter().any(|s| !matches!(s.cohort, Cohort::Nobody | Cohort::Shadow));
        Least {
            soaks: self.policies.iter().map(soaks).min().unwrap_or(Span::ZERO),
            round: self.policies.iter().map(|policy| policy.round).min().unwrap_or(Span::ZERO),
            exposes: self.policies.iter().all(shows),
        }
    }

    /// The value of each dial.
    fn values(&self, candidate: usize) -> Vec<String> {
        match self.places[candidate] {
            Some(place) => self.grid.values(place).into_iter().map(String::from).collect(),
            None => self.written.clone(),
        }
    }

    /// What a candidate sets, as paths and values.
    pub fn changes(&self, candidate: usize) -> Vec<(&str, &str)> {
        self.places[candidate].map_or(Vec::new(), |place| self.grid.changes(place))
    }

    /// The scenarios as they are written, as worlds.
    pub fn as_written(&self) -> Vec<World> {
        self.scenarios.iter().map(|scenario| world(scenario, Sizes::default())).collect()
    }

    /// Breaches at these severities and healthy scenarios with these wobbles, where there is something to be sized.
    pub fn perturbed(&self, severities: &[f64], wobbles: &[f64]) -> Vec<World> {
        let mut worlds = Vec::new();
        for scenario in &self.scenarios {
            let written = world(scenario, Sizes::default());
            if written.has_breach() && !scenario.faults.is_empty() {
                let sized = |severity: &f64| world(scenario, Sizes { severity: *severity, ..Sizes::default() });
                worlds.extend(severities.iter().map(sized));
            }
            if !written.has_breach() && scenario.wobble.is_on() {
                let sized = |wobble: &f64| world(scenario, Sizes { wobble: *wobble, ..Sizes::default() });
                worlds.extend(wobbles.iter().map(sized));
            }
        }
        worlds
    }

    /// The scenario that a world is.
    pub fn scenario(&self, world: &World) -> Scenario {
        let scenario = self.scenarios.iter().find(|s| s.name == world.scenario).expect("worlds are made of these scenarios");
        let Sizes { severity, wobble } = world.sizes;
        Scenario { severity, wobble: scenario.wobble.times(wobble), ..scenario.clone() }
    }

    /// Nothing played yet: worlds as written first.
    pub fn study(&self) -> Study {
        let dial = |dial: &gatecrash_scenarios::Dial| Dial {
            path: dial.path().to_string(),
            now: dial.written().map(String::from),
            values: dial.values().map(String::from).collect(),
        };
        let mut worlds = self.as_written();
        worlds.extend(self.perturbed(&self.severities, &self.wobbles));
        Study {
            policy: self.base.value.name.clone(),
            dials: self.grid.dials().iter().map(dial).collect(),
            candidates: (0..self.policies.len()).map(|c| Candidate { values: self.values(c) }).collect(),
            current: self.current,
            gates: self.base.value.gates.iter().map(|gate| gate.name.clone()).collect(),
            stages: self.base.value.stages.iter().map(|stage| stage.name.clone()).collect(),
            came: vec![vec![Came::default(); worlds.len()]; self.policies.len()],
            worlds,
            effort: Default::default(),
        }
    }

    /// A digest of all that the trials of a search hang on, and of the version that plays them.
    pub fn digest(&self) -> u64 {
        let Plan { base, grid, scenarios, goals, trials, seed, severities, wobbles, .. } = self;
        let dials: Vec<(&str, Vec<&str>)> = grid.dials().iter().map(|dial| (dial.path(), dial.values().collect())).collect();
        let text = format!("{:?}", (env!("CARGO_PKG_VERSION"), &base.value, dials, goals));
        let text = format!("{text}{:?}", (scenarios, trials, seed, severities, wobbles));
        // FNV-1a, 64 bits (Fowler, Noll, Vo).
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// The fewest trials that can show what is asked for.
fn needed(goals: &Goals) -> Result<u64, Failure> {
    match goals.trials_needed(Caution::CHOICE) {
        needed if needed <= TRIALS_MAX => Ok(needed),
        needed => Err(Failure::Input(format!(
            "such rates take {needed} trials of each candidate and scenario, and {TRIALS_MAX} are the most: ask for less"
        ))),
    }
}

/// What the dials stand at: the value that means what is written, if they have one.
fn written(base: &Loaded<Policy>, grid: &Grid, vary: &[String]) -> Vec<String> {
    let alone = |vary: &String| Grid::new(base, &[vary]).ok();
    let meant = |vary| alone(vary).and_then(|grid| Some(grid.values(grid.current()?)[0].to_string()));
    let now = |dial: &gatecrash_scenarios::Dial| dial.written().unwrap_or("-").to_string();
    grid.dials().iter().zip(vary).map(|(dial, vary)| meant(vary).unwrap_or_else(|| now(dial))).collect()
}

fn world(scenario: &Scenario, sizes: Sizes) -> World {
    World { scenario: scenario.name.clone(), expect: scenario.expect, sizes }
}

fn too_many(grid: &Grid) -> String {
    let counts: Vec<String> = grid.dials().iter().map(|dial| format!("{}: {}", dial.path(), dial.count())).collect();
    format!(
        "{} candidates ({}), and {CANDIDATES_MAX} are the most: take larger steps or fewer values, and look closer where it turns out to \
         matter",
        grid.count(),
        counts.join(", ")
    )
}

fn goals(args: &Tune) -> Result<Goals, Failure> {
    let cost = match (&args.cost, args.breach_rate) {
        (Some(cost), Some(breach_rate)) => Some(cost::read(cost, breach_rate).map_err(Failure::Input)?),
        _ => None,
    };
    let Tune { max_false_rollback, min_detection, detect_within, max_exposure, max_duration, .. } = *args;
    let free = max_false_rollback.is_none() && min_detection.is_none() && max_exposure.is_none() && max_duration.is_none();
    // Without any, what alarms first would win.
    let max_false_rollback = max_false_rollback.or((free && cost.is_none()).then_some(0.05));
    Ok(Goals { max_false_rollback, min_detection, detect_within, max_exposure, max_duration, cost })
}
