//! The facilitator's brief: the truth, and what to do with it.

use super::command;
use crate::act::Inject;
use crate::cast::Cast;
use gatecrash_policies::time::{Span, Time};
use gatecrash_reports::TrialReport;
use gatecrash_reports::words::{self, clock};
use gatecrash_sim::Trial;
use gatecrash_sim::presets;
use gatecrash_sim::scenario::{Expect, Fault, Onset, Side};
use std::fmt::Write;

/// What a drill should take of people's time at most. Ours.
const SITTING: Span = Span::from_secs(90 * 60);
/// The paces that are offered, simulated seconds a second.
const PACES: [u32; 5] = [1, 10, 60, 600, 3_600];

/// `brief.md`.
pub fn text(cast: &Cast, seed: u64) -> String {
    let trial = cast.game().play(seed, false).remove(0);
    [
        head(cast, seed),
        faults(cast, &trial),
        right(cast),
        alone(cast, &trial),
        how(cast, seed, &trial),
        friction(cast),
        "## Afterwards\n\nThe report is in `report.html` (add `--markdown FILE` for a ticket). The whole drill again, with another \
         report: `gatecrash replay drill.jsonl`. Every finding has an owner and a day to test it again: put both into your \
         calendar before people leave.\n"
            .to_string(),
    ]
    .join("\n")
}

fn head(cast: &Cast, seed: u64) -> String {
    let [scenario, policy] = cast.texts.each_ref().map(|text| &text.name);
    format!(
        "# Facilitator's brief: {scenario} x {policy}\n\n**For the facilitator alone.** Operators may read all other files of this \
         folder; this one says what will go wrong. The scenario's name says it as well: start the drill where nobody reads along, \
         neither on your screen nor in the list of processes.\n\n- scenario: {scenario}: {}\n- policy: {policy}: {}\n- seed: \
         {seed}; with this seed everything below holds, with another one about\n",
        cast.scenario.about, cast.policy.about
    )
}

fn faults(cast: &Cast, trial: &Trial) -> String {
    let mut text = "## What goes wrong\n\n".to_string();
    if cast.scenario.faults.is_empty() {
        return text + "Nothing. Whatever a gate finds is noise, and the question is whether people keep calm.\n";
    }
    for fault in &cast.scenario.faults {
        let _ =
            writeln!(text, "- `{}` on {}, due {}{}{}", fault.name, side(fault.on), due(&fault.at), lasting(fault), about(fault));
    }
    let began: Vec<_> = trial.timeline.iter().filter(|entry| entry.kind == "fault").collect();
    text += "\nAs the policy alone plays this seed:\n\n";
    if began.is_empty() {
        text += "- no fault begins before it is over\n";
    }
    let lines: String = began.iter().map(|entry| format!("- {}: {}\n", clock(entry.at), entry.text)).collect();
    text + &lines + "\nPeople who go on faster or slower than the policy shift what hangs on a stage.\n"
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Canary => "the canary",
        Side::Stable => "stable",
        Side::Both => "both arms",
    }
}

fn due(at: &Onset) -> String {
    match at {
        Onset::At(at) => format!("at {}", clock(*at)),
        Onset::Stage { name, after } => format!("{after} after the rollout enters stage {name}"),
    }
}

fn lasting(fault: &Fault) -> String {
    fault.lasting.map_or(", for good".into(), |span| format!(", for {span}"))
}

fn about(fault: &Fault) -> String {
    let bends: Vec<String> = fault.bends.iter().map(|bend| format!("{}.{}", bend.component, bend.knob)).collect();
    match presets::find(&fault.name) {
        Some(preset) => format!(": {} ({})", preset.about, words::list(&bends)),
        None => format!(": bends {}", words::list(&bends)),
    }
}

fn right(cast: &Cast) -> String {
    let text = match cast.scenario.expect {
        Expect::Rollback => {
            "**Roll back**, once there is evidence: the rollout does harm. Then the playbook, step by step and in order, until \
             recovery is validated. Rolling back before any harm counts as a false rollback."
        }
        Expect::Promote => {
            "**Go on**: the rollout is not to blame for anything. Rolling back is a false rollback, however sure people are; \
             holding for a while to look is fine."
        }
    };
    format!("## What is right\n\n{text}\n")
}

