//! Annotations that GitHub's runner reads from a job's output and shows on the lines of a pull request.
//!
//! A step shows ten of a kind and drops the others without a word, so that the worst come first and the rest is counted.

use std::io;

/// How a runner shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

impl Kind {
    /// As the runner's command is called.
    pub fn name(self) -> &'static str {
        ["error", "warning", "notice"][self as usize]
    }
}

/// A remark on a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// How bad it is.
    pub kind: Kind,
    /// The file, relative to the repository.
    pub file: String,
    /// Line and column, from 1; none for the whole file.
    pub at: Option<(usize, usize)>,
    /// The heading.
    pub title: String,
    /// What there is to say; may have lines.
    pub message: String,
}

/// Annotations of a kind that a step shows.
pub const SHOWN: usize = 10;

/// Writes the worst annotations first, at most [`SHOWN`] of a kind, each kind in the order given, and counts the rest.
pub fn write(annotations: &[Annotation], out: &mut dyn io::Write) -> io::Result<()> {
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        let of_kind = || annotations.iter().filter(|annotation| annotation.kind == kind);
        of_kind().take(SHOWN).try_for_each(|annotation| writeln!(out, "{}", line(annotation)))?;
        let more = of_kind().count().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(out, "and {more} more of kind {}, which a step would not show", kind.name())?;
        }
    }
    Ok(())
}

fn line(annotation: &Annotation) -> String {
    let Annotation { kind, file, at, title, message } = annotation;
    let place = at.map_or(String::new(), |(line, column)| format!(",line={line},col={column}"));
    format!("::{} file={}{place},title={}::{}", kind.name(), property(file), property(title), data(message))
}

/// Text behind `::`, where a line would end it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property, where `:` and `,` would end it too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotation(kind: Kind, title: &str) -> Annotation {
        let (file, message) = ("a,b:c.yaml".into(), "100%\nof: it, all\r".into());
        Annotation { kind, file, at: Some((3, 7)), title: title.into(), message }
    }

    fn written(annotations: &[Annotation]) -> String {
        let mut out = Vec::new();
        write(annotations, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let text = written(&[annotation(Kind::Error, "50%: a, b")]);
        assert_eq!(text, "::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=50%25%3A a%2C b::100%25%0Aof: it, all%0D\n");
        let whole = Annotation { at: None, ..annotation(Kind::Notice, "x") };
        assert!(written(&[whole]).starts_with("::notice file=a%2Cb%3Ac.yaml,title=x::"));
    }

    #[test]
    fn the_worst_come_first_and_the_rest_is_counted() {
        let mut all = vec![annotation(Kind::Notice, "n")];
        all.extend((0..12).map(|i| annotation(Kind::Warning, &format!("w{i}"))));
        all.push(annotation(Kind::Error, "e"));
        let text = written(&all);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 10 + 1 + 1);
        assert!(lines[0].starts_with("::error") && lines[1].contains("title=w0") && lines[10].contains("title=w9"));
        assert_eq!(lines[11], "and 2 more of kind warning, which a step would not show");
    }
}
