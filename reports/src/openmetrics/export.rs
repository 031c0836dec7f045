//! A whole trial as OpenMetrics text, at simulated times.

use super::crowd::Crowd;
use super::names::{Family, families};
use super::own;
use super::sums::Sum;
use super::writer::{Writer, Written};
use crate::score::shown_by_decision;
use crate::trial::TrialReport;
use crate::words;
use gatecrash_policies::sample::{Arm, Sample, Series, Signal};
use gatecrash_policies::time::Time;
use gatecrash_policies::verdict::{Status, Verdict};
use gatecrash_sim::trial::Detail;
use std::io;

impl TrialReport<'_> {
    /// Writes the trial for time series databases: what telemetry brought, what gates said in each round, and (as `gatecrash_truth_*`)
    /// what nobody saw. `from_ms`: what the beginning of the trial is, in milliseconds since 1970.
    ///
    /// Samples stand at their stamp, not where they arrived; those that were lost are left out. Without the trial's detail there is
    /// nothing to write.
    pub fn write_openmetrics(&self, from_ms: u64, out: &mut dyn io::Write) -> io::Result<Written> {
        let Some(detail) = self.trial.detail.as_deref() else { return Writer::new(out, from_ms).end() };
        let export = Export { report: self, detail, told: told(detail), ticks: ticks(detail, self.trial.stopped), from_ms };
        let signals = families(&detail.catalog);
        let mut writer = Writer::new(out, from_ms);
        export.signals(&signals, &mut writer)?;
        export.crowd(&mut writer)?;
        export.course(&mut writer)?;
        export.gates(&mut writer)?;
        export.truth(&mut writer)?;
        writer.end()
    }
}

/// What there is to write.
struct Export<'a> {
    report: &'a TrialReport<'a>,
    detail: &'a Detail,
    /// The samples that came to be seen, by stamp.
    told: Vec<&'a Sample>,
    /// When what lasts is written again.
    ticks: Vec<Time>,
    from_ms: u64,
}

fn told(detail: &Detail) -> Vec<&Sample> {
    let lost = detail.lost.iter().copied().chain(std::iter::repeat(false));
    detail.samples.iter().zip(lost).filter(|(_, lost)| !lost).map(|(sample, _)| sample).collect()
}

/// Every scrape, the beginning and the end.
fn ticks(detail: &Detail, end: Time) -> Vec<Time> {
    let mut ticks: Vec<Time> = detail.samples.iter().map(|sample| sample.stamp).chain([Time::ZERO, end]).collect();
    ticks.sort_unstable();
    ticks.dedup();
    ticks
}

