//! From a name to data.

use crate::change::{self, Change};
use crate::error::{Error, Spot};
use crate::families::Case;
use crate::library::{Book, FAMILIES, SCENARIOS, policies, policy_names, scenario_names};
use crate::source::{Source, is_path};
use crate::suite::{self, Suite};
use crate::{families, policy, scenario};
use gatecrash_policies::policy::Policy;
use gatecrash_sim::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

/// What a file says, and the file.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What it says.
    pub value: T,
    /// The file as it was named; for what is built in its name with `.yaml`.
    pub file: String,
    /// The policy that a scenario names as its own: a built-in name, or a path as seen from here.
    pub policy: Option<String>,
    /// What may be meant but looks odd; each is a whole sentence that begins with the file's name.
    pub warnings: Vec<String>,
    pub(crate) source: Arc<Source>,
}

impl<T> Loaded<T> {
    /// Where the file speaks of something: `gates.cancel-to-ack.check`, `stages.canary.soak`, `faults.0`. Items of a list
    /// are called by their `name`, or by their number from 0. A path that leads nowhere gives the last place on the way.
    pub fn spot(&self, path: &str) -> Option<Spot> {
        self.source.find(path).map(|node| node.at).filter(|spot| spot.argument().is_none())
    }

    /// The text of the file, to the byte.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// An error that points at a path of this file, such as `gates.cancel-to-ack.check`.
    pub fn error(&self, path: &str, message: impl Into<String>) -> Error {
        let at = self.source.find(path).map(|node| node.at);
        self.source.error(crate::error::Problem { at, message: message.into() })
    }
}

/// A built-in scenario, or the file of a path.
pub fn load_scenario(name_or_path: &str) -> Result<Loaded<Scenario>, Error> {
    load_scenario_with(name_or_path, &[])
}

/// The same, with values of its file replaced.
pub fn load_scenario_with(name_or_path: &str, changes: &[Change]) -> Result<Loaded<Scenario>, Error> {
    let name = name_or_path;
    if is_path(name) {
        return read_scenario(Source::open(name)?, changes);
    }
    if let Some(book) = SCENARIOS.iter().find(|book| book.name == name) {
        return read_scenario(Source::built_in(book)?, changes);
    }
    let of_family = |book: &&Book| name.strip_prefix(book.name).is_some_and(|rest| rest.starts_with('-'));
    for book in FAMILIES.iter().filter(of_family) {
        let (source, cases) = open_family(Source::family(book)?)?;
        if let Some(case) = cases.into_iter().find(|case| case.name == name) {
            return read_case(&source, case, changes);
        }
    }
    Err(unknown(name, "scenario", &scenario_names()))
}

/// A built-in policy, or the file of a path.
pub fn load_policy(name_or_path: &str) -> Result<Loaded<Policy>, Error> {
    if is_path(name_or_path) {
        return read_policy(Source::open(name_or_path)?);
    }
    match policies().find(|book| book.name == name_or_path) {
        Some(book) => read_policy(Source::built_in(book)?),
        None => Err(unknown(name_or_path, "policy", &policy_names())),
    }
}

fn unknown(name: &str, what: &str, names: &[&str]) -> Error {
    let hint = crate::error::suggestion(name, names);
    let message = format!("no built-in {what} of this name{hint} (a file is named by its path, like ./mine.yaml)");
    Error { file: crate::read::shortened(name), at: None, message, line: None }
}

/// The scenarios of a family from bytes at hand, in file order; `file` is its name in messages.
pub fn family_from_text(file: &str, bytes: &[u8]) -> Result<Vec<Loaded<Scenario>>, Error> {
    family_of(Source::from_bytes(file.to_string(), None, bytes.to_vec())?)
}

pub(crate) fn family_of(source: Source) -> Result<Vec<Loaded<Scenario>>, Error> {
    let (source, cases) = open_family(source)?;
    cases.into_iter().map(|case| read_case(&source, case, &[])).collect()
}

fn open_family(source: Source) -> Result<(Source, Vec<Case>), Error> {
    let cases = source.read(families::read)?;
    Ok((source, cases))
}

fn read_case(family: &Source, case: Case, changes: &[Change]) -> Result<Loaded<Scenario>, Error> {
    let source = change::changed(&family.part(case.tree), changes)?;
    let mut warnings = Vec::new();
    let read = scenario::read(&source.tree, &source, &mut warnings);
    let told = |problem| change::told(families::told(problem, &case.name), &source, changes);
    let (value, policy) = read.map_err(told)?;
    Ok(loaded(value, format!("{}.yaml", case.name), policy, warnings, source))
}

/// The suite of a path.
pub fn load_suite(path: &str) -> Result<Loaded<Suite>, Error> {
    read_suite(Source::open(path)?)
}

/// A suite from bytes at hand; `file` is its name in messages and what paths in it are relative to.
pub fn suite_from_text(file: &str, bytes: &[u8]) -> Result<Loaded<Suite>, Error> {
    read_suite(Source::from_bytes(file.to_string(), folder(file), bytes.to_vec())?)
}

pub(crate) fn read_suite(source: Source) -> Result<Loaded<Suite>, Error> {
    let source = Arc::new(source);
    let value = source.read(|tree| suite::read(tree, &source))?;
    Ok(Loaded { value, file: source.file.clone(), policy: None, warnings: Vec::new(), source })
}

/// A scenario from bytes at hand; `file` is its name in messages and what paths in it are relative to.
pub fn scenario_from_text(file: &str, bytes: &[u8]) -> Result<Loaded<Scenario>, Error> {
    read_scenario(Source::from_bytes(file.to_string(), folder(file), bytes.to_vec())?, &[])
}

/// The same, with values of its file replaced.
pub fn scenario_from_text_with(file: &str, bytes: &[u8], changes: &[Change]) -> Result<Loaded<Scenario>, Error> {
    read_scenario(Source::from_bytes(file.to_string(), folder(file), bytes.to_vec())?, changes)
}

/// A policy from bytes at hand; `file` is its name in messages.
pub fn policy_from_text(file: &str, bytes: &[u8]) -> Result<Loaded<Policy>, Error> {
    read_policy(Source::from_bytes(file.to_string(), folder(file), bytes.to_vec())?)
}

fn folder(file: &str) -> Option<std::path::PathBuf> {
    Path::new(file).parent().map(Path::to_path_buf)
}

pub(crate) fn read_scenario(source: Source, changes: &[Change]) -> Result<Loaded<Scenario>, Error> {
    let source = change::changed(&source, changes)?;
    let mut warnings = Vec::new();
    let read = scenario::read(&source.tree, &source, &mut warnings);
    let (value, policy) = read.map_err(|problem| change::told(problem, &source, changes))?;
    let policy = policy.map(|name| match (&source.folder, is_path(&name)) {
        (Some(folder), true) => folder.join(&name).to_string_lossy().into_owned(),
        _ => name,
    });
    Ok(loaded(value, source.file.clone(), policy, warnings, source))
}

pub(crate) fn read_policy(source: Source) -> Result<Loaded<Policy>, Error> {
    let mut warnings = Vec::new();
    let value = source.read(|tree| policy::read(tree, &source, &mut warnings))?;
    Ok(loaded(value, source.file.clone(), None, warnings, source))
}

pub(crate) fn loaded<T>(value: T, file: String, policy: Option<String>, warnings: Vec<String>, source: Source) -> Loaded<T> {
    let warnings = warnings.into_iter().map(|w| format!("{file}: {w}")).collect();
    Loaded { value, file, policy, warnings, source: Arc::new(source) }
}
