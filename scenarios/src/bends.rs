//! Knobs bent: `{ runs.error_rate: +2% }`. The knob's unit says what may stand there.

use crate::error::{Problem, Read, suggestion};
use crate::read::shortened;
use crate::yaml::{Key, Node};
use gatecrash_policies::policy::By;
use gatecrash_policies::units;
use gatecrash_sim::catalog::{KINDS, Unit, WORLD};
use gatecrash_sim::scenario::Scenario;

/// What a size looks like for a knob of this unit.
fn examples(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "2x, +2%, 5%, on or off",
        Unit::Time => "6x, +200ms or 2s",
        Unit::Rate => "0.5x, +10/s or 500/s",
        Unit::Factor => "0.5x",
        Unit::Count => "3, +2 or 0.5x",
    }
}

/// How a knob of this unit is bent.
pub(crate) fn size(node: &Node, unit: Unit) -> Read<By> {
    let text = node.text(&format!("a size like {}", examples(unit)))?;
    size_from(text.trim(), unit)
        .ok_or_else(|| node.problem(format!("`{}` does not fit this knob; write it like {}", shortened(text), examples(unit))))
}

fn size_from(text: &str, unit: Unit) -> Option<By> {
    if text.ends_with('x') {
        return units::multiple(text).ok().map(By::Times);
    }
    let value = |text: &str| match unit {
        Unit::Share => units::fraction(text).ok(),
        Unit::Time => units::seconds(text).ok(),
        Unit::Rate => units::rate(text).ok(),
        Unit::Factor | Unit::Count => units::number(text).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value),
    };
    if let Some(more) = text.strip_prefix('+') {
        return value(more).filter(|v| *v >= 0.0).map(By::Plus);
    }
    if let Some(less) = text.strip_prefix('-') {
        return value(less).filter(|v| *v >= 0.0).map(|v| By::Plus(-v));
    }
    match (text, unit) {
        ("off" | "false", Unit::Share | Unit::Rate | Unit::Factor) => Some(By::Set(0.0)),
        ("collect", Unit::Share) => Some(By::Set(0.0)),
        ("on" | "true" | "interrupt", Unit::Share) => Some(By::Set(1.0)),
        (_, Unit::Share) => units::share(text).ok().map(By::Set),
        _ => value(text).map(By::Set),
    }
}

/// How a knob is bent, where the knob's unit is not known yet: by the looks of it.
pub(crate) fn size_of_any(node: &Node) -> Read<By> {
    let text = node.text("a size like 6x, +2%, 500/s or off")?.trim();
    [Unit::Share, Unit::Time, Unit::Rate, Unit::Factor].into_iter().find_map(|unit| size_from(text, unit)).ok_or_else(|| {
        node.problem(format!("`{}` is not a size; write it like 6x, +2%, +30s, 500/s, on or off", shortened(text)))
    })
}

/// Component and knob of a key such as `runs.error_rate`.
pub(crate) fn split(key: &Key) -> Read<(String, String)> {
    match key.name.split_once('.') {
        Some((component, knob)) if !component.is_empty() && !knob.is_empty() => Ok((component.into(), knob.into())),
        _ => Err(key.problem(format!("`{}` is not a knob; write component.knob, like runs.latency", shortened(&key.name)))),
    }
}

/// Whether a kind of component of this name exists, in this scenario or not.
pub(crate) fn is_kind(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.name == name)
}

/// The unit of a knob of the scenario; `None` for a kind that exists and that the scenario has no component of.
pub(crate) fn unit(scenario: &Scenario, component: &str, knob: &str) -> Result<Option<Unit>, String> {
    if let Some(unit) = scenario.knob(component, knob) {
        return Ok(Some(unit));
    }
    let mut components: Vec<&str> = scenario.system.iter().map(|c| c.name.as_str()).collect();
    components.extend(WORLD.iter().chain(&KINDS).map(|part| part.name));
    if !components.contains(&component) {
        return Err(format!("unknown component `{}`{}", shortened(component), suggestion(component, &components)));
    }
    let mut knobs: Vec<String> = scenario
        .system
        .iter()
        .filter(|c| c.name == component || c.spec().name == component)
        .flat_map(|c| c.knobs().into_iter().map(|(name, _)| name))
        .collect();
    if knobs.is_empty() {
        let part = WORLD.iter().chain(&KINDS).find(|part| part.name == component);
        knobs = part.into_iter().flat_map(|part| part.knobs.iter().map(|k| k.name.to_string())).collect();
    }
    if is_kind(component) && knobs.iter().any(|k| k == knob) {
        return Ok(None);
    }
    let names: Vec<&str> = knobs.iter().map(String::as_str).collect();
    Err(format!("`{}` has no knob `{}`{}", shortened(component), shortened(knob), suggestion(knob, &names)))
}

/// The bend that a key and its value ask for; `Ok(None)` where the scenario lacks the kind.
pub(crate) fn bend(key: &Key, value: &Node, scenario: &Scenario) -> Read<Option<(String, String, By)>> {
    let (component, knob) = split(key)?;
    let unit = unit(scenario, &component, &knob).map_err(|message| -> Problem { key.problem(message) })?;
    let Some(unit) = unit else { return Ok(None) };
    Ok(Some((component, knob, size(value, unit)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_multiple_an_addition_or_a_value() {
        assert_eq!(size_from("6x", Unit::Time), Some(By::Times(6.0)));
        assert_eq!(size_from("+2%", Unit::Share), Some(By::Plus(0.02)));
        assert_eq!(size_from("-1%", Unit::Share), Some(By::Plus(-0.01)));
        assert_eq!(size_from("+30s", Unit::Time), Some(By::Plus(30.0)));
        assert_eq!(size_from("100%", Unit::Share), Some(By::Set(1.0)));
        assert_eq!(size_from("3/s", Unit::Rate), Some(By::Set(3.0)));
        assert_eq!(size_from("off", Unit::Share), Some(By::Set(0.0)));
        assert_eq!(size_from("on", Unit::Share), Some(By::Set(1.0)));
        assert_eq!(size_from("+0%", Unit::Share), Some(By::Plus(0.0)));
        assert_eq!(size_from("interrupt", Unit::Share), Some(By::Set(1.0)));
        assert_eq!(size_from("collect", Unit::Share), Some(By::Set(0.0)));
        assert_eq!(size_from("3", Unit::Count), Some(By::Set(3.0)));
        for (wrong, unit) in
            [("2%", Unit::Time), ("5s", Unit::Share), ("120%", Unit::Share), ("on", Unit::Time), ("--1%", Unit::Share)]
        {
            assert_eq!(size_from(wrong, unit), None, "{wrong}");
        }
    }
}
