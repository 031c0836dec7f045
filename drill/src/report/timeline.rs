//! The story side by side: what people did, and what the rollout and the world did, truth included.

use super::approvals::REQUEST;
use super::score::Score;
use super::seconds;
use crate::account::{Account, Deed, Fate};
use crate::act::{Act, Inject, SpeedName, StepName};
use gatecrash_policies::time::{Span, Time};
use gatecrash_reports::words;
use gatecrash_sim::trial::Entry;
use serde::Serialize;

/// A longer stretch in which nothing happened is worth a line.
const QUIET: Span = Span::from_secs(600);
/// More lines of gates than this in a row, with nobody doing anything, are told by the first and the last.
const CHATTER_MAX: usize = 4;

/// What happened at one moment, or in a stretch that is passed over.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// When.
    #[serde(rename = "at_s", serialize_with = "seconds::at")]
    pub at: Time,
    /// The instants that it was, in words; `start` and `end` of the drill among them.
    pub marks: Vec<String>,
    /// What people did, and what they were answered.
    pub people: Vec<String>,
    /// What the rollout and the world did.
    pub system: Vec<Says>,
    /// What is passed over here; nothing else stands in the row then.
    pub passed_over: Option<String>,
}

/// A line of the rollout or of the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Says {
    /// As in a trial's timeline, or `proposal`.
    pub kind: &'static str,
    /// Whether operators could not see it.
    pub truth: bool,
    /// In words.
    pub text: String,
}

/// The whole story, in order of time.
pub fn rows(account: &Account, score: &Score) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let marks = score.marks().into_iter().map(|m| (m.at.unwrap_or_default(), m.title()));
    let ends = [(score.start, "start".to_string()), (account.ended, "end".to_string())];
    marks.chain(ends).for_each(|(at, mark)| row(&mut rows, at).marks.push(mark));
    let at_the_door = score.refused.iter().filter(|refused| refused.act == REQUEST);
    at_the_door.for_each(|r| row(&mut rows, r.at).people.push(format!("{}: refused at the door: {}", r.who, r.why)));
    account.deeds.iter().for_each(|deed| row(&mut rows, deed.at).people.push(told(deed)));
    account.trial.timeline.iter().for_each(|entry| row(&mut rows, entry.at).system.push(says(entry)));
    proposals(account).into_iter().for_each(|(at, says)| row(&mut rows, at).system.push(says));
    with_pauses(without_chatter(rows))
}

/// The row of this moment, in its place.
fn row(rows: &mut Vec<Row>, at: Time) -> &mut Row {
    let place = rows.partition_point(|row| row.at < at);
    if rows.get(place).is_none_or(|row| row.at != at) {
        rows.insert(place, Row { at, ..Row::default() });
    }
    &mut rows[place]
}

fn says(entry: &Entry) -> Says {
    // That recovery lasts is known afterwards; that the check succeeds is seen.
    let validated = entry.kind == "recovery" && entry.text.starts_with("validated");
    let untrue = entry.kind == "readiness" && entry.text.starts_with("ticked and not true");
    let truth = ["fault", "harm", "steering"].contains(&entry.kind) || validated || untrue;
    // How much evidence a gate had is in the trial's own report.
    let text = if entry.kind == "gate" { entry.text.split(" (n=").next().unwrap_or_default() } else { &entry.text };
    Says { kind: entry.kind, truth, text: text.to_string() }
}

fn proposals(account: &Account) -> Vec<(Time, Says)> {
    let says = |text: String| Says { kind: "proposal", truth: false, text };
    let made = account.proposals.iter().map(|p| (p.at, says(format!("the policy proposes: {}", p.text))));
    let fate = account.proposals.iter().filter_map(|p| match &p.fate {
        Some((at, Fate::Lapsed)) => Some((*at, says(format!("nobody confirmed in time: {}", p.text)))),
        Some((at, Fate::Dropped)) => Some((*at, says(format!("the policy does not want it any more: {}", p.text)))),
        _ => None,
    });
    made.chain(fate).collect()
}

/// Who did what, and what came of it.
fn told(deed: &Deed) -> String {
    let role = deed.role.filter(|role| role.name() != deed.who && *role != crate::role::Role::Operator);
    let who = role.map_or(deed.who.clone(), |role| format!("{} ({})", deed.who, role.name()));
    let answer = match &deed.answer {
        Ok(text) if text.is_empty() => String::new(),
        Ok(text) => format!(" -> {text}"),
        Err(why) => format!(" -> refused: {why}"),
    };
    format!("{who}: {}{answer}", describe(&deed.act))
}

