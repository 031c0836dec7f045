//! What the rows of a score say when they are read together: policies pooled, what is worth knowing, the verdict.

use crate::score::{Row, ScoreReport};
use crate::stats::Rate;
use crate::words::{self, percent};
use gatecrash_sim::scenario::Expect;
use std::collections::BTreeSet;

/// Rolls back for nothing more often than this: it takes the scenario for a breach.
const MOSTLY: f64 = 0.5;
/// Rolls back for nothing (or detects) less often than this: it hardly ever does.
const HARDLY: f64 = 0.1;

/// One policy over all scenarios that it was played on.
#[derive(Clone, Debug, PartialEq)]
pub struct Pooled {
    /// The policy's name.
    pub policy: String,
    /// Detected, of the trials of scenarios that expect a rollback.
    pub detection: Option<Rate>,
    /// Rolled back before harm, of the same trials.
    pub premature: Option<Rate>,
    /// Rolled back for nothing, of the trials of scenarios that expect promotion.
    pub false_rollback: Option<Rate>,
    /// Trials that say nothing, of all.
    pub insufficient: Option<Rate>,
    /// The cells (scenario, severity and wobble, as printed) that it was played on.
    cells: BTreeSet<String>,
}

impl Pooled {
    fn of(policy: &str, rows: &[Row]) -> Pooled {
        let mine = || rows.iter().filter(|r| r.policy == policy);
        let pool = |expect: Option<Expect>, hits: &dyn Fn(&Row) -> u64, n: &dyn Fn(&Row) -> u64| {
            let chosen = || mine().filter(|r| expect.is_none_or(|e| r.expect == e));
            Rate::of(chosen().map(hits).sum(), chosen().map(n).sum())
        };
        let judged = |r: &Row| r.trials - r.insufficient;
        Pooled {
            policy: policy.to_string(),
            detection: pool(Some(Expect::Rollback), &|r| r.detected, &judged),
            premature: pool(Some(Expect::Rollback), &|r| r.false_rollbacks, &judged),
            false_rollback: pool(Some(Expect::Promote), &|r| r.false_rollbacks, &judged),
            insufficient: pool(None, &|r| r.insufficient, &|r| r.trials),
            cells: mine().map(cell_name).collect(),
        }
    }

    /// How much better than a coin: detection minus false rollbacks, each where it was measured.
    fn merit(&self) -> f64 {
        self.detection.map_or(0.0, |r| r.value()) - self.false_rollback.map_or(0.0, |r| r.value())
    }

    /// `98% and 1%`: the numbers of [`Pooled::deeds`].
    fn figures(&self) -> String {
        let rates = [self.detection, self.false_rollback].into_iter().flatten();
        rates.map(|r| percent(r.value())).collect::<Vec<_>>().join(" and ")
    }

    /// `catches 98% of breaches and rolls back 1% of healthy rollouts for nothing`.
    fn deeds(&self) -> String {
        let catches = self.detection.map(|r| format!("catches {} of breaches", percent(r.value())));
        let wastes = self.false_rollback.map(|r| format!("rolls back {} of healthy rollouts for nothing", percent(r.value())));
        match (catches, wastes) {
            (None, None) => "has no trial that says anything".to_string(),
            (one, other) => one.into_iter().chain(other).collect::<Vec<_>>().join(" and "),
        }
    }
}

/// A scenario, with its severity where that is not 1: `error-burst at 2x`.
pub fn world_name(row: &Row) -> String {
    if row.severity == 1.0 { row.scenario.clone() } else { format!("{} at {}x", row.scenario, row.severity) }
}

/// As [`world_name`], with the wobble where that is not as stated: `error-burst at 2x, wobble off`.
pub fn cell_name(row: &Row) -> String {
    format!("{}{}", world_name(row), words::wobble_of(row.wobble))
}

