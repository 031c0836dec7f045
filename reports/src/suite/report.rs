//! What became of suites, for whoever writes it down.

use super::expectation::{Expectation, Stat, Subject};
use super::verdict::{Look, Verdict};
use super::{Estimate, MutantReport, expectation};
use crate::measure::{Facts, Unit};
use crate::stats::{six, six_if_any};
use gatecrash_sim::scenario::Expect;
use serde::Serialize;

/// The result of `gatecrash test`. Its fields are the JSON keys; shares are fractions, times seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuiteReport {
    /// `gatecrash.test/v1`.
    pub schema: &'static str,
    /// The version of gatecrash.
    pub version: String,
    /// The worst of all verdicts.
    pub verdict: Verdict,
    /// How many expectations passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many are undecided.
    pub undecided: usize,
    /// Trials played, in all.
    pub trials: u64,
    /// Whether the job ended early: by Ctrl-C, or at the first failure.
    pub interrupted: bool,
    /// What an earlier version, or an earlier edition of the files, said otherwise.
    pub changed: Vec<Changed>,
    /// Suite by suite.
    pub suites: Vec<SuiteResult>,
    /// What became of policies that were spoilt on purpose, where somebody asked.
    pub mutants: Option<MutantReport>,
}

/// What became of one suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SuiteResult {
    /// Its name.
    pub suite: String,
    /// Its file, as it was named.
    pub file: String,
    /// The first seed.
    pub seed: u64,
    /// Case by case, and of each every combination.
    pub cases: Vec<CaseResult>,
}

/// One scenario and one policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseResult {
    /// The case's name, where it has one.
    pub name: Option<String>,
    /// The scenario's name.
    pub scenario: String,
    /// The policy's name.
    pub policy: String,
    /// The record or the script, where a drill is played again; else its policy alone plays.
    pub replay: Option<String>,
    /// What a good policy does.
    #[serde(serialize_with = "crate::words::expect_name")]
    pub expect: Expect,
    /// The factor on the scenario's faults.
    pub severity: f64,
    /// The factor on its wobble.
    pub wobble: f64,
    /// What was replaced in its file: `faults.0.by=3x`.
    pub with: Vec<String>,
    /// Trials played.
    pub trials: u64,
    /// Those of them that say nothing.
    pub insufficient: u64,
    /// The reason that most of them have.
    pub reason: Option<String>,
    /// What was expected, in file order.
    pub expectations: Vec<Checked>,
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// As it was written.
    pub expectation: String,
    /// What became of it.
    pub verdict: Verdict,
    /// The number that the trials have; `None` where none of them has any.
    #[serde(serialize_with = "six_if_any")]
    pub value: Option<f64>,
    /// Where the true number lies at least; `None` where there is no bound.
    #[serde(serialize_with = "six_if_any")]
    pub low: Option<f64>,
    /// Where it lies at most.
    #[serde(serialize_with = "six_if_any")]
    pub high: Option<f64>,
    /// How sure the interval is: 1 - 0.05 / looks; 1 of a drill, which is one trial.
    #[serde(serialize_with = "six")]
    pub confidence: f64,
    /// What it was compared with.
    #[serde(serialize_with = "six")]
    pub limit: f64,
    /// `share`, `seconds`, `count` or `multiple`.
    pub unit: &'static str,
    /// How many trials have the number.
    pub n: u64,
    /// Trials played when it was decided, or in all.
    pub trials: u64,
    /// What else is to be said: why it is undecided.
    pub reason: Option<String>,
    /// Where the suite has it.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The line of the policy that matters, where the policy is a file.
    pub policy_line: Option<PolicyLine>,
    /// The trial that speaks most against it.
    pub worst: Option<Worst>,
}

/// A place in a policy's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyLine {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What stands there, as a path: `gates.errors.check`.
    pub path: String,
}

/// The trial that speaks most against an expectation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// Its seed.
    pub seed: u64,
    /// What it has of what is measured.
    #[serde(serialize_with = "six_if_any")]
    pub value: Option<f64>,
    /// The command that plays it again, with its timeline.
    pub replay: String,
}

