//! One line per candidate and world: what the search has played. What does not exist is empty, never zero.

use super::answer::TuneReport;
use super::caution::Caution;
use super::rank::rank;
use super::scores::{detection, false_rollback, seconds};
use super::study::{Came, World};
use crate::stats::{Rate, digits6};
use crate::words;
use std::io;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Whole,
    Number,
}

use Kind::{Number, Whole, Word};

/// The columns before those of the dials, which are words and named by their paths.
const COLUMNS: [(&str, Kind); 27] = [
    ("candidate", Whole),
    ("is_current", Word),
    ("is_recommended", Word),
    ("on_front", Word),
    ("feasible", Word),
    ("scenario", Word),
    ("expect", Word),
    ("severity", Number),
    ("wobble", Number),
    ("trials", Whole),
    ("detected", Whole),
    ("in_time", Whole),
    ("missed", Whole),
    ("false_rollbacks", Whole),
    ("true_promotes", Whole),
    ("insufficient", Whole),
    ("detection_rate", Number),
    ("detection_rate_low", Number),
    ("detection_rate_high", Number),
    ("false_rollback_rate", Number),
    ("false_rollback_rate_low", Number),
    ("false_rollback_rate_high", Number),
    ("time_to_detect_s_mean", Number),
    ("exposed_requests_mean", Number),
    ("harmed_mean", Number),
    ("rollout_s_mean", Number),
    ("under_way_s_mean", Number),
];

impl TuneReport {
    /// Writes all candidates in all worlds in which they were played.
    pub fn csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns().map(|(name, _)| name))?;
        self.rows().iter().try_for_each(|row| writer.write_record(row))?;
        writer.flush()
    }

    /// The names of the columns, and what stands in them.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, Kind)> {
        COLUMNS.into_iter().chain(self.study.dials.iter().map(|dial| (dial.path.as_str(), Word)))
    }

    /// A row for each candidate and world.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut feasible = vec![String::new(); self.study.candidates.len()];
        rank(&self.study, &self.goals, Caution::ENTRY).iter().for_each(|r| feasible[r.candidate] = r.feasible.to_string());
        let mut rows = Vec::new();
        for (candidate, by_world) in self.study.came.iter().enumerate() {
            let first = [
                candidate.to_string(),
                (candidate == self.study.current).to_string(),
                (Some(candidate) == self.recommended()).to_string(),
                self.front.contains(&candidate).to_string(),
                feasible[candidate].clone(),
            ];
            let values = &self.study.candidates[candidate].values;
            for (world, came) in self.study.worlds.iter().zip(by_world).filter(|(_, came)| came.trials() > 0) {
                rows.push(first.iter().chain(&cells(world, came)).chain(values).cloned().collect());
            }
        }
        rows
    }
}

fn cells(world: &World, came: &Came) -> Vec<String> {
    let names = [world.scenario.clone(), words::expect(world.expect).to_string()];
    let sizes = [world.sizes.severity, world.sizes.wobble].map(|factor| factor.to_string());
    let counts =
        [came.trials(), came.detected, came.in_time, came.missed, came.false_rollbacks, came.true_promotes, came.insufficient];
    let rates = [detection(came).filter(|_| world.has_breach()), false_rollback(came)].into_iter().flat_map(ends);
    let means =
        [seconds(&came.detect), came.exposed.mean(), came.harmed.mean(), seconds(&came.rollout), seconds(&came.under_way)];
    let numbers = rates.chain(means).map(|number| number.map_or(String::new(), |n| digits6(n).to_string()));
    names.into_iter().chain(sizes).chain(counts.map(|n| n.to_string())).chain(numbers).collect()
}

/// A rate and the ends of its interval.
fn ends(rate: Option<Rate>) -> [Option<f64>; 3] {
    [rate.map(|r| r.value()), rate.map(|r| r.interval().0), rate.map(|r| r.interval().1)]
}
