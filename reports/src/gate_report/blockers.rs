//! Why it is no go, and what each blocker asks for.

use super::lines::is_item;
use super::{Maker, Visit};
use crate::picture::check_text;
use gatecrash_policies::passage::Passage;
use gatecrash_policies::policy::{Gate, Item, OnFail, Review, Stage};
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Span;
use gatecrash_policies::verdict::{Status, Verdict};
use serde::Serialize;

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blocker {
    /// `gate`, `readiness`, `review`, `soak` or `steering`.
    pub kind: &'static str,
    /// The gate, the item, the checkpoint.
    pub what: String,
    /// `fail`, `inconclusive`, `no-data`, `open`, `untrue`, `outstanding`, `not served` or `not in effect`.
    pub state: &'static str,
    /// What is known of it.
    pub evidence: String,
    /// What it asks for, in a line.
    pub remediation: String,
}

impl Maker<'_> {
    /// All that stood in the way: failing gates first, then those without a verdict, then people and time.
    pub fn blockers(&self, visit: &Visit) -> Vec<Blocker> {
        let mut blockers = Vec::new();
        if let Some(passage) = visit.passage {
            for status in [Status::Fail, Status::NoData, Status::Inconclusive] {
                let such = passage.verdicts.iter().filter(|(_, v)| v.status == status);
                blockers.extend(such.filter_map(|(i, v)| Some(self.gate_blocker(self.report.policy.gates.get(*i)?, v))));
            }
        }
        if visit.last {
            blockers.extend(self.open_items());
            blockers.extend(self.untrue_items());
        }
        if visit.left().is_none()
            && let Some(passage) = visit.passage
            && let Some(stage) = self.report.policy.stages.get(passage.stage)
        {
            let waits = blockers.len();
            blockers.extend(time_blocker(passage, stage, visit));
            let nothing_else = waits == 0 && blockers.is_empty();
            blockers.extend(stage.review.as_ref().and_then(|review| review_blocker(passage, review, visit, nothing_else)));
        }
        blockers
    }

    fn gate_blocker(&self, gate: &Gate, verdict: &Verdict) -> Blocker {
        let unit = match verdict.evidence.unit {
            Unit::Plain => gatecrash_policies::bind::unit(&gate.check, &self.detail.catalog),
            unit => unit,
        };
        Blocker {
            kind: "gate",
            what: gate.name.clone(),
            state: verdict.status.name(),
            evidence: verdict.sentence(&gate.check),
            remediation: gate_remediation(gate, verdict, &check_text(&gate.check, unit)),
        }
    }

    fn item(&self, shown: &str) -> Option<&Item> {
        self.report.policy.readiness.iter().flat_map(|r| &r.items).find(|item| is_item(shown, item))
    }

    fn open_items(&self) -> Vec<Blocker> {
        let blocker = |shown: &String| {
            let item = self.item(shown);
            let who = item.map_or("", |item| &item.owner);
            let fresh =
                item.and_then(|item| item.fresh).map_or(String::new(), |f| format!(", not longer than {f} before the stage"));
            let (evidence, act) = match item {
                Some(item) if item.blocks => ("it is present, and its presence blocks", "removes it"),
                _ => ("it is required and not closed", "closes it"),
            };
            Blocker {
                kind: "readiness",
                what: shown.clone(),
                state: "open",
                evidence: evidence.into(),
                remediation: format!("{} {act}{fresh}", somebody(who)),
            }
        };
        self.report.trial.open_items.iter().map(blocker).collect()
    }

    fn untrue_items(&self) -> Vec<Blocker> {
        let blocker = |shown: &String| {
            let who = self.item(shown).map_or("", |item| &item.owner);
            Blocker {
                kind: "readiness",
                what: shown.clone(),
                state: "untrue",
                evidence: "it was ticked and was not true when somebody was first exposed".into(),
                remediation: format!("{} makes it true and checks it before it is ticked again", somebody(who)),
            }
        };
        self.report.trial.untrue_items.iter().map(blocker).collect()
    }
}

/// The role, or whoever it is.
fn somebody(role: &str) -> String {
    if role.is_empty() { "its owner (no role is named)".into() } else { role.into() }
}

fn gate_remediation(gate: &Gate, verdict: &Verdict, check: &str) -> String {
    let evidence = &verdict.evidence;
    match (verdict.status, gate.on_fail) {
        (Status::Fail, OnFail::Rollback) => format!("bring it back to {check} on the canary, then begin the stage again"),
        (Status::Fail, OnFail::Hold) => format!("wait until {check} holds again, or roll back by hand"),
        (Status::Fail, OnFail::Stop) => format!("restore {check} first: until then no other evidence is to be trusted"),
        (Status::NoData, _) => {
            let metrics: Vec<String> = gate.check.reading.metrics().iter().map(|m| m.to_string()).collect();
            format!("make samples of {} arrive: no data never passes", metrics.join(" and "))
        }
        _ if evidence.samples < gate.min_samples => {
            let missing = format!("{} outcomes in its window where {} are needed", evidence.samples, gate.min_samples);
            format!("{missing}: more traffic, a wider cohort, a longer window or fewer `min_samples`")
        }
        _ if !evidence.note.is_empty() => format!("more rounds or more evidence: {}", evidence.note),
        _ => format!("give it evidence enough to judge {check}"),
    }
}

/// What the stage itself has not come to.
fn time_blocker(passage: &Passage, stage: &Stage, visit: &Visit) -> Option<Blocker> {
    let Some(began) = passage.began else {
        let since = visit.at.since(passage.asked);
        return Some(Blocker {
            kind: "steering",
            what: stage.name.clone(),
            state: "not in effect",
            evidence: format!("asked for {since} ago and not in effect yet"),
            remediation: "look why the change does not reach everybody: propagation, drift, a stuck flag".into(),
        });
    };
    let (passed, days) = (visit.at.since(began), stage.business_days);
    let asked = match (stage.soak, days) {
        (Span::ZERO, 0) => return None,
        (soak, 0) => soak.to_string(),
        (Span::ZERO, 1) => "1 business day".into(),
        (Span::ZERO, days) => format!("{days} business days"),
        (soak, days) => format!("{soak} and {days} business days"),
    };
    // Only the controller knows healthy time and working hours: what is certain here is that less than the soak has passed.
    (days > 0 || passed < stage.soak).then(|| Blocker {
        kind: "soak",
        what: stage.name.clone(),
        state: "not served",
        evidence: format!("in effect for {passed}; {asked} of healthy time are asked for"),
        remediation: "let the rest of the soak pass without a failing gate".into(),
    })
}

/// A checkpoint that is due. `alone`: nothing else stands in the way, so the one before the next stage is.
fn review_blocker(passage: &Passage, review: &Review, visit: &Visit, alone: bool) -> Option<Blocker> {
    let since = passage.reviews.last().copied().or(passage.began)?;
    let (gone, every) = (visit.at.since(since), review.every);
    let due = every.is_some_and(|every| gone >= every);
    if !due && !(review.before_next && (alone || passage.reviews.is_empty())) {
        return None;
    }
    let held = if passage.reviews.is_empty() { "none was held in this stage" } else { "the last one was held" };
    Some(Blocker {
        kind: "review",
        what: if due { "checkpoint".into() } else { "checkpoint before the next stage".into() },
        state: "outstanding",
        evidence: if passage.reviews.is_empty() { held.into() } else { format!("{held} {gone} ago") },
        remediation: format!("{} holds it", if review.by.is_empty() { "somebody" } else { &review.by }),
    })
}
