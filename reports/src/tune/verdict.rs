//! The recommendation in one sentence.

use super::answer::{Advice, Finalist, Gain, GiveUp, TuneReport, WouldTake};
use super::caution::Caution;
use super::field::Field;
use super::goals::Constraint;
use super::judge::{Judge, Miss};
use super::names;
use super::reach::{self, out_of_reach};
use super::scores::Scores;
use crate::words;

/// What is recommended, with the numbers of fresh seeds.
pub fn verdict(report: &TuneReport) -> String {
    match &report.advice {
        Advice::Change { to, gain } => change(report, *to, gain),
        Advice::Keep { best_other } => keep(report, best_other.as_ref()),
        Advice::Impossible { closest, give_up, would_take } => impossible(report, *closest, give_up, would_take),
    }
}

/// How many candidates did not keep on fresh seeds what the search had promised, where some did not.
pub(super) fn disappointed(report: &TuneReport) -> Option<String> {
    let one_kept = matches!(report.advice, Advice::Change { .. } | Advice::Keep { best_other: Some(_) });
    let failed = report.tried.saturating_sub(usize::from(one_kept));
    let who = words::count_of(failed as u64, "candidate");
    let said = format!("{who} met the goals in the search and did not show it on fresh seeds");
    (failed > 0).then(|| format!("{said}: lucky before, or too near the limits"))
}

fn change(report: &TuneReport, to: usize, gain: &Gain) -> String {
    let name = names::candidate(&report.study, to);
    let numbers = report.finalists.iter().find(|f| f.candidate == to).map_or(String::new(), |f| format!(": {}", numbers(f)));
    let why = if gain.high < 0.0 {
        format!("{} than as written", by(report, gain))
    } else {
        let how = broken(report, Caution::BROKEN);
        let how = if how.is_empty() { how } else { format!(" ({how})") };
        format!("as written, the policy breaks what was asked for{how}")
    };
    format!("recommended: {name}{numbers}; {why}")
}

fn keep(report: &TuneReport, best_other: Option<&(usize, Gain)>) -> String {
    let own = report.finalists.iter().find(|f| f.candidate == report.study.current);
    let numbers = own.map_or(String::new(), |f| format!("{}; ", numbers(f)));
    let why = match best_other {
        None => "no other candidate that was tried is shown to meet the goals".to_string(),
        Some((other, gain)) if (gain.low, gain.high) == (0.0, 0.0) => {
            let name = names::candidate(&report.study, *other);
            format!("nothing that is shown to meet the goals is better: with {name} the same comes out")
        }
        Some((other, gain)) => {
            let name = names::candidate(&report.study, *other);
            format!(
                "nothing that is shown to meet the goals is better by more than noise: {name} has {} than yours",
                by(report, gain)
            )
        }
    };
    let open = broken(report, Caution::CHOICE);
    let open =
        if open.is_empty() { String::new() } else { format!("; so few trials do not show that yours meets the goals: {open}") };
    format!("keep yours: {numbers}{why}{open}")
}

/// `0.3% false rollbacks [0.1, 0.9], 99% detection [98, 99.5], 120 exposed requests of a breach`, pooled over the scenarios as written.
fn numbers(finalist: &Finalist) -> String {
    let scores = Scores::as_written(&finalist.worlds, &finalist.came);
    let rate = |rate, what: &str| match words::fine_rate(rate).split_once(' ') {
        Some((value, interval)) => format!("{value} {what} {interval}"),
        None => format!("no trial that tells of {what}"),
    };
    let exposed = scores.exposed.map(|mean| format!("{} exposed requests of a breach", words::amount(mean)));
    let delay = scores.time_to_detect_s.map(|seconds| format!("{} to detect it", words::seconds(seconds)));
    let rates = [rate(scores.false_rollback, "false rollbacks"), rate(scores.detection, "detection")];
    rates.into_iter().chain(delay).chain(exposed).collect::<Vec<_>>().join(", ")
}

/// `45 [30, 60] fewer exposed requests of a breach`.
fn by(report: &TuneReport, gain: &Gain) -> String {
    let (cost, fewer) = (report.goals.cost.is_some(), gain.mean <= 0.0);
    let ends = if fewer { [-gain.high, -gain.low] } else { [gain.low, gain.high] };
    let shown = |end: f64| if end.is_finite() { words::amount(end) } else { "?".to_string() };
    let (amount, [low, high]) = (words::amount(gain.mean.abs()), ends.map(shown));
    match (cost, fewer) {
        (false, true) => format!("{amount} [{low}, {high}] fewer exposed requests of a breach"),
        (false, false) => format!("{amount} [{low}, {high}] more exposed requests of a breach"),
        (true, true) => format!("an expected cost of a rollout that is {amount} [{low}, {high}] lower"),
        (true, false) => format!("an expected cost of a rollout that is {amount} [{low}, {high}] higher"),
    }
}

