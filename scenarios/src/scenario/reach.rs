//! What a trial can hold, and what in a scenario looks odd.

use crate::error::{Problem, Read};
use gatecrash_sim::scenario::{Expect, Kind, Scenario, Traffic};

/// Events of one kind that a trial may be expected to hold; at about a million a second this is a quarter of an hour.
const EVENTS_MAX: f64 = 1e9;

/// Refuses what would take all memory or all day.
pub(super) fn within_reach(fields: &crate::read::Fields, scenario: &Scenario) -> Read<()> {
    let seconds = scenario.horizon.seconds();
    let within = |key: &str, what: &str, events: f64| -> Read<()> {
        if events <= EVENTS_MAX {
            return Ok(());
        }
        let message = format!("{what}: {events:.1e} until the horizon; a trial holds 1e9 at most");
        Err(fields.get(key).map_or_else(|| fields.problem(message.clone()), |node| node.problem(message.clone())))
    };
    if scenario.warmup >= scenario.horizon {
        return Err(fields.need("warmup")?.problem("`warmup` reaches the horizon; nothing would be recorded"));
    }
    let requests = match &scenario.traffic {
        Some(Traffic::Poisson { rate }) => rate * seconds,
        Some(Traffic::Diurnal { mean, .. }) => mean * seconds,
        Some(Traffic::Bursty { base, burst, .. }) => base * burst.max(1.0) * seconds,
        Some(Traffic::Sessions { rate, requests, .. }) => rate * requests.mean() * seconds,
        Some(Traffic::Recorded(_)) | None => 0.0,
    };
    within("traffic", "requests", requests)?;
    let samples = 3.0 * seconds / scenario.telemetry.scrape.seconds();
    within("telemetry", "samples", samples * 100.0).map_err(|p| Problem {
        message: format!(
            "a scrape each {} gives {samples:.1e} samples until the horizon; 1e7 are the most",
            scenario.telemetry.scrape
        ),
        ..p
    })?;
    let clients = f64::from(scenario.subjects.count);
    for part in &scenario.system {
        if let Kind::Connections(c) = &part.kind {
            within("system", "connections dropped", c.drop * clients * seconds)?;
        }
        if let Kind::Tasks(t) = &part.kind {
            let sweepers = f64::from(scenario.subjects.nodes.max(1));
            within("system", "sweeps", sweepers * seconds / t.sweep.seconds())?;
            within("system", "publications", t.publish * seconds)?;
        }
    }
    Ok(())
}

/// What may be meant but looks odd.
pub(super) fn worth_a_warning(scenario: &Scenario, warnings: &mut Vec<String>) {
    if scenario.expect == Expect::Rollback && scenario.faults.is_empty() {
        warnings.push("expects a rollback and has no faults; nothing can go wrong".into());
    }
    if scenario.expect == Expect::Rollback && scenario.objectives.is_empty() {
        warnings
            .push("expects a rollback and has no objectives; no outcome can be harmed, so every trial is insufficient".into());
    }
    let Some(Traffic::Recorded(trace)) = &scenario.traffic else { return };
    let late = trace.report.not_played;
    if late > 0 {
        let all = trace.rows.len();
        warnings
            .push(format!("{late} of {all} recorded requests come after the horizon of {} and are not played", scenario.horizon));
    }
    let last = trace.rows.last().map_or(0, |row| row.at.0);
    if last < scenario.horizon.0 / 2 {
        let ends = gatecrash_policies::time::Time(last);
        warnings.push(format!("the recorded traffic ends at {ends}, less than half way to the horizon of {}", scenario.horizon));
    }
}