/// An act in words.
pub fn describe(act: &Act) -> String {
    let with = |name: &str, more: &str| if more.is_empty() { name.to_string() } else { format!("{name}: {more}") };
    match act {
        Act::Promote { stage } => stage.as_ref().map_or("promote".into(), |stage| format!("promote to {stage}")),
        Act::Hold { reason } => with("hold", reason),
        Act::Rollback { reason } => with("roll back", reason),
        Act::Step { step: None } => "run the next step".into(),
        Act::Step { step: Some(StepName::Number(number)) } => format!("run step {number}"),
        Act::Step { step: Some(StepName::Name(name)) } => format!("run step `{name}`"),
        Act::Acknowledge { what } => with("acknowledge", what),
        Act::Page { whom } => {
            if whom.is_empty() {
                "page the operator on call".into()
            } else {
                format!("page {whom}")
            }
        }
        Act::Note { text } => with("note", text),
        Act::Inject(inject) => injected(inject),
        Act::Pause { step: Some(step), .. } => format!("play {step} at once"),
        Act::Pause { on: true, .. } => "pause".into(),
        Act::Pause { .. } => "go on".into(),
        Act::Speed { speed: SpeedName::Times(times) } => format!("pace {times}x"),
        Act::Speed { speed: SpeedName::Name(name) } => format!("pace {name}"),
        Act::End { reason } => with("end the drill", reason),
    }
}

fn injected(inject: &Inject) -> String {
    let more = |name: &str, value: &Option<String>| value.as_ref().map_or(String::new(), |value| format!(" {name} {value}"));
    let lasting = more("for", &inject.lasting);
    match (&inject.fault, &inject.herring, &inject.away, &inject.back) {
        (Some(fault), ..) => format!("inject {fault}{}{}{lasting}", more("by", &inject.by), more("on", &inject.on)),
        (_, Some(herring), ..) => format!("red herring: {herring}"),
        (_, _, Some(who), _) => format!("{who} is away{lasting}"),
        (.., Some(who)) => format!("{who} is back"),
        _ => "inject".into(),
    }
}

impl Row {
    /// Only gates and notes: of many in a row a few do.
    fn is_chatter(&self) -> bool {
        let chats = |says: &Says| ["gate", "note", "measure"].contains(&says.kind);
        self.marks.is_empty() && self.people.is_empty() && self.system.iter().all(chats)
    }
}

fn without_chatter(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    for group in rows.chunk_by(|a, b| a.is_chatter() && b.is_chatter()) {
        if let [first, between @ .., last] = group
            && group.len() > CHATTER_MAX
        {
            let lines: usize = between.iter().map(|row| row.system.len()).sum();
            let text = format!("{} of the gates until {}", words::count_of(lines as u64, "more line"), words::clock(last.at));
            let over = Row { at: between[0].at, passed_over: Some(text), ..Row::default() };
            kept.extend([first.clone(), over, last.clone()]);
        } else {
            kept.extend_from_slice(group);
        }
    }
    kept
}

fn with_pauses(rows: Vec<Row>) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    for row in rows {
        if let Some(last) = all.last()
            && row.at.since(last.at) >= QUIET
            && last.passed_over.is_none()
        {
            let text = format!("{} of quiet", words::seconds(row.at.since(last.at).seconds()));
            all.push(Row { at: last.at, passed_over: Some(text), ..Row::default() });
        }
        all.push(row);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(at: u64) -> Row {
        let says = Says { kind: "gate", truth: false, text: "errors pass".into() };
        Row { at: Time(at * 60_000_000), system: vec![says], ..Row::default() }
    }

    #[test]
    fn long_chatter_and_long_quiet_are_passed_over() {
        let rows = with_pauses(without_chatter(vec![gate(0), gate(1), gate(2), gate(3), gate(4), gate(40)]));
        let over: Vec<&str> = rows.iter().filter_map(|row| row.passed_over.as_deref()).collect();
        assert_eq!(over, ["4 more lines of the gates until 0:40:00"]);
        let rows = with_pauses(without_chatter(vec![gate(0), gate(1), gate(31)]));
        let over: Vec<&str> = rows.iter().filter_map(|row| row.passed_over.as_deref()).collect();
        assert_eq!(over, ["30m of quiet"]);
    }

    #[test]
    fn acts_in_words() {
        let read = |name, json: &str| describe(&Act::read(name, serde_json::from_str(json).unwrap()).unwrap());
        assert_eq!(read("inject", r#"{"fault":"error_burst","by":"10%","for":"5m"}"#), "inject error_burst by 10% for 5m");
        assert_eq!(read("inject", r#"{"away":"bob","for":"5m"}"#), "bob is away for 5m");
        assert_eq!(read("step", r#"{"step":2}"#), "run step 2");
        assert_eq!(read("rollback", "{}"), "roll back");
        assert_eq!(read("pause", r#"{"on":false}"#), "go on");
    }
}
