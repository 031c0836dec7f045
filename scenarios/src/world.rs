//! Who there is, how the service drifts, how samples get out, how decisions get in, and the people.

use crate::error::{Problem, Read, suggestion};
use crate::forms::durations;
use crate::read::{number, positive_span, share, small, span};
use crate::yaml::{Key, Node};
use gatecrash_policies::calendar::{Calendar, Hours};
use gatecrash_policies::time::Span;
use gatecrash_policies::units;
use gatecrash_sim::dice::Dist;
use gatecrash_sim::scenario::{Operators, Steering, Subjects, Telemetry, Traffic, Wobble};

/// Ten million: each subject costs memory, and no rollout of ours has more.
const SUBJECTS_MAX: u32 = 10_000_000;

pub(crate) const SUBJECTS: &[&str] = &["count", "internal", "surfaces", "regions", "roles", "tenants", "channels", "nodes"];
pub(crate) const WOBBLE: &[&str] = &["latency", "rate", "errors", "correlation"];
pub(crate) const TELEMETRY: &[&str] = &["scrape", "delay", "loss", "duplicate", "hides"];
pub(crate) const STEERING: &[&str] = &["propagation", "environments"];
pub(crate) const OPERATORS: &[&str] = &["acknowledge", "hours", "start"];

/// Reads `subjects`; a trace brings its own number of them.
pub(crate) fn subjects(node: Option<&Node>, traffic: &Option<Traffic>) -> Read<Subjects> {
    let recorded = matches!(traffic, Some(Traffic::Recorded(_)));
    let Some(node) = node else {
        let lacking = Problem { at: None, message: "a scenario needs the key `subjects`, like { count: 2_000 }".into() };
        return if recorded { Ok(Subjects::default()) } else { Err(lacking) };
    };
    let fields = node.fields("subjects", SUBJECTS)?;
    let count = match (fields.get("count"), recorded) {
        (Some(node), true) => return Err(node.problem("recorded traffic brings its own subjects; leave out `count`")),
        (Some(node), false) => small(1, SUBJECTS_MAX)(node)?,
        (None, true) => 0,
        (None, false) => return Err(fields.problem("subjects need the key `count`")),
    };
    let mut attributes = Vec::new();
    for (plural, singular) in [("surfaces", "surface"), ("regions", "region"), ("roles", "role")] {
        if let Some(shares) = fields.read(plural, |node| shares(node, singular))? {
            attributes.push((singular.to_string(), shares));
        }
    }
    Ok(Subjects {
        count,
        internal: fields.or("internal", 0.0, share)?,
        tenants: fields.or("tenants", 0, small(0, SUBJECTS_MAX))?,
        channels: fields.or("channels", 0, small(0, SUBJECTS_MAX))?,
        nodes: fields.or("nodes", 0, small(0, SUBJECTS_MAX))?,
        attributes,
    })
}

/// Values with their shares.
pub(crate) type Shares = Vec<(String, f64)>;

/// A map of values to shares that sum to 100% at most.
pub(crate) fn shares(node: &Node, what: &str) -> Read<Shares> {
    let mut list = Vec::new();
    for (key, value) in node.entries(&format!("a map of {what}s with their shares"))? {
        list.push((key.identifier(&format!("a {what}"))?, share(value)?));
    }
    let sum: f64 = list.iter().map(|(_, share)| share).sum();
    if sum > 1.0 + 1e-9 {
        return Err(node.problem(format!("the shares sum to {:.1}%; 100% is all there is", sum * 100.0)));
    }
    Ok(list)
}

/// Reads `wobble`.
pub(crate) fn wobble(node: &Node) -> Read<Wobble> {
    let fields = node.fields("wobble", WOBBLE)?;
    // Log-standard deviations: at 3 the common factor spans six orders of magnitude.
    let deviation = number(3.0);
    let wobble = Wobble {
        latency: fields.or("latency", 0.0, &deviation)?,
        rate: fields.or("rate", 0.0, &deviation)?,
        errors: fields.or("errors", 0.0, &deviation)?,
        correlation: fields.or("correlation", Span::ZERO, span)?,
    };
    if wobble.correlation == Span::ZERO && [wobble.latency, wobble.rate, wobble.errors].iter().any(|d| *d > 0.0) {
        return Err(fields.problem("wobble needs the key `correlation`, such as 20m: how long a drift lasts"));
    }
    Ok(wobble)
}

/// Reads `telemetry`, but for what it hides: that may be a label of the system.
pub(crate) fn telemetry(node: &Node) -> Read<Telemetry> {
    let fields = node.fields("telemetry", TELEMETRY)?;
    Ok(Telemetry {
        scrape: positive_span(fields.need("scrape")?)?,
        delay: fields.or("delay", Dist::ZERO, durations)?,
        loss: fields.or("loss", 0.0, share)?,
        duplicate: fields.or("duplicate", 0.0, share)?,
        hides: None,
    })
}

/// Reads the segment that `telemetry` hides. The system is complete.
pub(crate) fn hidden(node: &Node, attributes: &[(String, Vec<String>)]) -> Read<Option<(String, String)>> {
    let hides = node.entries("telemetry")?.iter().find(|(key, _)| key.name == "hides");
    hides.map(|(_, node)| one_segment(node, "hides", attributes)).transpose()
}

/// Decisions take effect at once, in one environment.
pub(crate) fn default_steering() -> Steering {
    Steering { propagation: Dist::ZERO, environments: vec![("production".into(), 1.0)] }
}

