//! `list`: what is built in, from the same tables that the program works by.

use crate::args::Kind;
use crate::library::{self, is_runbook};
use crate::{Failure, lint, output};
use clap::ValueEnum;
use gatecrash_policies::policy::By;
use gatecrash_policies::rules::{Entry, Parameter, RULES, Range, Setting};
use gatecrash_reports::formats::FORMATS;
use gatecrash_scenarios::{library_policies, load_policy};
use gatecrash_sim::catalog::{KINDS, Unit, WORLD};
use gatecrash_sim::presets::{PRESETS, Preset, convention};
use gatecrash_sim::scenario::{Expect, Side};

/// Prints a kind's items, a line each; of the scenarios only those of a policy, if one is given.
pub fn list(kind: Option<Kind>, policy: Option<&str>) -> Result<(), Failure> {
    let rows = match (kind, policy) {
        (Some(Kind::Scenarios), Some(policy)) => scenarios_of(policy)?,
        (_, Some(_)) => return Err(Failure::Input("--policy is for `list scenarios`; take it away or list these".into())),
        (kind, None) => kind.map_or_else(kinds, rows),
    };
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    output::stdout(|out| rows.iter().try_for_each(|(name, about)| writeln!(out, "{name:width$}  {about}")))
}

fn kinds() -> Vec<(String, String)> {
    let line = |kind: &Kind| {
        let value = kind.to_possible_value()?;
        Some((format!("list {}", value.get_name()), value.get_help()?.to_string()))
    };
    Kind::value_variants().iter().filter_map(line).collect()
}

fn rows(kind: Kind) -> Vec<(String, String)> {
    let pair = |(name, about): &(&str, &str)| (name.to_string(), about.to_string());
    match kind {
        Kind::Scenarios => library::scenarios().into_iter().map(|s| (s.name, format!("{}{}", s.about, slow(s.slow)))).collect(),
        Kind::Policies => {
            let sort = |name: &str| if is_runbook(name) { "runbook" } else { "general" };
            library_policies().into_iter().map(|p| (p.name.clone(), format!("{}: {}", sort(&p.name), p.about))).collect()
        }
        Kind::Faults => PRESETS.iter().map(fault).collect(),
        Kind::Components => KINDS.iter().map(|k| (k.name.to_string(), k.about.to_string())).collect(),
        Kind::Signals => {
            let of = |k: &gatecrash_sim::catalog::KindSpec| {
                let line = |s: &gatecrash_sim::catalog::SignalSpec| {
                    let reads = format!("{:?}", s.reads).to_lowercase();
                    (format!("{}.{}", k.name, s.name), format!("{reads}: {}", s.about))
                };
                k.signals.iter().map(line).collect::<Vec<_>>()
            };
            KINDS.iter().flat_map(of).collect()
        }
        Kind::Knobs => {
            let of = |k: &gatecrash_sim::catalog::KindSpec| {
                let line = |knob: &gatecrash_sim::catalog::Knob| {
                    (format!("{}.{}", k.name, knob.name), format!("{} (bend by {})", knob.about, bends(knob.unit)))
                };
                k.knobs.iter().map(line).collect::<Vec<_>>()
            };
            KINDS.iter().chain(&WORLD).flat_map(of).collect()
        }
        Kind::Rules => RULES.iter().flat_map(|entry| rule(entry)).collect(),
        Kind::Lints => {
            let line = |lint: &gatecrash_scenarios::lint::Lint| {
                (format!("{} {}", lint.code, lint.name), format!("{}: {}", lint.level.name(), lint.about))
            };
            lint::lints().into_iter().map(line).collect()
        }
        Kind::Formats => FORMATS.iter().map(pair).collect(),
    }
}

/// The scenarios that a policy plays as its own: what is expected, the gate, and what each teaches.
fn scenarios_of(policy: &str) -> Result<Vec<(String, String)>, Failure> {
    let name = load_policy(policy)?.value.name;
    let mut rows = Vec::new();
    for entry in library::scenarios_of(&name) {
        let expect = match entry.expect {
            Some(Expect::Rollback) => "expect rollback",
            Some(Expect::Promote) => "expect promote",
            None => "expects nothing",
        };
        let gate = entry.gate.map_or(String::new(), |gate| format!(", gate {gate}"));
        rows.push((entry.name, format!("{expect}{gate}: {}{}", entry.about, slow(entry.slow))));
    }
    if rows.is_empty() {
        return Err(Failure::Nothing(format!("nothing was selected: no built-in scenario names `{name}` as its policy")));
    }
    Ok(rows)
}

/// A mark on what a score of the library leaves out.
fn slow(slow: bool) -> &'static str {
    if slow { " (slow)" } else { "" }
}

fn bends(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "+2%, 0.5x or 100%",
        Unit::Time => "6x or +200ms",
        Unit::Rate => "0.5x, +10/s or 500/s",
        Unit::Factor => "0.5x",
        Unit::Count => "3, +2 or 0.5x",
    }
}

/// What a rule does, promises, costs and takes.
fn rule(entry: &Entry) -> Vec<(String, String)> {
    let under = |text: String| (String::new(), format!("  {text}"));
    let mut rows = vec![(entry.name.to_string(), entry.about.to_string())];
    rows.push(under(format!("{}; {}; try it on {}", entry.alpha.about(), entry.cost, entry.right_for)));
    rows.push(under(format!("missing data: {}", entry.missing)));
    rows.extend(entry.parameters.iter().map(|p| under(parameter(p))));
    rows
}

/// `alpha: 1% (between 0% and 100%): the chance of a false alarm per look`.
fn parameter(parameter: &Parameter) -> String {
    let usual = match (parameter.usual, parameter.range) {
        (Setting::Number(share), Range::Share) => format!("{}%", share * 100.0),
        (Setting::Number(number), _) => number.to_string(),
        (Setting::Span(span), _) => span.to_string(),
        (Setting::Word(word), _) => word.to_string(),
    };
    format!("{}: {usual} ({}): {}", parameter.name, parameter.range, parameter.about)
}

/// What a preset does and which knobs it bends by default.
fn fault(preset: &Preset) -> (String, String) {
    let bend = |(kind, knob, by): &(&str, &str, By)| {
        let by = match by {
            By::Times(m) => format!("{m}x"),
            By::Plus(a) => format!("{a:+}"),
            By::Set(v) => format!("= {v}"),
        };
        match convention(kind, knob) {
            Some(what) => format!("{what} {kind}.{knob} {by}"),
            None => format!("{kind}.{knob} {by}"),
        }
    };
    let on = match preset.on {
        Side::Canary => "canary",
        Side::Stable => "stable",
        Side::Both => "both arms",
    };
    let bends = preset.bends.iter().map(bend).collect::<Vec<_>>().join(", ");
    let lasting = preset.lasting.map_or(String::new(), |span| format!(", for {span}"));
    (preset.name.to_string(), format!("{} ({bends}; on {on}{lasting})", preset.about))
}
