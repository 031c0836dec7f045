//! What goes wrong, and what harm means.

use crate::bends::{bend, size};
use crate::error::{Read, suggestion};
use crate::read::{Fields, positive_span, share, shortened, span};
use crate::system::attributes;
use crate::world::one_segment;
use crate::yaml::{Node, Value};
use gatecrash_policies::policy::{By, Op};
use gatecrash_policies::sample::SignalKind;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::units;
use gatecrash_sim::presets::{PRESETS, Preset, find};
use gatecrash_sim::scenario::{Bend, ComponentSpec, Fault, Objective, Onset, Scenario, Shape, Side};

pub(crate) const KEYS: &[&str] = &["fault", "bend", "by", "at", "for", "on", "shape", "where", "component"];
pub(crate) const ONSET: &[&str] = &["stage", "after"];
pub(crate) const SHAPES: &[&str] = &["ramp", "pulse", "leak", "above"];
pub(crate) const PULSE: &[&str] = &["every", "for"];

/// Reads `faults`. The scenario is complete but for its faults.
pub(crate) fn read(node: &Node, scenario: &Scenario) -> Read<Vec<Fault>> {
    node.list("a list of faults")?.iter().map(|item| fault(item, scenario)).collect()
}

/// One fault, as a line of a scenario file has it: `{ fault: error_burst, by: 10%, at: 5m }`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn fault_from_text(text: &str, scenario: &Scenario) -> Result<Fault, String> {
    crate::yaml::parse(text).and_then(|node| fault(&node, scenario)).map_err(|problem| problem.message)
}

fn fault(node: &Node, scenario: &Scenario) -> Read<Fault> {
    let fields = node.fields("a fault", KEYS)?;
    let (preset, bends) = match (fields.get("fault"), fields.get("bend")) {
        (Some(name), None) => {
            let preset = preset(name)?;
            (Some(preset), preset_bends(&fields, name, preset, scenario)?)
        }
        (None, Some(bends)) => (None, own_bends(&fields, bends, scenario)?),
        (Some(_), Some(bends)) => return Err(bends.problem("`fault` and `bend` exclude each other; make them two faults")),
        (None, None) => return Err(fields.problem("a fault needs the key `fault` (the name of a preset) or `bend`")),
    };
    let only = fields.read("where", |n| one_segment(n, "where", &attributes(scenario)))?;
    let sides = [("canary", Side::Canary), ("stable", Side::Stable), ("both", Side::Both)];
    Ok(Fault {
        name: preset.map_or("bend", |p| p.name).to_string(),
        bends,
        shape: fields.or("shape", preset.map_or(Shape::Step, |p| p.shape), |n| shape(n, preset))?,
        at: onset(fields.need("at")?)?,
        lasting: fields.read("for", span)?.or(preset.and_then(|p| p.lasting)),
        on: fields.or("on", preset.map_or(Side::Canary, |p| p.on), |n| n.word("arm", &sides))?,
        only,
    })
}

fn preset(node: &Node) -> Read<&'static Preset> {
    let name = node.text("the name of a fault")?;
    find(name).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        node.problem(format!("unknown fault `{}`{}", shortened(name), suggestion(name, &names)))
    })
}

fn preset_bends(fields: &Fields, name: &Node, preset: &Preset, scenario: &Scenario) -> Read<Vec<Bend>> {
    let mut applying = preset.applying(scenario);
    let part = fields.read("component", |node| part(node, preset, scenario, &mut applying))?;
    if applying.is_empty() {
        let needs = preset.needs().join(", or one of kind ");
        return Err(name.problem(format!("`{}` needs a component of kind {needs}, and this system has none", preset.name)));
    }
    let bend = |(kind, knob, by): &(&str, &str, By)| {
        let own = part.filter(|part| part.spec().name == *kind);
        Bend { component: own.map_or(*kind, |part| &part.name).to_string(), knob: knob.to_string(), by: *by }
    };
    let mut bends: Vec<Bend> = applying.iter().map(bend).collect();
    if let Some(node) = fields.get("by") {
        let unit = scenario.knob(&bends[0].component, &bends[0].knob).expect("a bend that applies has its knob");
        bends[0].by = size(node, unit)?;
    }
    Ok(bends)
}

/// The component that alone is bent; of its kind only the knobs that it has are left.
fn part<'s>(
    node: &Node,
    preset: &Preset,
    scenario: &'s Scenario,
    applying: &mut Vec<(&'static str, &'static str, By)>,
) -> Read<&'s ComponentSpec> {
    let name = node.text("the name of a component")?;
    let names: Vec<&str> = scenario.system.iter().map(|c| c.name.as_str()).collect();
    let Some(part) = scenario.system.iter().find(|c| c.name == name) else {
        return Err(node.problem(format!("unknown component `{}`{}", shortened(name), suggestion(name, &names))));
    };
    let kind = part.spec().name;
    let of = |bends: &[(&'static str, &'static str, By)]| bends.iter().filter(|(of, _, _)| *of == kind).count();
    if of(preset.bends) == 0 {
        return Err(node.problem(format!("`{}` bends no knob of {kind}, which `{name}` is", preset.name)));
    }
    applying.retain(|(of, knob, _)| *of != kind || scenario.knob(name, knob).is_some());
    if of(applying) == 0 {
        let needs = preset.needs().join(", or ");
        return Err(node.problem(format!("`{}` needs {needs}, and `{name}` has none of it", preset.name)));
    }
    Ok(part)
}

