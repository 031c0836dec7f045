//! What is wrong with a file, and where.

use std::fmt;

/// A place in a text file; lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Spot {
    /// The place of what was given beside the file as its n-th argument, from 0.
    pub(crate) fn of_argument(n: usize) -> Spot {
        Spot { line: 0, column: n + 1 }
    }

    /// Which argument this is the place of, if it is in no file.
    pub(crate) fn argument(self) -> Option<usize> {
        (self.line == 0).then(|| self.column.saturating_sub(1))
    }
}

/// One thing that is wrong with what the user gave: prints as `file.yaml:12:7: what was found; what to do`, followed by the
/// line itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, as it was named.
    pub file: String,
    /// Where in it, if it came to be read.
    pub at: Option<Spot>,
    /// What was found and what to do about it.
    pub message: String,
    /// The text of the line.
    pub line: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Spot { line, column }) = self.at else {
            return write!(f, "{}: {}", self.file, self.message);
        };
        write!(f, "{}:{line}:{column}: {}", self.file, self.message)?;
        self.line.as_ref().map_or(Ok(()), |text| write!(f, "\n{}", pointed(text, Spot { line, column })))
    }
}

/// A line of a file with a caret under the place, on two lines, indented.
pub fn pointed(text: &str, at: Spot) -> String {
    let (shown, caret) = excerpt(text, at.column);
    let margin = at.line.to_string().len();
    format!("  {} | {shown}\n  {:margin$} | {:caret$}^", at.line, "", "")
}

impl std::error::Error for Error {}

/// At most 110 characters of a line around a column, and the column within them, from 0.
fn excerpt(text: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 110;
    let characters: Vec<char> = text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let caret = column.saturating_sub(1).min(characters.len());
    let from = if characters.len() <= WIDTH { 0 } else { caret.saturating_sub(WIDTH / 2) };
    (characters.iter().skip(from).take(WIDTH).collect(), caret - from)
}

/// What is wrong in the text at hand; whoever knows the file makes an [`Error`] of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub at: Option<Spot>,
    pub message: String,
}

/// The result of reading a part of a file.
pub(crate) type Read<T> = Result<T, Problem>;

/// The one of `options` that `found` was probably meant to be.
pub(crate) fn closest<'a>(found: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let score = |option: &str| strsim::jaro_winkler(&found, &option.to_lowercase());
    let best = options.into_iter().map(|o| (score(o), o)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.72).then_some(best.1)
}

/// More options than this are counted, not named.
const LISTED_MAX: usize = 60;

/// `; did you mean `threshold`?` or `; known here: a, b, c`, to be put behind the complaint.
pub(crate) fn suggestion(found: &str, options: &[&str]) -> String {
    match closest(found, options.iter().copied()) {
        Some(option) => format!("; did you mean `{option}`?"),
        None if options.is_empty() => "; there are none".to_string(),
        None if options.len() <= LISTED_MAX => format!("; there are: {}", options.join(", ")),
        None => format!("; there are {}, too many to name here: see `gatecrash list`", options.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_points_at_its_line() {
        let error = Error {
            file: "a.yaml".into(),
            at: Some(Spot { line: 12, column: 3 }),
            message: "unknown key `tresh`".into(),
            line: Some("  tresh: 3".into()),
        };
        assert_eq!(error.to_string(), "a.yaml:12:3: unknown key `tresh`\n  12 |   tresh: 3\n     |   ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = "x".repeat(5_000);
        let (shown, caret) = excerpt(&text, 3_000);
        assert_eq!((shown.len(), caret), (110, 55));
        assert_eq!(excerpt("ab", 99).1, 2);
    }

    #[test]
    fn the_closest_name_is_suggested_if_it_is_close() {
        assert_eq!(closest("tresh", ["rule", "threshold", "check"]), Some("threshold"));
        assert_eq!(closest("servers", ["rule", "check"]), None);
    }
}
