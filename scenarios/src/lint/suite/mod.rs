//! Checks of suites.

pub mod duplicate_case;
pub mod no_healthy_case;
pub mod undecidable;
pub mod unexpected_gate;
pub mod vacuous;

use crate::load::Loaded;
use crate::suite::Case;
use gatecrash_policies::Policy;
use gatecrash_policies::units;
use gatecrash_sim::Scenario;

/// Who plays what in a suite, loaded.
#[derive(Debug, Default)]
pub struct Cast {
    /// Index of the case, the scenario, and the policy that plays it.
    pub plays: Vec<(usize, Loaded<Scenario>, Loaded<Policy>)>,
}

impl Cast {
    /// The policies, each once, in the order in which they occur.
    pub fn policies(&self) -> Vec<&Loaded<Policy>> {
        let mut policies: Vec<&Loaded<Policy>> = Vec::new();
        for (_, _, policy) in &self.plays {
            if !policies.iter().any(|other| other.value == policy.value) {
                policies.push(policy);
            }
        }
        policies
    }
}

/// The second half of an expectation: `>= 99%`.
struct Bound<'a> {
    at_least: bool,
    strict: bool,
    limit: &'a str,
}

impl<'a> Bound<'a> {
    /// `detection_rate >= 99%`; what is something else is for whoever measures to refuse.
    fn read(text: &'a str) -> Option<Bound<'a>> {
        let at = text.find(['<', '>'])?;
        let rest = &text[at..];
        let strict = !rest[1..].starts_with('=');
        let limit = rest[1..].trim_start_matches('=').trim();
        Some(Bound { at_least: rest.starts_with('>'), strict, limit })
    }

    /// The limit of a rate, as a fraction.
    fn share(&self) -> Option<f64> {
        let percent = self.limit.ends_with('%');
        units::fraction(self.limit).ok().filter(|_| percent)
    }
}

/// What a case is called.
fn called(case: &Case, index: usize) -> String {
    case.name.clone().unwrap_or_else(|| index.to_string())
}
