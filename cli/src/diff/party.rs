//! One of the two policies: built in, a file, or a file of a git revision.

use super::revision::Revision;
use crate::Failure;
use gatecrash_policies::Policy;
use gatecrash_reports::diff::Party;
use gatecrash_scenarios::{Loaded, load_policy, policy_from_text};

/// A policy, and where it is from.
pub struct Side {
    given: String,
    revision: Option<Revision>,
    pub policy: Loaded<Policy>,
}

impl Side {
    /// What an argument means.
    pub fn load(given: &str) -> Result<Side, Failure> {
        let revision = Revision::of(given);
        let policy = match &revision {
            Some(revision) => policy_from_text(given, &revision.read()?)?,
            None => load_policy(given)?,
        };
        Ok(Side { given: given.to_string(), revision, policy })
    }

    /// What reports say of it.
    pub fn party(&self) -> Party {
        let is_file = self.policy.file == self.given;
        let file = match &self.revision {
            Some(revision) => Some(revision.path.clone()),
            None => is_file.then(|| self.given.clone()),
        };
        let file = file.map(|file| file.strip_prefix("./").unwrap_or(&file).to_string());
        Party { given: self.given.clone(), policy: self.policy.value.name.clone(), file }
    }

    /// A command that plays it, of which `run` tells what follows the name of the policy; a revision is written to a file first, whose
    /// name tells it from the other side's.
    pub fn command(&self, other: &Side, name: &str, run: impl Fn(&str) -> String) -> String {
        match &self.revision {
            Some(revision) => {
                let file = format!("./gatecrash-{name}.yaml");
                let file = if file == other.given { format!("./gatecrash-{name}-1.yaml") } else { file };
                format!("{} && {}", revision.command(&file), run(&file))
            }
            None => run(&self.given),
        }
    }
}
