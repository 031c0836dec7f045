//! Values replaced by their paths.

use crate::error::Read;
use crate::read::shortened;
use crate::source::{child_mut, step};
use crate::yaml::{Key, Node, Value};

/// Maps whose keys hold dots themselves: `bend: { runs.latency: 2x }`.
const DOTTED: &[&str] = &["bend", "set"];

/// Puts a value at the path that `path` is, adding what is missing on the way. Items of a list are called by their `name`, or by
/// their number from 0, and must be there.
pub(super) fn put(tree: &mut Node, path: &Key, value: &Node) -> Read<()> {
    if path.name.split('.').any(str::is_empty) {
        return Err(path.problem(format!("`{}` is not a path; write it like traffic.poisson.rate", shortened(&path.name))));
    }
    put_at(tree, "", &path.name, path, value)
}

/// `within` is the key under which the node stands, `rest` what is left of the path.
fn put_at(node: &mut Node, within: &str, rest: &str, path: &Key, value: &Node) -> Read<()> {
    if let Some((index, after)) = step(node, rest)
        && let Some((key, child)) = child_mut(node, index)
    {
        let name = rest[..rest.len() - after.len()].trim_end_matches('.');
        if !after.is_empty() {
            return put_at(child, name, after, path, value);
        }
        *child = value.clone();
        if let Some(key) = key {
            key.at = path.at;
        }
        return Ok(());
    }
    if matches!(node.value, Value::Empty) {
        node.value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = &mut node.value else {
        let message = format!("`{}` leads nowhere: there is no `{}` in {}", shortened(&path.name), shortened(rest), node.found());
        return Err(path.problem(message));
    };
    let (name, after) = match rest.split_once('.') {
        Some((name, after)) if !DOTTED.contains(&within) => (name, after),
        _ => (rest, ""),
    };
    let mut child = value.clone();
    if !after.is_empty() {
        child = Node { at: path.at, value: Value::Empty };
        put_at(&mut child, name, after, path, value)?;
    }
    entries.push((Key { at: path.at, name: name.to_string() }, child));
    Ok(())
}
