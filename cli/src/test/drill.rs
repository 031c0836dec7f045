//! A drill as a regression test: one trial, as people played it.

use crate::drill::file::{self, DrillFile};
use crate::{Failure, shell};
use gatecrash_drill::again;
use gatecrash_drill::cast::policy_of;
use gatecrash_policies::Policy;
use gatecrash_policies::time::Time;
use gatecrash_reports::measure::Facts;
use gatecrash_reports::suite::AS_RECORDED;
use gatecrash_reports::suite::drill::Kind;
use gatecrash_reports::suite::lock::digest;
use gatecrash_scenarios::suite::Wanted;
use gatecrash_scenarios::{Error, Loaded, Suite};
use std::path::Path;

/// A drill that a suite plays again.
pub struct Drill {
    /// The record or the script, as seen from here.
    pub path: String,
    /// What tells the file's editions apart.
    pub digest: String,
    /// Where it came out otherwise than its record says, once it was played.
    pub differs: Option<String>,
    file: DrillFile,
}

/// The drill of a case that has one.
pub fn of_case(suite: &Loaded<Suite>, number: usize, path: &str) -> Result<Drill, Error> {
    let told = |message: String| suite.error(&at(number), message);
    let file = file::open(Path::new(path)).map_err(told)?;
    if file.record.is_none() && suite.value.cases[number].expect.is_empty() {
        let message = "a script does not say what should come of it; add `expect`, like expect: [ harmed.max <= 100 ]";
        return Err(told(message.to_string()));
    }
    Ok(Drill { path: path.to_string(), digest: digest(&file.text), differs: None, file })
}

/// Where a suite names the drill of a case.
fn at(number: usize) -> String {
    format!("cases.{number}.replay")
}

impl Drill {
    /// What was played, for expectations.
    pub fn kind(&self) -> Kind {
        if self.file.record.is_some() { Kind::Record } else { Kind::Script }
    }

    /// The file.
    pub fn file(&self) -> &DrillFile {
        &self.file
    }

    /// The policy whose rollout it was.
    pub fn policy(&self) -> Result<Loaded<Policy>, Failure> {
        policy_of(&self.file.plan.policy).map_err(Failure::Input)
    }

    /// What is expected of it: of a record always that it comes out as it was recorded.
    pub fn wanted(&self, suite: &Loaded<Suite>, number: usize) -> Vec<Wanted> {
        let case = &suite.value.cases[number];
        let path = at(number);
        let implied = Wanted { text: AS_RECORDED.to_string(), at: suite.spot(&path).unwrap_or(case.at), path };
        let is_told = case.expect.iter().any(|wanted| wanted.text.trim() == AS_RECORDED);
        let implied = Some(implied).filter(|_| self.kind() == Kind::Record && !is_told);
        implied.into_iter().chain(case.expect.iter().cloned()).collect()
    }

    /// Plays it.
    pub fn play(&mut self) -> Result<Facts, Failure> {
        let DrillFile { cast, plan, acts, record, changed, .. } = &self.file;
        let (acts, reached) = match record {
            Some(record) => (&record.moments, Some(Time(record.reached_us))),
            None => (acts, None),
        };
        let told = |error| Failure::Input(format!("{}: {error}", self.path));
        let (ended, moments) = again::play_once(plan, cast, acts, reached).map_err(told)?;
        let changed = changed.as_ref().map(|changed| format!("line 1: {changed}"));
        self.differs = changed.or_else(|| again::differs(record.as_ref()?, &moments));
        Ok(Facts::of(&ended.trial, cast.scenario.expect))
    }

    /// The command that plays it again.
    pub fn command(&self) -> String {
        shell::command(&["replay".to_string(), self.path.clone()])
    }
}
