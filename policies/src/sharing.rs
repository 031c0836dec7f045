//! One chance of a false rollback for the whole rollout, shared by all gates, stages and looks.

use crate::bind::{BindError, bind_gate};
use crate::gate::BoundGate;
use crate::policy::{Check, Gate, OnFail, Policy, Split, Stage};
use crate::rules::group_sequential::Spending;
use crate::rules::{Alpha, Judge, Rule, State};
use crate::sample::Catalog;
use crate::time::Span;

const DAY: Span = Span::from_secs(86_400);

/// What each test may have of the chance. A test is a gate, or a segment of one, in a stage; a rule that promises nothing is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sharing {
    split: Split,
    /// Of each test in one stage.
    test: f64,
    /// Of each stage with a test.
    stage: f64,
}

impl Sharing {
    /// The gates of a policy bound to a system, with the chances that they have; nothing is shared unless the policy says so.
    pub fn bind(policy: &Policy, catalog: &Catalog) -> Result<(Vec<Option<BoundGate>>, Option<Sharing>), BindError> {
        let bind = |gate: &Gate| bind_gate(gate, catalog);
        let gates: Vec<_> = policy.gates.iter().map(bind).collect::<Result<_, _>>()?;
        let Some(alpha) = policy.alpha else { return Ok((gates, None)) };
        let tests = |stage: &Stage| stage.gates.iter().map(|&i| parts(&policy.gates[i], &gates[i])).sum::<usize>();
        let each: Vec<usize> = policy.stages.iter().map(tests).filter(|n| *n > 0).collect();
        let most = each.iter().max().copied().unwrap_or(0);
        let all = match alpha.split {
            // A gate that fails on its own then brings the mean with it: nothing is spent twice.
            Split::EValue => each.len() * most,
            _ => each.iter().sum(),
        };
        let part = |n: usize| alpha.total / n.max(1) as f64;
        let sharing = Sharing { split: alpha.split, test: part(all), stage: part(each.len()) };
        let promised = |gate: &Gate| sharing.promised(gate).and_then(|gate| bind_gate(&gate, catalog));
        let gates = policy.gates.iter().map(promised).collect::<Result<_, _>>()?;
        Ok((gates, Some(sharing)))
    }

    fn promised(&self, gate: &Gate) -> Result<Gate, BindError> {
        let mut gate = gate.clone();
        if !is_test(&gate) {
            return Ok(gate);
        }
        if self.split == Split::EValue && State::new(&gate.rule).log_e().is_none() {
            let name = gate.rule.name();
            let message = format!(
                "the rule `{name}` keeps no e-value, and the policy's alpha is split by e_value: use msprt, multinomial_e_process, \
                 confidence_sequence or quantile_sequence, or split by bonferroni"
            );
            return Err(BindError { gate: gate.name, message });
        }
        gate.rule.promise(self.test);
        Ok(gate)
    }

    /// What a look may spend, for rules that promise something per look: of a stage with this soak, so long after it took effect.
    /// Looks after the soak spend as much as the last one within it.
    pub fn of_look(&self, stage: &Stage, round: Span, served: Span) -> f64 {
        let looks = looks(stage, round);
        match self.split {
            Split::Bonferroni | Split::EValue => self.test / looks as f64,
            Split::Spending => {
                let at = (served.0 / round.0.max(1) + 1).min(looks);
                spent(self.test, at, looks) - spent(self.test, at - 1, looks)
            }
        }
    }

    /// From which mean of the e-values of a stage's tests on the stage fails: by Ville's inequality a mean of e-values of rollouts
    /// without a breach gets there in at most `stage` of them. `None` unless the chance is split so.
    pub fn fails_from(&self) -> Option<f64> {
        (self.split == Split::EValue).then(|| 1.0 / self.stage)
    }
}

/// What may be spent by the k-th of K looks: little early. What looks spend adds up, whatever their dependence.
fn spent(alpha: f64, k: u64, of: u64) -> f64 {
    if k == 0 { 0.0 } else { Spending::OBrienFleming.spent(alpha, k as f64 / of as f64) }
}

/// How many looks a stage has that keeps to its soak.
fn looks(stage: &Stage, round: Span) -> u64 {
    let soak = stage.soak.0.saturating_add(DAY.0.saturating_mul(stage.business_days.into()));
    soak / round.0.max(1) + 1
}

/// Whether a gate turns a rollout back by chance with a probability that it is given.
fn is_test(gate: &Gate) -> bool {
    gate.on_fail != OnFail::Hold && shares(&gate.rule)
}

fn parts(gate: &Gate, bound: &Option<BoundGate>) -> usize {
    if is_test(gate) { bound.as_ref().map_or(0, |bound| bound.check.parts()) } else { 0 }
}