fn alone(cast: &Cast, trial: &Trial) -> String {
    let report = TrialReport { trial, policy: &cast.policy, expect: cast.scenario.expect, recorded: None };
    let mut text = format!("## What the policy does alone\n\n{}\n\n", report.verdict());
    for (name, at) in trial.instants.named() {
        let _ = writeln!(text, "- {name}: {}", at.map_or("never".into(), clock));
    }
    let (requests, subjects) =
        (words::count_of(trial.exposed_requests, "request"), words::count_of(trial.exposed_subjects, "subject"));
    let harmed = words::count_of(trial.harmed, "outcome");
    let _ = writeln!(
        text,
        "- cost: {requests} and {subjects} on the canary, {harmed} harmed, {} leaked",
        words::count_of(trial.duplicates_leaked, "duplicate")
    );
    if let Some(gate) = trial.caught_by.first() {
        let after = trial.instants.harmed.zip(trial.instants.decided).map(|(from, to)| to.since(from));
        let within =
            after.map_or("for nothing".into(), |span| format!("{} after the first harm", words::seconds(span.seconds())));
        let _ = writeln!(text, "- for the blanks of `hypothesis.md`: gate `{gate}` fails, and the policy rolls back {within}");
    }
    text
}

fn how(cast: &Cast, seed: u64, trial: &Trial) -> String {
    let speed = speed(cast, trial);
    format!(
        "## How to run it\n\nMake tokens first (`roles.md`). Then:\n\n```\n{}\n```\n\n`--start fault-10m` plays the beginning at \
         once and lets people in ten simulated minutes before something happens (from the beginning, where it happens earlier; \
         where nothing ever does, at a moment that tells nothing). \
         `--paused` waits until you let the clock go. {speed}x keeps it to one sitting; your own alerts and dashboards need 1x. \
         The stop condition is twenty times what the policy alone lets through, for people take their time.\n\nTo learn something \
         yourself, let scenario and seed be drawn:\n\n```\n{}\n```\n",
        command::hold(cast, seed, speed, &[stop_if(trial)]),
        command::surprise(cast),
    )
}

/// Twenty times the harm of the policy alone, at least 100: people are slower, and nothing is broken that is real.
pub fn stop_if(trial: &Trial) -> String {
    let limit = (20 * trial.harmed).max(100);
    format!("harmed > {limit}")
}

/// The slowest pace at which it is over in one sitting: from ten minutes before the harm until recovery twice as long as the policy
/// alone takes; or the whole, where there is no harm.
fn speed(cast: &Cast, trial: &Trial) -> u32 {
    let end = Time::ZERO + cast.scenario.horizon;
    let stretch = match (trial.instants.harmed, trial.instants.validated) {
        (Some(harmed), Some(validated)) => Span(2 * validated.since(harmed).0) + Span::from_secs(600),
        (Some(harmed), None) => end.since(harmed) + Span::from_secs(600),
        _ => trial.ended.since(Time::ZERO),
    };
    let fits = |pace: &&u32| stretch.0 / u64::from(**pace) <= SITTING.0;
    *PACES.iter().find(fits).unwrap_or(&PACES[PACES.len() - 1])
}

/// What makes it harder, as far as this system can have it.
fn friction(cast: &Cast) -> String {
    let mut text =
        "## To make it harder\n\nOne at a time, and only while people cope. All of it is in the record, and faults are \
         played for the policy alone as well.\n\n"
            .to_string();
    for (why, inject) in injects(cast) {
        let _ = writeln!(text, "- {why}:\n  `{}`", command::inject(&inject));
    }
    text
}

fn injects(cast: &Cast) -> Vec<(String, Inject)> {
    let herring = |why: &str, line: &str| (why.to_string(), Inject { herring: Some(line.into()), ..Inject::default() });
    let mut all = vec![
        herring("a report that means nothing", "support: one customer says that it is slow today"),
        herring("somebody else's change, to blame wrongly", "another team has just changed the load balancer's configuration"),
        (
            "whoever knows best is not to be reached; what they do is refused meanwhile".to_string(),
            Inject { away: Some("NAME".into()), lasting: Some("15m".into()), ..Inject::default() },
        ),
    ];
    let own = |name: &str| cast.scenario.faults.iter().any(|fault| fault.name == name);
    // Faults that are nobody's on the canary: they blind people, slow them down, or tempt them.
    let faults = [
        ("telemetry_lag", "15m"),
        ("telemetry_loss", "5m"),
        ("flag_lag", "20m"),
        ("background_incident", "10m"),
        ("traffic_surge", "15m"),
    ];
    for (name, lasting) in faults {
        let Some(preset) = presets::find(name).filter(|preset| !own(name) && !preset.applying(&cast.scenario).is_empty()) else {
            continue;
        };
        let inject = Inject { fault: Some(name.into()), lasting: Some(lasting.into()), ..Inject::default() };
        all.push((preset.about.to_string(), inject));
    }
    all
}
