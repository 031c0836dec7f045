//! A file as it was read: its text, its tree, and where names in it lead.

use crate::error::{Error, Problem, Read, Spot};
use crate::library::Book;
use crate::yaml::{self, BYTES_MAX, Key, Node, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A YAML file, or a built-in one.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// As it was named; for a built-in one its name with `.yaml`.
    pub file: String,
    /// The folder that paths in it are relative to; none for what is built in.
    pub folder: Option<PathBuf>,
    pub text: Arc<str>,
    pub tree: Node,
    /// What replaces values of the file, as it was written: places on line 0 are in these, by column.
    pub arguments: Arc<[String]>,
}

/// Whether a name means a file rather than something built in.
pub fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml")
}

impl Source {
    /// A built-in file.
    pub fn built_in(book: &Book) -> Result<Source, Error> {
        Source::parse(format!("{}.yaml", book.name), None, book.text.to_string())
    }

    /// A built-in family, whose file has the name of a policy.
    pub fn family(book: &Book) -> Result<Source, Error> {
        Source::parse(format!("families/{}.yaml", book.name), None, book.text.to_string())
    }

    /// A part of this file, with a tree of its own.
    pub fn part(&self, tree: Node) -> Source {
        Source { tree, ..self.clone() }
    }

    /// Opens a path.
    pub fn open(name: &str) -> Result<Source, Error> {
        Source::from_path(Path::new(name), name.to_string())
    }

    fn from_path(path: &Path, file: String) -> Result<Source, Error> {
        let fail = |message: String| Error { file: file.clone(), at: None, message, line: None };
        let meta = std::fs::metadata(path).map_err(|e| fail(unreadable(&e)))?;
        if meta.is_dir() {
            return Err(fail("this is a directory; name a YAML file in it".into()));
        }
        if meta.len() > BYTES_MAX as u64 {
            return Err(fail(format!(
                "{} MB are too many for a YAML file of ours; the most is 4 MB, so name another file",
                meta.len() >> 20
            )));
        }
        let bytes = std::fs::read(path).map_err(|e| fail(unreadable(&e)))?;
        Source::from_bytes(file, path.parent().map(Path::to_path_buf), bytes)
    }

    /// Reads bytes as UTF-8 and YAML.
    pub fn from_bytes(file: String, folder: Option<PathBuf>, bytes: Vec<u8>) -> Result<Source, Error> {
        match String::from_utf8(bytes) {
            Ok(text) => Source::parse(file, folder, text),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
                let message = format!("byte {} is not UTF-8; save the file as UTF-8 text", good + 1);
                Err(Error { file, at: Some(Spot { line, column }), message, line: None })
            }
        }
    }

    fn parse(file: String, folder: Option<PathBuf>, text: String) -> Result<Source, Error> {
        let tree = yaml::parse(&text);
        let empty = Node::new(Spot { line: 1, column: 1 }, Value::Empty);
        let (tree, problem) = match tree {
            Ok(tree) => (tree, None),
            Err(problem) => (empty, Some(problem)),
        };
        let source = Source { file, folder, text: text.into(), tree, arguments: Arc::new([]) };
        match problem {
            Some(problem) => Err(source.error(problem)),
            None if matches!(source.tree.value, Value::Empty) => Err(source.error(Problem {
                at: Some(Spot { line: 1, column: 1 }),
                message: "the file is empty; begin it with `scenario: NAME`, `policy: NAME` or `suite: NAME`".into(),
            })),
            None => Ok(source),
        }
    }

    /// The problem as an error of this file.
    pub fn error(&self, problem: Problem) -> Error {
        let argument = problem.at.and_then(Spot::argument).and_then(|n| self.arguments.get(n));
        if let Some(argument) = argument {
            return Error { file: argument.clone(), at: None, message: problem.message, line: None };
        }
        let line = problem.at.and_then(|at| self.text.lines().nth(at.line.saturating_sub(1)).map(str::to_string));
        Error { file: self.file.clone(), at: problem.at, message: problem.message, line }
    }

    /// Reads the tree by a function; its problem becomes an error of this file.
    pub fn read<T>(&self, read: impl FnOnce(&Node) -> Read<T>) -> Result<T, Error> {
        read(&self.tree).map_err(|problem| self.error(problem))
    }

    /// The node that a path such as `gates.cancel-to-ack.check` or `stages.canary.soak` leads to, or the last one on the way.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let (node, rest) = self.tree.follow(path);
        (rest != path).then_some(node)
    }

    /// Where a column of the node's text is, for texts that stand on one line.
    pub fn inside(&self, node: &Node, offset: usize) -> Spot {
        let Value::Text(text) = &node.value else { return node.at };
        if node.at.argument().is_some() {
            return node.at;
        }
        let line = self.text.lines().nth(node.at.line.saturating_sub(1)).unwrap_or_default();
        let rest: String = line.chars().skip(node.at.column.saturating_sub(1)).collect();
        let quote = usize::from(rest.starts_with(['"', '\'']));
        if !rest.chars().skip(quote).collect::<String>().starts_with(text.as_str()) {
            return node.at;
        }
        let before = text.char_indices().take_while(|(i, _)| *i < offset).count();
        Spot { line: node.at.line, column: node.at.column + quote + before }
    }
}

