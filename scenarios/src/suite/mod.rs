//! Suite files: which policies play which scenarios, and what is expected of them.

mod axes;
mod drill;

pub(crate) use drill::SAYS;

use crate::change::Change;
use crate::error::{Problem, Read, Spot};
use crate::load::Loaded;
use crate::read::{line, name, whole};
use crate::source::Source;
use crate::yaml::{Node, Value};
use std::sync::Arc;

pub(crate) const KEYS: &[&str] = &["suite", "about", "seed", "trials", "cases"];
pub(crate) const CASE: &[&str] =
    &["name", "about", "scenario", "policy", "severity", "wobble", "with", "matrix", "trials", "replay", "expect"];
pub(crate) const TRIALS: &[&str] = &["min", "max"];

/// What a team expects of its policies.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it is for, in a line.
    pub about: String,
    /// The seed of the first trial.
    pub seed: u64,
    /// In file order.
    pub cases: Vec<Case>,
}

/// Plays of which the same is expected.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, where it has one; that of a drill is its file's unless told.
    pub name: Option<String>,
    /// Where it stands.
    pub at: Spot,
    /// How many trials it takes to know.
    pub trials: Trials,
    /// Every combination of what was listed; none where a drill is played again.
    pub plays: Vec<Play>,
    /// The record or script of a drill that is played again: a path as seen from here.
    pub replay: Option<String>,
    /// What is expected of each; may be nothing of a drill, which then is to come out as it was recorded.
    pub expect: Vec<Wanted>,
}

/// How many trials are played before the first look at them, and at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trials {
    /// Before the first look; each further one comes at twice as many.
    pub min: u64,
    /// Before the last.
    pub max: u64,
}

impl Default for Trials {
    fn default() -> Trials {
        Trials { min: 200, max: 3_200 }
    }
}

/// A scenario as somebody wants it played.
#[derive(Clone, Debug)]
pub struct Play {
    /// A built-in name, or a path as seen from here.
    pub scenario: String,
    /// The same; the scenario's own where there is none.
    pub policy: Option<String>,
    /// The factor on all faults.
    pub severity: f64,
    /// The factor on the wobble.
    pub wobble: f64,
    /// What is replaced in the scenario's file.
    pub with: Vec<Change>,
}

/// An expectation as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// `detection_rate >= 99%`.
    pub text: String,
    /// Where it stands.
    pub at: Spot,
    /// Where the file has it, as a path: `cases.0.expect.1`.
    pub path: String,
}

/// The most trials of a case.
const TRIALS_MAX: u64 = 1_000_000;
/// The most combinations of a case.
const PLAYS_MAX: usize = 1_000;

impl Loaded<Suite> {
    /// An error in the text of something that stands on one line, `offset` bytes into it.
    pub fn error_inside(&self, path: &str, offset: usize, message: impl Into<String>) -> crate::Error {
        let at = self.source.find(path).map(|node| self.source.inside(node, offset));
        self.source.error(Problem { at, message: message.into() })
    }
}

/// Reads a suite.
pub(crate) fn read(tree: &Node, source: &Arc<Source>) -> Read<Suite> {
    if let Value::Map(entries) = &tree.value
        && !entries.iter().any(|(key, _)| key.name == "suite")
        && let Some((key, _)) = entries.iter().find(|(key, _)| matches!(key.name.as_str(), "scenario" | "policy" | "family"))
    {
        return Err(key.problem(format!("this is a {} file; a suite begins with `suite: name`", key.name)));
    }
    let fields = tree.fields("a suite", KEYS)?;
    let usual = fields.or("trials", Trials::default(), |node| trials(node, Trials::default()))?;
    let mut cases: Vec<Case> = Vec::new();
    for (i, node) in fields.need("cases")?.list("a list of cases")?.iter().enumerate() {
        let case = case(node, i, usual, source)?;
        if case.name.is_some() && cases.iter().any(|other| other.name == case.name) {
            return Err(node.problem(format!("a second case is called {}; give it another name", case.name.unwrap_or_default())));
        }
        cases.push(case);
    }
    Ok(Suite {
        name: name(fields.need("suite")?)?,
        about: fields.or("about", String::new(), line)?,
        seed: fields.or("seed", 1, whole(0, u64::MAX / 2))?,
        cases,
    })
}

fn trials(node: &Node, usual: Trials) -> Read<Trials> {
    let fields = node.fields("the number of trials", TRIALS)?;
    let min = fields.read("min", whole(2, TRIALS_MAX))?;
    let max = fields.read("max", whole(2, TRIALS_MAX))?;
    let least = min.unwrap_or_else(|| usual.min.min(max.unwrap_or(usual.min)));
    let most = max.unwrap_or_else(|| usual.max.max(least));
    if least > most {
        return Err(fields.problem(format!("`min: {least}` is more than `max: {most}`; swap them, or raise `max`")));
    }
    Ok(Trials { min: least, max: most })
}

fn case(node: &Node, number: usize, usual: Trials, source: &Arc<Source>) -> Read<Case> {
    let fields = node.fields("a case", CASE)?;
    let name = fields.read("name", name)?;
    if let Some(name) = &name
        && name.chars().all(|c| c.is_ascii_digit())
    {
        return Err(fields.need("name")?.problem(format!("`{name}` is a number; cases without a name are called by theirs")));
    }
    fields.read("about", line)?;
    if let Some(file) = fields.get("replay") {
        return drill::case(&fields, name, (node.at, number), file, source);
    }
    Ok(Case {
        name,
        at: node.at,
        trials: fields.or("trials", usual, |node| trials(node, usual))?,
        plays: axes::plays(&fields, source)?,
        replay: None,
        expect: expectations(fields.need("expect")?, number)?,
    })
}

/// What is expected, as it was written: what it means is for whoever measures to say.
fn expectations(node: &Node, case: usize) -> Read<Vec<Wanted>> {
    let items = node.one_or_more("a list like [ detection_rate >= 99%, time_to_detect.p95 <= 45m ]")?;
    if items.is_empty() {
        return Err(node.problem("nothing is expected here; a case needs at least one, like detection_rate >= 99%"));
    }
    let path = |i: usize| match &node.value {
        Value::List(_) => format!("cases.{case}.expect.{i}"),
        _ => format!("cases.{case}.expect"),
    };
    let wanted = |(i, item): (usize, &Node)| {
        let text = item.text("an expectation like detection_rate >= 99%")?;
        Ok(Wanted { text: text.to_string(), at: item.at, path: path(i) })
    };
    items.iter().enumerate().map(wanted).collect()
}
