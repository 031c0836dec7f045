//! What was found in a file, and the file.

use super::{Level, Lint, allow};
use crate::error::{Spot, pointed};
use crate::load::Loaded;
use crate::source::Source;
use std::fmt;
use std::sync::Arc;

/// One thing that a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub lint: &'static Lint,
    /// The file, as it was named.
    pub file: String,
    /// Where in it.
    pub at: Spot,
    /// The text of the line.
    pub line: String,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Finding {
    /// How bad it is.
    pub fn level(&self) -> Level {
        self.lint.level
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spot { line, column } = self.at;
        let (level, code) = (self.level().name(), self.lint.code);
        writeln!(f, "{}:{line}:{column}: {level}[{code}]: {}", self.file, self.message)?;
        write!(f, "{}\n  help: {}", pointed(&self.line, self.at), self.help)
    }
}

/// A file, which checks were run on it, and what they found.
#[derive(Clone, Debug)]
pub struct Sheet {
    source: Arc<Source>,
    file: String,
    ran: Vec<&'static str>,
    findings: Vec<Finding>,
}

impl Sheet {
    /// Of a file, with nothing found.
    pub fn new<T>(file: &Loaded<T>) -> Sheet {
        Sheet { source: Arc::clone(&file.source), file: file.source.file.clone(), ran: Vec::new(), findings: Vec::new() }
    }

    /// Notes that a check is run: what is allowed of one that is not cannot be stale.
    pub fn runs(&mut self, lint: &'static Lint) -> &mut Sheet {
        self.ran.push(lint.code);
        self
    }

    /// Adds what a check found at a path such as `gates.errors.check`, with the check's own remedy.
    pub fn add(&mut self, lint: &'static Lint, path: &str, message: impl Into<String>) {
        self.advise(lint, path, message, lint.help);
    }

    /// The same with a remedy of its own.
    pub fn advise(&mut self, lint: &'static Lint, path: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = super::place::place(&self.source, path);
        self.put(lint, at, message.into(), help.into());
    }

    pub(super) fn put(&mut self, lint: &'static Lint, at: Spot, message: String, help: String) {
        let line = self.source.text.lines().nth(at.line.saturating_sub(1)).unwrap_or_default().to_string();
        self.findings.push(Finding { lint, file: self.file.clone(), at, line, message, help });
    }

    /// What comments in the file do not allow, and what is wrong with these comments; from top to bottom. `known` are all codes
    /// that there are, with their names.
    pub fn settle(mut self, known: &[(&str, &str)]) -> Vec<Finding> {
        let mut allows = allow::allows(&self.source.text);
        self.findings.retain(|finding| !allow::allowed(&mut allows, finding));
        let is_family = self.source.text.lines().any(|line| line.starts_with("family:"));
        for (lint, at, message, help) in allow::complaints(&allows, &self.ran, known) {
            // Many scenarios share the text of a family: what one of them has no use for another may need.
            if !is_family || lint.code == allow::UNKNOWN.code {
                self.put(lint, at, message, help);
            }
        }
        self.findings.sort_by(|a, b| (a.at, a.lint.code).cmp(&(b.at, b.lint.code)));
        self.findings
    }
}
