//! The combinations of the dials that can be played.

use crate::{Failure, output};
use gatecrash_policies::Policy;
use gatecrash_scenarios::{Error, Grid, Loaded, fits};
use gatecrash_sim::Scenario;
use std::collections::BTreeMap;

/// Those that can be read and that fit every scenario.
#[derive(Default)]
pub struct Entries {
    /// Which combinations of the grid they are.
    pub places: Vec<u128>,
    pub policies: Vec<Policy>,
}

impl Entries {
    /// Values may go together with some values of other dials and not with others, as where one stage must not be smaller than the one
    /// before. What does not go together is left out, with a warning.
    ///
    /// # Errors
    /// A value that goes with nothing: somebody has asked for it.
    pub fn of(grid: &Grid, base: &Loaded<Policy>, scenarios: &[Loaded<Scenario>]) -> Result<Entries, Failure> {
        let (mut entries, mut refused) = (Entries::default(), Vec::new());
        let mut warnings = Warnings::beside(base, scenarios);
        for place in 0..grid.count() {
            match candidate(grid, place, scenarios, &mut warnings) {
                Ok(policy) => {
                    entries.places.push(place);
                    entries.policies.push(policy);
                }
                Err(error) => refused.push((place, error)),
            }
        }
        if let Some((place, error)) = refused.first() {
            let (many, count, with) = (refused.len(), grid.count(), with(grid, *place));
            if entries.places.is_empty() {
                return Err(Failure::Input(format!("no policy can be made of these values; with {with}: {error}")));
            }
            entries.check_values(grid, &refused)?;
            let error = Error { line: None, ..error.clone() };
            output::warn(&format!("{many} of {count} combinations are left out; the first ({with}) since {error}"));
        }
        warnings.tell(entries.policies.len());
        Ok(entries)
    }

    /// Whether each value of each dial is part of some candidate.
    fn check_values(&self, grid: &Grid, refused: &[(u128, Error)]) -> Result<(), Failure> {
        let mut after = 1;
        for dial in grid.dials().iter().rev() {
            let many = dial.count() as u128;
            let pick = |place: u128| (place / after % many) as usize;
            let mut used = vec![false; dial.count()];
            self.places.iter().for_each(|place| used[pick(*place)] = true);
            if let Some((place, error)) = refused.iter().find(|(place, _)| !used[pick(*place)]) {
                let value = dial.values().nth(pick(*place)).expect("it is one of them");
                let others = if grid.dials().len() == 1 { "" } else { " with any values of the others" };
                return Err(Failure::Input(format!("{}={value} is not possible{others}: {error}", dial.path())));
            }
            after *= many;
        }
        Ok(())
    }
}

fn candidate(grid: &Grid, place: u128, scenarios: &[Loaded<Scenario>], warnings: &mut Warnings) -> Result<Policy, Error> {
    let policy = grid.policy(place)?;
    for scenario in scenarios {
        warnings.add(fits(scenario, &policy)?);
    }
    Ok(policy.value)
}

fn with(grid: &Grid, place: u128) -> String {
    let values: Vec<String> = grid.changes(place).into_iter().map(|(path, value)| format!("{path}={value}")).collect();
    values.join(", ")
}

/// What is odd about candidates and not about the policy as written, and how many of them it is odd about.
struct Warnings {
    known: Vec<String>,
    counted: BTreeMap<String, usize>,
}

impl Warnings {
    fn beside(base: &Loaded<Policy>, scenarios: &[Loaded<Scenario>]) -> Warnings {
        let known = scenarios.iter().filter_map(|scenario| fits(scenario, base).ok()).flatten().collect();
        Warnings { known, counted: BTreeMap::new() }
    }

    fn add(&mut self, warnings: Vec<String>) {
        for warning in warnings.into_iter().filter(|warning| !self.known.contains(warning)) {
            *self.counted.entry(warning).or_default() += 1;
        }
    }

    fn tell(&self, of: usize) {
        self.counted.iter().for_each(|(warning, many)| output::warn(&format!("{warning} (with {many} of {of} candidates)")));
    }
}
