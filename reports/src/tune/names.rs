//! How candidates, worlds and goals are called.

use super::answer::{Advice, TuneReport};
use super::drift;
use super::goals::{Constraint, Goals};
use super::study::{Study, World};
use crate::words;

/// What the policy as written is called.
pub const AS_WRITTEN: &str = "as written";

/// A candidate by what it changes: `gates.cancel-to-ack.limit=425ms, .window=30m`; a path that goes on where the one before was begins with
/// a dot.
pub fn candidate(study: &Study, candidate: usize) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut before = "";
    for dial in study.changed(candidate) {
        let path = study.dials[dial].path.as_str();
        let place = path.rfind('.').map_or("", |dot| &path[..dot]);
        let short = if !place.is_empty() && place == before { &path[place.len()..] } else { path };
        said.push(format!("{short}={}", study.candidates[candidate].values[dial]));
        before = place;
    }
    if said.is_empty() { AS_WRITTEN.to_string() } else { said.join(", ") }
}

/// A scenario, with its sizes where they are not as written: `spike, faults of 2x`.
pub fn world(world: &World) -> String {
    if world.is_as_written() { world.scenario.clone() } else { format!("{}, {}", world.scenario, drift::shown(world.sizes)) }
}

/// A constraint with its limit: `at most 1% false rollbacks`.
pub fn constraint(constraint: Constraint, limit: f64) -> String {
    let value = constraint.shown(limit);
    match constraint {
        Constraint::FalseRollback => format!("at most {value} false rollbacks"),
        Constraint::Detection => format!("at least {value} detection"),
        Constraint::Exposure => format!("at most {value} exposed requests of a breach"),
        Constraint::Duration => format!("at most {value} to roll out"),
        Constraint::Finish => format!("at most {value} of healthy rollouts without an end"),
    }
}

/// All that was asked for: `at most 1% false rollbacks and at least 95% detection (within 20m)`.
pub fn goals(goals: &Goals) -> String {
    let within = |c: Constraint| match goals.detect_within {
        Some(within) if c == Constraint::Detection => format!(" (within {within})"),
        _ => String::new(),
    };
    let asked = goals.asked().into_iter().filter_map(|c| Some(format!("{}{}", constraint(c, goals.limit(c)?), within(c))));
    words::list(&asked.collect::<Vec<_>>())
}

/// What candidates are ranked by, in this amount: `120 exposed requests of a breach`.
pub fn value(goals: &Goals, amount: f64) -> String {
    let of = if goals.cost.is_some() { "expected cost of a rollout" } else { "exposed requests of a breach" };
    format!("{} {of}", words::amount(amount))
}

impl TuneReport {
    /// The index of the candidate that is recommended; nothing where no candidate meets the goals.
    pub fn recommended(&self) -> Option<usize> {
        match self.advice {
            Advice::Change { to, .. } => Some(to),
            Advice::Keep { .. } => Some(self.study.current),
            Advice::Impossible { .. } => None,
        }
    }

    /// What a candidate is in this report: `recommended`, `as written`, `closest` or `best other`.
    pub fn part(&self, candidate: usize) -> &'static str {
        match self.advice {
            Advice::Change { to, .. } if candidate == to => "recommended",
            _ if candidate == self.study.current => AS_WRITTEN,
            Advice::Impossible { closest, .. } if candidate == closest => "closest",
            _ => "best other",
        }
    }
}