/// The policies in order of appearance.
pub fn policies(rows: &[Row]) -> Vec<&str> {
    distinct(rows.iter().map(|r| r.policy.as_str()))
}

/// The rows by scenario, severity and wobble, in order of appearance.
pub fn cells(rows: &[Row]) -> Vec<(String, Vec<&Row>)> {
    grouped(rows, cell_name)
}

/// The rows by scenario and severity, in order of appearance, each policy's wobbles together.
pub fn worlds(rows: &[Row]) -> Vec<(String, Vec<&Row>)> {
    let mut worlds = grouped(rows, world_name);
    let policies = policies(rows);
    // Stable: wobbles stay in the order in which they were asked for.
    worlds.iter_mut().for_each(|(_, rows)| rows.sort_by_key(|r| policies.iter().position(|p| *p == r.policy)));
    worlds
}

fn grouped(rows: &[Row], name: fn(&Row) -> String) -> Vec<(String, Vec<&Row>)> {
    let names = distinct(rows.iter().map(name));
    names.into_iter().map(|own| (own.clone(), rows.iter().filter(|r| name(r) == own).collect())).collect()
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// The rows as they are shown: policies that play scenarios of their own, and those that share theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sections {
    /// Policies with several scenarios that nobody else played, in order of appearance, each with its rows.
    pub own: Vec<(String, Vec<Row>)>,
    /// All other rows.
    pub shared: Vec<Row>,
}

/// Parts the rows into sections.
pub fn sections(rows: &[Row]) -> Sections {
    let of = |policy: &str| rows.iter().filter(|r| r.policy == policy).cloned().collect::<Vec<_>>();
    let foreign = |row: &Row| rows.iter().any(|r| r.scenario == row.scenario && r.policy != row.policy);
    let alone = |policy: &&str| {
        let mine = of(policy);
        distinct(mine.iter().map(|r| &r.scenario)).len() > 1 && !mine.iter().any(foreign)
    };
    let names: Vec<&str> = policies(rows).into_iter().filter(alone).collect();
    Sections {
        own: names.iter().map(|policy| (policy.to_string(), of(policy))).collect(),
        shared: rows.iter().filter(|r| !names.contains(&r.policy.as_str())).cloned().collect(),
    }
}

/// Every policy, pooled, in order of appearance.
pub fn pooled(report: &ScoreReport) -> Vec<Pooled> {
    pooled_rows(&report.rows)
}

fn pooled_rows(rows: &[Row]) -> Vec<Pooled> {
    policies(rows).into_iter().map(|policy| Pooled::of(policy, rows)).collect()
}

/// One sentence for each thing that a table hides: policies that disagree, breaches that nobody catches, recoveries that
/// were declared too early.
pub fn worth_knowing(report: &ScoreReport) -> Vec<String> {
    let mut lines = Vec::new();
    // A policy that always does the same teaches nothing by disagreeing.
    let judging: Vec<&str> = policies(&report.rows).into_iter().filter(|p| !always_the_same(p, &report.rows)).collect();
    for (name, mut rows) in cells(&report.rows) {
        let alone = rows.len() == 1;
        rows.retain(|r| judging.contains(&r.policy.as_str()));
        let promote = rows.first().is_some_and(|r| r.expect == Expect::Promote);
        lines.extend(if promote { disagreement(&name, &rows) } else { nobody_catches(&name, &rows, alone) });
    }
    for policy in policies(&report.rows) {
        let of = |f: fn(&Row) -> u64| report.rows.iter().filter(|r| r.policy == policy).map(f).sum::<u64>();
        let (premature, rolled_back) = (of(|r| r.premature_validations), of(|r| r.caught_by.values().sum()));
        if premature > 0 {
            let of = words::count_of(rolled_back, "rollback");
            lines.push(format!("`{policy}` declared recovery before the harm was over in {premature} of {of}"));
        }
    }
    lines.extend(policies(&report.rows).into_iter().filter_map(|policy| by_wobble(policy, &report.rows)));
    lines
}

