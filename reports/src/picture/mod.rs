//! The numbers behind the picture of a trial: who was exposed, what each gate saw, what was true, who was harmed.

mod truth;

use crate::score::shown_by_decision;
use crate::trial::TrialReport;
use gatecrash_policies::policy::{Check, Gate, Limit};
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Time;
use gatecrash_policies::verdict::Status;
use gatecrash_sim::trial::Detail;

/// A line: (when, how much), in order of time.
pub type Points = Vec<(Time, f64)>;

/// What there is to draw of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Where the time axis ends.
    pub end: Time,
    /// The exposed share of subjects, 0..=1, from each moment on.
    pub exposure: Points,
    /// Harmed outcomes so far, from each moment on.
    pub harmed: Points,
    /// The gates that were judged at least once, in the policy's order.
    pub gates: Vec<GatePicture>,
    /// The instants that happened, in order.
    pub instants: Vec<(&'static str, Time)>,
    /// Scrapes of the canary: (lost, in all).
    pub lost: (usize, usize),
}

/// One gate over time. Until the withdrawal it reads the canary; after it, for the recovery check, the canary's former
/// subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct GatePicture {
    /// The gate's name.
    pub name: String,
    /// Its check, as users write it.
    pub check: String,
    /// What its numbers are in.
    pub unit: Unit,
    /// What it was held against.
    pub limit: Points,
    /// The reading in each round in which there was one.
    pub saw: Points,
    /// The same metric from all samples as they were taken, lost and late ones included, without the gate's long window
    /// (except for counts, which need the gate's own). Empty where samples do not tell it (growth, streak).
    pub truth: Points,
    /// Rounds that failed.
    pub fails: Vec<Time>,
    /// Rounds without a verdict: no data, or too little.
    pub silent: Vec<Time>,
    /// Rounds judged, by status: pass, fail, inconclusive, no-data.
    pub rounds: [usize; 4],
}

impl TrialReport<'_> {
    /// What there is to draw; nothing when the trial was played without its detail.
    pub fn picture(&self) -> Option<Picture> {
        let detail = self.trial.detail.as_deref()?;
        let named = shown_by_decision(self.trial).named();
        let instants: Vec<_> = named.into_iter().filter_map(|(name, at)| Some((name, at?))).collect();
        // The world is played to its horizon, since harm may still come; the trial was over before.
        let withdrawn = self.trial.instants.withdrawn.unwrap_or(Time::MAX);
        let end = instants.iter().map(|(_, at)| *at).fold(self.trial.ended, Time::max);
        let gates = self.policy.gates.iter().enumerate();
        Some(Picture {
            end,
            exposure: detail.exposure.iter().map(|(at, share)| (*at, f64::from(*share) / 10_000.0)).collect(),
            harmed: running_total(detail),
            gates: gates.filter_map(|(i, gate)| gate_picture(gate, i, detail, withdrawn, end)).collect(),
            instants,
            lost: truth::lost_of_canary(detail),
        })
    }
}

fn running_total(detail: &Detail) -> Points {
    let mut harms: Vec<Time> = detail.harms.iter().map(|(at, _)| *at).collect();
    harms.sort_unstable();
    let counted = harms.into_iter().enumerate().map(|(i, at)| (at, (i + 1) as f64));
    std::iter::once((Time::ZERO, 0.0)).chain(counted).collect()
}

fn gate_picture(gate: &Gate, index: usize, detail: &Detail, withdrawn: Time, end: Time) -> Option<GatePicture> {
    let mine = detail.verdicts.iter().filter(|(at, i, _)| *i == index && *at <= end);
    let verdicts: Vec<_> = mine.map(|(at, _, v)| (*at, v)).collect();
    verdicts.first()?;
    let number = |v: Option<f64>| v.filter(|v| v.is_finite());
    let limit = match gate.check.limit {
        Limit::Absolute(limit) => vec![(Time::ZERO, limit), (end, limit)],
        _ => verdicts.iter().filter_map(|(at, v)| Some((*at, number(v.evidence.limit)?))).collect(),
    };
    let having = |status: &[Status]| verdicts.iter().filter(|(_, v)| status.contains(&v.status)).map(|(at, _)| *at).collect();
    let unit = verdicts.iter().map(|(_, v)| v.evidence.unit).find(|unit| *unit != Unit::Plain).unwrap_or_default();
    let mut rounds = [0; 4];
    verdicts.iter().for_each(|(_, v)| rounds[v.status as usize] += 1);
    Some(GatePicture {
        name: gate.name.clone(),
        check: check_text(&gate.check, unit),
        unit,
        limit,
        saw: verdicts.iter().filter_map(|(at, v)| Some((*at, number(v.evidence.value)?))).collect(),
        truth: truth::of(&gate.check, detail, &verdicts, withdrawn, end),
        fails: having(&[Status::Fail]),
        silent: having(&[Status::NoData, Status::Inconclusive]),
        rounds,
    })
}

/// The check as its `Display`, but with the unit of its limit, which a check alone does not know: `p95(runs.latency) <= 4s`.
pub fn check_text(check: &Check, unit: Unit) -> String {
    let limit = match &check.limit {
        Limit::Absolute(value) => unit.show(*value),
        Limit::TimesStable(factor) => format!("{factor}x stable"),
        Limit::StablePlus(more) if *more < 0.0 => format!("stable - {}", unit.show(-more)),
        Limit::StablePlus(more) => format!("stable + {}", unit.show(*more)),
        Limit::PerSegment(limits) => {
            let each = limits.iter().map(|(segment, limit)| format!("{segment}: {}", unit.show(*limit)));
            format!("{{ {} }}", each.collect::<Vec<_>>().join(", "))
        }
    };
    let per = check.per.as_ref().map_or(String::new(), |attribute| format!(" per {attribute}"));
    let over = check.over.map_or(String::new(), |window| format!(" over {window}"));
    format!("{} {} {limit}{per}{over}", check.reading, check.op.symbol())
}
