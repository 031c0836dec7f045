//! The summary of a GitHub job, which one step after the other appends to.

use crate::{Failure, output};
use std::io::{self, Write};
use std::path::Path;

/// The most that a step's summary may hold, in bytes; GitHub drops all of a larger one.
const BYTES_MAX: u64 = 1 << 20;

/// What stands where it was cut.
const CUT: &str = "\n\nThe rest is cut: a job's summary holds 1 MiB.\n";

/// Appends Markdown to the file that the environment variable GITHUB_STEP_SUMMARY names, if it is set; `text` is told how many bytes
/// there is room for behind what other commands of the same step had to say.
pub fn append(text: impl FnOnce(usize) -> String) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    append_to(Path::new(&path), text).map_err(|error| {
        Failure::Input(format!(
            "cannot write the job's summary to `{}`: {error}; see GITHUB_STEP_SUMMARY",
            Path::new(&path).display()
        ))
    })
}

fn append_to(path: &Path, text: impl FnOnce(usize) -> String) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    let there = file.metadata()?.len();
    let apart = if there > 0 { "\n" } else { "" };
    let text = text(BYTES_MAX.saturating_sub(there).saturating_sub(apart.len() as u64) as usize);
    if text.is_empty() {
        output::warn("there is no room left in the summary of this step; --format markdown writes it elsewhere");
        return Ok(());
    }
    file.write_all(format!("{apart}{text}").as_bytes())
}

/// As much of a text as there is room for, whole lines, and a line that says so where it is not all; nothing where not even that fits.
pub fn fitting(text: &str, room: usize) -> String {
    if text.len() <= room {
        return text.to_string();
    }
    let Some(room) = room.checked_sub(CUT.len()) else { return String::new() };
    let mut kept = 0;
    for line in text.split_inclusive('\n').take_while(|line| line.len() <= room) {
        if kept + line.len() > room {
            break;
        }
        kept += line.len();
    }
    format!("{}{CUT}", &text[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_at_a_line_and_says_so() {
        let text = "one\ntwo\nthree\n";
        assert_eq!(fitting(text, 14), text);
        assert_eq!(fitting(text, 13), "");
        let long = text.repeat(100);
        let cut = fitting(&long, 500);
        assert!(cut.len() <= 500 && cut.ends_with(CUT) && cut.starts_with("one\ntwo\n"), "{cut}");
        assert!(long.starts_with(cut.strip_suffix(CUT).unwrap()));
        assert_eq!(fitting(&"é".repeat(400), 100), CUT, "one line that is too long");
    }

    #[test]
    fn a_summary_grows_to_a_mebibyte_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.md");
        let text = "line\n".repeat(100_000);
        (0..5).for_each(|_| append_to(&path, |room| fitting(&text, room)).unwrap());
        let all = std::fs::read_to_string(path).unwrap();
        assert!(all.len() <= 1 << 20 && all.contains("The rest is cut"), "{}", all.len());
    }
}
