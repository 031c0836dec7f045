//! What each candidate came to, as pictures and tables show it: in the scenario that is worst for it, since goals are held to that.

use super::answer::{Advice, TuneReport};
use super::goals::Goals;
use super::study::{Came, World};
use crate::stats::Rate;
use crate::words;

/// More candidates than this are not drawn: a page stays small, and points would hide each other.
const DRAWN_MAX: usize = 1_000;

/// What candidates differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Of the trials of a healthy scenario, or of a breach before any harm where none is healthy; the highest.
    FalseRollback,
    /// Of the trials of a breach, in time where that was asked for; the lowest.
    Detection,
    /// Mean seconds from harm to decision; the longest.
    Delay,
    /// Mean requests that met the canary in a breach; the most.
    Exposure,
    /// Mean seconds of a healthy rollout; the longest.
    Duration,
}

impl Measure {
    /// All of them, in the order in which they are told.
    pub const ALL: [Measure; 5] =
        [Measure::FalseRollback, Measure::Detection, Measure::Delay, Measure::Exposure, Measure::Duration];

    /// As an axis or a column says it.
    pub fn name(self) -> &'static str {
        match self {
            Measure::FalseRollback => "false rollbacks",
            Measure::Detection => "breaches caught",
            Measure::Delay => "time to detect",
            Measure::Exposure => "requests exposed",
            Measure::Duration => "healthy rollout",
        }
    }

    /// A value as people read it.
    pub fn show(self, value: f64) -> String {
        match self {
            Measure::FalseRollback | Measure::Detection => words::percent(value),
            Measure::Delay | Measure::Duration => words::seconds(value),
            Measure::Exposure => words::amount(value),
        }
    }

    /// What was asked for.
    pub fn goal(self, goals: &Goals) -> Option<f64> {
        match self {
            Measure::FalseRollback => goals.max_false_rollback,
            Measure::Detection => goals.min_detection,
            Measure::Delay => None,
            Measure::Exposure => goals.max_exposure,
            Measure::Duration => goals.max_duration.map(|span| span.seconds()),
        }
    }

    /// Whether more is better.
    pub fn more_is_better(self) -> bool {
        self == Measure::Detection
    }

    /// Whether a value does what was asked for; everything does where nothing was.
    pub fn meets(self, value: f64, goals: &Goals) -> bool {
        self.goal(goals).is_none_or(|goal| if self.more_is_better() { value >= goal } else { value <= goal })
    }
}

/// What a candidate came to in the worlds as written, each in the one that is worst for it. Times in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// See [`Measure::FalseRollback`].
    pub false_rollback: Option<Rate>,
    /// See [`Measure::Detection`].
    pub detection: Option<Rate>,
    /// See [`Measure::Delay`].
    pub delay: Option<f64>,
    /// See [`Measure::Exposure`].
    pub exposure: Option<f64>,
    /// See [`Measure::Duration`].
    pub duration: Option<f64>,
    /// All its trials, in all worlds.
    pub trials: u64,
}

impl Figures {
    /// Of what a candidate came to in these worlds.
    pub fn of(worlds: &[World], came: &[Came]) -> Figures {
        let written = || worlds.iter().zip(came).filter(|(world, came)| world.is_as_written() && came.trials() > 0);
        let breaches = || written().filter(|(world, _)| world.has_breach()).map(|(_, came)| came);
        let healthy = || written().filter(|(world, _)| !world.has_breach()).map(|(_, came)| came);
        let lacks_healthy = lacks_healthy(worlds);
        let quiet = written().filter(|(world, _)| lacks_healthy || !world.has_breach()).map(|(_, came)| came);
        let false_rollbacks = quiet.filter_map(|c| Rate::of(c.false_rollbacks, c.judged()));
        let detections = breaches().filter_map(|c| Rate::of(c.in_time, c.judged()));
        let worst = |a: f64, b: f64| a.max(b);
        Figures {
            false_rollback: false_rollbacks.max_by(|a, b| a.value().total_cmp(&b.value())),
            detection: detections.min_by(|a, b| a.value().total_cmp(&b.value())),
            delay: breaches().filter_map(|c| c.detect.mean()).reduce(worst).map(micros),
            exposure: breaches().filter_map(|c| c.exposed.mean()).reduce(worst),
            duration: healthy().filter_map(|c| c.rollout.mean()).reduce(worst).map(micros),
            trials: came.iter().map(Came::trials).sum(),
        }
    }

    /// One of them.
    pub fn get(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::FalseRollback => self.false_rollback.map(|r| r.value()),
            Measure::Detection => self.detection.map(|r| r.value()),
            Measure::Delay => self.delay,
            Measure::Exposure => self.exposure,
            Measure::Duration => self.duration,
        }
    }

    /// One of them as people read it, a proportion with its interval.
    pub fn shown(&self, measure: Measure) -> String {
        match measure {
            Measure::FalseRollback => words::rate(self.false_rollback),
            Measure::Detection => words::rate(self.detection),
            _ => self.get(measure).map_or(words::NOTHING.to_string(), |value| measure.show(value)),
        }
    }

    /// Whether all goals for which there are figures are met.
    pub fn meet(&self, goals: &Goals) -> bool {
        Measure::ALL.iter().all(|m| self.get(*m).is_none_or(|value| m.meets(value, goals)))
    }
}

/// Whether false rollbacks can only be those of breaches before any harm.
pub fn lacks_healthy(worlds: &[World]) -> bool {
    !worlds.iter().any(|world| world.is_as_written() && !world.has_breach())
}

