//! Where a finding points.

use crate::error::Spot;
use crate::source::{Source, child, step};
use crate::yaml::Value;
use gatecrash_policies::check;

/// The place of what a path leads to: of a value itself, of a map or a list its key. As far along the path as it leads; at the
/// file's first key if that is nowhere. Of a check, `limit` and `window` are parts.
pub(super) fn place(source: &Source, path: &str) -> Spot {
    let tree = &source.tree;
    let (mut node, mut rest) = (tree, path);
    let mut at = match &tree.value {
        Value::Map(entries) => entries.first().map_or(tree.at, |(key, _)| key.at),
        _ => tree.at,
    };
    while !rest.is_empty()
        && let Some((index, after)) = step(node, rest)
        && let Some(next) = child(node, index)
    {
        at = match (&node.value, &next.value) {
            (Value::Map(entries), Value::Map(_) | Value::List(_) | Value::Empty) => entries[index].0.at,
            _ => next.at,
        };
        (node, rest) = (next, after);
    }
    let Value::Text(text) = &node.value else { return at };
    let part = check::places(text).ok().and_then(|places| match rest {
        "limit" => Some(places.limit.start),
        "window" => places.over.map(|over| over.start),
        _ => None,
    });
    part.map_or(at, |offset| source.inside(node, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_pointed_at_by_their_keys_and_values_by_themselves() {
        let text = "policy: p\ngates:\n  errors:\n    check: count(a.b) <= 3 over 5m\nstages:\n  - name: a\n    soak: 1m\n";
        let source = Source::from_bytes("a.yaml".into(), None, text.into()).unwrap();
        let at = |path: &str| (place(&source, path).line, place(&source, path).column);
        assert_eq!(at("gates.errors"), (3, 3));
        assert_eq!(at("gates.errors.check"), (4, 12));
        assert_eq!(at("gates.errors.check.limit"), (4, 26));
        assert_eq!(at("gates.errors.check.window"), (4, 33));
        assert_eq!(at("stages.a"), (6, 5));
        assert_eq!(at("stages.a.gates"), (6, 5), "the last on the way");
        assert_eq!(at("rollback"), (1, 1));
    }
}
