//! The snapshot before and after: what each gate of a stage reads before anybody was exposed, in the stage, and after the way back.

use super::lines::unit_name;
use super::{Maker, Visit};
use crate::picture::check_text;
use gatecrash_policies::kpi::{Kpi, read};
use gatecrash_policies::sample::{Arm, Sample};
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Time;
use serde::Serialize;

/// One gate's reading, its own window set aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KpiLine {
    /// The gate.
    pub gate: String,
    /// What is read.
    pub reads: String,
    /// `s`, `share`, `per_s` or `plain`.
    pub unit: &'static str,
    /// On stable.
    pub before: Option<Number>,
    /// When that was: `before the first exposure`, or `in this stage` where there was no time before.
    pub before_is: &'static str,
    /// On the canary, in this stage.
    pub canary: Option<Number>,
    /// After the rollback; in the last report alone.
    pub after: Option<Number>,
    /// Of whom that is: `former subjects` of the canary, or `canary` where a step mitigated and they stayed on it.
    pub after_is: Option<&'static str>,
}

/// A number with what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// Seconds, fractions, per second or plain.
    pub value: f64,
    /// Outcomes.
    pub samples: u64,
    /// As people read it, for the Markdown.
    #[serde(skip)]
    pub shown: String,
}

const BEFORE: &str = "before the first exposure";
const MEANWHILE: &str = "in this stage";

impl Maker<'_> {
    /// The gates of the stage, and in the last report those of the recovery check as well. From all samples that were not lost.
    pub fn kpis(&self, visit: &Visit) -> Vec<KpiLine> {
        let Some(passage) = visit.passage else { return Vec::new() };
        let policy = self.report.policy;
        let mut gates: Vec<usize> = policy.stages.get(passage.stage).map_or(Vec::new(), |s| s.gates.clone());
        let back = self.way_back(visit);
        let more = policy.rollback.validate.gates.iter().filter(|_| back.is_some());
        gates.extend(more.filter(|i| !gates.contains(i)).copied().collect::<Vec<_>>());
        let samples = self.arrived();
        let stage = (passage.began.unwrap_or(passage.asked), visit.at);
        gates.into_iter().filter_map(|i| self.kpi(i, &samples, stage, visit.at, back)).collect()
    }

    fn kpi(
        &self,
        gate: usize,
        samples: &[Sample],
        stage: (Time, Time),
        decided: Time,
        back: Option<(Time, Time)>,
    ) -> Option<KpiLine> {
        let check = &self.report.policy.gates.get(gate)?.check;
        let unit = gatecrash_policies::bind::unit(check, &self.detail.catalog);
        let of = |arm, (from, to)| read(check, &self.detail.catalog, samples, arm, from, to).map(|kpi| number(kpi, unit));
        let first = self.detail.exposure.iter().find(|(_, share)| *share > 0).map_or(decided, |(at, _)| *at);
        let before = of(Arm::Stable, (Time::ZERO, first));
        let before_is = if before.is_some() { BEFORE } else { MEANWHILE };
        let arm = if self.report.trial.mitigated { Arm::Canary } else { Arm::Former };
        Some(KpiLine {
            gate: self.report.policy.gates[gate].name.clone(),
            reads: reads(&check_text(check, unit)),
            unit: unit_name(unit),
            before: before.or_else(|| of(Arm::Stable, stage)),
            before_is,
            canary: of(Arm::Canary, stage),
            after: back.and_then(|back| of(arm, back)),
            after_is: back.map(|_| if arm == Arm::Canary { "canary" } else { "former subjects" }),
        })
    }

    /// From the withdrawal to the end, where the rollout ended here and was rolled back.
    fn way_back(&self, visit: &Visit) -> Option<(Time, Time)> {
        let t = self.report.trial;
        t.instants.decided.filter(|_| visit.last)?;
        Some((t.instants.withdrawn?, t.ended))
    }

    fn arrived(&self) -> Vec<Sample> {
        let lost = self.detail.lost.iter().copied().chain(std::iter::repeat(false));
        self.detail.samples.iter().zip(lost).filter(|(_, lost)| !lost).map(|(sample, _)| sample.clone()).collect()
    }
}

fn number(kpi: Kpi, unit: Unit) -> Number {
    let value = crate::stats::digits6(kpi.value);
    Number { value, samples: kpi.samples, shown: unit.show(kpi.value) }
}

/// The part of a check before its comparison.
fn reads(check: &str) -> String {
    // A share compares as well, within its brackets.
    let end = check.rfind(')').map_or(check.len(), |i| i + 1);
    check[..end].to_string()
}