/// A verdict that is not what the lock file says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// Which: suite, case and expectation.
    pub what: String,
    /// What the lock file says.
    pub before: String,
    /// What it is now.
    pub now: String,
    /// Why, as far as files and versions tell.
    pub why: String,
}

impl SuiteReport {
    /// The report of these results.
    pub fn new(version: &str, suites: Vec<SuiteResult>, trials: u64, interrupted: bool) -> SuiteReport {
        let count = |verdict| suites.iter().flat_map(SuiteResult::checked).filter(|(_, c)| c.verdict == verdict).count();
        let [passed, failed, undecided] = [Verdict::Pass, Verdict::Fail, Verdict::Undecided].map(count);
        let verdict = match (failed, undecided) {
            (0, 0) => Verdict::Pass,
            (0, _) => Verdict::Undecided,
            _ => Verdict::Fail,
        };
        let (version, changed) = (version.to_string(), Vec::new());
        SuiteReport {
            schema: "gatecrash.test/v1",
            version,
            verdict,
            passed,
            failed,
            undecided,
            trials,
            interrupted,
            changed,
            suites,
            mutants: None,
        }
    }

    /// What failed and what is undecided, the failures first, and of each those farthest beyond their limit; then in file order.
    pub fn worst_first(&self) -> Vec<(&SuiteResult, &CaseResult, &Checked)> {
        let mut open: Vec<_> = self.checked().filter(|(_, _, checked)| checked.verdict != Verdict::Pass).collect();
        let is_open = |checked: &Checked| checked.verdict == Verdict::Undecided;
        open.sort_by(|(_, _, a), (_, _, b)| is_open(a).cmp(&is_open(b)).then(b.beyond().total_cmp(&a.beyond())));
        open
    }

    /// Every expectation, with its suite and case.
    pub fn checked(&self) -> impl Iterator<Item = (&SuiteResult, &CaseResult, &Checked)> {
        self.suites.iter().flat_map(|suite| suite.checked().map(move |(case, checked)| (suite, case, checked)))
    }
}

impl SuiteResult {
    /// Every expectation, with its case.
    pub fn checked(&self) -> impl Iterator<Item = (&CaseResult, &Checked)> {
        self.cases.iter().flat_map(|case| case.expectations.iter().map(move |checked| (case, checked)))
    }
}

impl CaseResult {
    /// What the case is called: its name or its scenario, and what sets it apart.
    pub fn title(&self) -> String {
        let mut title = self.name.clone().unwrap_or_else(|| self.scenario.clone());
        if self.name.is_some() && self.name.as_ref() != Some(&self.scenario) {
            title = format!("{title}: {}", self.scenario);
        }
        if self.severity != 1.0 {
            title = format!("{title} at {}x", self.severity);
        }
        if self.wobble != 1.0 {
            title = format!("{title}{}", crate::words::wobble_of(self.wobble));
        }
        if !self.with.is_empty() {
            title = format!("{title} with {}", self.with.join(", "));
        }
        title
    }

    /// `200 trials`, or `a drill`: what was played.
    pub fn played(&self) -> String {
        match &self.replay {
            Some(_) => "a drill".to_string(),
            None => crate::words::count_of(self.trials, "trial"),
        }
    }
}

impl Checked {
    /// What became of an expectation after so many trials. `line` and what else points elsewhere is for the caller to add.
    pub fn new(expectation: &Expectation, verdict: Verdict, estimate: Option<Estimate>, look: Look, trials: u64) -> Checked {
        let number = |number: f64| Some(expectation.in_unit(number)).filter(|number| number.is_finite());
        let interval = estimate.filter(|_| expectation.stat != Stat::Max);
        Checked {
            expectation: expectation.text.clone(),
            verdict,
            value: estimate.and_then(|e| number(e.value)),
            low: interval.and_then(|e| number(e.low)),
            high: interval.and_then(|e| number(e.high)),
            confidence: 1.0 - look.alpha(),
            limit: expectation.in_unit(expectation.limit),
            unit: expectation.unit_name(),
            n: estimate.map_or(0, |e| e.n),
            trials,
            reason: None,
            line: 0,
            column: 0,
            policy_line: None,
            worst: None,
        }
    }

