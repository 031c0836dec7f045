//! Who is compared: each rule of the catalog as the only gate of a policy, with a reading that suits it.

use gatecrash_policies::policy::{OnFail, Rule, SharedAlpha, Split};
use gatecrash_policies::rules::{Alpha, Entry, Of, RULES, Range, Setting};
use gatecrash_policies::time::Span;
use gatecrash_policies::{Cohort, Gate, Policy, Stage, parse};

/// The chance of a false rollback that every policy may have.
pub const TOTAL: f64 = 0.05;
/// With fewer outcomes a gate says nothing.
pub const LEAST: u64 = 30;
/// Each stage takes an hour, in rounds of a minute.
const SOAK: Span = Span::from_secs(3_600);
const ROUND: Span = Span::from_secs(60);
/// Looks of a stage, the first and the last one included.
const LOOKS: f64 = 61.0;
const STAGES: [(&str, f64); 2] = [("canary", 0.1), ("half", 0.5)];

/// What one arm may do, the limit a little above what it does: errors are 2%, p95 9s, the mean 3s, 1.5 or 7.5 are in the system.
const ALONE: [&str; 5] = [
    "ratio(runs.errors / runs.outcomes) <= 2.5%",
    "p95(runs.latency) <= 10s",
    "mean(runs.latency) <= 3.5s",
    "growth(runs.in_system) <= 0.5/h",
    "max(runs.in_system) <= 30",
];
/// What the canary may do beside stable: as much.
const BESIDE: [&str; 4] = [
    "ratio(runs.errors / runs.outcomes) <= 1x stable",
    "rate(runs.errors) <= 1x stable",
    "p50(runs.latency) <= 1x stable",
    "mean(runs.latency) <= 1x stable",
];
/// For rules that allow no event at all.
const NEVER: [&str; 1] = ["count(runs.leaked) == 0"];

/// A rule, what it reads, and the policy that it is the gate of.
pub struct Entrant {
    /// What the catalog says of it.
    pub entry: &'static Entry,
    /// What it reads.
    pub check: &'static str,
    /// Who plays.
    pub policy: Policy,
}

impl Entrant {
    /// Whether it compares the canary with stable.
    pub fn is_beside(&self) -> bool {
        BESIDE.contains(&self.check)
    }
}

/// Every rule of the catalog with each reading that suits it: of one arm, of two. Rules that weigh several others are left out.
pub fn all() -> Vec<Entrant> {
    RULES.iter().flat_map(|entry| of(entry)).collect()
}

/// The rules that take none of the readings.
pub fn left_out() -> Vec<&'static str> {
    RULES.iter().filter(|entry| entry.of != Of::Several && of(entry).is_empty()).map(|entry| entry.name).collect()
}

fn of(entry: &'static Entry) -> Vec<Entrant> {
    if entry.of == Of::Several {
        return Vec::new();
    }
    let rule = rule(entry);
    let fits = |check: &&&'static str| rule.fits(&parse(check).expect("it is a check")).is_ok();
    let first = |checks: &'static [&'static str]| checks.iter().find(fits).copied();
    let checks = if entry.alpha == Alpha::Never { vec![first(&NEVER)] } else { vec![first(&BESIDE), first(&ALONE)] };
    let entrant = |check| Entrant { entry, check, policy: policy(entry.name, check, rule.clone()) };
    checks.into_iter().flatten().map(entrant).collect()
}

/// The rule as it is unless told, but for its false alarms; of what it holds, an exact test.
fn rule(entry: &'static Entry) -> Rule {
    let rule = Rule::new(entry.name);
    match (entry.of, entry.alpha) {
        (Of::One, _) => rule.made_of(vec![Rule::new("exceedance")]),
        (_, Alpha::RunLength) => with_run_length(rule),
        _ => rule,
    }
}

/// So long a run that all looks of the rollout have a false alarm as often as they may, or the longest that there is.
fn with_run_length(mut rule: Rule) -> Rule {
    let longest = rule.entry().parameters.iter().find(|p| p.name == "run_length").map(|p| match p.range {
        Range::Number(_, most) => most,
        Range::Whole(_, most) => most.into(),
        _ => f64::INFINITY,
    });
    let run_length = (LOOKS * STAGES.len() as f64 / TOTAL).min(longest.unwrap_or(f64::INFINITY)).floor();
    rule.set("run_length", Setting::Number(run_length)).unwrap_or_else(|message| panic!("{}: {message}", rule.name()));
    rule
}

fn policy(name: &str, check: &str, rule: Rule) -> Policy {
    let stage = |(name, share): (&str, f64)| Stage {
        name: name.into(),
        cohort: Cohort::Share(share),
        soak: SOAK,
        gates: vec![0],
        ..Stage::default()
    };
    Policy {
        name: format!("{name}: {check}"),
        round: ROUND,
        alpha: Some(SharedAlpha { total: TOTAL, split: Split::Bonferroni }),
        gates: vec![gate(check, rule)],
        stages: STAGES.map(stage).into(),
        ..Policy::default()
    }
}

fn gate(check: &str, rule: Rule) -> Gate {
    Gate {
        name: "gate".into(),
        row: String::new(),
        check: parse(check).expect("it is a check"),
        rule,
        min_samples: LEAST,
        on_fail: OnFail::Rollback,
        needs: None,
    }
}

/// A plain test of two shares that has the whole chance anew at each look of an hour.
pub fn peeking() -> Policy {
    let mut rule = Rule::new("two_proportion").with("alpha", TOTAL);
    rule.set("overdispersion", Setting::Word("none")).expect("it compares two arms");
    let policy = policy("peeking", BESIDE[0], rule);
    let stages = vec![Stage { cohort: Cohort::Share(0.5), ..policy.stages[0].clone() }];
    Policy { alpha: None, stages, ..policy }
}
