//! Values replaced by their paths.

use crate::error::Read;
use crate::read::shortened;
use crate::source::{child_mut, step};
use crate::yaml::{Key, Node, Value};
use std::sync::Arc;

/// Maps whose keys hold dots themselves: `bend: { runs.latency: 2x }`.
const DOTTED: &[&str] = &["bend", "set"];

impl Node {
    /// Puts a value at the path that `path` is, adding what is missing on the way. Items of a list are called by their `name`, or
    /// by their number from 0, and must be there.
    pub fn set(&mut self, path: &Key, value: &Node) -> Read<()> {
        if path.name.split('.').any(str::is_empty) {
            return Err(path.problem(format!("`{}` is not a path; write it like traffic.poisson.rate", shortened(&path.name))));
        }
        put_at(self, "", &path.name, path, value)
    }
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
        node.value = Value::Map(Arc::default());
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
        child = Node::new(path.at, Value::Empty);
        put_at(&mut child, name, after, path, value)?;
    }
    Arc::make_mut(entries).push((Key::new(path.at, name), child));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Spot;
    use crate::yaml::parse;

    fn set(tree: &str, path: &str, value: &str) -> Result<String, String> {
        let mut tree = parse(tree).unwrap();
        let at = Spot { line: 1, column: 1 };
        tree.set(&Key::new(at, path), &parse(value).unwrap()).map_err(|problem| problem.message)?;
        Ok(tree.flow())
    }

    #[test]
    fn values_are_put_where_a_path_leads() {
        let scenario = "faults: [ { fault: error_burst, by: 2x } ]\nsystem: { runs: { calls: {} } }";
        let done = |path, value| set(scenario, path, value).unwrap();
        assert_eq!(done("faults.0.by", "3x"), "{ faults: [{ fault: error_burst, by: 3x }], system: { runs: { calls: {} } } }");
        assert!(done("system.runs.calls.servers", "4").contains("calls: { servers: 4 }"));
        assert!(done("telemetry.scrape", "5s").ends_with("telemetry: { scrape: 5s } }"));
        assert!(set(scenario, "faults.1.by", "3x").unwrap_err().contains("there is no `1.by` in a list"));
        assert!(set(scenario, "faults..by", "3x").unwrap_err().contains("is not a path"));
    }
}
