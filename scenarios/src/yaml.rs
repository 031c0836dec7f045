//! YAML as a tree whose every node knows its place. The only module that names the YAML library.
//!
//! Scalars stay as they were written (`10_000`, `5%`, `on`): what they mean is for whoever reads them to say, with one
//! parser of units for all files. Aliases are expanded under a budget; duplicate keys and second documents are refused.

use crate::error::{Problem, Read, Spot};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::fmt;
use std::sync::Arc;

/// A node and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub at: Spot,
    pub bytes: Bytes,
    pub value: Value,
}

/// What a node is. Copies of a tree share what they do not change.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing was written, or `~`.
    Empty,
    /// A scalar as it was written, and whether it stands on one line from `Node::at` on, behind a quote or not.
    Text(String),
    List(Arc<Vec<Node>>),
    Map(Arc<Vec<(Key, Node)>>),
}

/// A key of a map.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub at: Spot,
    pub bytes: Bytes,
    pub name: String,
}

/// Where the text of a node stands in its file, in bytes: of a scalar all of it, quotes included; of a list or map its opening
/// bracket, or nothing before its first item where it has none. Nothing at 0 for what stands in no file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    pub from: usize,
    pub to: usize,
    /// Whether it is an alias, whose text stands elsewhere, or a part of one.
    pub alias: bool,
}

impl Node {
    /// What stands in no file by itself; complaints about it point at `at`.
    pub fn new(at: Spot, value: Value) -> Node {
        Node { at, bytes: Bytes::default(), value }
    }

    /// Whether the two say the same, wherever they stand. The order of keys counts.
    pub fn says_the_same(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Empty, Value::Empty) => true,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.says_the_same(b)),
            (Value::Map(a), Value::Map(b)) => {
                let same = |((k, a), (l, b)): (&(Key, Node), &(Key, Node))| k.name == l.name && a.says_the_same(b);
                a.len() == b.len() && a.iter().zip(b.iter()).all(same)
            }
            _ => false,
        }
    }
}

impl Key {
    /// A key that stands in no file by itself.
    pub fn new(at: Spot, name: impl Into<String>) -> Key {
        Key { at, bytes: Bytes::default(), name: name.into() }
    }
}

/// The bytes of the longest file that is read: a hundred times the largest that we know.
pub(crate) const BYTES_MAX: usize = 4 << 20;

/// Reads a document.
pub(crate) fn parse(text: &str) -> Read<Node> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: 32, flow_nesting_limit: 32, max_nodes: 100_000, max_aliases: 1_000 },
    };
    let root: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options).map_err(|e| problem(&e))?;
    Ok(node(root, text))
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    use serde_saphyr::Error::{AliasError, Budget, DuplicateMappingKey, MultipleDocuments};
    let at = error.location().and_then(|l| spot(&l));
    let mut cause = error.without_snippet();
    while let AliasError { error, .. } = cause {
        cause = error.without_snippet();
    }
    let message = match cause {
        DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` occurs twice; keep one of them"),
        DuplicateMappingKey { .. } => "a key occurs twice; keep one of them".to_string(),
        MultipleDocuments { .. } => "a second document begins here; put each into a file of its own".to_string(),
        Budget { .. } => {
            "the file is too large or too deeply nested to be meant; aliases count as what they stand for".to_string()
        }
        other => format!("not valid YAML: {}", first_line(&other.to_string())),
    };
    Problem { at, message }
}

/// The library's message without the place, which is ours to print.
fn first_line(message: &str) -> &str {
    let line = message.lines().next().unwrap_or_default();
    line.find(" at line ").map_or(line, |end| &line[..end])
}

fn spot(location: &serde_saphyr::Location) -> Option<Spot> {
    let spot = Spot { line: location.line() as usize, column: location.column() as usize };
    (spot.line > 0).then_some(spot)
}

fn place(location: &serde_saphyr::Location) -> Spot {
    spot(location).unwrap_or(Spot { line: 1, column: 1 })
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let at = place(&raw.referenced);
    let bytes = bytes(&raw.referenced, &raw.defined);
    let value = match raw.value {
        Raw::Empty => Value::Empty,
        Raw::Text(scalar) => Value::Text(scalar),
        Raw::Resolved(shown) => Value::Text(written(&raw.defined, text).unwrap_or(shown)),
        Raw::List(items) => Value::List(Arc::new(items.into_iter().map(|item| node(item, text)).collect())),
        Raw::Map(entries) => Value::Map(Arc::new(entries.into_iter().map(|(k, v)| (key(k), node(v, text))).collect())),
    };
    Node { at, bytes, value }
}

fn key(raw: Spanned<String>) -> Key {
    Key { at: place(&raw.referenced), bytes: bytes(&raw.referenced, &raw.defined), name: raw.value }
}

fn bytes(referenced: &serde_saphyr::Location, defined: &serde_saphyr::Location) -> Bytes {
    let span = referenced.span();
    let from = span.byte_offset().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    let length = span.byte_len().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    Bytes { from, to: from + length, alias: referenced != defined }
}

/// The text of a number or boolean as it stands in the file.
fn written(location: &serde_saphyr::Location, text: &str) -> Option<String> {
    let span = location.span();
    let from = usize::try_from(span.byte_offset()?).ok()?;
    let length = usize::try_from(span.byte_len()?).ok()?;
    let scalar = text.get(from..from.checked_add(length)?)?.trim();
    (!scalar.is_empty()).then(|| scalar.to_string())
}

/// A node as the library hands it over.
enum Raw {
    Empty,
    Text(String),
    Resolved(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

struct AnyNode;

impl<'de> Visitor<'de> for AnyNode {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }
    fn visit_str<E>(self, scalar: &str) -> Result<Raw, E> {
        Ok(Raw::Text(scalar.to_string()))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Resolved(value.to_string()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(AnyNode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(node: &Node, into: &mut Vec<(usize, usize, String)>) {
        match &node.value {
            Value::Empty => into.push((node.at.line, node.at.column, String::new())),
            Value::Text(text) => into.push((node.at.line, node.at.column, text.clone())),
            Value::List(items) => items.iter().for_each(|i| scalars(i, into)),
            Value::Map(entries) => entries.iter().for_each(|(_, v)| scalars(v, into)),
        }
    }

    #[test]
    fn scalars_stay_as_written() {
        let mut found = Vec::new();
        scalars(&parse("a: 10_000\nb: [on, 5%, 0.10, '7', true]\nc:\nd: { e: -3 }\n").unwrap(), &mut found);
        let texts: Vec<_> = found.iter().map(|(_, _, t)| t.as_str()).collect();
        assert_eq!(texts, ["10_000", "on", "5%", "0.10", "7", "true", "", "-3"]);
        assert_eq!((found[0].0, found[0].1), (1, 4));
        assert_eq!((found[7].0, found[7].1), (4, 9));
    }

    #[test]
    fn what_is_not_a_document_is_refused_with_its_place() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        for (text, line, says) in [
            ("a: 1\na: 2\n", Some(2), "occurs twice"),
            ("a: 1\n---\nb: 2\n", Some(3), "second document"),
            ("a: [1\nb: 2\n", Some(2), "not valid YAML"),
            (&"[".repeat(10_000), Some(1), "not valid YAML"),
            (bomb, None, "too large"),
        ] {
            let problem = parse(text).unwrap_err();
            assert!(problem.message.contains(says), "{}", problem.message);
            assert!(line.is_none() || problem.at.map(|s| s.line) == line, "{problem:?}");
        }
    }
}