/// How often a policy rolls back for nothing as services drift more, over the scenarios that were played at several wobbles.
fn by_wobble(policy: &str, rows: &[Row]) -> Option<String> {
    let several = |r: &&Row| rows.iter().any(|other| other.scenario == r.scenario && other.wobble != r.wobble);
    let mut mine: Vec<&Row> = rows.iter().filter(|r| r.policy == policy).filter(several).collect();
    if mine.iter().any(|r| r.expect == Expect::Promote) {
        mine.retain(|r| r.expect == Expect::Promote);
    }
    let at = |wobble: f64| {
        let of = |f: fn(&Row) -> u64| mine.iter().filter(|r| r.wobble == wobble).map(|r| f(r)).sum();
        let rate = Rate::of(of(|r| r.false_rollbacks), of(|r| r.trials - r.insufficient))?;
        Some(format!("{} {}", percent(rate.value()), words::wobble_said(wobble)))
    };
    let mut wobbles = distinct(mine.iter().map(|r| r.wobble));
    wobbles.sort_by(f64::total_cmp);
    let rates: Vec<String> = wobbles.into_iter().filter_map(at).collect();
    (!rates.is_empty()).then(|| format!("`{policy}` rolls back for nothing: {}", words::list(&rates)))
}

/// Whether the policy rolls back in (nearly) all of its trials, or in (nearly) none.
fn always_the_same(policy: &str, rows: &[Row]) -> bool {
    let of = |f: fn(&Row) -> u64| rows.iter().filter(|r| r.policy == policy).map(f).sum();
    let rolled_back = Rate::of(of(|r| r.detected + r.false_rollbacks), of(|r| r.trials - r.insufficient));
    rolled_back.is_none_or(|r| r.value() < 0.01 || r.value() > 0.99)
}

fn disagreement(name: &str, rows: &[&Row]) -> Option<String> {
    let value = |r: &&&Row| r.false_rollback_rate.map(|f| f.value());
    let wrong = labelled(rows.iter().filter(|r| value(r).is_some_and(|v| v > MOSTLY)));
    let right = labelled(rows.iter().filter(|r| value(r).is_some_and(|v| v < HARDLY)));
    let act = |who: &[String], one: &str, many: &str| format!("{} {}", words::list(who), if who.len() == 1 { one } else { many });
    let back = act(&wrong, "rolls back for nothing", "roll back for nothing");
    match (wrong.is_empty(), right.is_empty()) {
        (true, _) => None,
        (false, true) => Some(format!("{name}: nothing is wrong with the canary, and {back}")),
        (false, false) => Some(format!("{name}: {} where {back}", act(&right, "promotes", "promote"))),
    }
}

fn labelled<'a>(rows: impl Iterator<Item = &'a &'a Row>) -> Vec<String> {
    let label = |r: &&Row| format!("`{}` ({})", r.policy, r.false_rollback_rate.map_or(String::new(), |f| percent(f.value())));
    rows.map(label).collect()
}

fn nobody_catches(name: &str, rows: &[&Row], alone: bool) -> Option<String> {
    let best = rows.iter().filter_map(|r| r.detection_rate).max_by(|a, b| a.value().total_cmp(&b.value()))?;
    if best.value() >= HARDLY {
        return None;
    }
    let early =
        rows.iter().filter(|r| r.false_rollback_rate.is_some_and(|f| f.value() > MOSTLY)).map(|r| format!("`{}`", r.policy));
    let early = early.collect::<Vec<_>>();
    let but =
        if early.is_empty() { String::new() } else { format!("; before any harm it is rolled back by {}", words::list(&early)) };
    Some(match rows {
        [only] if alone => format!("{name}: `{}` does not catch it ({}){but}", only.policy, percent(best.value())),
        _ => format!("{name}: no policy catches it (at best {}){but}", percent(best.value())),
    })
}

