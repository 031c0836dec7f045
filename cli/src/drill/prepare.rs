//! What comes before a drill: the plan, and the kit.

use crate::args::{Drill, DrillInit, ModeName, Seed};
use crate::{Failure, output};
use gatecrash_drill::cast::Cast;
use gatecrash_drill::plan::{Mode, Plan};
use gatecrash_drill::start::Start;
use gatecrash_drill::stop::StopIf;
use gatecrash_drill::surprise;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::SystemTime;

/// The cast and the plan that the arguments mean.
pub fn plan(args: &Drill) -> Result<(Cast, Plan), Failure> {
    for condition in &args.stop_if {
        StopIf::read(condition).map_err(|error| Failure::Input(format!("--stop-if: {error}")))?;
    }
    let start = Start::read(&args.start).map_err(|error| Failure::Input(format!("--start: {error}")))?;
    let (cast, seed) = cast(args)?;
    let start = start.time(&cast, seed);
    if start.0 >= cast.scenario.horizon.0 {
        let message = format!(
            "--start {}: people would come in at {start}, and the scenario ends at {}",
            args.start, cast.scenario.horizon
        );
        return Err(Failure::Input(message));
    }
    let [scenario, policy] = cast.texts.clone();
    let plan = Plan {
        scenario,
        with: args.with.clone(),
        policy,
        seed,
        surprise: args.seed == Seed::Surprise,
        mode: mode(args.mode),
        start_us: start.0,
        speed: args.speed.0,
        approve_within_us: args.approve_within.0,
        stop_if: args.stop_if.clone(),
        held: today(),
    };
    Ok((cast, plan))
}

fn cast(args: &Drill) -> Result<(Cast, u64), Failure> {
    let named = args.scenario.as_deref();
    match (args.seed, named) {
        (Seed::Given(seed), Some(name)) => {
            let cast = Cast::load(name, args.policy.as_deref(), &args.with).map_err(Failure::Input)?;
            cast.warnings.iter().for_each(|warning| output::warn(warning));
            Ok((cast, seed))
        }
        (Seed::Given(_), None) => Err(Failure::Input("name a scenario, or let one be drawn with --seed surprise".into())),
        (Seed::Surprise, _) => {
            let policy = policy_of(named, args.policy.as_deref())?;
            surprise::draw(named, &policy, &args.with, luck()).map_err(Failure::Input)
        }
    }
}

/// The policy whose scenarios are drawn from.
fn policy_of(named: Option<&str>, policy: Option<&str>) -> Result<String, Failure> {
    match (policy, named) {
        (Some(policy), _) => Ok(policy.into()),
        (None, Some(name)) => Ok(Cast::load(name, None, &[]).map_err(Failure::Input)?.texts[1].name.clone()),
        (None, None) => Err(Failure::Input("a surprise is drawn from what a policy can play: name one with --policy".into())),
    }
}

/// A number that nobody knows before: the keys of the standard library's hashes are made of the system's randomness.
fn luck() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn mode(mode: ModeName) -> Mode {
    match mode {
        ModeName::Manual => Mode::Manual,
        ModeName::Supervised => Mode::Supervised,
        ModeName::Automatic => Mode::Automatic,
    }
}

/// The day, in UTC; that of `SOURCE_DATE_EPOCH` where that is set.
#[allow(clippy::disallowed_methods, reason = "a drill is held on a day")]
pub fn today() -> String {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds: u64 = told.unwrap_or_else(now);
    gatecrash_scenarios::moment(seconds * 1_000).chars().take(10).collect()
}

/// Writes what a facilitator prepares.
pub fn kit(args: &DrillInit) -> Result<(), Failure> {
    let cast = Cast::load(&args.scenario, args.policy.as_deref(), &[]).map_err(Failure::Input)?;
    let files = gatecrash_drill::kit::files(&cast, args.seed);
    let there: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).filter(|name| args.dir.join(name).exists()).collect();
    if !there.is_empty() {
        let message = format!(
            "`{}` has {} already; nothing was written: name another folder with --dir",
            args.dir.display(),
            there.join(", ")
        );
        return Err(Failure::Input(message));
    }
    output::folder(&args.dir, &files)?;
    output::stdout(|out| {
        files.iter().try_for_each(|(name, _)| writeln!(out, "{}", args.dir.join(name).display()))?;
        writeln!(out, "{} files; brief.md is for the facilitator alone", files.len())
    })
}
