//! Two trees side by side.

use super::FieldChange;
use super::same::{alike, parts, same_text};
use crate::policy::usual;
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::check::parse;
use std::sync::Arc;

/// What a policy may be called and said of it, whatever it plays like.
const WORDS: [&str; 2] = ["policy", "about"];

/// Lists and maps whose order means something.
const ORDERED: [&str; 3] = ["gates", "stages", "rollback.playbook"];

/// What differs; with `literal`, also what only is written in other letters.
pub(super) fn walk(old: &Node, new: &Node, literal: bool) -> Vec<FieldChange> {
    let mut walk = Walk { literal, found: Vec::new() };
    walk.both(old, new, &At { path: String::new(), place: String::new(), line: new.at.line });
    walk.found
}

struct Walk {
    literal: bool,
    found: Vec<FieldChange>,
}

/// Where the walk is.
struct At {
    path: String,
    /// The same with `*` for names and numbers.
    place: String,
    /// In the new file.
    line: usize,
}

impl At {
    fn below(&self, name: &str, kind: &str, line: usize) -> At {
        let join = |to: &str, what: &str| if to.is_empty() { what.to_string() } else { format!("{to}.{what}") };
        At { path: join(&self.path, name), place: join(&self.place, kind), line }
    }
}

impl Walk {
    fn tell(&mut self, at: &At, old: Option<String>, new: Option<String>) {
        self.found.push(FieldChange { path: at.path.clone(), old, new, line: at.line });
    }

    fn both(&mut self, old: &Node, new: &Node, at: &At) {
        let (old, new) = (&unfolded(old, at), &unfolded(new, at));
        match (&old.value, &new.value) {
            (Value::Map(a), Value::Map(b)) if at.place == "gates.*.rule" => self.rules((a, old), (b, new), at),
            (Value::Map(a), Value::Map(b)) => self.maps(a, b, at),
            (Value::List(a), Value::List(b)) => self.lists((a, old), (b, new), at),
            (Value::Text(a), Value::Text(b)) => self.texts(a, b, at),
            _ => self.whole(old, new, at),
        }
    }

    fn whole(&mut self, old: &Node, new: &Node, at: &At) {
        if self.literal && !old.says_the_same(new) || !alike(old, new) {
            self.tell(at, Some(shown(old)), Some(shown(new)));
        }
    }

    /// What stands on one side alone; no change where it says what is so unless told.
    fn alone(&mut self, old: Option<&Node>, new: Option<&Node>, at: &At) {
        let said = old.or(new).and_then(|node| if let Value::Text(text) = &node.value { Some(text) } else { None });
        let idle = said.is_some_and(|said| usual(&at.place).is_some_and(|usual| same_text(said, usual)));
        if self.literal || !idle {
            self.tell(at, old.map(shown), new.map(shown));
        }
    }

    fn maps(&mut self, old: &[(Key, Node)], new: &[(Key, Node)], at: &At) {
        let names = |entries: &[(Key, Node)]| entries.iter().map(|(key, _)| key.name.clone()).collect::<Vec<_>>();
        let kind = |name: &str| if at.place == "gates" { "*".to_string() } else { name.to_string() };
        let find = |entries: &'_ [(Key, Node)], name: &str| entries.iter().position(|(key, _)| key.name == name);
        let skip = |name: &str| at.place.is_empty() && !self.literal && WORDS.contains(&name);
        let (before, after): (Vec<_>, Vec<_>) = (names(old), names(new));
        let wanted: Vec<_> =
            after.iter().chain(before.iter().filter(|name| !after.contains(name))).filter(|name| !skip(name)).collect();
        for name in wanted {
            match (find(old, name), find(new, name)) {
                (Some(a), Some(b)) => self.both(&old[a].1, &new[b].1, &at.below(name, &kind(name), new[b].0.at.line)),
                (None, Some(b)) => self.alone(None, Some(&new[b].1), &at.below(name, &kind(name), new[b].0.at.line)),
                (Some(a), None) => self.alone(Some(&old[a].1), None, &at.below(name, &kind(name), at.line)),
                (None, None) => {}
            }
        }
        self.order(&before, &after, at);
    }

    fn lists(&mut self, old: (&[Node], &Node), new: (&[Node], &Node), at: &At) {
        let names = |items: &[Node]| items.iter().map(label).collect::<Option<Vec<String>>>();
        if let (Some(before), Some(after)) = (names(old.0), names(new.0)) {
            return self.named((old.0, &before), (new.0, &after), at);
        }
        let inner = |node: &Node| matches!(&node.value, Value::Map(_)) || at.place.ends_with(".checks");
        if old.0.len() == new.0.len() && old.0.iter().chain(new.0).all(inner) {
            for (i, (old, new)) in old.0.iter().zip(new.0).enumerate() {
                self.both(old, new, &at.below(&i.to_string(), "*", new.at.line));
            }
            return;
        }
        self.whole(old.1, new.1, at);
    }

