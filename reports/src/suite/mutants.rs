//! Policies spoilt on purpose, and what of a suite noticed: where nothing did, the suite has a gap.

use crate::words::{count_of, one_line};
use serde::Serialize;
use std::io;

/// What became of all mutants of the policies of some suites.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MutantReport {
    /// How many were noticed.
    pub noticed: usize,
    /// How many were not.
    pub gaps: usize,
    /// Policy by policy, in file order.
    pub mutants: Vec<MutantResult>,
}

/// What became of one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MutantResult {
    /// The policy's name.
    pub policy: String,
    /// Its file.
    pub file: String,
    /// Where it was spoilt: `gates.errors.check`.
    pub path: String,
    /// How: `loosen limit by 50%`.
    pub mutation: String,
    /// The line of the policy's file, where it is a file of the user's.
    pub line: Option<usize>,
    /// Whether an expectation failed.
    pub noticed: bool,
    /// Which, or why nothing could be played; for a gap, what comes nearest to noticing.
    pub by: String,
}

impl MutantReport {
    /// Of these.
    pub fn new(mutants: Vec<MutantResult>) -> MutantReport {
        let noticed = mutants.iter().filter(|mutant| mutant.noticed).count();
        MutantReport { noticed, gaps: mutants.len() - noticed, mutants }
    }

    /// How many of each mutation were noticed, and of how many, in the order in which they first come.
    pub fn by_mutation(&self) -> Vec<(&str, usize, usize)> {
        let mut counts: Vec<(&str, usize, usize)> = Vec::new();
        for mutant in &self.mutants {
            let noticed = usize::from(mutant.noticed);
            match counts.iter_mut().find(|(name, ..)| *name == mutant.mutation) {
                Some((_, hits, all)) => (*hits, *all) = (*hits + noticed, *all + 1),
                None => counts.push((&mutant.mutation, noticed, 1)),
            }
        }
        counts
    }

    /// The gaps, then how many of each kind were noticed, then all together.
    pub fn write_text(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for gap in self.mutants.iter().filter(|mutant| !mutant.noticed) {
            let line = gap.line.map_or(String::new(), |line| format!(":{line}"));
            writeln!(
                out,
                "gap: {}{line}: {}: {}: {}",
                one_line(&gap.file),
                one_line(&gap.path),
                gap.mutation,
                one_line(&gap.by)
            )?;
        }
        for (mutation, noticed, all) in self.by_mutation() {
            writeln!(out, "  {noticed:>4} of {all:<4} {mutation}")?;
        }
        let all = count_of(self.mutants.len() as u64, "mutant");
        writeln!(out, "Mutants: {} of {all} noticed, {}.", self.noticed, count_of(self.gaps as u64, "gap"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_in_their_order() {
        let mutant = |mutation: &str, noticed| MutantResult {
            policy: "p".into(),
            file: "p.yaml".into(),
            path: "gates.a".into(),
            mutation: mutation.into(),
            line: Some(3),
            noticed,
            by: String::new(),
        };
        let report = MutantReport::new(vec![mutant("skip stage", true), mutant("drop gate", false), mutant("skip stage", false)]);
        assert_eq!(report.by_mutation(), [("skip stage", 1, 2), ("drop gate", 0, 1)]);
        assert_eq!((report.noticed, report.gaps), (1, 2));
    }
}
