//! The lines of a gate report's tables: stages, gates, readiness, what happened.

use super::{Maker, role};
use crate::picture::check_text;
use gatecrash_policies::passage::{Left, Passage};
use gatecrash_policies::policy::{Closes, Item, OnFail};
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::{Span, Time};
use gatecrash_policies::verdict::Verdict;
use serde::Serialize;

/// A stage as far as the rollout had come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageLine {
    /// Its name.
    pub stage: String,
    /// Who meets the canary in it.
    pub cohort: String,
    /// `pass`, `fail`, `open`, `counted as passed` (the rollout began after it) or `not reached`.
    pub result: &'static str,
    /// When it was asked for.
    pub asked_s: Option<f64>,
    /// When it took effect.
    pub began_s: Option<f64>,
    /// When it was left.
    pub left_s: Option<f64>,
    /// How: `advanced`, `finished`, `rolled back` or `stopped`.
    pub left: Option<&'static str>,
    /// When people held a checkpoint in it.
    pub reviews_s: Vec<f64>,
}

/// A gate with what it said last.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateLine {
    /// Its name.
    pub gate: String,
    /// The requirement that it is a part of.
    pub row: Option<String>,
    /// Its check, as users write it.
    pub check: String,
    /// `rollback`, `hold` or `stop`.
    pub on_fail: &'static str,
    /// `pass`, `fail`, `inconclusive`, `no-data`, or `not judged`: not needed, or this system has nothing that it reads.
    pub verdict: &'static str,
    /// The reading: seconds, fractions, per second or plain.
    pub value: Option<f64>,
    /// What it was held against.
    pub limit: Option<f64>,
    /// `s`, `share`, `per_s` or `plain`.
    pub unit: &'static str,
    /// From (exclusive) and to (inclusive).
    pub window_s: Option<[f64; 2]>,
    /// Outcomes in the window.
    pub samples: Option<u64>,
    /// Fewer are inconclusive.
    pub min_samples: u64,
    /// The verdict in a sentence.
    pub evidence: Option<String>,
    /// As people read it, for the Markdown.
    #[serde(skip)]
    pub shown: Shown,
}

/// A gate's numbers as people read them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The reading.
    pub value: Option<String>,
    /// The limit.
    pub limit: Option<String>,
}

/// What had to be ready.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Readiness {
    /// In file order.
    pub items: Vec<ItemLine>,
    /// What stood in the way when the trial was over, as `name (owner)`.
    pub open: Vec<String>,
    /// What was ticked and not true when somebody was first exposed.
    pub untrue: Vec<String>,
}

/// An item of readiness.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemLine {
    /// Its name.
    pub item: String,
    /// `required` (its absence blocks) or `blocking` (its presence does).
    pub kind: &'static str,
    /// The role that closes it.
    pub owner: Option<String>,
    /// The group that it belongs to.
    pub block: Option<String>,
    /// It must have been checked so recently.
    pub fresh_s: Option<f64>,
    /// When it closes where nobody keeps a list: seconds since the beginning; nothing for never.
    pub closes_s: Option<f64>,
    /// Whether it stood in the way when the trial was over.
    pub open: bool,
    /// Whether it was ticked and not true.
    pub untrue: bool,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineLine {
    /// When.
    pub at_s: f64,
    /// `measure`, `readiness` or `review`.
    pub kind: &'static str,
    /// What, in words.
    pub text: String,
}

/// What stays outside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cleanup {
    /// What.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// As in JSON.
pub(super) fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Plain => "plain",
        Unit::Seconds => "s",
        Unit::Share => "share",
        Unit::PerSecond => "per_s",
    }
}

fn left_name(left: Left) -> &'static str {
    match left {
        Left::Advanced => "advanced",
        Left::Finished => "finished",
        Left::RolledBack => "rolled back",
        Left::Stopped => "stopped",
    }
}