/// One sentence: which policy does best, and by how much. Policies are ranked only when they were played on the same cells; those
/// with scenarios of their own are summed up behind the others.
pub fn verdict(report: &ScoreReport) -> String {
    let Sections { own, shared } = sections(&report.rows);
    if own.is_empty() || shared.is_empty() {
        return verdict_of(&report.rows);
    }
    let rows: Vec<Row> = own.iter().flat_map(|(_, rows)| rows).cloned().collect();
    let (ranked, verb) = (verdict_of(&shared), if own.len() == 1 { "" } else { "together they " });
    let who = match own.as_slice() {
        [(policy, _)] => format!("`{policy}` on scenarios of its own"),
        several => format!("{} policies on scenarios of their own:", several.len()),
    };
    let deeds = if own.len() == 1 { Pooled::of(&own[0].0, &rows).deeds() } else { together(&rows) };
    format!("{}; {who} {verb}{deeds}{}.", ranked.trim_end_matches('.'), hardest(&rows))
}

fn verdict_of(rows: &[Row]) -> String {
    let mut pooled = pooled_rows(rows);
    let judged = |p: &Pooled| p.detection.is_some() || p.false_rollback.is_some();
    if !pooled.iter().any(judged) {
        let main = rows.iter().find_map(|r| r.main_reason()).map_or(String::new(), |(why, _)| format!(": {why}"));
        return format!("Nothing can be said: no trial was conclusive{main}.");
    }
    if let [only] = pooled.as_slice() {
        return format!("`{}` {}.", only.policy, only.deeds());
    }
    if pooled.iter().any(|p| p.cells != pooled[0].cells) {
        return format!(
            "{} policies on different scenarios, so not ranked: together they {}{}.",
            pooled.len(),
            together(rows),
            hardest(rows)
        );
    }
    // Stable: policies of equal merit stay in the order in which they were named.
    pooled.sort_by(|a, b| b.merit().total_cmp(&a.merit()));
    if pooled[0].detection.is_some() && pooled[0].merit() <= 0.0 {
        return format!("No policy is worth more than none: at best `{}` {}.", pooled[0].policy, pooled[0].deeds());
    }
    let (best, next, last) = (&pooled[0], &pooled[1], &pooled[pooled.len() - 1]);
    let alike = |a: Option<Rate>, b: Option<Rate>| a.zip(b).is_none_or(|(a, b)| a.overlaps(&b));
    let doubt = if alike(best.detection, next.detection) && alike(best.false_rollback, next.false_rollback) {
        format!(" (not clearly ahead of `{}` at this number of trials)", next.policy)
    } else {
        String::new()
    };
    format!("Best: `{}` {}{doubt}; worst: `{}` ({}).", best.policy, best.deeds(), last.policy, last.figures())
}

/// `catch 98% of breaches and roll back 1% of healthy rollouts for nothing`: all policies as one. Ranking them would compare
/// scenarios.
fn together(rows: &[Row]) -> String {
    let all: Vec<Row> = rows.iter().map(|row| Row { policy: String::new(), ..row.clone() }).collect();
    Pooled::of("", &all)
        .deeds()
        .replacen("catches", "catch", 1)
        .replace("rolls back", "roll back")
        .replacen("has no", "have no", 1)
}

/// `; hardest: S with P, caught in 12%`, unless all were always caught.
fn hardest(rows: &[Row]) -> String {
    let weakest = rows.iter().filter(|r| r.detection_rate.is_some());
    let weakest = weakest.min_by(|a, b| detection(a).total_cmp(&detection(b))).filter(|r| detection(r) < 1.0);
    weakest.map_or(String::new(), |r| {
        format!("; hardest: {} with `{}`, caught in {}", cell_name(r), r.policy, percent(detection(r)))
    })
}

fn detection(row: &Row) -> f64 {
    row.detection_rate.map_or(0.0, |r| r.value())
}