fn micros(micros: f64) -> f64 {
    micros / 1e6
}

/// How a candidate is marked. Later ones are drawn over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Given up before it had all its trials.
    Early,
    /// Played to the end, and beaten.
    Other,
    /// Not beaten in all respects.
    Front,
    /// The policy as written.
    Yours,
    /// What is recommended, or comes closest.
    Best,
}

/// A search as it is shown.
pub struct View<'a> {
    /// All of it.
    pub report: &'a TuneReport,
    /// By candidate.
    pub figures: Vec<Figures>,
    /// By candidate.
    pub roles: Vec<Role>,
    /// The candidates that are drawn, in their order.
    pub drawn: Vec<usize>,
    /// The dials' names: as short as tells them apart.
    pub dials: Vec<String>,
}

impl<'a> View<'a> {
    /// Of a search.
    pub fn of(report: &'a TuneReport) -> View<'a> {
        let study = &report.study;
        let figures: Vec<Figures> = study.came.iter().map(|came| Figures::of(&study.worlds, came)).collect();
        let full = figures.iter().map(|f| f.trials).max().unwrap_or(0);
        let mut front = vec![false; figures.len()];
        report.front.iter().for_each(|c| front[*c] = true);
        let role = |c: usize| match c {
            c if c == best(report) => Role::Best,
            c if c == study.current => Role::Yours,
            c if front[c] => Role::Front,
            c if figures[c].trials < full => Role::Early,
            _ => Role::Other,
        };
        let roles: Vec<Role> = (0..figures.len()).map(role).collect();
        let drawn = drawn(&figures, &roles);
        View { report, figures, roles, drawn, dials: dial_names(report) }
    }

    /// What is recommended, or comes closest.
    pub fn best(&self) -> usize {
        best(self.report)
    }

    /// What to call it.
    pub fn best_name(&self) -> &'static str {
        match self.report.advice {
            Advice::Change { .. } => "recommended",
            Advice::Keep { .. } => "yours",
            Advice::Impossible { .. } => "closest",
        }
    }

    /// What to call the candidates that are told by name: the best one and the policy as written.
    pub fn named(&self) -> Vec<(usize, &'static str)> {
        let (best, yours) = (self.best(), self.report.study.current);
        let both = [(best, self.best_name()), (yours, "yours")];
        both.into_iter().take(if best == yours { 1 } else { 2 }).collect()
    }

    /// Its value at each dial: `limit 450ms, window 10m`.
    pub fn label(&self, candidate: usize) -> String {
        let values = &self.report.study.candidates[candidate].values;
        let parts = self.dials.iter().zip(values).map(|(dial, value)| format!("{dial} {value}"));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// All that is known of it, a line each.
    pub fn told(&self, candidate: usize) -> String {
        let figures = &self.figures[candidate];
        let role = match self.roles[candidate] {
            Role::Early => "given up early",
            Role::Other => "beaten by another",
            Role::Front => "on the front",
            Role::Yours => "yours",
            Role::Best => self.best_name(),
        };
        let having = Measure::ALL.into_iter().filter(|m| figures.get(*m).is_some());
        let lines = having.map(|m| format!("{}: {}", m.name(), figures.shown(m)));
        let head = format!("{} ({role})", self.label(candidate));
        let trials = format!("{} of the search", words::count_of(figures.trials, "trial"));
        std::iter::once(head).chain(lines).chain([trials]).collect::<Vec<_>>().join("\n")
    }

    /// The candidates that have been played at all.
    pub fn played(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.figures.len()).filter(|c| self.figures[*c].trials > 0)
    }
}

fn best(report: &TuneReport) -> usize {
    match &report.advice {
        Advice::Change { to, .. } => *to,
        Advice::Keep { .. } => report.study.current,
        Advice::Impossible { closest, .. } => *closest,
    }
}

/// All that were played, or of very many: the marked ones, and of the others every so many.
fn drawn(figures: &[Figures], roles: &[Role]) -> Vec<usize> {
    let played: Vec<usize> = (0..figures.len()).filter(|c| figures[*c].trials > 0).collect();
    let (marked, mut rest): (Vec<usize>, Vec<usize>) = played.into_iter().partition(|c| roles[*c] >= Role::Front);
    // The policy as written and the best one are the last of the marked ones to go.
    let mut kept: Vec<usize> = marked.clone();
    kept.sort_by_key(|c| std::cmp::Reverse(roles[*c]));
    kept.truncate(DRAWN_MAX);
    let room = DRAWN_MAX - kept.len();
    if rest.len() > room {
        rest = (0..room).map(|i| rest[i * rest.len() / room]).collect();
    }
    kept.extend(rest);
    kept.sort_unstable();
    kept
}

/// The last part of each path, or as much of its end as tells it from the others.
fn dial_names(report: &TuneReport) -> Vec<String> {
    let paths: Vec<Vec<&str>> = report.study.dials.iter().map(|dial| dial.path.split('.').collect()).collect();
    let ending = |path: &[&str], n: usize| path[path.len().saturating_sub(n)..].join(".");
    let alone = |path: &[&str], n: usize| paths.iter().filter(|other| ending(other, n) == ending(path, n)).count() == 1;
    let name = |path: &Vec<&str>| ending(path, (1..path.len()).find(|n| alone(path, *n)).unwrap_or(path.len()));
    paths.iter().map(name).collect()
}
