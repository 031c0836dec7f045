//! The part of a path that leads into a rule: its settings, and the rules that it is made of.

use super::address::{Found, Part, Walk, entry, first};
use crate::error::{Spot, suggestion};
use crate::read::shortened;
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::rules::{Entry, Of, Range, Rule, Setting};
use std::sync::Arc;

impl Walk {
    /// A setting of a rule, or of a rule that it is made of.
    pub fn rule<'a>(&mut self, node: Option<&'a Node>, rest: &str) -> Found<'a> {
        let (name, inner) = match node.map(|node| &node.value) {
            Some(Value::Map(entries)) if entries.len() == 1 => (entries[0].0.name.as_str(), Some(&entries[0].1)),
            Some(Value::Text(name)) => (name.as_str(), None),
            None | Some(Value::Empty) => ("threshold", None),
            _ => return Err(format!("no rule is written at {}; vary all of it", self.here())),
        };
        let rule = Rule::named(name).ok_or_else(|| format!("unknown rule `{}`", shortened(name)))?;
        let rest = match first(rest) {
            (word, rest) if word == name && inner.is_some() => rest,
            _ => rest,
        };
        if inner.is_none() {
            let at = node.map_or(Spot { line: 1, column: 1 }, |node| node.at);
            self.opens.push((self.raw.join("."), Node::new(at, Value::Empty).inside(name)));
        }
        self.raw.push(name.to_string());
        self.place = "rule".to_string();
        if rest.is_empty() {
            let only = rule.entry().parameters.first().map_or(name, |parameter| parameter.name);
            let number = matches!(inner, Some(Node { value: Value::Text(_), .. }));
            self.key.push(if number { only } else { name }.to_string());
            return Ok((Part::Whole, inner));
        }
        self.setting(rule.entry(), inner, rest)
    }

    /// `inner` is what stands behind the rule's name.
    fn setting<'a>(&mut self, rule: &Entry, inner: Option<&'a Node>, rest: &str) -> Found<'a> {
        let (word, after) = first(rest);
        if let Some(parameter) = rule.parameters.iter().find(|p| p.name == word && after.is_empty()) {
            self.key.push(word.to_string());
            self.usual = Some(shown(parameter.usual, matches!(parameter.range, Range::Share)));
            if matches!(inner, Some(Node { value: Value::Text(_), .. })) {
                return Ok((Part::Whole, inner));
            }
            self.raw.push(word.to_string());
            return Ok((Part::Whole, entry(inner, word)));
        }
        match (word, rule.of) {
            ("of", Of::Several) => self.one_of(inner, after),
            (number, Of::Several) if number.parse::<usize>().is_ok() => self.one_of(inner, rest),
            ("rule", Of::One) => {
                if let (Some(Node { value: Value::Text(_), .. }), Some(number), [only]) = (inner, inner, rule.parameters) {
                    self.opens.push((self.raw.join("."), number.inside(only.name)));
                }
                self.raw.push(word.to_string());
                self.key.push(word.to_string());
                let rule = entry(inner, word);
                if after.is_empty() {
                    self.usual = Some("threshold".to_string());
                    return Ok((Part::Whole, rule));
                }
                self.rule(rule, after)
            }
            _ => Err(no_setting(rule, rest)),
        }
    }

    /// A rule of a list, or all of the list.
    fn one_of<'a>(&mut self, inner: Option<&'a Node>, rest: &str) -> Found<'a> {
        self.key.push("of".to_string());
        let list = match inner {
            Some(Node { value: Value::List(_), .. }) => inner,
            _ => {
                self.raw.push("of".to_string());
                entry(inner, "of")
            }
        };
        let Some(Node { value: Value::List(items), .. }) = list.filter(|_| !rest.is_empty()) else {
            return Ok((Part::Whole, list));
        };
        let (number, after) = first(rest);
        let item = number.parse().ok().and_then(|i: usize| items.get(i));
        let Some(item) = item else {
            return Err(format!(
                "{} holds {} rules, called by their numbers from 0; found `{}`",
                self.here(),
                items.len(),
                shortened(number)
            ));
        };
        self.raw.push(number.to_string());
        self.key.push(number.to_string());
        if after.is_empty() { Ok((Part::Whole, Some(item))) } else { self.rule(Some(item), after) }
    }
}

fn no_setting(rule: &Entry, rest: &str) -> String {
    let inner = match rule.of {
        Of::Nothing => None,
        Of::One => Some("rule"),
        Of::Several => Some("of"),
    };
    let settings: Vec<&str> = rule.parameters.iter().map(|p| p.name).chain(inner).collect();
    format!("the rule `{}` has no setting `{}`{}", rule.name, shortened(rest), suggestion(rest, &settings))
}

/// A setting as it is written.
fn shown(setting: Setting, share: bool) -> String {
    match setting {
        Setting::Number(number) if share => {
            let percent = (0..=12).map(|digits| format!("{:.digits$}", number * 100.0));
            let exact = |text: &String| text.parse::<f64>().is_ok_and(|percent| percent / 100.0 == number);
            percent.into_iter().find(exact).map_or_else(|| number.to_string(), |percent| format!("{percent}%"))
        }
        Setting::Number(number) => number.to_string(),
        Setting::Span(span) => span.to_string(),
        Setting::Word(word) => word.to_string(),
    }
}

impl Node {
    /// A map with this as its only entry.
    pub(super) fn inside(&self, name: &str) -> Node {
        let entry = (Key::new(self.at, name), self.clone());
        Node::new(self.at, Value::Map(Arc::new(vec![entry])))
    }
}
