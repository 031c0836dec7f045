//! A drill written down before it is held: who does what when. Played at once, it gives a record like any other.
//!
//! ```yaml
//! drill: friday
//! scenario: cancel-latency-spike
//! policy: run-control
//! seed: 7
//! start: fault-10m
//! acts:
//!   - { at: 40m, who: ana, act: acknowledge }
//!   - { at: 1h, who: ana, act: rollback, with: { reason: cancels pile up } }
//! ```

use crate::act::Act;
use crate::cast::Cast;
use crate::event::{Event, Moment};
use crate::plan::{Mode, Plan};
use crate::role::Role;
use crate::start::Start;
use gatecrash_policies::suggest::did_you_mean;
use gatecrash_policies::time::Time;
use gatecrash_policies::units;
use serde::Deserialize;

/// A script as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    #[serde(rename = "drill")]
    _name: String,
    #[serde(default, rename = "about")]
    _about: String,
    scenario: String,
    policy: Option<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    start: Option<String>,
    #[serde(default)]
    approve_within: Option<String>,
    #[serde(default)]
    stop_if: Vec<String>,
    #[serde(default)]
    held: Option<String>,
    acts: Vec<Scripted>,
}

fn one() -> u64 {
    1
}

/// One act.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripted {
    at: String,
    #[serde(default = "somebody")]
    who: String,
    #[serde(default)]
    role: Option<Role>,
    act: String,
    #[serde(default)]
    with: serde_json::Map<String, serde_json::Value>,
}

fn somebody() -> String {
    "operator".into()
}

/// How long an approval may take where nobody says.
pub const APPROVE_WITHIN_US: u64 = 15 * 60_000_000;

/// Reads a script: its cast, its plan, and what people do. `file` is its name in messages, and what paths in it are relative to; `held`
/// the day where the script does not say.
///
/// # Errors
/// File, line, what was found, and what to do.
pub fn read(file: &str, text: &str, held: &str) -> Result<(Cast, Plan, Vec<Moment>), String> {
    if text.trim().is_empty() {
        return Err(format!("{file}: the file is empty; a script begins like `drill: friday`"));
    }
    let script: Script = serde_saphyr::from_str(text).map_err(|error| located(file, &error.to_string()))?;
    let beside = |name: &str| match std::path::Path::new(file).parent() {
        Some(folder) if gatecrash_scenarios::is_path(name) => folder.join(name).to_string_lossy().into_owned(),
        _ => name.to_string(),
    };
    let policy = script.policy.as_deref().map(beside);
    let cast = Cast::load(&beside(&script.scenario), policy.as_deref(), &script.with)?;
    let told = |what: &str, error: String| format!("{file}: {what}: {error}");
    let start = script.start.as_deref().map_or(Ok(Start::At(Time::ZERO)), Start::read).map_err(|error| told("start", error))?;
    let start = start.time(&cast, script.seed);
    let span = |text: &String| units::span(text).map(|span| span.0).map_err(|error| told("approve_within", error));
    let approve_within_us = script.approve_within.as_ref().map_or(Ok(APPROVE_WITHIN_US), span)?;
    let mut acts = Vec::new();
    for (i, scripted) in script.acts.into_iter().enumerate() {
        acts.push(moment(scripted, start).map_err(|error| told(&format!("act {}", i + 1), error))?);
    }
    acts.sort_by_key(|moment| moment.t_us);
    let [scenario, policy] = cast.texts.clone();
    let plan = Plan {
        scenario,
        with: script.with,
        policy,
        seed: script.seed,
        surprise: false,
        mode: script.mode,
        start_us: start.0,
        speed: None,
        approve_within_us,
        stop_if: script.stop_if,
        held: script.held.unwrap_or_else(|| held.to_string()),
    };
    Ok((cast, plan, acts))
}

/// A complaint of the reader as ours are written: `friday.yaml:3:1: unknown field ..`, with what may have been meant.
fn located(file: &str, complaint: &str) -> String {
    let first = complaint.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let place = |text: &str| -> Option<(u32, u32)> {
        let (line, column) = text.strip_prefix("line ")?.split_once(" column ")?;
        Some((line.parse().ok()?, column.parse().ok()?))
    };
    let found = first.split_once(": ").and_then(|(at, message)| Some((place(at)?, message)));
    let Some(((line, column), message)) = found else { return format!("{file}: {first}") };
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected one of "));
    let hint = unknown.map_or(String::new(), |(name, known)| did_you_mean(name, known.split(", ")));
    format!("{file}:{line}:{column}: {message}{hint}")
}

/// One act at its time: of the rollout, or `+5m` after people came in.
fn moment(scripted: Scripted, start: Time) -> Result<Moment, String> {
    let (after, from) = match scripted.at.strip_prefix('+') {
        Some(after) => (after, start),
        None => (scripted.at.as_str(), Time::ZERO),
    };
    let at = from + units::span(after).map_err(|error| format!("at: {error}"))?;
    if at < start {
        return Err(format!("at: {at} is before people come in, which they do at {start}"));
    }
    let act = Act::read(&scripted.act, scripted.with)?;
    Ok(Moment {
        t_us: at.0,
        event: Event::Act { who: scripted.who, role: scripted.role, act, said: String::new(), refused: false },
    })
}
