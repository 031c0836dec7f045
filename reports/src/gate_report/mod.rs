//! What a runbook asks for at each advance: a report per execution of a stage's gates, and an index of them.
//!
//! One set of data, written as Markdown for people and as JSON (`gatecrash.gate-report/v1`) for scripts. Times are simulated.

mod blockers;
mod kpis;
mod lines;
mod markdown;

pub use blockers::Blocker;
pub use kpis::{KpiLine, Number};
pub use lines::{Cleanup, GateLine, ItemLine, Readiness, StageLine, TimelineLine};

use crate::trial::TrialReport;
use crate::words;
use gatecrash_policies::passage::{Left, Passage};
use gatecrash_policies::time::Time;
use gatecrash_sim::trial::Detail;
use serde::Serialize;

/// The id of both shapes; `part` tells them apart.
pub const SCHEMA: &str = "gatecrash.gate-report/v1";

/// All reports of a trial. Its fields are the JSON keys of `report.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// `index`.
    pub part: &'static str,
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// The role that answers for the rollout, if the policy names one.
    pub owner: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The command that makes all this again.
    pub replay: String,
    /// How the trial ended.
    pub outcome: &'static str,
    /// The same in a sentence.
    pub verdict: String,
    /// The gates that fired, the first one first.
    pub caught_by: Vec<String>,
    /// The decision to roll back.
    pub decided_s: Option<f64>,
    /// Nobody meets the canary any more.
    pub withdrawn_s: Option<f64>,
    /// Recovery was validated.
    pub validated_s: Option<f64>,
    /// Both budgets of the way back, where they apply.
    pub within_budget: Option<bool>,
    /// When the trial was over.
    pub ended_s: f64,
    /// One line per execution, in order.
    pub executions: Vec<Listed>,
    /// Every stage of the policy.
    pub stages: Vec<StageLine>,
    /// What had to be ready.
    pub readiness: Readiness,
    /// What people did and what was read again later.
    pub measures: Vec<TimelineLine>,
    /// What stays outside and has to be cleaned up.
    pub cleanup: Vec<Cleanup>,
    /// The reports themselves; each is a file of its own.
    #[serde(skip)]
    pub reports: Vec<Execution>,
}

/// An execution as the index lists it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// The file of its report, without `.md` or `.json`.
    pub file: String,
    /// The stage; `readiness` where none was begun.
    pub stage: String,
    /// `go` or `no-go`.
    pub decision: &'static str,
    /// `advance`, `finish`, `roll back`, `stop` or `hold`.
    pub action: &'static str,
    /// When.
    pub at_s: f64,
}

/// The gates of one stage, and what was decided. Its fields are the JSON keys of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Execution {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// `execution`.
    pub part: &'static str,
    /// The file, without `.md` or `.json`.
    pub file: String,
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// The seed.
    pub seed: u64,
    /// The command that makes this again.
    pub replay: String,
    /// The stage; `readiness` where none was begun.
    pub stage: String,
    /// Who met the canary in it.
    pub cohort: Option<String>,
    /// Go or no-go.
    pub statement: Statement,
    /// Every stage of the policy, as far as the rollout had come.
    pub stages: Vec<StageLine>,
    /// The stage's gates with what they said last.
    pub gates: Vec<GateLine>,
    /// What the gates read before, in this stage, and after the rollback.
    pub kpis: Vec<KpiLine>,
    /// What stood in the way; empty when it is a go.
    pub blockers: Vec<Blocker>,
    /// What stays outside and has to be cleaned up, where the rollout ended here.
    pub cleanup: Vec<Cleanup>,
    /// What had to be ready.
    pub readiness: Readiness,
    /// What was read again later, as far as it was by then.
    pub measures: Vec<TimelineLine>,
}

/// The go/no-go statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// `go` or `no-go`.
    pub decision: &'static str,
    /// `advance`, `finish`, `roll back`, `stop` or `hold`.
    pub action: &'static str,
    /// The stage that a go leads to.
    pub next_stage: Option<String>,
    /// When it was decided; for `hold`, when the trial was over.
    pub at_s: f64,
    /// The role that answers for it, if the policy names one.
    pub owner: Option<String>,
    /// The role that held the checkpoints, if one was held and the policy names it.
    pub reviewed_by: Option<String>,
    /// When checkpoints were held.
    pub reviews_s: Vec<f64>,
}

impl TrialReport<'_> {
    /// The reports of this trial; `replay` is the command that makes them again. Nothing without the trial's detail.
    pub fn gate_report(&self, replay: &str) -> Option<GateReport> {
        let detail = self.trial.detail.as_deref()?;
        Some(Maker { report: *self, detail, replay }.all())
    }
}

impl GateReport {
    /// The files, index first: (name, content).
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![("README.md".to_string(), markdown::index(self)), ("report.json".to_string(), json(self))];
        for report in &self.reports {
            files.push((format!("{}.md", report.file), markdown::execution(report)));
            files.push((format!("{}.json", report.file), json(report)));
        }
        files
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}

/// What every part of the reports is made from.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub report: TrialReport<'a>,
    pub detail: &'a Detail,
    pub replay: &'a str,
}

/// A stage that was gone through, or what came before any.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'a> {
    /// Its index among the passages.
    pub index: usize,
    /// `None`: no stage was begun.
    pub passage: Option<&'a Passage>,
    /// When it was decided.
    pub at: Time,
    /// Nothing came after it.
    pub last: bool,
}

impl<'a> Visit<'a> {
    pub fn left(&self) -> Option<Left> {
        self.passage.and_then(|p| p.left).map(|(_, left)| left)
    }

