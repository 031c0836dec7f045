//! What checks of files have found, as data for other programs.

mod json;
mod sarif;

use crate::github::{Annotation, Kind};
use std::io;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not do what it says.
    Error,
    /// It is probably not what was meant.
    Warning,
    /// It is worth knowing.
    Note,
}

impl Level {
    /// `error`, `warning` or `note`, in JSON and SARIF alike.
    pub fn name(self) -> &'static str {
        ["error", "warning", "note"][self as usize]
    }
}

/// A check.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `GC101`.
    pub code: String,
    /// A word or two.
    pub name: String,
    /// How bad what it finds is.
    pub level: Level,
    /// What it finds.
    pub about: String,
    /// What to do about it.
    pub help: String,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Index into [`LintReport::rules`].
    pub rule: usize,
    /// The file, relative to where the program stands as far as it can be.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Everything that was found.
#[derive(Clone, Debug)]
pub struct LintReport {
    /// The version of the program.
    pub version: String,
    /// All checks that there are.
    pub rules: Vec<Rule>,
    /// In the order of the files, from top to bottom.
    pub findings: Vec<Finding>,
    /// How many files were checked.
    pub files: usize,
}

impl LintReport {
    /// How many findings are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| self.rules[finding.rule].level == level).count()
    }

    /// `2 errors, 1 warning in 3 files.`
    pub fn verdict(&self) -> String {
        let counts = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
        let counts = counts.map(|(level, word)| (self.count(level), word));
        let found: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(*n, word)).collect();
        let found = if found.is_empty() { "Nothing found".to_string() } else { found.join(", ") };
        match self.files {
            0 => "No file was checked.".to_string(),
            files => format!("{found} in {}.", plural(files, "file")),
        }
    }

    /// `gatecrash.lint/v1`.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        json::write(self, out)
    }

    /// SARIF 2.1.0.
    pub fn write_sarif(&self, out: &mut dyn io::Write) -> io::Result<()> {
        sarif::write(self, out)
    }

    /// Annotations for a runner, the verdict last.
    pub fn write_github(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let annotation = |finding: &Finding| {
            let rule = &self.rules[finding.rule];
            Annotation {
                kind: [Kind::Error, Kind::Warning, Kind::Notice][rule.level as usize],
                file: finding.file.clone(),
                at: Some((finding.line, finding.column)),
                title: format!("{} {}", rule.code, rule.name),
                message: format!("{}\n{}", finding.message, finding.help),
            }
        };
        let annotations: Vec<Annotation> = self.findings.iter().map(annotation).collect();
        crate::github::write(&annotations, out)?;
        writeln!(out, "{}", self.verdict())
    }
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A report with so many findings of one error and one note.
    pub(crate) fn report(errors: usize, notes: usize) -> LintReport {
        let rule = |code: &str, name: &str, level| {
            let (about, help) = ("What it finds.".into(), "What to do.".into());
            Rule { code: code.into(), name: name.into(), level, about, help }
        };
        let finding = |rule: usize| {
            let (file, message, help) = ("./a b\\c.yaml".into(), "found: this".into(), "Do that.".into());
            Finding { rule, file, line: 3, column: 7, message, help }
        };
        let findings = (0..errors).map(|_| finding(0)).chain((0..notes).map(|_| finding(1))).collect();
        let rules = vec![rule("GC101", "no-gates", Level::Error), rule("GC102", "odd", Level::Note)];
        LintReport { version: "1.2.3".into(), rules, findings, files: 3 }
    }

    #[test]
    fn the_verdict_counts() {
        assert_eq!(report(2, 1).verdict(), "2 errors, 1 note in 3 files.");
        assert_eq!(report(1, 0).verdict(), "1 error in 3 files.");
        assert_eq!(LintReport { files: 1, ..report(0, 0) }.verdict(), "Nothing found in 1 file.");
        assert_eq!(LintReport { files: 0, ..report(0, 0) }.verdict(), "No file was checked.");
    }
}
