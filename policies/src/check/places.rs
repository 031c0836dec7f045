//! Where the parts of a check stand in its text: for whoever changes one of them and leaves the rest as it was written.

use super::{GrammarError, Parsed, Parser, parse};
use std::ops::Range;

/// Where the parts of a check stand, in bytes, without the spaces around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// All of the limit: `500ms`, `1.5x stable`, `{ web: 1s, ios: 3s }`.
    pub limit: Range<usize>,
    /// The limit of each segment, where it has one of its own.
    pub segments: Vec<(String, Range<usize>)>,
    /// The window behind `over`, where there is one.
    pub over: Option<Range<usize>>,
}

/// Finds the parts of a check; complains as [`parse`] does.
pub fn places(text: &str) -> Result<Places, GrammarError> {
    parse(text)?;
    let mut parser = Parser { text, at: 0 };
    parser.reading()?;
    parser.op()?;
    let limit = parser.range_of(|p| p.limit().map(|_| ()))?;
    let segments = Parser { text, at: limit.start }.segments()?;
    if parser.keyword("per") {
        parser.name("an attribute")?;
    }
    let over = if parser.keyword("over") { Some(parser.range_of(|p| p.window().map(|_| ()))?) } else { None };
    Ok(Places { limit, segments, over })
}

impl Parser<'_> {
    /// Where what is parsed stands.
    fn range_of(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<()>) -> Parsed<Range<usize>> {
        self.space();
        let start = self.at;
        parse(self)?;
        Ok(start..start + self.text[start..self.at].trim_end().len())
    }

    /// The limits in braces, if there are any.
    fn segments(mut self) -> Parsed<Vec<(String, Range<usize>)>> {
        let mut segments = Vec::new();
        let mut more = self.take("{");
        while more {
            let name = self.name("a segment's name")?.to_string();
            self.expect(":", "and the segment's limit")?;
            segments.push((name, self.range_of(|p| p.number().map(|_| ()))?));
            more = self.take(",");
        }
        Ok(segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (&str, Vec<(&str, &str)>, Option<&str>) {
        let places = places(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let segment = |(name, range): &(String, Range<usize>)| {
            let found = text.match_indices(name.as_str()).map(|(at, _)| at).next().expect("it is in the text");
            (&text[found..found + name.len()], &text[range.clone()])
        };
        (&text[places.limit], places.segments.iter().map(segment).collect(), places.over.map(|over| &text[over]))
    }

    #[test]
    fn limits_and_windows_are_found() {
        assert_eq!(shown("p95(runs.cancel_to_ack) <= 500ms over 4h"), ("500ms", vec![], Some("4h")));
        assert_eq!(shown("rate(a.b) <= 1h 30m  over 1h 30m "), ("1h 30m", vec![], Some("1h 30m")));
        assert_eq!(shown("rate(a.b)<=36/h per node"), ("36/h", vec![], None));
        assert_eq!(shown("rate(a.b) <= 1.5x stable over 10m"), ("1.5x stable", vec![], Some("10m")));
        assert_eq!(shown("ratio(a.b / a.c) <= stable - 2%"), ("stable - 2%", vec![], None));
        assert_eq!(
            shown("p95(a.b) <= { web: 1.5s , ios:2s } per surface over 5m"),
            ("{ web: 1.5s , ios:2s }", vec![("web", "1.5s"), ("ios", "2s")], Some("5m"))
        );
    }

    #[test]
    fn what_is_no_check_is_refused_as_ever() {
        for text in ["", "count(a.b)", "count(a.b) == 0 and more", "p95(a.b) <= { web: 1s"] {
            assert_eq!(places(text), Err(parse(text).expect_err(text)), "{text}");
        }
    }
}
