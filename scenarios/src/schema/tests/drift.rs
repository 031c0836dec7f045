//! Files changed at random: the schema refuses every key that the reader does not know, and nothing that the reader takes.

use super::{Of, built_in, complaints, refusal};
use crate::source::Source;
use crate::yaml::{Key, Node, Value};
use proptest::prelude::*;
use std::sync::Arc;

/// The places of a tree: the indices that lead there.
fn places(node: &Node, here: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    all.push(here.clone());
    let children: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    for (i, child) in children.into_iter().enumerate() {
        here.push(i);
        places(child, here, all);
        here.pop();
    }
}

/// The node at a place.
fn at<'a>(node: &'a mut Node, place: &[usize]) -> &'a mut Node {
    let Some((first, rest)) = place.split_first() else { return node };
    let child = match &mut node.value {
        Value::List(items) => &mut Arc::make_mut(items)[*first],
        Value::Map(entries) => &mut Arc::make_mut(entries)[*first].1,
        _ => unreachable!("a place leads through lists and maps"),
    };
    at(child, rest)
}

/// A file of the library, and a place in it.
fn anywhere() -> impl Strategy<Value = (usize, Vec<usize>)> {
    let place = |file: usize| {
        let mut all = Vec::new();
        places(&built_in()[file].1.tree, &mut Vec::new(), &mut all);
        (Just(file), prop::sample::select(all))
    };
    (0..built_in().len()).prop_flat_map(place)
}

fn changed(file: usize, place: &[usize], change: impl FnOnce(&mut Node)) -> (Of, Source) {
    let (of, source) = &built_in()[file];
    let mut tree = source.tree.clone();
    change(at(&mut tree, place));
    (*of, source.part(tree))
}

/// What the schema has against a file, but for expectations: what these say is for whoever measures to read.
fn objections(of: Of, source: &Source) -> Vec<String> {
    complaints(of, &source.tree).into_iter().filter(|said| !(said.contains("/cases/") && said.contains("/expect"))).collect()
}

/// What the readers say of a name that is none of theirs.
fn is_unknown(message: &str) -> bool {
    ["unknown key", "unknown rule", "unknown kind", "unknown traffic", "unknown shape", "unknown attribute", "a second"]
        .iter()
        .any(|begins| message.starts_with(begins))
}

/// Scalars of every unit, some of them wrong wherever they stand.
const SCALARS: &[&str] = &[
    "5%",
    "0.05",
    "10m",
    "1h 30m",
    "3",
    "10_000",
    "0",
    "1",
    "2x",
    "5/s",
    "on",
    "off",
    "yes",
    "never",
    "true",
    "nobody",
    "all",
    "runs",
    "unlimited",
    "threshold",
    "exceedance",
    "rollback",
    "exp(mean=1s)",
    "geometric(mean=3)",
    "none",
    "+2%",
    "-1",
    "",
    "web",
    "always",
    "count(runs.errors) == 0",
    "1 business day",
    "5% of tenants",
    "step",
    "monday 10:00",
    "interrupt",
];

fn scalar() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(SCALARS).prop_map(|text| Value::Text(text.to_string()));
    prop_oneof![8 => text, 1 => Just(Value::Empty), 1 => Just(Value::List(Arc::new(Vec::new())))]
}

fn without<T>(items: &mut Vec<T>, gone: &prop::sample::Index) {
    if !items.is_empty() {
        items.remove(gone.index(items.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_key_that_nobody_knows_is_refused_by_both((file, place) in anywhere(), value in scalar(), key in "[a-z]{12}") {
        let (of, source) = changed(file, &place, |node| {
            let value = Node::new(node.at, value);
            if let Value::Map(entries) = &mut node.value {
                Arc::make_mut(entries).push((Key::new(node.at, key), value));
            }
        });
        let (refusal, complaints) = (refusal(of, &source), objections(of, &source));
        match refusal {
            None => prop_assert!(complaints.is_empty(), "{complaints:?}"),
            Some(problem) if is_unknown(&problem.message) => prop_assert!(!complaints.is_empty(), "{}", problem.message),
            Some(_) => {}
        }
    }

    #[test]
    fn what_a_reader_takes_the_schema_takes((file, place) in anywhere(), value in scalar()) {
        let (of, source) = changed(file, &place, |node| node.value = value);
        if refusal(of, &source).is_none() {
            let complaints = objections(of, &source);
            prop_assert!(complaints.is_empty(), "{place:?} {complaints:?}");
        }
    }

    #[test]
    fn what_a_reader_can_do_without_the_schema_can((file, place) in anywhere(), gone in any::<prop::sample::Index>()) {
        let (of, source) = changed(file, &place, |node| match &mut node.value {
            Value::Map(entries) => without(Arc::make_mut(entries), &gone),
            Value::List(items) => without(Arc::make_mut(items), &gone),
            _ => {}
        });
        if refusal(of, &source).is_none() {
            let complaints = objections(of, &source);
            prop_assert!(complaints.is_empty(), "{place:?} {complaints:?}");
        }
    }
}