fn own_bends(fields: &Fields, node: &Node, scenario: &Scenario) -> Read<Vec<Bend>> {
    for key in ["by", "component"] {
        if let Some(node) = fields.get(key) {
            return Err(node.problem(format!(
                "`{key}` goes with `fault`; with `bend` the size stands behind the knob: {{ runs.latency: 2x }}"
            )));
        }
    }
    let mut bends = Vec::new();
    for (key, value) in node.entries("a map of knobs like { runs.latency: 2x }")? {
        match bend(key, value, scenario)? {
            Some((component, knob, by)) => bends.push(Bend { component, knob, by }),
            None => return Err(key.problem(format!("this system has no component for `{}`", shortened(&key.name)))),
        }
    }
    if bends.is_empty() { Err(node.problem("a fault bends at least one knob, like { runs.latency: 2x }")) } else { Ok(bends) }
}

fn onset(node: &Node) -> Read<Onset> {
    if !matches!(node.value, Value::Map(_)) {
        return node.parse("a time like 30m, or { stage: canary, after: 30m }", units::span).map(|s| Onset::At(Time::ZERO + s));
    }
    let fields = node.fields("an onset", ONSET)?;
    let name = fields.need("stage")?.text("the name of a stage")?.to_string();
    Ok(Onset::Stage { name, after: fields.or("after", Span::ZERO, span)? })
}

fn shape(node: &Node, preset: Option<&Preset>) -> Read<Shape> {
    if let Value::Text(text) = &node.value {
        return match (text.as_str(), preset.map(|p| p.shape)) {
            ("step", _) => Ok(Shape::Step),
            ("leak", Some(Shape::Leak(span))) => Ok(Shape::Leak(span)),
            ("leak", _) => Ok(Shape::Leak(Span::from_secs(1_800))),
            ("ramp" | "pulse" | "above", _) => Err(node.problem(format!(
                "`{text}` needs its size, like {{ ramp: 30m }}, {{ pulse: {{ every: 10m, for: 1m }} }} or {{ above: 20% }}"
            ))),
            _ => Err(node.problem(format!(
                "unknown shape `{}`{}",
                shortened(text),
                suggestion(text, &["step", "ramp", "pulse", "leak", "above"])
            ))),
        };
    }
    let (key, value) = node.choice("shape", SHAPES)?;
    match key.name.as_str() {
        "ramp" => positive_span(value).map(Shape::Ramp),
        "leak" => positive_span(value).map(Shape::Leak),
        "above" => share(value).map(Shape::Above),
        _ => {
            let fields = value.fields("a pulse", PULSE)?;
            let (every, lasting) = (positive_span(fields.need("every")?)?, positive_span(fields.need("for")?)?);
            if lasting >= every {
                return Err(value.problem(format!("a pulse of {lasting} every {every} never ends; make it shorter")));
            }
            Ok(Shape::Pulse { every, lasting })
        }
    }
}

/// Reads `objectives`. The scenario is complete but for its objectives and faults.
pub(crate) fn objectives(node: &Node, scenario: &Scenario) -> Read<Vec<Objective>> {
    let mut all = Vec::new();
    for item in node.list("a list of objectives like runs.latency <= 5s")? {
        all.extend(item.parse("an objective like runs.latency <= 5s", |text| objective(text, scenario))?);
    }
    Ok(all)
}

/// One objective; one for each component of it where it names a kind.
fn objective(text: &str, scenario: &Scenario) -> Result<Vec<Objective>, String> {
    let wrong =
        || format!("`{}` is not an objective; write it like runs.latency <= 5s or tickets.duplicates == 0", shortened(text));
    let ops = [("<=", Op::AtMost), (">=", Op::AtLeast), ("==", Op::Equal), ("<", Op::Below), (">", Op::Above)];
    let (at, sign, op) = ops
        .iter()
        .filter_map(|(sign, op)| Some((text.find(sign)?, *sign, *op)))
        .min_by_key(|(at, sign, _)| (*at, 2 - sign.len()))
        .ok_or_else(wrong)?;
    let (metric, limit) = (text[..at].trim(), text[at + sign.len()..].trim());
    let (component, signal) = metric.split_once('.').ok_or_else(wrong)?;
    let parts: Vec<_> = match scenario.system.iter().find(|c| c.name == component) {
        Some(part) => vec![part],
        None => scenario.system.iter().filter(|c| c.spec().name == component).collect(),
    };
    let Some(part) = parts.first() else {
        let names: Vec<&str> = scenario.system.iter().map(|c| c.name.as_str()).collect();
        return Err(format!("unknown component `{}`{}", shortened(component), suggestion(component, &names)));
    };
    let signals = part.signals();
    let Some(found) = signals.iter().find(|s| s.name == signal) else {
        let names: Vec<&str> = signals.iter().filter(|s| !s.reads.is_level()).map(|s| s.name.as_str()).collect();
        return Err(format!("`{component}` has no signal `{}`{}", shortened(signal), suggestion(signal, &names)));
    };
    let plain = || match units::number(limit) {
        Some((value, "")) if value >= 0.0 => Ok(value),
        _ => Err(format!("`{}` is not a number; `{metric}` is compared with one", shortened(limit))),
    };
    let limit = match found.reads {
        SignalKind::Durations => units::seconds(limit)? * 1e6,
        SignalKind::Amounts => plain()? * 1e3,
        SignalKind::Counter => plain()?,
        SignalKind::Gauge | SignalKind::Age => {
            return Err(format!("`{metric}` is a level and has no outcomes; an objective is about outcomes"));
        }
    };
    let text = text.trim().to_string();
    let of = |component: String| Objective { text: text.clone(), component, signal: signal.to_string(), op, limit };
    Ok(parts.iter().map(|part| of(part.name.clone())).collect())
}