impl<'a> Export<'a> {
    fn signals<'w>(&self, signals: &'w [Family], writer: &mut Writer<'w>) -> io::Result<()> {
        for (id, (family, signal)) in signals.iter().zip(&self.detail.catalog.signals).enumerate() {
            writer.family(family);
            for arm in Arm::ALL {
                self.signal(id as u16, signal, arm, writer)?;
            }
        }
        Ok(())
    }

    /// One signal of one arm, of everybody in it.
    fn signal(&self, id: u16, signal: &Signal, arm: Arm, writer: &mut Writer) -> io::Result<()> {
        let mut sum = Sum::new(signal.reads);
        let series = Series { signal: id, part: 0 };
        let sums = self.told.iter().filter(|sample| sample.arm == arm).map(|sample| {
            sum.take(sample, series, signal.reads, true);
            (sample.stamp, sum.clone())
        });
        let labels = [("arm", arm.name())];
        match Sum::new(signal.reads) {
            Sum::Counter(_) => writer.series(&labels, sums.filter_map(|(at, sum)| Some((at, sum.counter()?)))),
            Sum::Level(_) => writer.series(&labels, sums.filter_map(|(at, sum)| Some((at, sum.level()?)))),
            Sum::Numbers(_) => writer.histograms(&labels, sums.filter_map(|(at, sum)| Some((at, sum.numbers()?)))),
        }
    }

    /// Who is where, as telemetry tells.
    fn crowd(&self, writer: &mut Writer) -> io::Result<()> {
        writer.family(&own::SUBJECTS);
        for arm in Arm::ALL {
            let own = self.told.iter().filter(|sample| sample.arm == arm);
            let subjects = own.map(|sample| (sample.stamp, u64::from(sample.subjects.first().copied().unwrap_or(0))));
            writer.series(&[("arm", arm.name())], subjects)?;
        }
        writer.family(&own::EXPOSURE);
        let mut crowd = Crowd::default();
        let exposure = self.told.chunk_by(|a, b| a.stamp == b.stamp).filter_map(|scrape| {
            scrape.iter().for_each(|sample| {
                crowd.take(sample);
            });
            Some((scrape[0].stamp, crowd.exposure()?))
        });
        writer.series(&[], exposure)
    }

    /// Stages, and whether the way back has begun.
    fn course(&self, writer: &mut Writer) -> io::Result<()> {
        let passages = || self.detail.passages.iter().filter_map(|passage| Some((passage, passage.began?)));
        let index = passages().flat_map(|(p, began)| {
            let left = p.left.map(|(at, _)| (at, None));
            [(began, Some(p.stage as u64))].into_iter().chain(left)
        });
        writer.family(&own::STAGE_INDEX);
        let index: Vec<_> = index.collect();
        writer.series(&[], self.lasting(&index))?;
        writer.family(&own::STAGE);
        for (i, stage) in self.report.policy.stages.iter().enumerate() {
            let here = |at: &(Time, Option<u64>)| (at.0, (at.1 == Some(i as u64)).then_some(true));
            let changes: Vec<_> = index.iter().map(here).collect();
            writer.series(&[("stage", &stage.name)], self.lasting(&changes))?;
        }
        writer.family(&own::DECIDED);
        let decided = self.report.trial.instants.decided.map(|at| (at, Some(true)));
        let changes: Vec<_> = [(Time::ZERO, Some(false))].into_iter().chain(decided).collect();
        writer.series(&[], self.lasting(&changes))
    }

    /// What gates said, round by round.
    fn gates(&self, writer: &mut Writer) -> io::Result<()> {
        let number = |number: Option<f64>| number.filter(|number| number.is_finite());
        writer.family(&own::GATE_VALUE);
        self.each_gate(|labels, rounds| {
            writer.series(&labels[..1], rounds.iter().filter_map(|(at, v)| Some((*at, number(v.evidence.value)?))))
        })?;
        writer.family(&own::GATE_LIMIT);
        self.each_gate(|labels, rounds| {
            writer.series(labels, rounds.iter().filter_map(|(at, v)| Some((*at, number(v.evidence.limit)?))))
        })?;
        writer.family(&own::GATE_FAILING);
        self.each_gate(|labels, rounds| {
            writer.series(&labels[..1], rounds.iter().map(|(at, v)| (*at, v.status == Status::Fail)))
        })?;
        writer.family(&own::GATE_STATUS);
        self.each_gate(|labels, rounds| {
            Status::ALL.into_iter().try_for_each(|status| {
                let labels = [labels[0], ("status", status.name())];
                writer.series(&labels, rounds.iter().map(|(at, v)| (*at, v.status == status)))
            })
        })
    }

    /// Every gate that was judged, with its name and operator as labels.
    fn each_gate(&self, mut write: impl FnMut(&[(&str, &str)], &[(Time, &Verdict)]) -> io::Result<()>) -> io::Result<()> {
        for (i, gate) in self.report.policy.gates.iter().enumerate() {
            let mine = self.detail.verdicts.iter().filter(|(_, index, _)| *index == i);
            let rounds: Vec<_> = mine.map(|(at, _, verdict)| (*at, verdict)).collect();
            write(&[("gate", &gate.name), ("op", gate.check.op.symbol())], &rounds)?;
        }
        Ok(())
    }

    /// What nobody saw.
    fn truth(&self, writer: &mut Writer) -> io::Result<()> {
        let (trial, detail) = (self.report.trial, self.detail);
        writer.family(&own::TRIAL);
        let seed = trial.seed.to_string();
        let labels = [
            ("scenario", trial.scenario.as_str()),
            ("policy", &trial.policy),
            ("seed", &seed),
            ("expect", words::expect(self.report.expect)),
            ("outcome", trial.outcome.name()),
        ];
        writer.series(&labels, self.lasting(&[(Time::ZERO, Some(true))]))?;
        writer.family(&own::TRUE_EXPOSURE);
        let exposure: Vec<_> = detail.exposure.iter().map(|(at, share)| (*at, Some(f64::from(*share) / 10_000.0))).collect();
        writer.series(&[], self.lasting(&exposure))?;
        writer.family(&own::TRUE_HARMED);
        let mut harms: Vec<Time> = detail.harms.iter().map(|(at, _)| *at).collect();
        harms.sort_unstable();
        writer.series(&[], self.ticks.iter().map(|at| (*at, harms.partition_point(|harm| harm <= at) as u64)))?;
        writer.family(&own::TRUE_INSTANT);
        for (name, at) in shown_by_decision(trial).named().into_iter().filter_map(|(name, at)| Some((name, at?))) {
            let since_1970 = (self.from_ms + at.0 / 1_000) as f64 / 1e3;
            writer.series(&[("instant", name)], self.lasting(&[(at, Some(since_1970))]))?;
        }
        Ok(())
    }

    /// What lasts from one change to the next, at each change and at each tick; nothing while it is `None`.
    fn lasting<T: Copy>(&self, changes: &[(Time, Option<T>)]) -> impl Iterator<Item = (Time, T)> {
        let mut moments: Vec<Time> = changes.iter().map(|(at, _)| *at).chain(self.ticks.iter().copied()).collect();
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter().filter_map(move |at| {
            let before = changes.partition_point(|(change, _)| *change <= at);
            Some((at, changes[..before].last()?.1?))
        })
    }
}
