//! From a path such as `gates.cancel-to-ack.limit` to a place in the tree of a policy.
//!
//! A path follows keys, and the names or numbers of items. Beyond that `limit`, `limit.SEGMENT` and `window` are parts of a check,
//! and settings of a rule stand right behind it: `rule.alpha` for `rule: { exceedance: { alpha: 1% } }`. What is not written may
//! be addressed where its key is known, and is added when it is set.

use crate::error::suggestion;
use crate::policy::{known, usual};
use crate::read::shortened;
use crate::source::{child, step};
use crate::yaml::{Node, Value};
use gatecrash_policies::check::places;

/// What a path leads to.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// Its path in the tree.
    pub raw: String,
    /// Which part of what stands there.
    pub part: Part,
    /// The same for all ways to write the path; begins with the key of whatever covers it.
    pub key: Vec<String>,
    /// What stands there; of a part the scalar that it is in.
    pub found: Option<Node>,
    /// Scalars on the way that must become maps first, with the maps.
    pub opens: Vec<(String, Node)>,
    /// What it is when nothing is written.
    pub usual: Option<String>,
}

/// A part of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it, or a list or map.
    Whole,
    /// The limit of a check.
    Limit,
    /// The limit of one segment.
    LimitOf(String),
    /// The window of a check.
    Window,
}

/// What a check can be parted into.
const OF_CHECKS: &[&str] = &["limit", "window"];

/// What is called by its name, which stays.
const NAMES: &[&str] = &["policy", "stages.*.name", "rollback.playbook.*.name"];

/// Where the path leads in this tree; an error says how far it leads and what was probably meant.
pub(super) fn resolve(tree: &Node, path: &str) -> Result<Address, String> {
    let mut walk = Walk { raw: Vec::new(), place: String::new(), key: Vec::new(), opens: Vec::new(), usual: None };
    let (part, found) = walk.node(Some(tree), path)?;
    if NAMES.contains(&walk.place.as_str()) {
        return Err(format!("`{}` is a name, and names stay as they are; vary what it names", shortened(path)));
    }
    let found = found.cloned();
    let usual = walk.usual.or_else(|| usual(&walk.place).map(str::to_string));
    Ok(Address { raw: walk.raw.join("."), part, key: walk.key, found, opens: walk.opens, usual })
}

pub(super) struct Walk {
    /// The steps so far.
    pub raw: Vec<String>,
    /// The same with `*` for names and numbers.
    pub place: String,
    pub key: Vec<String>,
    pub opens: Vec<(String, Node)>,
    pub usual: Option<String>,
}

pub(super) type Found<'a> = Result<(Part, Option<&'a Node>), String>;

/// The first word of a path and what follows it.
pub(super) fn first(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or((path, ""))
}

/// The entry of a map.
pub(super) fn entry<'a>(node: Option<&'a Node>, name: &str) -> Option<&'a Node> {
    let Value::Map(entries) = &node?.value else { return None };
    entries.iter().find(|(key, _)| key.name == name).map(|(_, child)| child)
}

/// What a path may call the parts of a node.
fn children(node: &Node) -> Vec<String> {
    let name = |item: &Node| entry(Some(item), "name").and_then(|n| n.text("a name").ok()).map(str::to_string);
    match &node.value {
        Value::Map(entries) => entries.iter().map(|(key, _)| key.name.clone()).collect(),
        Value::List(items) => items.iter().enumerate().map(|(i, item)| name(item).unwrap_or(i.to_string())).collect(),
        _ => Vec::new(),
    }
}

impl Walk {
    fn enter(&mut self, name: &str, place: &str, key: String) {
        self.raw.push(name.to_string());
        self.key.push(key);
        self.place = if self.place.is_empty() { place.to_string() } else { format!("{}.{place}", self.place) };
    }

    /// What was reached, for messages.
    pub fn here(&self) -> String {
        if self.raw.is_empty() { "the policy".to_string() } else { format!("`{}`", shortened(&self.raw.join("."))) }
    }

