//! How many subjects each arm has, as far as telemetry tells.

use gatecrash_policies::sample::{Arm, Sample};
use gatecrash_policies::time::Time;

/// An arm of which so many scrapes in a row have brought nothing is not there any more, as far as anybody knows.
const MISSED_MAX: u64 = 5;

/// The newest sample of each arm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    /// By arm: when it was taken, how long it is good for in microseconds, and its subjects.
    newest: [Option<(Time, u64, u32)>; 3],
}

impl Crowd {
    /// Takes in a sample that has arrived. Whether none of its arm that was taken later came before.
    pub fn take(&mut self, sample: &Sample) -> bool {
        let newest = &mut self.newest[sample.arm as usize];
        let is_newest = newest.is_none_or(|(stamp, ..)| stamp <= sample.stamp);
        if is_newest {
            let subjects = sample.subjects.first().copied().unwrap_or(0);
            *newest = Some((sample.stamp, sample.span.0.saturating_mul(MISSED_MAX), subjects));
        }
        is_newest
    }

    /// When the newest sample of an arm was taken.
    pub fn newest(&self, arm: Arm) -> Option<Time> {
        self.newest[arm as usize].map(|(stamp, ..)| stamp)
    }

    /// The subjects of an arm; `None` before its first sample, and when others have gone on for five scrapes without it.
    pub fn subjects(&self, arm: Arm) -> Option<u32> {
        let (stamp, good_for, subjects) = self.newest[arm as usize]?;
        let latest = self.newest.iter().flatten().map(|(stamp, ..)| *stamp).max()?;
        (latest.since(stamp).0 <= good_for).then_some(subjects)
    }

    /// The share of subjects on the canary, 0..=1; `None` before anything is known.
    pub fn exposure(&self) -> Option<f64> {
        let canary = f64::from(self.subjects(Arm::Canary).unwrap_or(0));
        let all = canary + f64::from(self.subjects(Arm::Stable).unwrap_or(0));
        (all > 0.0).then(|| canary / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::time::Span;

    fn told(crowd: &mut Crowd, arm: Arm, second: u64, subjects: u32) -> bool {
        let stamp = Time::ZERO + Span::from_secs(second);
        let (counters, gauges, hists) = Default::default();
        crowd.take(&Sample {
            arm,
            stamp,
            arrived: stamp,
            span: Span::from_secs(10),
            subjects: vec![subjects],
            counters,
            gauges,
            hists,
        })
    }

    #[test]
    fn an_arm_that_falls_silent_is_gone() {
        let mut crowd = Crowd::default();
        assert_eq!(crowd.exposure(), None);
        told(&mut crowd, Arm::Stable, 10, 90);
        told(&mut crowd, Arm::Canary, 10, 10);
        assert_eq!(crowd.exposure(), Some(0.1));
        told(&mut crowd, Arm::Stable, 60, 100);
        assert_eq!((crowd.subjects(Arm::Canary), crowd.newest(Arm::Canary)), (Some(10), Some(Time(10_000_000))));
        told(&mut crowd, Arm::Stable, 70, 100);
        assert_eq!((crowd.subjects(Arm::Canary), crowd.exposure()), (None, Some(0.0)));
    }

    #[test]
    fn what_comes_late_is_no_news() {
        let mut crowd = Crowd::default();
        assert!(told(&mut crowd, Arm::Stable, 20, 7));
        assert!(!told(&mut crowd, Arm::Stable, 10, 9));
        assert_eq!(crowd.subjects(Arm::Stable), Some(7));
    }
}
