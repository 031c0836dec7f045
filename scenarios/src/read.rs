//! Reading typed values out of the tree, with complaints that say what was found and what would be right.

use crate::error::{Problem, Read, Spot, suggestion};
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::time::Span;
use gatecrash_policies::units;

/// Keys that the design has and this version has not.
const LATER: &[&str] = &["approvals", "severity", "exit"];

/// A map whose keys are all known.
pub(crate) struct Fields<'a> {
    at: Spot,
    what: &'a str,
    entries: &'a [(Key, Node)],
}

impl Node {
    /// A problem at this place.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { at: Some(self.at), message: message.into() }
    }

    /// What the node is, for messages.
    pub fn found(&self) -> String {
        match &self.value {
            Value::Empty => "nothing".to_string(),
            Value::Text(text) => format!("`{}`", shortened(text)),
            Value::List(_) => "a list".to_string(),
            Value::Map(_) => "a map".to_string(),
        }
    }

    fn expected(&self, what: &str) -> Problem {
        self.problem(format!("found {}; {what} belongs here", self.found()))
    }

    /// The scalar; `what` is what should stand here, such as "a duration like 5s".
    pub fn text(&self, what: &str) -> Read<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.expected(what)),
        }
    }

    /// The items; nothing is an empty list.
    pub fn list(&self, what: &str) -> Read<&[Node]> {
        match &self.value {
            Value::List(items) => Ok(items),
            Value::Empty => Ok(&[]),
            _ => Err(self.expected(what)),
        }
    }

    /// The items of a list, or the one that stands there without one; nothing is an empty list.
    pub fn one_or_more(&self, what: &str) -> Read<&[Node]> {
        match &self.value {
            Value::Text(_) => Ok(std::slice::from_ref(self)),
            _ => self.list(what),
        }
    }

    /// The entries of a map with names of the user's choice; nothing is an empty map.
    pub fn entries(&self, what: &str) -> Read<&[(Key, Node)]> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            Value::Empty => Ok(&[]),
            _ => Err(self.expected(what)),
        }
    }

    /// A map of these keys and no others; `what` is the thing that it describes, such as "a gate".
    pub fn fields<'a>(&'a self, what: &'a str, keys: &[&str]) -> Read<Fields<'a>> {
        #[cfg(test)]
        seen::note(what, keys);
        let entries = self.entries(&format!("{what}, as a map of {},", keys.join(", ")))?;
        for (key, _) in entries {
            if keys.contains(&key.name.as_str()) {
                continue;
            }
            let name = shortened(&key.name);
            if LATER.contains(&key.name.as_str()) {
                return Err(key.problem(format!("`{name}` is not supported by this version of gatecrash yet; leave it out")));
            }
            return Err(key.problem(format!("unknown key `{name}` in {what}{}", suggestion(&name, keys))));
        }
        Ok(Fields { at: self.at, what, entries })
    }

    /// The one entry of a map that chooses between forms: `{ poisson: { .. } }`.
    pub fn choice(&self, what: &str, names: &[&str]) -> Read<(&Key, &Node)> {
        let entries = self.entries(&format!("{what}, one of {},", names.join(", ")))?;
        if let Some((key, _)) = entries.iter().find(|(k, _)| !names.contains(&k.name.as_str())) {
            let later = LATER.contains(&key.name.as_str());
            let name = shortened(&key.name);
            return Err(key.problem(if later {
                format!("`{name}` is not supported by this version of gatecrash yet; leave it out")
            } else {
                format!("unknown {what} `{name}`{}", suggestion(&name, names))
            }));
        }
        match entries {
            [(key, node)] => Ok((key, node)),
            [] => Err(self.expected(&format!("{what}, one of {},", names.join(", ")))),
            [_, (second, _), ..] => Err(second.problem(format!("a second {what}; only one belongs here"))),
        }
    }

    /// Reads the scalar by a function that complains in words.
    pub fn parse<T>(&self, what: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Read<T> {
        parse(self.text(what)?).map_err(|message| self.problem(message))
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, what: &str, words: &[(&str, T)]) -> Read<T> {
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let text = self.text(&format!("{what}, one of {},", names.join(", ")))?;
        let found = words.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        found.ok_or_else(|| self.problem(format!("unknown {what} `{}`{}", shortened(text), suggestion(text, &names))))
    }
}

impl Key {
    /// A problem at this key.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { at: Some(self.at), message: message.into() }
    }

    /// The key as the name of something of the user's: letters, digits, `-` and `_`.
    pub fn identifier(&self, what: &str) -> Read<String> {
        identifier(&self.name, what).map_err(|message| self.problem(message))
    }
}

impl<'a> Fields<'a> {
    /// The node of an optional key.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(k, _)| k.name == key).map(|(_, node)| node)
    }

    /// A problem with the map as a whole.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { at: Some(self.at), message: message.into() }
    }

    /// The node of a key that must be there.
    pub fn need(&self, key: &str) -> Read<&'a Node> {
        self.get(key).ok_or_else(|| self.problem(format!("{} needs the key `{key}`", self.what)))
    }

    /// The value of an optional key.
    pub fn read<T>(&self, key: &str, read: impl FnOnce(&Node) -> Read<T>) -> Read<Option<T>> {
        self.get(key).map(read).transpose()
    }

    /// The value of a key, or a default.
    pub fn or<T>(&self, key: &str, default: T, read: impl FnOnce(&Node) -> Read<T>) -> Read<T> {
        Ok(self.read(key, read)?.unwrap_or(default))
    }
}

