//! Families: one file with a base world and many small scenarios for one policy. Trees are merged before anything is read, so
//! that the ordinary reader makes scenarios of them and every complaint points into the family's file.

use crate::error::{Problem, Read};
use crate::read::{Fields, name as identifier};
use crate::scenario::KEYS as SCENARIO_KEYS;
use crate::yaml::{Key, Node, Value};
use std::sync::Arc;

const KEYS: &[&str] = &["family", "about", "base", "cases"];

/// Keys of a scenario that only its case may say.
const OF_CASES: &[&str] = &["about", "expect", "faults"];
/// Keys of a scenario that follow from the family.
const OF_FAMILY: &[&str] = &["scenario", "policy"];

/// A scenario of a family.
pub(crate) struct Case {
    /// The family's name, then the case's.
    pub name: String,
    /// The gate that it is about.
    pub gate: Option<String>,
    /// The tree of an ordinary scenario file.
    pub tree: Node,
}

/// The name of a family: the policy that all of it plays.
pub(crate) fn name(tree: &Node) -> Read<String> {
    identifier(tree.fields("a family", KEYS)?.need("family")?)
}

/// Reads a family: its scenarios in file order, breaches before near misses.
pub(crate) fn read(tree: &Node) -> Read<Vec<Case>> {
    let fields = tree.fields("a family", KEYS)?;
    let family = Family { name: name(tree)?, policy: fields.need("family")?, base: base(&fields)? };
    fields.read("about", crate::read::line)?;
    let mut cases: Vec<Case> = Vec::new();
    for node in fields.need("cases")?.list("a list of cases")? {
        for case in family.cases(node)? {
            if cases.iter().any(|other| other.name == case.name) {
                return Err(node.problem(format!("a second case makes the scenario `{}`; give it a `name`", case.name)));
            }
            cases.push(case);
        }
    }
    if cases.is_empty() {
        return Err(fields.problem("a family needs cases, like { name: healthy, expect: promote, faults: [] }"));
    }
    Ok(cases)
}

fn base<'a>(fields: &Fields<'a>) -> Read<&'a [(Key, Node)]> {
    let base = fields.need("base")?;
    let keys: Vec<&str> = SCENARIO_KEYS.iter().filter(|k| !OF_CASES.contains(k) && !OF_FAMILY.contains(k)).copied().collect();
    let entries = base.entries("the world that all cases share")?;
    if let Some((key, _)) = entries.iter().find(|(key, _)| OF_CASES.contains(&key.name.as_str())) {
        return Err(key.problem(format!("`{}` differs from case to case; say it there", key.name)));
    }
    base.fields("the base of a family", &keys)?;
    Ok(entries)
}

struct Family<'a> {
    name: String,
    policy: &'a Node,
    base: &'a [(Key, Node)],
}

impl Family<'_> {
    /// The scenarios of a case: one, or a breach of a gate and a near miss of it.
    fn cases(&self, node: &Node) -> Read<Vec<Case>> {
        let own = ["name", "gate", "breach", "near", "with"];
        let mut keys: Vec<&str> = own.to_vec();
        keys.extend(SCENARIO_KEYS.iter().filter(|k| !OF_FAMILY.contains(k)));
        let fields = node.fields("a case", &keys)?;
        let gate = fields.read("gate", identifier)?;
        let pair = [("breach", "rollback", ""), ("near", "promote", "-near")];
        let there: Vec<_> =
            pair.into_iter().filter_map(|(key, expect, ending)| Some((fields.get(key)?, expect, ending))).collect();
        if there.is_empty() {
            let name = fields.need("name")?;
            return Ok(vec![self.case(name, &identifier(name)?, gate, &[node])?]);
        }
        if let Some(node) = fields.get("expect") {
            return Err(node.problem("a breach expects a rollback and a near miss a promotion; what differs stands in it"));
        }
        let called = fields.get("name").map_or_else(|| fields.need("gate"), Ok)?;
        let title = identifier(called)?;
        let inner: Vec<&str> = keys.iter().filter(|key| !own[..4].contains(key)).copied().collect();
        there
            .into_iter()
            .map(|(part, expect, ending)| {
                part.fields("a breach or a near miss", &inner)?;
                let expected = entry(part, "expect", Value::Text(expect.to_string()));
                let expected = Node::new(part.at, Value::Map(Arc::new(vec![expected])));
                self.case(called, &format!("{title}{ending}"), gate.clone(), &[node, &expected, part])
            })
            .collect()
    }

    /// The base with all layers laid over it, each in turn, and then what their `with` replaces.
    fn case(&self, called: &Node, title: &str, gate: Option<String>, layers: &[&Node]) -> Read<Case> {
        let name = format!("{}-{title}", self.name);
        let mut entries = vec![entry(called, "scenario", Value::Text(name.clone()))];
        entries.push(entry(self.policy, "policy", self.policy.value.clone()));
        entries.extend_from_slice(self.base);
        for layer in layers {
            for (key, value) in layer.entries("a case")? {
                if SCENARIO_KEYS.contains(&key.name.as_str()) {
                    lay(&mut entries, key, value);
                }
            }
        }
        let at = layers.last().map_or(called.at, |layer| layer.at);
        let mut tree = Node::new(at, Value::Map(Arc::new(entries)));
        for layer in layers {
            let with = layer.entries("a case")?.iter().find(|(key, _)| key.name == "with");
            for (path, value) in
                with.map_or(Ok(&[][..]), |(_, n)| n.entries("a map of paths like { traffic.poisson.rate: 2/s }"))?
            {
                tree.set(path, value).map_err(|problem| told(problem, &name))?;
            }
        }
        Ok(Case { name, gate, tree })
    }
}

/// The problem, with the scenario in which it is one: many share the same lines.
pub(crate) fn told(problem: Problem, scenario: &str) -> Problem {
    Problem { message: format!("{} (in the scenario {scenario})", problem.message), ..problem }
}

/// An entry that stands nowhere in the file, placed where it follows from.
fn entry(place: &Node, key: &str, value: Value) -> (Key, Node) {
    (Key::new(place.at, key), Node::new(place.at, value))
}

/// Replaces an entry, or adds it.
fn lay(entries: &mut Vec<(Key, Node)>, key: &Key, value: &Node) {
    match entries.iter_mut().find(|(known, _)| known.name == key.name) {
        Some(there) => *there = (key.clone(), value.clone()),
        None => entries.push((key.clone(), value.clone())),
    }
}