    fn named(&mut self, old: (&[Node], &[String]), new: (&[Node], &[String]), at: &At) {
        for (name, node) in new.1.iter().zip(new.0) {
            let below = at.below(name, "*", node.at.line);
            match old.1.iter().position(|other| other == name) {
                Some(i) => self.both(&old.0[i], node, &below),
                None => self.alone(None, Some(node), &below),
            }
        }
        for (name, node) in old.1.iter().zip(old.0).filter(|(name, _)| !new.1.contains(name)) {
            self.alone(Some(node), None, &at.below(name, "*", at.line));
        }
        self.order(old.1, new.1, at);
    }

    /// Whether what both have stands in another order, where that means something.
    fn order(&mut self, old: &[String], new: &[String], at: &At) {
        let kept = |names: &[String], others: &[String]| names.iter().filter(|n| others.contains(n)).cloned().collect::<Vec<_>>();
        let (before, after) = (kept(old, new), kept(new, old));
        if before != after && ORDERED.contains(&at.place.as_str()) {
            self.tell(at, Some(before.join(", ")), Some(after.join(", ")));
        }
    }

    /// Settings of the same rule one by one, called as `tune --vary` calls them.
    fn rules(&mut self, old: (&[(Key, Node)], &Node), new: (&[(Key, Node)], &Node), at: &At) {
        match (old.0, new.0) {
            ([(a, before)], [(b, after)]) if a.name == b.name => match (&before.value, &after.value) {
                (Value::Map(a), Value::Map(b)) => self.maps(a, b, &at.below_setting()),
                (Value::Map(a), Value::Empty) => self.maps(a, &[], &at.below_setting()),
                (Value::Empty, Value::Map(b)) => self.maps(&[], b, &at.below_setting()),
                _ => self.whole(old.1, new.1, at),
            },
            _ => self.whole(old.1, new.1, at),
        }
    }

    fn texts(&mut self, old: &str, new: &str, at: &At) {
        if same_text(old, new) && !(self.literal && old != new) {
            return;
        }
        let told = parts(old, new).filter(|parts| !parts.is_empty() && parse(new).is_ok());
        let Some(parts) = told else { return self.tell(at, Some(old.to_string()), Some(new.to_string())) };
        let base = at.path.strip_suffix(".check").unwrap_or(&at.path).to_string();
        for (part, old, new) in parts {
            self.tell(&At { path: format!("{base}.{part}"), place: String::new(), line: at.line }, Some(old), Some(new));
        }
    }
}

impl At {
    /// Among the settings of a rule, which have no usual values of their own here.
    fn below_setting(&self) -> At {
        At { path: self.path.clone(), place: format!("{}.*", self.place), line: self.line }
    }
}

/// A node on one line. `threshold` as a rule is a map of nothing inside the walk, and reads as it was written.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Map(entries) => match entries.as_slice() {
            [(key, Node { value: Value::Empty, .. })] => key.name.clone(),
            _ => node.flow(),
        },
        _ => node.flow(),
    }
}

/// Short forms in full: `rule: threshold` as a map of that rule, `alpha: 5%` as its total.
fn unfolded(node: &Node, at: &At) -> Node {
    let wrap = |name: &str, inner: Value| {
        let entry = (Key::new(node.at, name), Node { value: inner, ..node.clone() });
        Node { value: Value::Map(Arc::new(vec![entry])), ..node.clone() }
    };
    match (&node.value, at.place.as_str()) {
        (Value::Text(rule), "gates.*.rule") => wrap(rule, Value::Empty),
        (Value::Text(total), "alpha") => wrap("total", Value::Text(total.clone())),
        _ => node.clone(),
    }
}

/// What an item of a list is called by.
fn label(item: &Node) -> Option<String> {
    let Value::Map(entries) = &item.value else { return None };
    let named = |wanted: &str| entries.iter().find(|(key, _)| key.name == wanted);
    let (_, name) = named("name").or_else(|| named("item"))?;
    name.text("a name").ok().map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn what_is_written_in_other_letters_is_told_where_that_is_all() {
        let (old, new) = (parse("a: 60m\nb: 1").unwrap(), parse("b: 1\na: 1h").unwrap());
        assert!(walk(&old, &new, false).is_empty());
        assert_eq!(
            walk(&old, &new, true),
            [FieldChange { path: "a".into(), old: Some("60m".into()), new: Some("1h".into()), line: 2 }]
        );
    }

    #[test]
    fn items_that_changed_places_are_told_once() {
        let (old, new) =
            (parse("stages: [ { name: a }, { name: b } ]").unwrap(), parse("stages: [ { name: b }, { name: a } ]").unwrap());
        let [only] = &walk(&old, &new, false)[..] else { panic!("one change") };
        assert_eq!((only.path.as_str(), only.old.as_deref(), only.new.as_deref()), ("stages", Some("a, b"), Some("b, a")));
    }
}