/// Reads `steering`.
pub(crate) fn steering(node: &Node) -> Read<Steering> {
    let fields = node.fields("steering", STEERING)?;
    let default = default_steering();
    let environments = fields.or("environments", default.environments, |node| {
        let list = shares(node, "environment")?;
        let sum: f64 = list.iter().map(|(_, share)| share).sum();
        match sum {
            s if (s - 1.0).abs() <= 1e-9 => Ok(list),
            _ => Err(node.problem(format!("the environments' shares sum to {:.1}%; each subject is in one: 100%", sum * 100.0))),
        }
    })?;
    Ok(Steering { propagation: fields.or("propagation", default.propagation, durations)?, environments })
}

/// On call around the clock, acknowledging within 5 minutes as often as not; trials begin on Monday at ten.
pub(crate) fn default_operators() -> Operators {
    let minutes = |m: f64| m * 60.0;
    let sigma = libm::log(4.0) / gatecrash_sim::dice::normal_quantile(0.95);
    Operators {
        acknowledge: Dist::Lognormal { mu: libm::log(minutes(5.0)), sigma },
        calendar: Calendar { hours: None, start: Span::from_secs(10 * 3_600) },
    }
}

/// Reads `operators`.
pub(crate) fn operators(node: &Node) -> Read<Operators> {
    let fields = node.fields("operators", OPERATORS)?;
    let default = default_operators();
    Ok(Operators {
        acknowledge: fields.or("acknowledge", default.acknowledge, durations)?,
        calendar: Calendar {
            hours: fields.or("hours", None, hours)?,
            start: fields.or("start", default.calendar.start, |n| n.parse("a moment like monday 10:00", moment))?,
        },
    })
}

/// Working hours; `always` is none.
pub(crate) fn hours(node: &Node) -> Read<Option<Hours>> {
    node.parse("hours like weekdays 09:00-18:00", hours_from)
}

fn hours_from(text: &str) -> Result<Option<Hours>, String> {
    let wrong = || format!("`{text}` are no hours; write weekdays 09:00-18:00, daily 08:00-20:00 or always");
    if text.trim() == "always" {
        return Ok(None);
    }
    let (days, times) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let weekdays_only = match days {
        "weekdays" => true,
        "daily" => false,
        _ => return Err(wrong()),
    };
    let (from, to) = times.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (clock(from).ok_or_else(wrong)?, clock(to).ok_or_else(wrong)?);
    if to <= from {
        return Err(format!("`{text}`: the hours end before they begin"));
    }
    Ok(Some(Hours { weekdays_only, from, to }))
}

/// `09:30` since midnight, up to `24:00`.
fn clock(text: &str) -> Option<Span> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes) = (units::count(hours).ok()?, units::count(minutes).ok()?);
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && total <= 24 * 60).then(|| Span::from_secs(total * 60))
}

/// `monday 10:00` since Monday 00:00.
fn moment(text: &str) -> Result<Span, String> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let (day, time) = text.trim().split_once(' ').unwrap_or((text.trim(), "00:00"));
    let index = DAYS.iter().position(|d| *d == day.to_lowercase());
    let index = index.ok_or_else(|| format!("`{day}` is no day of the week{}", suggestion(day, &DAYS)))?;
    let time = clock(time).filter(|t| *t < Span::from_secs(86_400));
    let time = time.ok_or_else(|| format!("`{text}` has no time of day; write it like monday 10:00"))?;
    Ok(Span::from_secs(index as u64 * 86_400) + time)
}

/// A segment `{ surface: ios }` as one pair.
pub(crate) fn segment(entry: &(Key, Node), attributes: &[(String, Vec<String>)]) -> Read<(String, String)> {
    let (key, node) = entry;
    let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
    let Some((_, values)) = attributes.iter().find(|(name, _)| *name == key.name) else {
        let message = format!("there is no attribute or label `{}`{}", key.name, suggestion(&key.name, &names));
        return Err(key.problem(message));
    };
    let value = node.text(&format!("a {}", key.name))?;
    if !values.iter().any(|v| v == value) {
        let values: Vec<&str> = values.iter().map(String::as_str).take(20).collect();
        return Err(node.problem(format!("there is no {} `{value}`{}", key.name, suggestion(value, &values))));
    }
    Ok((key.name.clone(), value.to_string()))
}

/// The one segment that a key such as `where` names.
pub(crate) fn one_segment(node: &Node, key: &str, attributes: &[(String, Vec<String>)]) -> Read<(String, String)> {
    match node.entries("a segment like { surface: ios }")? {
        [one] => segment(one, attributes),
        _ => Err(node.problem(format!("`{key}` names one segment, like {{ surface: ios }}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_moments_are_read() {
        let hour = |h: u64| Span::from_secs(h * 3_600);
        assert_eq!(hours_from("weekdays 09:00-18:00"), Ok(Some(Hours { weekdays_only: true, from: hour(9), to: hour(18) })));
        assert_eq!(hours_from("daily 08:00-24:00"), Ok(Some(Hours { weekdays_only: false, from: hour(8), to: hour(24) })));
        assert_eq!(hours_from("always"), Ok(None));
        assert_eq!(moment("monday 10:00"), Ok(hour(10)));
        assert_eq!(moment("Sunday"), Ok(hour(6 * 24)));
        for wrong in
            ["", "weekdays", "weekdays 9-17", "weekdays 18:00-09:00", "daily 09:00-25:00", "daily 99999999999999999999:00-1:00"]
        {
            assert!(hours_from(wrong).is_err(), "{wrong}");
        }
        assert!(moment("mondy 10:00").unwrap_err().contains("did you mean `monday`"));
        assert!(moment("monday 24:00").is_err());
    }
}