/// What the policy as written does not meet on fresh seeds, with this caution: `1.3% [0.6, 2.9] false rollbacks in calm`.
fn broken(report: &TuneReport, caution: Caution) -> String {
    let Some(own) = report.finalists.iter().find(|f| f.candidate == report.study.current) else { return String::new() };
    let misses = Judge::new(Field::as_written(&own.worlds), &report.goals, caution, &own.came).misses(&own.came);
    words::list(&misses.iter().map(|miss| missed(own, miss)).collect::<Vec<_>>())
}

fn missed(finalist: &Finalist, miss: &Miss) -> String {
    let (came, world) = (&finalist.came[miss.world], names::world(&finalist.worlds[miss.world]));
    let field = Field { breaches: vec![miss.world], healthy: Vec::new() };
    let scores = Scores::of(&field, &finalist.came);
    let mean = |mean: Option<f64>, unit: f64| mean.map_or(words::NOTHING.to_string(), |m| miss.constraint.shown(m / unit));
    match miss.constraint {
        Constraint::FalseRollback => format!("{} false rollbacks in {world}", words::fine_rate(scores.false_rollback)),
        Constraint::Detection => format!("{} detection in {world}", words::fine_rate(scores.detection)),
        Constraint::Exposure => format!("{} exposed requests in {world}", mean(came.exposed.mean(), 1.0)),
        Constraint::Duration => format!("{} to roll out in {world}", mean(came.rollout.mean(), 1e6)),
        Constraint::Finish => format!("rollouts without an end in {world}"),
    }
}

fn impossible(report: &TuneReport, closest: usize, give_up: &[GiveUp], would_take: &[WouldTake]) -> String {
    let goals = names::goals(&report.goals);
    let nothing = match goals.is_empty() {
        true => "nothing lets healthy rollouts come to an end".to_string(),
        false => format!("nothing that was tried is shown to meet {goals}"),
    };
    let elsewhere = reach::told(&report.study, &out_of_reach(&report.study, &report.goals));
    let eased = give_up.iter().filter_map(|g| ease(report, g));
    let later = later(report, closest);
    let ways: Vec<String> = elsewhere.into_iter().chain(later).chain(eased).chain(would_take.iter().map(take)).collect();
    let stuck: Vec<String> = give_up.iter().filter(|g| g.reached.is_none()).map(|g| g.scenario.clone()).collect();
    let name = names::candidate(&report.study, closest);
    match ways.is_empty() {
        false => format!("{nothing}: {}", ways.join("; or ")),
        true if stuck.is_empty() => format!("{nothing}; the closest is {name}"),
        true => format!(
            "{nothing}, and giving up one of these is not enough; the closest is {name}, and {} stands in the way",
            stuck[0]
        ),
    }
}

/// `allow 4h 2m instead of 1h 30m to detect a breach: so long take 95% of what as written catches`, where that is longer.
fn later(report: &TuneReport, closest: usize) -> Option<String> {
    let within = report.goals.detect_within?;
    let finalist = report.finalists.iter().find(|f| f.candidate == closest)?;
    let breaches = finalist.worlds.iter().zip(&finalist.rows).filter(|(world, _)| world.is_as_written() && world.has_breach());
    let slowest = breaches.filter_map(|(_, row)| Some(row.time_to_detect_s?.p95)).fold(0.0, f64::max);
    (slowest > within.seconds()).then(|| {
        let name = names::candidate(&report.study, closest);
        format!(
            "allow {} instead of {within} to detect a breach: within that come 95% of those that {name} catches",
            words::seconds(slowest)
        )
    })
}

/// `ask for at most 2.3% false rollbacks instead of 1% (calm, with ...)`.
fn ease(report: &TuneReport, g: &GiveUp) -> Option<String> {
    let constraint = Constraint::of_key(g.constraint)?;
    let eased = names::constraint(constraint, constraint.eased(g.reached?));
    let by = g.by.map_or(String::new(), |by| format!(", with {}", names::candidate(&report.study, by)));
    Some(format!("ask for {eased} instead of {} ({}{by})", constraint.shown(g.asked), g.scenario))
}

/// `take stages.canary.soak 2h 36m instead of 1h (0.4% false rollbacks, 96% detection)`.
fn take(w: &WouldTake) -> String {
    let [wrong, caught] = [w.false_rollback, w.detection].map(words::percent);
    format!("take {} {} instead of {} ({wrong} false rollbacks, {caught} detection)", w.path, w.to, w.now)
}
