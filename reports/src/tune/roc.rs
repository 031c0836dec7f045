//! What each varied gate catches against what it stops for nothing.

use super::study::{Came, Study};
use super::view::{Role, View};
use crate::stats::Rate;

/// More lines than this in one picture cannot be told apart.
const LINES_MAX: usize = 6;

/// A gate's candidates by how often it fired first.
pub struct Roc {
    /// The gate's name.
    pub gate: String,
    /// Whether the candidates differ from the policy as written at this gate alone; all candidates otherwise.
    pub alone: bool,
    /// (candidate, of healthy trials, of trials of breaches) in the worlds as written.
    pub points: Vec<(usize, Rate, Rate)>,
    /// Candidates that differ at one dial alone, in the order of its values.
    pub lines: Vec<Line>,
}

/// Candidates along one dial.
pub struct Line {
    /// What the gate's other dials are at; empty where there are none.
    pub name: String,
    /// (candidate, its value at the dial) in the order of the dial's values.
    pub candidates: Vec<(usize, String)>,
}

/// Of each gate that has a dial, as far as there are healthy trials and breaches.
pub fn rocs(view: &View) -> Vec<Roc> {
    let study = &view.report.study;
    study.gates.iter().filter_map(|gate| roc(view, gate)).filter(|roc| roc.points.len() > 1).collect()
}

fn roc(view: &View, gate: &str) -> Option<Roc> {
    let study = &view.report.study;
    let own = dials_of(study, gate);
    if own.is_empty() {
        return None;
    }
    let yours = &study.candidates[study.current].values;
    let only_here = |c: &usize| {
        let values = &study.candidates[*c].values;
        (0..values.len()).all(|d| own.contains(&d) || values[d] == yours[d])
    };
    let mut chosen: Vec<usize> = view.drawn.iter().copied().filter(only_here).collect();
    let alone = chosen.iter().any(|c| *c != study.current);
    if !alone {
        chosen = view.drawn.clone();
    }
    let points: Vec<_> = chosen.into_iter().filter_map(|c| point(study, c, gate)).collect();
    let lines = if alone { lines(view, &own, &points) } else { Vec::new() };
    Some(Roc { gate: gate.to_string(), alone, points, lines })
}

fn dials_of(study: &Study, gate: &str) -> Vec<usize> {
    let prefix = format!("gates.{gate}.");
    (0..study.dials.len()).filter(|d| study.dials[*d].path.starts_with(&prefix)).collect()
}

fn point(study: &Study, candidate: usize, gate: &str) -> Option<(usize, Rate, Rate)> {
    let fired = |breach: bool| {
        let worlds = study.worlds.iter().zip(&study.came[candidate]);
        let mine = worlds.filter(|(world, _)| world.is_as_written() && world.has_breach() == breach).map(|(_, came)| came);
        let (hits, n) = mine
            .fold((0, 0), |(hits, n), came: &Came| (hits + came.caught_by.get(gate).copied().unwrap_or(0), n + came.trials()));
        Rate::of(hits, n)
    };
    Some((candidate, fired(false)?, fired(true)?))
}

/// Where the values of a candidate stand among those of each dial.
fn places(study: &Study, dials: &[usize], candidate: usize) -> Vec<Option<usize>> {
    let values = &study.candidates[candidate].values;
    dials.iter().map(|d| study.dials[*d].values.iter().position(|v| *v == values[*d])).collect()
}

/// Along the gate's dial with the most values, one line for each setting of its other dials.
fn lines(view: &View, own: &[usize], points: &[(usize, Rate, Rate)]) -> Vec<Line> {
    let study = &view.report.study;
    let Some(along) = own.iter().copied().max_by_key(|d| (study.dials[*d].values.len(), std::cmp::Reverse(*d))) else {
        return Vec::new();
    };
    let others: Vec<usize> = own.iter().copied().filter(|d| *d != along).collect();
    let mut lines: Vec<Line> = Vec::new();
    for (candidate, ..) in points {
        let values = &study.candidates[*candidate].values;
        let name = others.iter().map(|d| format!("{} {}", view.dials[*d], values[*d])).collect::<Vec<_>>().join(", ");
        let mine = (*candidate, values[along].clone());
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.candidates.push(mine),
            None => lines.push(Line { name, candidates: vec![mine] }),
        }
    }
    let place = |value: &String| study.dials[along].values.iter().position(|v| v == value);
    for line in &mut lines {
        // A value that is not among those of the dial has no place in their order.
        line.candidates.retain(|(_, value)| place(value).is_some());
        line.candidates.sort_by_key(|(_, value)| place(value));
    }
    lines.retain(|line| line.candidates.len() > 1);
    lines.sort_by_key(|line| places(study, &others, line.candidates[0].0));
    if lines.len() > LINES_MAX {
        // Of very many: those on which the policies lie that the picture is about.
        let marked = |c: usize| view.roles[c] >= Role::Yours;
        lines.retain(|line| line.candidates.iter().any(|(c, _)| marked(*c)));
    }
    lines
}