    /// `98.2% [97.5%, 98.9%]`, or that there is nothing.
    pub fn measured(&self, expectation: &Expectation) -> String {
        let Some(value) = self.value else { return "no data".to_string() };
        let shown = |number: f64| expectation.shown(expectation.of_unit(number));
        let (low, high) = (self.low.map(shown), self.high.map(shown));
        match (low, high) {
            (None, None) => shown(value),
            (low, high) => format!("{} [{}, {}]", shown(value), low.unwrap_or("-".into()), high.unwrap_or("-".into())),
        }
    }

    /// The same from the report alone.
    pub fn shown(&self) -> String {
        expectation::parse(&self.expectation).map_or_else(|_| String::new(), |expectation| self.measured(&expectation))
    }

    /// The number without its interval.
    pub fn shown_value(&self) -> String {
        Checked { low: None, high: None, ..self.clone() }.shown()
    }

    /// `98.2% [97.5%, 98.9%], 200 trials`: what was measured, and on how much.
    pub fn evidence(&self) -> String {
        let of = match self.n {
            n if n == self.trials => String::new(),
            n => format!(", {} of which have it", crate::words::grouped(n)),
        };
        format!("{}, {}{of}", self.shown(), crate::words::count_of(self.trials, "trial"))
    }

    /// Where the suite expects it, and what of the policy has most to do with it.
    pub fn places(&self, suite: &SuiteResult) -> Vec<String> {
        let policy = self.policy_line.as_ref().map(|at| format!("{}:{} ({})", at.file, at.line, at.path));
        [format!("{}:{}", suite.file, self.line)].into_iter().chain(policy).collect()
    }

    /// How far the number is from the limit: the difference of shares, else as a part of the larger of the two; 1 without a number.
    pub fn beyond(&self) -> f64 {
        let Some(value) = self.value else { return 1.0 };
        let scale = if self.unit == "share" { 1.0 } else { value.abs().max(self.limit.abs()) };
        if scale == 0.0 { 0.0 } else { (value - self.limit).abs() / scale }
    }
}

impl Expectation {
    /// A number as JSON has it: seconds for microseconds.
    pub fn in_unit(&self, number: f64) -> f64 {
        if self.unit() == Unit::Time { number / 1e6 } else { number }
    }

    /// The same backwards.
    pub fn of_unit(&self, number: f64) -> f64 {
        if self.unit() == Unit::Time { number * 1e6 } else { number }
    }

    fn unit_name(&self) -> &'static str {
        match (&self.subject, self.unit()) {
            (Subject::SmallestSeverity(_), _) => "multiple",
            (_, Unit::Share) => "share",
            (_, Unit::Time) => "seconds",
            (_, Unit::Count) => "count",
        }
    }

    /// What of the policy has most to do with it, as a path of its file; `gate` is the one that fired most often.
    pub fn place(&self, gate: Option<&str>) -> String {
        let gate_or = |other: &str| gate.map_or(other.to_string(), |gate| format!("gates.{gate}.check"));
        use crate::measure::Measure as M;
        match &self.subject {
            Subject::CaughtBy(gate) => format!("gates.{gate}.check"),
            Subject::SmallestSeverity(_) | Subject::AsRecorded => gate_or("gates"),
            Subject::Measure(measure) => match measure {
                M::Rollback | M::GapRollback => "rollback.playbook".to_string(),
                M::WithinBudget => "rollback.budget".to_string(),
                M::Recovery | M::GapValidation | M::PrematureValidations | M::GapDrain | M::Mitigated => {
                    "rollback.validate".to_string()
                }
                M::Rollout | M::TruePromoteRate | M::Insufficient => "stages".to_string(),
                _ => gate_or("gates"),
            },
        }
    }
}

/// The gate that fired first most often, the first by alphabet among equals.
pub fn busiest_gate(facts: &[Facts]) -> Option<&str> {
    let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    facts.iter().filter_map(|facts| facts.caught_by.as_deref()).for_each(|gate| *counts.entry(gate).or_default() += 1);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(gate, _)| gate)
}
