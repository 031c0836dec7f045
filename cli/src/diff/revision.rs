//! A file as git remembers it.

use crate::{Failure, shell};
use std::path::Path;
use std::process::Command;

/// `HEAD~1:policies/x.yaml`.
pub struct Revision {
    given: String,
    /// The path behind the colon.
    pub path: String,
}

impl Revision {
    /// The revision that an argument names, unless a file has this name.
    pub fn of(given: &str) -> Option<Revision> {
        let (_, path) = given.split_once(':')?;
        (!Path::new(given).exists()).then(|| Revision { given: given.to_string(), path: path.to_string() })
    }

    /// What the file holds.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        let wrong = |message: String| Failure::Input(format!("{}: {message}", self.given));
        if self.given.starts_with('-') || self.path.is_empty() {
            return Err(wrong("a file of a git revision is written like HEAD~1:policies/x.yaml".into()));
        }
        let show = Command::new("git").args(["show", &self.given]).output();
        let show = show.map_err(|error| {
            wrong(format!("git, which reads revisions, cannot be started: {error}; install it, or give a path"))
        })?;
        if !show.status.success() {
            let said = String::from_utf8_lossy(&show.stderr);
            return Err(wrong(format!("git cannot show it: {}", one_line(&said))));
        }
        // Of a folder git shows what is in it.
        if show.stdout.starts_with(format!("tree {}\n", self.given).as_bytes()) {
            return Err(wrong("this is a folder; name a YAML file in it".into()));
        }
        Ok(show.stdout)
    }

    /// The command that writes it to a file.
    pub fn command(&self, file: &str) -> String {
        format!("git show {} > {}", shell::quoted(&self.given), shell::quoted(file))
    }
}

/// Git's own words, without the hints that follow them.
fn one_line(said: &str) -> String {
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    let line = lines.map(|line| line.strip_prefix("fatal: ").unwrap_or(line)).collect::<Vec<_>>().join(" ");
    line.chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_makes_a_revision_of_it() {
        let path = |given: &str| Revision::of(given).map(|revision| revision.path);
        assert_eq!(path("HEAD~1:policies/x.yaml").as_deref(), Some("policies/x.yaml"));
        assert_eq!(path("v1:./x.yaml").as_deref(), Some("./x.yaml"));
        assert_eq!((path("careful"), path("policies/x.yaml")), (None, None));
    }

    #[test]
    fn what_git_says_fits_on_a_line() {
        assert_eq!(one_line("fatal: path 'x' exists,\n  but not 'y'\nhint: Did you mean 'z'?\n"), "path 'x' exists, but not 'y'");
    }
}