impl Node {
    /// As far along a path as it leads, and what is left of it. Items of a list are called by their `name`, or by their number
    /// from 0.
    pub fn follow<'p>(&self, path: &'p str) -> (&Node, &'p str) {
        let (mut node, mut rest) = (self, path);
        while !rest.is_empty()
            && let Some((index, after)) = step(node, rest)
            && let Some(next) = child(node, index)
        {
            (node, rest) = (next, after);
        }
        (node, rest)
    }
}

/// One step along a path: the index of the child, and what is left of the path. Names may hold dots: the longest that fits is
/// meant.
pub(crate) fn step<'p>(node: &Node, path: &'p str) -> Option<(usize, &'p str)> {
    let after = |name: &str| match path.strip_prefix(name) {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix('.'),
        None => None,
    };
    match &node.value {
        Value::Map(entries) => {
            let found = entries.iter().enumerate().filter_map(|(i, (key, _))| Some((i, after(&key.name)?)));
            found.min_by_key(|(_, rest)| rest.len())
        }
        Value::List(items) => {
            let named = items.iter().enumerate().filter_map(|(i, item)| Some((i, after(item_name(item)?)?)));
            let numbered = || (0..items.len()).find_map(|i| Some((i, after(&i.to_string())?)));
            named.min_by_key(|(_, rest)| rest.len()).or_else(numbered)
        }
        _ => None,
    }
}

/// The child of this index.
pub(crate) fn child(node: &Node, index: usize) -> Option<&Node> {
    match &node.value {
        Value::Map(entries) => entries.get(index).map(|(_, child)| child),
        Value::List(items) => items.get(index),
        _ => None,
    }
}

/// The child of this index, and its key if it has one.
pub(crate) fn child_mut(node: &mut Node, index: usize) -> Option<(Option<&mut Key>, &mut Node)> {
    match &mut node.value {
        Value::Map(entries) => Arc::make_mut(entries).get_mut(index).map(|(key, child)| (Some(key), child)),
        Value::List(items) => Arc::make_mut(items).get_mut(index).map(|item| (None, item)),
        _ => None,
    }
}

fn item_name(item: &Node) -> Option<&str> {
    let Value::Map(entries) = &item.value else { return None };
    let (_, name) = entries.iter().find(|(key, _)| key.name == "name")?;
    name.text("a name").ok()
}

/// What an I/O error means to the user.
pub(crate) fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            "no such file; check the path, which starts from the current folder (or, inside a file, from that file)".to_string()
        }
        std::io::ErrorKind::PermissionDenied => "the file may not be read; check its permissions".to_string(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::from_bytes("a.yaml".into(), None, text.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn paths_lead_to_places() {
        let source = source("gates:\n  a: { check: x }\nstages:\n  - { name: canary, soak: 5m }\n");
        let at = |path: &str| source.find(path).map(|n| (n.at.line, n.at.column));
        assert_eq!(at("gates.a.check"), Some((2, 15)));
        assert_eq!(at("stages.canary.soak"), Some((4, 27)));
        assert_eq!(at("stages.0.name"), Some((4, 13)));
        assert_eq!(at("gates.a.limit"), Some((2, 6)), "the last on the way");
        assert_eq!(at("rollback"), None);
    }

    #[test]
    fn the_longest_name_that_fits_is_meant() {
        let source =
            source("stages:\n  - { name: a }\n  - { name: b }\n  - { name: 0.5%, soak: 1m }\n  - { name: 1, soak: 2m }\n");
        let at = |path: &str| source.find(path).map(|n| n.at.line);
        assert_eq!((at("stages.0.5%.soak"), at("stages.1.soak"), at("stages.0.name")), (Some(4), Some(5), Some(2)));
    }

    #[test]
    fn invalid_utf_8_is_placed() {
        let error = Source::from_bytes("a.yaml".into(), None, b"a: 1\nbc\xff".to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "a.yaml:2:3: byte 8 is not UTF-8; save the file as UTF-8 text");
    }
}
