//! What is claimed to be ready: the list that somebody keeps, as it stands at the moment.

use crate::scenario::Scenario;
use gatecrash_policies::controller::Claim;
use gatecrash_policies::time::Time;

/// The items that are ticked by now, in the order in which they were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    made: Vec<Claim>,
}

impl Claims {
    /// Takes in what was ticked until now; `all` as of [`all`].
    pub fn update(&mut self, all: Option<&[Claim]>, now: Time) {
        let due = all.into_iter().flatten().skip(self.made.len()).take_while(|claim| claim.since <= now);
        self.made.extend(due.cloned());
    }

    /// Somebody has looked at these items again.
    pub fn checked(&mut self, items: &[String], now: Time) {
        self.made.iter_mut().filter(|claim| items.contains(&claim.item)).for_each(|claim| claim.since = now);
    }

    /// The list.
    pub fn made(&self) -> &[Claim] {
        &self.made
    }
}

/// All that will ever be claimed, in order of time; `None` where nobody keeps a list.
pub fn all(scenario: &Scenario) -> Option<Vec<Claim>> {
    let facts = scenario.readiness.as_ref()?;
    let mut claims: Vec<Claim> =
        facts.iter().filter_map(|fact| Some(Claim { item: fact.item.clone(), since: fact.claimed? })).collect();
    claims.sort_by_key(|claim| claim.since);
    Some(claims)
}
