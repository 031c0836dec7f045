//! `--seed surprise`: scenario and seed are drawn, so that nobody knows what is to come, healthy ones among them.

use crate::cast::Cast;
use gatecrash_scenarios::{library_scenarios, load_policy};
use gatecrash_sim::dice::{Dice, Purpose};
use gatecrash_sim::scenario::Expect;

/// How often what is drawn is healthy: often enough that rolling back is a decision.
const HEALTHY: f64 = 1.0 / 3.0;

/// Draws from what this policy can play: what was named, and the library's scenarios of the same policy. `luck` is any number.
///
/// # Errors
/// What is wrong with what was named, or with the policy.
pub fn draw(named: Option<&str>, policy: &str, with: &[String], luck: u64) -> Result<(Cast, u64), String> {
    load_policy(policy).map_err(|error| error.to_string())?;
    let mut pool: Vec<Cast> = named.map(|name| Cast::load(name, Some(policy), with)).transpose()?.into_iter().collect();
    let listed = library_scenarios().into_iter().filter(|entry| !entry.slow && Some(entry.name.as_str()) != named);
    let (own, others): (Vec<_>, Vec<_>) = listed.partition(|entry| entry.family.as_deref() == Some(policy));
    // A runbook's policy has scenarios of its own; the others play the general ones.
    let listed = if own.is_empty() { others.into_iter().filter(|entry| entry.family.is_none()).collect() } else { own };
    pool.extend(listed.iter().filter_map(|entry| Cast::load(&entry.name, Some(policy), with).ok()));
    let dice = Dice::new(luck);
    let wants_healthy = dice.unit(Purpose::Drill, 1, 0) < HEALTHY;
    let fits = |cast: &Cast| (cast.scenario.expect == Expect::Promote) == wants_healthy;
    let (fitting, rest): (Vec<Cast>, Vec<Cast>) = pool.into_iter().partition(fits);
    let mut pool = if fitting.is_empty() { rest } else { fitting };
    if pool.is_empty() {
        return Err(format!("there is no scenario that {policy} can play; name one"));
    }
    let place = (dice.unit(Purpose::Drill, 2, 0) * pool.len() as f64) as usize;
    let seed = (dice.unit(Purpose::Drill, 3, 0) * 1e6) as u64 + 1;
    let last = pool.len() - 1;
    Ok((pool.swap_remove(place.min(last)), seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaches_and_healthy_ones_are_drawn() {
        let drawn: Vec<_> = (0..12).map(|luck| draw(None, "run-control", &[], luck).unwrap()).collect();
        let healthy = drawn.iter().filter(|(cast, _)| cast.scenario.expect == Expect::Promote).count();
        assert!((1..12).contains(&healthy), "{healthy} of 12");
        let mut names: Vec<_> = drawn.iter().map(|(cast, _)| cast.scenario.name.clone()).collect();
        names.sort();
        names.dedup();
        assert!(names.len() >= 4, "{names:?}");
        assert!(draw(None, "run-contrl", &[], 5).unwrap_err().contains("did you mean `run-control`"));
        assert_eq!(draw(None, "run-control", &[], 5).unwrap().1, drawn[5].1, "the same luck draws the same");
    }
}