    fn node<'a>(&mut self, node: Option<&'a Node>, rest: &str) -> Found<'a> {
        if rest.is_empty() {
            return Ok((Part::Whole, node));
        }
        match self.place.as_str() {
            "gates.*" if OF_CHECKS.contains(&first(rest).0) => {
                self.enter("check", "check", "check".to_string());
                self.check(entry(node, "check"), rest)
            }
            "gates.*.check" | "gates.*.needs" | "rollback.validate.checks.*" => self.check(node, rest),
            "gates.*.rule" => self.rule(node, rest),
            "alpha" if matches!(node, Some(Node { value: Value::Text(_), .. })) => self.alpha(node, rest),
            _ => self.child(node, rest),
        }
    }

    fn child<'a>(&mut self, node: Option<&'a Node>, rest: &str) -> Found<'a> {
        if let Some(node) = node
            && let Some((index, after)) = step(node, rest)
        {
            let name = rest[..rest.len() - after.len()].strip_suffix('.').unwrap_or(rest);
            match &node.value {
                Value::Map(_) => self.enter(name, if self.place == "gates" { "*" } else { name }, name.to_string()),
                _ => self.enter(name, "*", index.to_string()),
            }
            return self.node(child(node, index), after);
        }
        let (name, after) = first(rest);
        let map = node.is_none_or(|node| matches!(node.value, Value::Map(_) | Value::Empty));
        if map && known(&self.place).contains(&name) {
            self.enter(name, name, name.to_string());
            return self.node(None, after);
        }
        Err(self.lost(node, name))
    }

    /// Why the path does not go on.
    fn lost(&self, node: Option<&Node>, name: &str) -> String {
        if let Some(Node { value: Value::Text(text), .. }) = node {
            return format!("{} is `{}`, and there is no `{}` in it", self.here(), shortened(text), shortened(name));
        }
        let mut options = node.map_or(Vec::new(), children);
        let parts: &[&str] = if self.place == "gates.*" { OF_CHECKS } else { &[] };
        options.extend(known(&self.place).iter().chain(parts).map(|key| key.to_string()));
        options.retain(|option| !["policy", "name"].contains(&option.as_str()));
        options.sort_unstable();
        options.dedup();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        format!("{} has no `{}`{}", self.here(), shortened(name), suggestion(name, &options))
    }

    /// A part of a check.
    fn check<'a>(&mut self, node: Option<&'a Node>, rest: &str) -> Found<'a> {
        let text = match node {
            Some(Node { value: Value::Text(text), .. }) => text,
            _ => return Err(format!("no check is written at {}; vary all of it", self.here())),
        };
        let (part, segment) = first(rest);
        self.key.push(part.to_string());
        match (part, segment) {
            ("limit", "") => Ok((Part::Limit, node)),
            ("window", "") => Ok((Part::Window, node)),
            ("limit", segment) => {
                let segments = places(text).map(|places| places.segments).unwrap_or_default();
                let names: Vec<&str> = segments.iter().map(|(name, _)| name.as_str()).collect();
                if names.is_empty() {
                    return Err(format!("the limit of `{}` is one for all segments; vary `limit` itself", shortened(text)));
                }
                if !names.contains(&segment) {
                    return Err(format!("the limit has no segment `{}`{}", shortened(segment), suggestion(segment, &names)));
                }
                self.key.push(segment.to_string());
                Ok((Part::LimitOf(segment.to_string()), node))
            }
            _ => Err(format!("a check has no `{}`{}", shortened(rest), suggestion(part, OF_CHECKS))),
        }
    }

    /// `alpha: 5%` is its `total`.
    fn alpha<'a>(&mut self, node: Option<&'a Node>, rest: &str) -> Found<'a> {
        match (rest, node) {
            ("total", _) => {
                self.key.push(rest.to_string());
                Ok((Part::Whole, node))
            }
            ("split", Some(total)) => {
                self.opens.push((self.raw.join("."), total.inside("total")));
                self.enter(rest, rest, rest.to_string());
                Ok((Part::Whole, None))
            }
            _ => Err(format!("`alpha` has no `{}`{}", shortened(rest), suggestion(rest, known("alpha")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    const POLICY: &str = "\
policy: p
alpha: 5%
gates:
  errors: { check: ratio(a.b / a.c) <= 2% over 5m, rule: { exceedance: { alpha: 0.1% } } }
  lag: { check: 'p95(a.d) <= { web: 1s, ios: 3s } per surface', rule: { any: [ threshold, { consecutive: 3 }, { min_samples: { rule: cusum } } ] } }
stages:
  - { name: 0.5%, cohort: 0.5%, soak: 1h }
  - { name: canary, cohort: 5%, soak: 1h }
rollback: { playbook: [ { name: go back, cohort: nobody } ] }
";

    fn at(path: &str) -> Result<String, String> {
        let address = resolve(&parse(POLICY).unwrap(), path)?;
        let found = address.found.map_or("-".to_string(), |node| node.flow());
        Ok(format!("{} {:?} {found}", address.raw, address.part))
    }

    #[test]
    fn paths_lead_to_what_is_written_and_to_what_could_be() {
        for (path, says) in [
            ("gates.errors.limit", "gates.errors.check Limit ratio(a.b / a.c) <= 2% over 5m"),
            ("gates.errors.check.window", "gates.errors.check Window ratio(a.b / a.c) <= 2% over 5m"),
            ("gates.errors.rule", "gates.errors.rule Whole { exceedance: { alpha: 0.1% } }"),
            ("gates.errors.rule.alpha", "gates.errors.rule.exceedance.alpha Whole 0.1%"),
            ("gates.errors.rule.exceedance.alpha", "gates.errors.rule.exceedance.alpha Whole 0.1%"),
            ("gates.errors.min_samples", "gates.errors.min_samples Whole -"),
            ("gates.lag.rule.of", "gates.lag.rule.any Whole [threshold, { consecutive: 3 }, { min_samples: { rule: cusum } }]"),
            ("stages.0.5%.soak", "stages.0.5%.soak Whole 1h"),
            ("stages.canary.cohort", "stages.canary.cohort Whole 5%"),
            ("stages.1.soak", "stages.1.soak Whole 1h"),
            ("rollback.playbook.go back.takes", "rollback.playbook.go back.takes Whole -"),
            ("rollback.budget.withdraw_within", "rollback.budget.withdraw_within Whole -"),
            ("rollback.validate.clean_for", "rollback.validate.clean_for Whole -"),
            ("alpha.total", "alpha Whole 5%"),
            ("alpha.split", "alpha.split Whole -"),
        ] {
            assert_eq!(at(path).as_deref(), Ok(says), "{path}");
        }
        assert!(at("gates.lag.limit.ios").unwrap().starts_with("gates.lag.check LimitOf(\"ios\")"));
    }

    #[test]
    fn settings_of_rules_in_rules_are_found() {
        let consecutive = "gates.lag.rule.any.1.consecutive Whole 3";
        assert_eq!(at("gates.lag.rule.of.1.times").as_deref(), Ok(consecutive));
        assert_eq!(at("gates.lag.rule.any.1.consecutive").as_deref(), Ok(consecutive));
        assert_eq!(at("gates.lag.rule.of.2.rule").as_deref(), Ok("gates.lag.rule.any.2.min_samples.rule Whole cusum"));
        assert_eq!(at("gates.lag.rule.of.2.samples").as_deref(), Ok("gates.lag.rule.any.2.min_samples.samples Whole -"));
    }

    #[test]
    fn where_a_path_is_lost_and_what_was_meant() {
        for (path, says) in [
            ("gates.errors.limt", "`gates.errors` has no `limt`; did you mean `limit`?"),
            ("gates.erors.limit", "`gates` has no `erors`; did you mean `errors`?"),
            ("gats.errors", "the policy has no `gats`; did you mean `gates`?"),
            ("stages.canry.soak", "`stages` has no `canry`; did you mean `canary`?"),
            ("stages.7.soak", "`stages` has no `7`; there are: 0.5%, canary"),
            ("round.x", "`round` has no `x`; there are none"),
            ("gates.errors.limit.ios", "is one for all segments; vary `limit` itself"),
            ("gates.lag.limit.io", "the limit has no segment `io`; did you mean `ios`?"),
            ("gates.errors.check.limt", "a check has no `limt`; did you mean `limit`?"),
            ("gates.errors.needs.limit", "no check is written at `gates.errors.needs`"),
            ("gates.errors.rule.alpa", "the rule `exceedance` has no setting `alpa`; did you mean `alpha`?"),
            ("gates.errors.rule.alpha.x", "the rule `exceedance` has no setting `alpha.x`"),
            ("gates.lag.rule.alpha", "the rule `any` has no setting `alpha`"),
            ("gates.lag.rule.of.3.alpha", "`gates.lag.rule.any` holds 3 rules, called by their numbers from 0; found `3`"),
            ("stages.canary.soak.x", "`stages.canary.soak` is `1h`, and there is no `x` in it"),
            ("policy", "`policy` is a name, and names stay as they are"),
            ("stages.canary.name", "is a name"),
            ("alpha.x", "`alpha` has no `x`"),
        ] {
            let message = at(path).map(|found| format!("found {found}")).unwrap_or_else(|message| message);
            assert!(message.contains(says), "{path}: {message}");
        }
    }
}
