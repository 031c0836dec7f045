//! All checks: those that read, and those that play.

use super::uncaught;
use gatecrash_scenarios::lint::{LINTS, Lint};

/// By code.
pub fn lints() -> Vec<&'static Lint> {
    let mut all: Vec<&'static Lint> = LINTS.iter().copied().chain([&uncaught::LINT]).collect();
    all.sort_by_key(|lint| lint.code);
    all
}

/// Their codes and names, for comments that allow them.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    lints().into_iter().map(|lint| (lint.code, lint.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;
    use std::path::Path;

    const ABOUT: &str = "\
# What `gatecrash lint` finds

Checks of policies (1xx), scenarios (2xx) and suites (3xx) that can be read and are probably not what was meant. Each finding has a
code, a line with a caret, and a remedy; an error or a warning makes the exit code 1, notes alone do not. A policy is checked in the
scenarios that are given beside it, or in its own.

A comment allows what is found: `# lint: allow GC104 (why)` on the line itself or right above it, and before the first key for the
whole file. Several codes stand with commas between them. What a comment allows and is not there is found too.

`gatecrash lint FILE... --format sarif` writes what code hosts show beside the lines of a change, `--format github` annotations of a job.
Examples show the keys that matter.
";

    fn page() -> String {
        let mut page = ABOUT.to_string();
        for lint in lints() {
            write!(page, "\n## {} {} ({})\n\n{}\n\n{}\n", lint.code, lint.name, lint.level.name(), lint.about, lint.help)
                .unwrap();
            write!(page, "\nFound:\n\n```yaml\n{}\n```\n\nLeft alone:\n\n```yaml\n{}\n```\n", lint.finds, lint.leaves).unwrap();
        }
        page
    }

    #[test]
    fn the_page_is_what_the_catalog_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lint.md");
        if std::env::var_os("GATECRASH_WRITE").is_some_and(|value| value == "1") {
            std::fs::write(&path, page()).expect("the page can be written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page(), "docs/lint.md is not what the catalog says; write it anew with GATECRASH_WRITE=1");
    }

    #[test]
    fn no_code_and_no_name_is_given_twice() {
        let codes = codes();
        for (i, (code, name)) in codes.iter().enumerate() {
            assert!(codes[..i].iter().all(|(other, called)| other != code && called != name), "{code} {name}");
        }
    }
}
