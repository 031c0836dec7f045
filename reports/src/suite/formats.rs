//! How a suite's result is written: one file per format.

use super::report::SuiteReport;
use super::{github, json, markdown, text};
use std::io;

/// A way to write a suite's result.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// As the command line calls it.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes the whole of it, its last line ended.
    pub write: fn(&SuiteReport, &mut dyn io::Write) -> io::Result<()>,
}

/// The formats. JUnit is none of them: it goes to a file of its own, beside what is printed.
pub const FORMATS: [Format; 4] = [
    Format {
        name: "text",
        about: "for people: what failed in full, what passed in a line, the verdict last",
        write: text::write,
    },
    Format { name: "json", about: "gatecrash.test/v1, for scripts", write: json::write },
    Format {
        name: "markdown",
        about: "for a pull request: the verdict, failures in full, passes folded away",
        write: markdown::write,
    },
    Format { name: "github", about: "annotations for GitHub's runner, worst first, the verdict last", write: github::write },
];

/// The format of this name.
pub fn named(name: &str) -> Option<Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    #[test]
    fn every_format_has_its_name_and_ends_with_the_verdict_and_its_line() {
        for format in FORMATS {
            assert_eq!(named(format.name).map(|found| found.about), Some(format.about));
            let mut out = Vec::new();
            (format.write)(&examples::report(), &mut out).expect("memory can be written");
            let text = String::from_utf8(out).expect("it is UTF-8");
            let verdict = text::verdict_line(&examples::report());
            assert!(format.name == "json" || text.trim_end_matches(['*', '\n']).ends_with(&verdict), "{}: {text}", format.name);
            assert!(text.ends_with('\n'), "{}", format.name);
        }
        assert!(named("yaml").is_none());
    }

    #[test]
    fn every_format_says_where_a_drill_differs_and_how_to_play_it() {
        for format in FORMATS {
            let mut out = Vec::new();
            (format.write)(&examples::drills(), &mut out).expect("memory can be written");
            let text = String::from_utf8(out).expect("it is UTF-8");
            for part in ["as_recorded", "line 7: the record says so", "gatecrash replay friday.jsonl"] {
                assert!(text.contains(part), "{}: {part}: {text}", format.name);
            }
        }
    }
}