/// The first 60 characters of what the user wrote, on one line.
pub(crate) fn shortened(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().count() <= 60 {
        return text.chars().map(clean).collect();
    }
    text.chars().take(57).map(clean).chain("...".chars()).collect()
}

/// A name of the user's: letters, digits, `-` and `_`, at most 80 of them.
pub(crate) fn identifier(text: &str, what: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.chars().count() > 80 || !text.chars().all(fits) {
        return Err(format!("`{}` cannot name {what}; names are letters, digits, - and _", shortened(text)));
    }
    Ok(text.to_string())
}

/// A name.
pub(crate) fn name(node: &Node) -> Read<String> {
    node.parse("a name", |text| identifier(text, "anything"))
}

/// Free text on one line.
pub(crate) fn line(node: &Node) -> Read<String> {
    Ok(node.text("a line of text")?.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A duration.
pub(crate) fn span(node: &Node) -> Read<Span> {
    node.parse("a duration like 250ms, 5s or 1h 30m", units::span)
}

/// A duration that is not zero.
pub(crate) fn positive_span(node: &Node) -> Read<Span> {
    match span(node)? {
        Span::ZERO => Err(node.problem(format!("found {}; this must be longer than zero", node.found()))),
        span => Ok(span),
    }
}

/// A share, 0..=1.
pub(crate) fn share(node: &Node) -> Read<f64> {
    node.parse("a share like 5%", units::share)
}

/// `on`, `off` or a share.
pub(crate) fn switch(node: &Node) -> Read<f64> {
    node.parse("on, off or a share like 5%", |text| match text {
        "on" | "true" => Ok(1.0),
        "off" | "false" => Ok(0.0),
        _ => units::share(text),
    })
}

/// A plain yes or no.
pub(crate) fn flag(node: &Node) -> Read<bool> {
    let words = [("yes", true), ("no", false), ("true", true), ("false", false), ("on", true), ("off", false)];
    node.word("answer", &words)
}

/// Events per second.
pub(crate) fn rate(node: &Node) -> Read<f64> {
    node.parse("a rate like 14.4/s, 90/m or 36/h", units::rate)
}

/// Events per second, more than none.
pub(crate) fn positive_rate(node: &Node) -> Read<f64> {
    match rate(node)? {
        0.0 => Err(node.problem(format!("found {}; this rate must be above zero", node.found()))),
        rate => Ok(rate),
    }
}

/// A multiple.
pub(crate) fn multiple(node: &Node) -> Read<f64> {
    node.parse("a multiple like 2x", units::multiple)
}

/// A plain number of zero or more, up to `most`.
pub(crate) fn number(most: f64) -> impl Fn(&Node) -> Read<f64> {
    move |node| {
        node.parse("a number", |text| match units::number(text.trim()) {
            Some((value, "")) if (0.0..=most).contains(&value) => Ok(value),
            Some((_, "")) => Err(format!("`{}` is out of range; a number from 0 to {most} belongs here", shortened(text))),
            _ => Err(format!("`{}` is not a number", shortened(text))),
        })
    }
}

/// A whole number in a range.
pub(crate) fn whole(least: u64, most: u64) -> impl Fn(&Node) -> Read<u64> {
    move |node| {
        node.parse("a whole number", |text| match units::count(text)? {
            value if value < least => Err(format!("`{text}` is too small; at least {least} belongs here")),
            value if value > most => Err(format!("`{text}` is too large; at most {most} belongs here")),
            value => Ok(value),
        })
    }
}

/// A whole number in a range that fits 32 bits.
pub(crate) fn small(least: u32, most: u32) -> impl Fn(&Node) -> Read<u32> {
    move |node| Ok(whole(u64::from(least), u64::from(most))(node)? as u32)
}

/// `unlimited`, or a whole number of at least `least`.
pub(crate) fn limited(least: u32) -> impl Fn(&Node) -> Read<Option<u32>> {
    move |node| match node.text("a whole number or unlimited")? {
        "unlimited" => Ok(None),
        _ => small(least, 10_000_000)(node).map(Some),
    }
}

/// Which maps were read, for the law that schemas have the keys of the readers.
#[cfg(test)]
pub(crate) mod seen {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    /// What a map describes, and its keys.
    pub(crate) type Map = (String, Vec<String>);

    thread_local! {
        static MAPS: RefCell<BTreeSet<Map>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(what: &str, keys: &[&str]) {
        let keys = keys.iter().map(|key| key.to_string()).collect();
        MAPS.with_borrow_mut(|maps| maps.insert((what.to_string(), keys)));
    }

    /// All that this thread has read.
    pub(crate) fn all() -> BTreeSet<Map> {
        MAPS.with_borrow(Clone::clone)
    }
}
