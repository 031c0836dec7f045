//! All that a diff has to say.

use super::example::Example;
use super::verdict::{Judged, Verdict};

/// One of the two policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// As it was given: a built-in name, a path, a revision with a path.
    pub given: String,
    /// The name in its file.
    pub policy: String,
    /// The file to annotate, where it is one.
    pub file: Option<String>,
}

/// A field of the policy that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its path.
    pub path: String,
    /// What it was; nothing where there was nothing.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
    /// Its line in the new file, from 1.
    pub line: usize,
}

impl Field {
    /// `gates.latency.limit 12s -> 30s`; what came or went is not written out.
    pub fn short(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => format!("{} {old} -> {new}", self.path),
            (None, Some(new)) if new.len() <= 20 => format!("{} - -> {new}", self.path),
            (Some(old), None) if old.len() <= 20 => format!("{} {old} -> -", self.path),
            (None, _) => format!("{} added", self.path),
            (_, None) => format!("{} removed", self.path),
        }
    }
}

/// A scenario that was not played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub scenario: String,
    /// The policy that does not fit it, as it was given.
    pub policy: String,
    /// Why not.
    pub why: String,
}

/// The trial that shows the difference best, and the commands that replay it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Which.
    pub example: Example,
    /// Under the old policy.
    pub old: String,
    /// Under the new one.
    pub new: String,
}

/// Two policies, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffReport {
    /// What was.
    pub old: Party,
    /// What is.
    pub new: Party,
    /// What changed in the policy; nothing where both play alike.
    pub fields: Vec<Field>,
    /// Whether the two files are the same to the byte.
    pub same_text: bool,
    /// The first seed.
    pub seed: u64,
    /// Pairs of trials of each world that were asked for.
    pub trials: u64,
    /// Whether somebody had enough before all were played.
    pub interrupted: bool,
    /// What came of it; no world where both play alike.
    pub judged: Judged,
    /// What was not played.
    pub left_out: Vec<LeftOut>,
    /// Where some trial differs.
    pub shown: Option<Shown>,
}

impl DiffReport {
    /// In one word.
    pub fn verdict(&self) -> Verdict {
        self.judged.verdict()
    }

    /// The verdict in a sentence, with its cause and the command that shows it.
    pub fn sentence(&self) -> String {
        crate::words::one_line(&super::sentence::sentence(self))
    }

    /// Whether both policies play alike, and nothing was played.
    pub fn is_equal(&self) -> bool {
        self.fields.is_empty()
    }
}
