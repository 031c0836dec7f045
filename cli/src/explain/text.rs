//! For people: what is injected, the stages, the gates, what is worth knowing, and the verdict last.

use super::{Said, grid, worth};
use gatecrash_policies::time::Time;
use gatecrash_reports::words::{self, amount, clock, one_line, percent};
use gatecrash_scenarios::forecast::{FaultForecast, GateForecast, Judged, StageForecast};
use std::io::{self, Write};

pub fn write(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    let (scenario, policy) = (said.scenario, said.policy);
    let severity = if scenario.severity == 1.0 { String::new() } else { format!(", severity {}x", scenario.severity) };
    let expect = words::expect(scenario.expect);
    writeln!(
        out,
        "{} x {}, expect {expect}, horizon {}{severity}: nothing is played",
        one_line(&scenario.name),
        one_line(&policy.name),
        scenario.horizon
    )?;
    faults(said, out)?;
    stages(said, out)?;
    gates(said, out)?;
    let lines = worth::knowing(said);
    if !lines.is_empty() {
        writeln!(out, "\nworth knowing")?;
        lines.iter().try_for_each(|line| writeln!(out, "  {}", one_line(line)))?;
    }
    writeln!(out, "\n{}", one_line(&worth::verdict(said)))
}

fn faults(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\ninjected")?;
    if said.forecast.faults.is_empty() {
        return writeln!(out, "  nothing");
    }
    said.forecast.faults.iter().try_for_each(|fault| one_fault(said, fault, out))
}

fn one_fault(said: &Said, fault: &FaultForecast, out: &mut dyn Write) -> io::Result<()> {
    let lasting = fault.lasting.map_or("for good".to_string(), |lasting| format!("for {lasting}"));
    let begin = fault.begin.map_or(fault.when.clone(), |begin| match fault.when.strip_prefix("at ") {
        Some(_) => clock(begin),
        None => format!("{}, {}", clock(begin), fault.when),
    });
    let of = if said.scenario.traffic.is_some() { "requests" } else { "subjects" };
    let share = if fault.trouble.is_some() { String::new() } else { format!(", {} of all {of}", percent(fault.share)) };
    let line = format!("{}: {begin}; {}, {lasting}; on {}{share}", fault.fault, fault.shape, fault.whom);
    writeln!(out, "  {}", one_line(&line))?;
    for bend in &fault.bends {
        let values = match (&bend.before, &bend.after) {
            (Some(before), Some(after)) => format!(": {before} -> {after}"),
            _ => String::new(),
        };
        writeln!(out, "    {}", one_line(&format!("{} {}{values}", bend.knob, bend.by)))?;
    }
    match &fault.trouble {
        Some(trouble) => writeln!(out, "    never felt: {}", one_line(trouble)),
        None => Ok(()),
    }
}

fn stages(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nstages, at the earliest; requests of the traffic, on average")?;
    let stages = &said.forecast.stages;
    let until = Time::ZERO + said.scenario.horizon;
    let row = |stage: &StageForecast| {
        let end = if stage.end > until { format!("{} (horizon)", clock(until)) } else { clock(stage.end) };
        let rate = if stage.canary_requests > 0.0 { per(stage.canary_rate) } else { "-".to_string() };
        let mut row = vec![one_line(&stage.stage), one_line(&stage.cohort), clock(stage.begin), end];
        // Where there is no traffic, clients are all there is.
        let requests = |n: f64| if said.scenario.traffic.is_some() { amount(n) } else { "-".to_string() };
        row.extend([amount(stage.subjects), requests(stage.canary_requests), rate, requests(stage.stable_requests)]);
        row
    };
    let header = ["stage", "canary", "begins", "ends", "subjects", "requests", "rate", "on stable"];
    grid::lines(&header, stages.iter().map(row).collect(), 2).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// A rate of requests: per second, minute or hour.
fn per(rate: f64) -> String {
    gatecrash_policies::Unit::PerSecond.show((rate * 1e6).round() / 1e6)
}

/// A line per gate; of each stage what it has and finds.
fn gates(said: &Said, out: &mut dyn Write) -> io::Result<()> {
    let stages: Vec<&StageForecast> = said.forecast.stages.iter().filter(|stage| !stage.gates.is_empty()).collect();
    let mut all: Vec<usize> = stages.iter().flat_map(|stage| &stage.gates).map(|gate| gate.index).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return writeln!(out, "\ngates: none is judged");
    }
    writeln!(
        out,
        "\ngates: when first judged; outcomes at a stage's end, and the chance that one look then finds the metric doubled"
    )?;
    let names: Vec<String> = stages.iter().map(|stage| one_line(&stage.stage)).collect();
    let header: Vec<&str> = ["gate", "judged", "asks for"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let row = |gate: &usize| {
        let at = |stage: &&StageForecast| stage.gates.iter().find(|own| own.index == *gate).cloned();
        let each: Vec<Option<GateForecast>> = stages.iter().map(at).collect();
        let first = each.iter().flatten().next().expect("it is a gate of some stage");
        let mut row = vec![one_line(&first.gate), judged(&each), amount(first.min_samples as f64)];
        row.extend(each.iter().map(|gate| gate.as_ref().map_or(String::new(), cell)));
        row
    };
    grid::lines(&header, all.iter().map(row).collect(), 1).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// When a gate first judges, at any stage; where only playing tells how many outcomes it has, when it first could.
fn judged(stages: &[Option<GateForecast>]) -> String {
    let known = |gate: &GateForecast| match gate.judged {
        Judged::At(at) => Some(at),
        _ => None,
    };
    let unknown = stages.iter().flatten().find(|gate| matches!(gate.judged, Judged::Unknown(_)));
    match (stages.iter().flatten().filter_map(known).min(), unknown) {
        (Some(at), _) => clock(at),
        (None, Some(gate)) => format!("from {}", clock(gate.readable)),
        (None, None) if stages.iter().flatten().any(|gate| gate.chance_to_judge.is_some_and(|chance| chance >= 0.01)) => {
            "by luck".into()
        }
        (None, None) => "never".into(),
    }
}

/// `34, 0.4%`: outcomes, and the chance to find a doubling; `-` where there is nothing to double, `?` where only playing tells.
fn cell(gate: &GateForecast) -> String {
    let outcomes = gate.outcomes.map_or("?".to_string(), |n| amount(if n >= 10.0 { n.round() } else { n }));
    let nothing = if gate.power.at_1x.is_some() { "-" } else { "?" };
    // No chance is quite none; how small it is does not matter.
    let power = gate.power.at_2x.map_or(nothing.to_string(), |chance| percent(chance.max(1e-6)));
    format!("{outcomes}, {power}")
}