impl Maker<'_> {
    /// Every stage of the policy when this many passages were gone through.
    pub fn stages(&self, passed: usize) -> Vec<StageLine> {
        let passages = &self.detail.passages;
        let known = &passages[..passed.min(passages.len())];
        let first = passages.first().map_or(0, |p| p.stage);
        let stages = self.report.policy.stages.iter().enumerate();
        stages
            .map(|(i, stage)| {
                let passage = known.iter().rfind(|p| p.stage == i);
                let unmet = if i < first { "counted as passed" } else { "not reached" };
                let seconds = |at: Option<Time>| at.map(Time::seconds);
                StageLine {
                    stage: stage.name.clone(),
                    cohort: gatecrash_sim::steering::name_of(&stage.cohort),
                    result: passage.map_or(unmet, result),
                    asked_s: seconds(passage.map(|p| p.asked)),
                    began_s: seconds(passage.and_then(|p| p.began)),
                    left_s: seconds(passage.and_then(|p| p.left).map(|(at, _)| at)),
                    left: passage.and_then(|p| p.left).map(|(_, left)| left_name(left)),
                    reviews_s: passage.map_or(Vec::new(), |p| p.reviews.iter().map(|at| at.seconds()).collect()),
                }
            })
            .collect()
    }

    /// The gates of a passage's stage, judged or not.
    pub fn gates(&self, passage: &Passage) -> Vec<GateLine> {
        let stage = self.report.policy.stages.get(passage.stage);
        let mut indices: Vec<usize> = stage.map_or(Vec::new(), |s| s.gates.clone());
        let judged = passage.verdicts.iter().map(|(i, _)| *i);
        indices.extend(judged.filter(|i| !stage.is_some_and(|s| s.gates.contains(i))));
        let verdict = |i: usize| passage.verdicts.iter().find(|(j, _)| *j == i).map(|(_, v)| v);
        indices.into_iter().filter_map(|i| self.gate(i, verdict(i))).collect()
    }

    fn gate(&self, index: usize, verdict: Option<&Verdict>) -> Option<GateLine> {
        let gate = self.report.policy.gates.get(index)?;
        let evidence = verdict.map(|v| &v.evidence);
        let unit = evidence.map_or(Unit::Plain, |e| e.unit);
        let unit = if unit == Unit::Plain { gatecrash_policies::bind::unit(&gate.check, &self.detail.catalog) } else { unit };
        let number = |v: Option<f64>| v.filter(|v| v.is_finite());
        let (value, limit) = (number(evidence.and_then(|e| e.value)), number(evidence.and_then(|e| e.limit)));
        Some(GateLine {
            gate: gate.name.clone(),
            row: role(&gate.row),
            check: check_text(&gate.check, unit),
            on_fail: match gate.on_fail {
                OnFail::Rollback => "rollback",
                OnFail::Hold => "hold",
                OnFail::Stop => "stop",
            },
            verdict: verdict.map_or("not judged", |v| v.status.name()),
            value,
            limit,
            unit: unit_name(unit),
            window_s: evidence.map(|e| [e.window.0.seconds(), e.window.1.seconds()]),
            samples: evidence.map(|e| e.samples),
            min_samples: gate.min_samples,
            evidence: verdict.map(|v| v.sentence(&gate.check)),
            shown: Shown { value: value.map(|v| unit.show(v)), limit: limit.map(|v| unit.show(v)) },
        })
    }

    /// What had to be ready, and what was not.
    pub fn readiness(&self) -> Readiness {
        let t = self.report.trial;
        let items = self.report.policy.readiness.iter().flat_map(|r| &r.items);
        let line = |item: &Item| ItemLine {
            item: item.name.clone(),
            kind: if item.blocks { "blocking" } else { "required" },
            owner: role(&item.owner),
            block: role(&item.block),
            fresh_s: item.fresh.map(Span::seconds),
            closes_s: match item.closes {
                Some(Closes::After(span)) => Some(span.seconds()),
                Some(Closes::Never) => None,
                None => Some(0.0),
            },
            open: t.open_items.iter().any(|open| is_item(open, item)),
            untrue: t.untrue_items.iter().any(|untrue| is_item(untrue, item)),
        };
        Readiness { items: items.map(line).collect(), open: t.open_items.clone(), untrue: t.untrue_items.clone() }
    }

    /// What the timeline says until then of readiness, checkpoints and measures.
    pub fn measures(&self, until: Time) -> Vec<TimelineLine> {
        let wanted = ["measure", "readiness", "review"];
        let entries = self.report.trial.timeline.iter().filter(|e| wanted.contains(&e.kind) && e.at <= until);
        entries.map(|e| TimelineLine { at_s: e.at.seconds(), kind: e.kind, text: e.text.clone() }).collect()
    }
}

fn result(passage: &Passage) -> &'static str {
    match passage.left {
        Some((_, Left::Advanced | Left::Finished)) => "pass",
        Some((_, Left::RolledBack | Left::Stopped)) => "fail",
        None => "open",
    }
}

/// Whether `name (owner)` speaks of this item.
pub(super) fn is_item(shown: &str, item: &Item) -> bool {
    shown.strip_prefix(item.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}
