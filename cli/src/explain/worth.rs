//! What of a forecast is worth a sentence, and the last one.

use super::Said;
use gatecrash_reports::words::{clock, count_of, percent, seconds};
use gatecrash_scenarios::forecast::{GateForecast, Judged, StageForecast};

/// A chance of a false alarm from here on is worth a sentence.
const FALSE_ALARM: f64 = 0.01;

/// Sentences about gates that are mute, late, jumpy or hard to know, and the forecast's own.
pub fn knowing(said: &Said) -> Vec<String> {
    let each = |of: fn(&Said, usize) -> Option<String>| (0..said.policy.gates.len()).filter_map(move |index| of(said, index));
    let mut lines: Vec<String> = each(mute).chain(each(late)).chain(each(jumpy)).collect();
    lines.extend(shown(said));
    lines.extend(unknown(said));
    // The last sentence of a forecast without a catch is the verdict.
    let notes = said.forecast.notes.iter().filter(|note| Some(*note) != last(said));
    lines.extend(notes.cloned());
    lines
}

/// The gate at each of its stages.
fn places<'a>(said: &Said<'a>, index: usize) -> impl Iterator<Item = (&'a StageForecast, &'a GateForecast)> {
    let stages = said.forecast.stages.iter();
    stages.flat_map(move |stage| stage.gates.iter().filter(move |gate| gate.index == index).map(move |gate| (stage, gate)))
}

fn mute(said: &Said, index: usize) -> Option<String> {
    let never = places(said, index).filter_map(|(stage, gate)| match &gate.judged {
        Judged::Never(why) => Some((stage, gate, why)),
        _ => None,
    });
    let all: Vec<_> = never.collect();
    let (_, gate, why) = all.first()?;
    let stages: Vec<&str> = all.iter().map(|(stage, ..)| stage.stage.as_str()).collect();
    Some(format!("{} lacks what it takes to judge at {}: {why}", gate.gate, stages.join(", ")))
}

fn late(said: &Said, index: usize) -> Option<String> {
    places(said, index).find_map(|(stage, gate)| match gate.judged {
        Judged::At(at) if at > stage.end => {
            let asks = count_of(gate.min_samples, "outcome");
            let until = clock(at);
            Some(format!("{} keeps {} waiting until {until}: it takes so long to have {asks}", gate.gate, stage.stage))
        }
        _ => None,
    })
}

/// Where a gate fails most often though nothing is wrong.
fn jumpy(said: &Said, index: usize) -> Option<String> {
    let alarms = places(said, index).filter_map(|(stage, gate)| Some((stage, gate, gate.power.at_1x?)));
    let (stage, gate, chance) = alarms.max_by(|a, b| a.2.total_cmp(&b.2)).filter(|(.., chance)| *chance >= FALSE_ALARM)?;
    Some(format!(
        "{} fails at one look with a chance of {} at {} though nothing is wrong",
        gate.gate,
        percent(chance),
        stage.stage
    ))
}

/// What would show of what is zero until something breaks; of each gate where it sees most.
fn shown(said: &Said) -> Option<String> {
    let best = |index: usize| {
        let shows = places(said, index).filter_map(|(_, gate)| gate.power.shows).reduce(f64::min)?;
        Some(format!("{} {}", said.policy.gates[index].name, percent(shows)))
    };
    let all: Vec<String> = (0..said.policy.gates.len()).filter_map(best).collect();
    (!all.is_empty()).then(|| format!("shares of outcomes that show up at some stage with a chance of 95%: {}", all.join(", ")))
}

/// Why chances are not known, each reason once, with its gates.
fn unknown(said: &Said) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for index in 0..said.policy.gates.len() {
        let is_unknown = |gate: &GateForecast| !gate.power.reason.is_empty() && gate.power.shows.is_none();
        let Some((_, gate)) = places(said, index).find(|(_, gate)| is_unknown(gate)) else { continue };
        match reasons.iter_mut().find(|(reason, _)| *reason == gate.power.reason) {
            Some((_, gates)) => gates.push(&gate.gate),
            None => reasons.push((&gate.power.reason, vec![&gate.gate])),
        }
    }
    reasons.into_iter().map(|(reason, gates)| format!("{reason}: {}", gates.join(", "))).collect()
}

fn last<'a>(said: &Said<'a>) -> Option<&'a String> {
    said.forecast.notes.last().filter(|_| said.forecast.earliest_catch.is_none())
}

/// The earliest catch, or why there is none.
pub fn verdict(said: &Said) -> String {
    let Some(catch) = &said.forecast.earliest_catch else {
        return last(said).cloned().unwrap_or_else(|| "Nothing to catch.".into());
    };
    let after = seconds(catch.at.since(catch.since).seconds());
    let follows = if catch.direct { "" } else { ", from what follows from it" };
    let expected = match catch.expected {
        Some(at) if at > catch.at => format!("; with all that it asks for at {}", clock(at)),
        Some(_) => String::new(),
        None => "; whether it has the outcomes that it asks for, only playing tells".into(),
    };
    format!("Earliest: `{}` could decide at {}, {after} after the fault{follows}{expected}.", catch.gate, clock(catch.at))
}