/// How often a policy rolls a rollout back for nothing, as far as its rules promise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bound {
    /// At most this chance by gates that promise one; at the limit, of evidence as their rules take it, and if every stage keeps to
    /// its soak. At most 1.
    pub chance: f64,
    /// Gates that promise nothing.
    pub without: Vec<String>,
}

/// The bound of a policy whose gates are bound to a system.
pub(crate) fn bound(policy: &Policy, gates: &[Option<BoundGate>]) -> Bound {
    let mut all = Bound::default();
    for (gate, parts, looks) in judged(policy, gates) {
        match gate.rule.risk(&gate.check, looks) {
            Some(risk) => all.chance += parts * risk,
            None if all.without.contains(&gate.name) => {}
            None => all.without.push(gate.name.clone()),
        }
    }
    if let Some(alpha) = policy.alpha {
        let kept: f64 = judged(policy, gates).map(|(gate, parts, looks)| parts * kept(&gate.rule, &gate.check, looks)).sum();
        let promises = |gate: &Gate| shares(&gate.rule) && !all.without.contains(&gate.name);
        let shared = judged(policy, gates).any(|(gate, ..)| promises(gate));
        all.chance = kept + if shared { alpha.total } else { 0.0 };
    }
    all.chance = all.chance.min(1.0);
    all
}

/// The gates that may turn a rollout back, stage by stage, with their parts and the looks of the stage.
fn judged<'a>(policy: &'a Policy, gates: &'a [Option<BoundGate>]) -> impl Iterator<Item = (&'a Gate, f64, u64)> {
    let of = move |stage: &'a Stage| {
        let looks = looks(stage, policy.round);
        stage.gates.iter().filter_map(move |&i| {
            let here = gates[i].as_ref()?;
            Some((&policy.gates[i], here.check.parts() as f64, looks))
        })
    };
    policy.stages.iter().flat_map(of).filter(|(gate, ..)| gate.on_fail != OnFail::Hold)
}

/// Whether a rule, or one in it, takes what the policy gives it.
fn shares(rule: &Rule) -> bool {
    matches!(rule.entry().alpha, Alpha::PerLook | Alpha::PerStage) || rule.of.iter().any(shares)
}

/// The risk by rules that keep to a run length of their own, whatever the policy shares.
fn kept(rule: &Rule, check: &Check, looks: u64) -> f64 {
    let own = if rule.entry().alpha == Alpha::RunLength { rule.risk(check, looks).unwrap_or(0.0) } else { 0.0 };
    own + rule.of.iter().map(|rule| kept(rule, check, looks)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::normal;

    #[test]
    fn what_looks_spend_adds_up_to_the_whole() {
        let stage = Stage { soak: Span::from_secs(3_600), ..Stage::default() };
        let round = Span::from_secs(60);
        for split in [Split::Bonferroni, Split::Spending] {
            let sharing = Sharing { split, test: 0.01, stage: 0.05 };
            let sum: f64 = (0..=60).map(|k| sharing.of_look(&stage, round, Span::from_secs(60 * k))).sum();
            assert!((sum - 0.01).abs() < 1e-12, "{split:?}: {sum}");
            let late = sharing.of_look(&stage, round, Span::from_secs(7_200));
            assert_eq!(late, sharing.of_look(&stage, round, Span::from_secs(3_600)));
        }
    }

    #[test]
    fn a_run_length_is_kept_whatever_is_shared() {
        let check = crate::check::parse("mean(a.b) <= 1").expect("it is a check");
        for entry in crate::rules::RULES.iter().filter(|entry| entry.alpha == Alpha::RunLength) {
            let rule = Rule::new(entry.name);
            assert!(!shares(&rule) && kept(&rule, &check, 60) > 0.0, "{}", entry.name);
            let both = Rule::new("any").made_of(vec![rule.clone(), Rule::new("exceedance")]);
            assert!(shares(&both) && kept(&both, &check, 60) == kept(&rule, &check, 60), "{}", entry.name);
        }
        assert_eq!(kept(&Rule::new("exceedance"), &check, 60), 0.0);
    }

    #[test]
    fn spending_spends_little_early() {
        let early = spent(0.05, 1, 4);
        // Lan-DeMets, O'Brien-Fleming kind, a quarter of the information, two-sided 5 %: z = 4.3326.
        assert!((early - 2.0 * normal::upper_tail(-normal::quantile(0.025) / 0.5)).abs() < 1e-15);
        assert!(early < 0.0001 && (spent(0.05, 4, 4) - 0.05).abs() < 1e-9);
    }
}
