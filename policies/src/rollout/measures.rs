//! Gates that are read again at fixed times after the first exposure: reported, never acted upon.

use super::Rollout;
use crate::controller::{Decision, View};
use crate::gate::Moment;
use crate::policy::Cohort;
use crate::time::{Span, Time};
use crate::verdict::Verdict;

/// What has been measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measures {
    /// When the first stage that exposes somebody took effect.
    exposed: Option<Time>,
    /// The last round in which was looked whether a measure is due.
    looked: Option<Time>,
}

impl Measures {
    /// A stage with this cohort took effect.
    pub fn stage_began(&mut self, cohort: &Cohort, at: Time) {
        let exposes = match cohort {
            Cohort::Nobody | Cohort::Shadow => false,
            Cohort::Share(p) | Cohort::TenantShare(p) => *p > 0.0,
            _ => true,
        };
        if exposes {
            self.exposed = self.exposed.or(Some(at));
        }
    }

    /// Whether a measure so long after the exposure falls into this round.
    fn is_due(&self, after: Span, now: Time) -> bool {
        let at = self.exposed.map(|exposed| exposed + after);
        at.is_some_and(|at| at <= now && self.looked.is_none_or(|looked| looked < at))
    }
}

/// `24h`, also where other texts say `1d`.
fn hours(span: Span) -> String {
    const HOUR: u64 = 3_600_000_000;
    if span.0 > 0 && span.0.is_multiple_of(HOUR) { format!("{}h", span.0 / HOUR) } else { span.to_string() }
}

impl Rollout {
    /// What the measures say that are due in this round.
    pub(super) fn measure(&mut self, view: &View, stage: usize) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for measure in &self.policy.measures {
            for after in measure.at.iter().filter(|after| self.measures.is_due(**after, view.now)) {
                let Some(said) = self.measured(view, stage, measure.gate) else { continue };
                let text = format!("{} at {}: {said}", self.policy.gates[measure.gate].name, hours(*after));
                decisions.push(Decision::Say { kind: "measure", text });
            }
        }
        if self.measures.exposed.is_some() {
            self.measures.looked = Some(view.now);
        }
        decisions
    }

    /// What a gate says now, without a trace in what it remembers. `None`: it is not applicable to this system.
    fn measured(&self, view: &View, stage: usize, gate: usize) -> Option<String> {
        let (bound, spec) = (self.gates[gate].as_ref()?, &self.policy.gates[gate]);
        let sentence = |v: &Verdict| format!("{}: {}", v.status.name(), v.sentence(&spec.check));
        // A gate of the stage was judged in this round already.
        if let Some((_, verdict)) = self.said.gates.iter().find(|(i, _)| *i == gate) {
            return Some(sentence(verdict));
        }
        let stable_gone = self.leaves_nobody(stage);
        let moment = Moment { now: view.now, stable_gone, min_samples: None, alpha: None, muted: false };
        let verdict = bound.clone().judge(moment);
        Some(verdict.as_ref().map_or_else(|| "not judged: what it needs does not hold".into(), sentence))
    }
}
