//! A policy spoilt in one place: a suite that does not notice has a gap there.

use super::{Limit, Op, Policy, Reading, Step, without_gate};
use crate::time::Span;

/// How a policy is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// A gate is gone.
    DropGate,
    /// What a gate allows has grown by so many percent.
    LoosenLimit(u32),
    /// A gate's window is half as long.
    HalveWindow,
    /// A stage is left out.
    SkipStage,
    /// A step of the playbook is not carried out.
    LoseStep,
}

/// By how many percent limits are loosened.
pub const LOOSER: [u32; 3] = [10, 25, 50];

impl Mutation {
    /// `drop gate`, `loosen limit by 50%`.
    pub fn name(self) -> String {
        match self {
            Mutation::DropGate => "drop gate".to_string(),
            Mutation::LoosenLimit(percent) => format!("loosen limit by {percent}%"),
            Mutation::HalveWindow => "halve window".to_string(),
            Mutation::SkipStage => "skip stage".to_string(),
            Mutation::LoseStep => "lose step".to_string(),
        }
    }
}

/// A policy spoilt in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutant {
    /// How.
    pub mutation: Mutation,
    /// Where, as a path of its file: `gates.errors.check`, `stages.canary`.
    pub path: String,
    /// The gate, where it is about one.
    pub gate: Option<String>,
    /// The policy as it is then.
    pub policy: Policy,
}

/// Every way in which a policy may be spoilt in one place, gate by gate. A limit of zero has no half, and is left alone; so is the only
/// stage.
pub fn mutants(policy: &Policy) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, gate) in policy.gates.iter().enumerate() {
        let of = |mutation, path: String, policy| Mutant { mutation, path, gate: Some(gate.name.clone()), policy };
        mutants.push(of(Mutation::DropGate, format!("gates.{}", gate.name), without_gate(policy, index)));
        let check = format!("gates.{}.check", gate.name);
        for percent in LOOSER {
            if let Some(limit) = looser(&gate.check.reading, gate.check.op, &gate.check.limit, f64::from(percent) / 100.0) {
                let mut spoilt = policy.clone();
                spoilt.gates[index].check.limit = limit;
                mutants.push(of(Mutation::LoosenLimit(percent), check.clone(), spoilt));
            }
        }
        if let Some(window) = gate.check.over {
            let mut spoilt = policy.clone();
            spoilt.gates[index].check.over = Some(Span(window.0 / 2));
            mutants.push(of(Mutation::HalveWindow, check, spoilt));
        }
    }
    mutants.extend(without_a_stage(policy));
    mutants.extend(without_a_step(policy));
    mutants
}

fn without_a_stage(policy: &Policy) -> Vec<Mutant> {
    let skip = |index: usize| {
        let mut spoilt = policy.clone();
        let stage = spoilt.stages.remove(index);
        Mutant { mutation: Mutation::SkipStage, path: format!("stages.{}", stage.name), gate: None, policy: spoilt }
    };
    if policy.stages.len() < 2 { Vec::new() } else { (0..policy.stages.len()).map(skip).collect() }
}

/// The last step that is left does nothing instead of being gone: without any, everybody would be withdrawn at once.
fn without_a_step(policy: &Policy) -> Vec<Mutant> {
    let steps = &policy.rollback.playbook;
    let lose = |index: usize| {
        let mut spoilt = policy.clone();
        let playbook = &mut spoilt.rollback.playbook;
        let path = format!("rollback.playbook.{}", playbook[index].name);
        if steps.len() > 1 {
            playbook.remove(index);
        } else {
            playbook[index] = Step { acts: Vec::new(), ..playbook[index].clone() };
        }
        Mutant { mutation: Mutation::LoseStep, path, gate: None, policy: spoilt }
    };
    (0..steps.len()).map(lose).collect()
}

/// A limit that allows more by a part `by` of what it allows: of a share that must be high, what it may lack grows; of anything else that
/// must be high, less is asked for. Nothing where there is nothing to grow.
fn looser(reading: &Reading, op: Op, limit: &Limit, by: f64) -> Option<Limit> {
    let upper = match op {
        Op::AtMost | Op::Below => true,
        Op::AtLeast | Op::Above => false,
        Op::Equal => return None,
    };
    let is_share = matches!(reading, Reading::Ratio(..) | Reading::Share(..));
    let number = |limit: f64| match () {
        _ if upper => limit + limit.abs() * by,
        _ if is_share && (0.5..=1.0).contains(&limit) => limit - (1.0 - limit) * by,
        _ => limit - limit.abs() * by,
    };
    let loosened = match limit {
        Limit::Absolute(limit) => Limit::Absolute(number(*limit)),
        Limit::TimesStable(factor) => Limit::TimesStable(if upper { factor * (1.0 + by) } else { factor * (1.0 - by) }),
        Limit::StablePlus(more) => Limit::StablePlus(if upper { more + more.abs() * by } else { more - more.abs() * by }),
        Limit::PerSegment(limits) => {
            Limit::PerSegment(limits.iter().map(|(name, limit)| (name.clone(), number(*limit))).collect())
        }
    };
    (loosened != *limit).then_some(loosened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::parse;

    fn loosened(text: &str, by: f64) -> Option<Limit> {
        let check = parse(text).expect(text);
        looser(&check.reading, check.op, &check.limit, by)
    }

    #[test]
    fn what_is_allowed_grows() {
        let absolute = |text| match loosened(text, 0.5) {
            Some(Limit::Absolute(limit)) => limit,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(absolute("p95(a.b) <= 500ms"), 0.75);
        assert!((absolute("ratio(a.b / a.c) >= 90%") - 0.85).abs() < 1e-12);
        assert!((absolute("ratio(a.b / a.c) <= 2%") - 0.03).abs() < 1e-12);
        assert_eq!(absolute("count(a.b) >= 30"), 15.0);
        assert_eq!(loosened("rate(a.b) <= 4x stable", 0.25), Some(Limit::TimesStable(5.0)));
        assert_eq!(loosened("ratio(a.b / a.c) >= stable - 2%", 0.5), Some(Limit::StablePlus(-0.03)));
        for nothing in ["count(a.b) == 0", "count(a.b) <= 0", "ratio(a.b / a.c) >= 100%", "growth(a.b) > 0/h"] {
            assert_eq!(loosened(nothing, 0.5), None, "{nothing}");
        }
    }
}
