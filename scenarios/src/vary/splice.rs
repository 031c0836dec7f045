//! The text of a tree made to say what another tree says, by as few changes as there are differences.

use super::flow::{double_quoted, scalar};
use crate::error::Spot;
use crate::yaml::{Key, Node, Value};
use std::ops::Range;

/// Changes to a text.
pub(super) struct Splices<'a> {
    text: &'a str,
    changes: Vec<(Range<usize>, String)>,
    /// Where the first difference is.
    pub first: Option<Spot>,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Slot {
    /// Where its place begins: behind the colon of its key, or at the node itself.
    from: usize,
    /// Whether it stands among brackets.
    flow: bool,
}

impl<'a> Splices<'a> {
    pub fn new(text: &'a str) -> Splices<'a> {
        Splices { text, changes: Vec::new(), first: None }
    }

    /// The text with all changes made.
    pub fn done(mut self) -> String {
        // Stable: what is put in at one place stays in its order.
        self.changes.sort_by_key(|(range, _)| range.start);
        let (mut text, mut at) = (String::new(), 0);
        for (range, new) in &self.changes {
            text.push_str(self.cut(at..range.start));
            text.push_str(new);
            at = at.max(range.end);
        }
        text + self.cut(at..self.text.len())
    }

    /// Changes the text, whose tree is `old`, such that it says what `new` says.
    pub fn between(&mut self, old: &Node, new: &Node) {
        self.node(old, new, Slot { from: old.bytes.from, flow: false });
    }

    /// A part of the text; nothing where the parser has placed something beside characters.
    fn cut(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    fn change(&mut self, at: Spot, range: Range<usize>, new: String) {
        self.first.get_or_insert(at);
        self.changes.push((range, new));
    }

    fn node(&mut self, old: &Node, new: &Node, slot: Slot) {
        if old.says_the_same(new) {
            return;
        }
        let flow = slot.flow || self.has_bracket(old);
        match (&old.value, &new.value) {
            _ if old.bytes.alias => self.change(old.at, old.bytes.from..old.bytes.to, new.flow()),
            (Value::Text(_), Value::Text(text)) if !self.is_block(old, slot) => {
                let written = self.cut(old.bytes.from..old.bytes.to);
                self.change(old.at, old.bytes.from..old.bytes.to, like(written, text, flow));
            }
            (Value::Map(a), Value::Map(b)) if a.len() <= b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.0.name == b.0.name) => {
                for ((key, old), (_, new)) in a.iter().zip(b.iter()) {
                    self.node(old, new, Slot { from: self.behind(key), flow });
                }
                b[a.len()..].iter().for_each(|(key, value)| self.insert(old, a, key, value, flow));
            }
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                for (old, new) in a.iter().zip(b.iter()) {
                    self.node(old, new, Slot { from: old.bytes.from, flow });
                }
            }
            _ => self.replace(old, new, slot),
        }
    }

    /// Where the place of a key's value begins.
    fn behind(&self, key: &Key) -> usize {
        let rest = self.cut(key.bytes.to..self.text.len());
        key.bytes.to + rest.find(':').map_or(0, |colon| colon + 1)
    }

    fn has_bracket(&self, node: &Node) -> bool {
        matches!(node.value, Value::List(_) | Value::Map(_)) && node.bytes.to > node.bytes.from && !node.bytes.alias
    }

    /// Whether the node begins on a line below its key, as blocks do, or is a text of several lines behind `|` or `>`.
    fn is_block(&self, node: &Node, slot: Slot) -> bool {
        self.cut(slot.from..node.bytes.from).contains('\n')
    }

    /// Where the text of a node ends.
    fn end(&self, node: &Node) -> usize {
        let last = match &node.value {
            _ if node.bytes.alias => node.bytes.to,
            // The parser counts the line breaks and spaces behind a block of text to it.
            Value::Empty | Value::Text(_) => node.bytes.from + self.cut(node.bytes.from..node.bytes.to).trim_end().len(),
            Value::List(items) => items.iter().map(|item| self.end(item)).max().unwrap_or(node.bytes.to),
            Value::Map(entries) => {
                let end = |(key, value): &(Key, Node)| self.end(value).max(self.behind(key));
                entries.iter().map(end).max().unwrap_or(node.bytes.to)
            }
        };
        if self.has_bracket(node) { self.closing(last) } else { last }
    }

    /// Behind the bracket that closes, before which there is nothing but spaces, a comma and comments.
    fn closing(&self, from: usize) -> usize {
        let (mut at, mut comment) = (from, false);
        for c in self.cut(from..self.text.len()).chars() {
            at += c.len_utf8();
            match c {
                '\n' => comment = false,
                '#' => comment = true,
                '}' | ']' if !comment => return at,
                _ => {}
            }
        }
        at
    }

    /// Puts another node where one stands.
    fn replace(&mut self, old: &Node, new: &Node, slot: Slot) {
        let (end, text) = (self.end(old), new.flow());
        let empty = matches!(old.value, Value::Empty) && old.bytes.from == old.bytes.to;
        if empty {
            return self.change(old.at, slot.from..slot.from, format!(" {text}"));
        }
        if !self.is_block(old, slot) {
            return self.change(old.at, old.bytes.from..end, text);
        }
        // A comment behind the key stays where it is.
        let line = slot.from + self.cut(slot.from..self.text.len()).find('\n').unwrap_or_default();
        let head = self.cut(slot.from..line).trim();
        if head.starts_with('#') {
            self.change(old.at, slot.from..slot.from, format!(" {text}"));
            return self.change(old.at, line..end, String::new());
        }
        self.change(old.at, slot.from..end, format!(" {text}"));
    }

    /// Puts a new key behind those of a map.
    fn insert(&mut self, map: &Node, entries: &[(Key, Node)], key: &Key, value: &Node, flow: bool) {
        let entry = format!("{}: {}", scalar(&key.name, true), value.flow());
        let end = self.end(map);
        let Some((first, _)) = entries.first() else {
            return self.change(map.at, map.bytes.from..end, format!("{{ {entry} }}"));
        };
        if flow {
            let last = entries.iter().map(|(key, value)| self.end(value).max(self.behind(key))).max().unwrap_or(end);
            return self.change(map.at, last..last, format!(", {entry}"));
        }
        let line = self.cut(end..self.text.len()).find('\n').map_or(self.text.len(), |more| end + more);
        let line = line - usize::from(self.cut(0..line).ends_with('\r'));
        let feed = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let indent = " ".repeat(first.at.column.saturating_sub(1));
        self.change(map.at, line..line, format!("{feed}{indent}{entry}"));
    }
}

/// The text in the quotes in which the other is written, or without any.
fn like(written: &str, text: &str, flow: bool) -> String {
    match written.chars().next() {
        Some('"') => double_quoted(text),
        Some('\'') if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        _ => scalar(text, flow),
    }
}