    pub fn goes(&self) -> bool {
        matches!(self.left(), Some(Left::Advanced | Left::Finished))
    }
}

impl<'a> Maker<'a> {
    fn all(&self) -> GateReport {
        let t = self.report.trial;
        let reports: Vec<Execution> = self.visits().iter().map(|visit| self.execution(visit)).collect();
        let listed = |e: &Execution| Listed {
            file: e.file.clone(),
            stage: e.stage.clone(),
            decision: e.statement.decision,
            action: e.statement.action,
            at_s: e.statement.at_s,
        };
        let seconds = |at: Option<Time>| at.map(Time::seconds);
        GateReport {
            schema: SCHEMA,
            part: "index",
            scenario: t.scenario.clone(),
            policy: t.policy.clone(),
            owner: role(&self.report.policy.owner),
            seed: t.seed,
            replay: self.replay.to_string(),
            outcome: t.outcome.name(),
            verdict: self.report.verdict(),
            caught_by: t.caught_by.clone(),
            decided_s: seconds(t.instants.decided),
            withdrawn_s: seconds(t.instants.withdrawn),
            validated_s: seconds(t.instants.validated),
            within_budget: t.within_budget,
            ended_s: t.ended.seconds(),
            executions: reports.iter().map(listed).collect(),
            stages: self.stages(self.detail.passages.len()),
            readiness: self.readiness(),
            measures: self.measures(Time::MAX),
            cleanup: self.cleanup(),
            reports,
        }
    }

    /// One per passage; one for the readiness where it let no stage begin.
    fn visits(&self) -> Vec<Visit<'a>> {
        let (passages, ended) = (&self.detail.passages, self.report.trial.ended);
        if passages.is_empty() && !self.report.trial.open_items.is_empty() {
            return vec![Visit { index: 0, passage: None, at: ended, last: true }];
        }
        let visit = |(index, passage): (usize, &'a Passage)| Visit {
            index,
            passage: Some(passage),
            at: passage.left.map_or(ended, |(at, _)| at),
            last: index + 1 == passages.len(),
        };
        passages.iter().enumerate().map(visit).collect()
    }

    fn execution(&self, visit: &Visit) -> Execution {
        let t = self.report.trial;
        let stage = visit.passage.and_then(|p| self.report.policy.stages.get(p.stage));
        let name = stage.map_or("readiness", |s| s.name.as_str());
        let number = visit.index + usize::from(visit.passage.is_some());
        let ends = visit.last && !visit.goes();
        Execution {
            schema: SCHEMA,
            part: "execution",
            file: format!("{number:02}-{}", file_name(name)),
            scenario: t.scenario.clone(),
            policy: t.policy.clone(),
            seed: t.seed,
            replay: self.replay.to_string(),
            stage: name.to_string(),
            cohort: stage.map(|s| gatecrash_sim::steering::name_of(&s.cohort)),
            statement: self.statement(visit),
            stages: self.stages(visit.index + 1),
            gates: visit.passage.map(|p| self.gates(p)).unwrap_or_default(),
            kpis: self.kpis(visit),
            blockers: if visit.goes() { Vec::new() } else { self.blockers(visit) },
            cleanup: if ends { self.cleanup() } else { Vec::new() },
            readiness: self.readiness(),
            measures: self.measures(if visit.last { Time::MAX } else { visit.at }),
        }
    }

    fn statement(&self, visit: &Visit) -> Statement {
        let policy = self.report.policy;
        let stage = visit.passage.and_then(|p| policy.stages.get(p.stage));
        let (decision, action) = match visit.left() {
            Some(Left::Advanced) => ("go", "advance"),
            Some(Left::Finished) => ("go", "finish"),
            Some(Left::RolledBack) => ("no-go", "roll back"),
            Some(Left::Stopped) => ("no-go", "stop"),
            None => ("no-go", "hold"),
        };
        let next = visit.passage.filter(|_| action == "advance").and_then(|p| policy.stages.get(p.stage + 1));
        let reviews = visit.passage.map_or(&[][..], |p| &p.reviews);
        let reviewer = stage.and_then(|s| s.review.as_ref()).and_then(|review| role(&review.by));
        Statement {
            decision,
            action,
            next_stage: next.map(|s| s.name.clone()),
            at_s: visit.at.seconds(),
            owner: role(&policy.owner),
            reviewed_by: reviewer.filter(|_| !reviews.is_empty()),
            reviews_s: reviews.iter().map(|at| at.seconds()).collect(),
        }
    }

    fn cleanup(&self) -> Vec<Cleanup> {
        self.report.trial.cleanup.iter().map(|(what, count)| Cleanup { what: what.clone(), count: *count }).collect()
    }
}

/// A role, if one is named.
pub(crate) fn role(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| words::one_line(name))
}

/// Longer names are cut: file systems have limits.
const FILE_NAME_MAX: usize = 60;

/// A stage's name as part of a file's name on any system: `5%` is `5pct`.
fn file_name(stage: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
    let name: String = stage.replace('%', "pct").chars().map(plain).take(FILE_NAME_MAX).collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() { "stage".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_name_files_on_any_system() {
        let names = ["internal", "5%", "2-3 more tenants", "../../etc", "a/b\\c:d", "\u{e9}", "", "0.5%"].map(file_name);
        assert_eq!(names, ["internal", "5pct", "2-3-more-tenants", "etc", "a-b-c-d", "stage", "stage", "0.5pct"]);
        assert!(file_name(&"x".repeat(1_000)).len() <= FILE_NAME_MAX);
    }
}
