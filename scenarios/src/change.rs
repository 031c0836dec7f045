//! Values of a scenario's file replaced from outside: by a suite's `with`, or on the command line.

use crate::error::{Error, Problem, Spot};
use crate::read::shortened;
use crate::source::Source;
use crate::yaml::{self, Key, Node, Value};
use std::sync::Arc;

/// A path of a scenario's file and what is to stand there: `faults.0.by: 3x`.
#[derive(Clone, Debug)]
pub struct Change {
    path: String,
    value: Node,
    /// The file that asks for it, and where in it; nothing when the command line does.
    origin: Option<(Arc<Source>, Spot)>,
}

impl Change {
    /// One that a file asks for.
    pub(crate) fn in_file(path: &Key, value: &Node, file: &Arc<Source>) -> Change {
        Change { path: path.name.clone(), value: value.clone(), origin: Some((Arc::clone(file), value.at)) }
    }

    /// One that was typed: `faults.0.by=3x`.
    pub fn typed(argument: &str) -> Result<Change, Error> {
        let fail = |message: String| Error { file: called(argument), at: None, message, line: None };
        let how = "write it like --with faults.0.by=3x";
        let (path, value) = argument.split_once('=').ok_or_else(|| fail(format!("there is no `=` in it; {how}")))?;
        let value = yaml::parse(value).map_err(|problem| fail(format!("{}; {how}", problem.message)))?;
        Ok(Change { path: path.trim().to_string(), value, origin: None })
    }

    /// The path, as it was written.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// As the command line has it: `faults.0.by=3x`.
    pub fn shown(&self) -> String {
        format!("{}={}", self.path, self.value.flow())
    }

    /// The problem with it, as an error of whoever asked for it.
    fn error(&self, problem: Problem) -> Error {
        match &self.origin {
            Some((file, at)) => {
                let message = format!("with `{}`: {}", shortened(&self.shown()), problem.message);
                file.error(Problem { at: Some(*at), message })
            }
            None => Error { file: called(&self.shown()), at: None, message: problem.message, line: None },
        }
    }
}

fn called(argument: &str) -> String {
    format!("--with {}", shortened(argument))
}

/// The source with these changes in its tree; what is wrong with what they put there points at them.
pub(crate) fn changed(source: &Source, changes: &[Change]) -> Result<Source, Error> {
    let mut tree = source.tree.clone();
    for (n, change) in changes.iter().enumerate() {
        let at = Spot::of_argument(n);
        let put = tree.set(&Key::new(at, &change.path), &placed(&change.value, at));
        put.map_err(|problem| change.error(problem))?;
    }
    let arguments = changes.iter().map(|change| change.error(Problem { at: None, message: String::new() }).file).collect();
    Ok(Source { arguments, ..source.part(tree) })
}

/// The problem as an error of the change that it is in, or of the file.
pub(crate) fn told(problem: Problem, source: &Source, changes: &[Change]) -> Error {
    let change = problem.at.and_then(Spot::argument).and_then(|n| changes.get(n));
    match change {
        Some(change) => change.error(problem),
        None => source.error(problem),
    }
}

/// The same value, in another place.
fn placed(node: &Node, at: Spot) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(Arc::new(items.iter().map(|item| placed(item, at)).collect())),
        Value::Map(entries) => {
            let entry = |(key, value): &(Key, Node)| (Key::new(at, key.name.clone()), placed(value, at));
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
        plain => plain.clone(),
    };
    Node::new(at, value)
}
