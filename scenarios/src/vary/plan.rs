//! From arguments to a grid: one dial after the other, what covers another first.

use super::address::{Address, resolve};
use super::dial::{Dial, called, parted, place, refused, written};
use super::grid::{Grid, read};
use super::values::{self, Choices};
use crate::error::{Error, Problem, Spot};
use crate::load::Loaded;
use crate::read::shortened;
use crate::yaml::Node;
use gatecrash_policies::policy::Policy;
use std::sync::Arc;

/// A grid in the making.
pub(super) struct Plan<'a> {
    base: &'a Loaded<Policy>,
    arguments: Vec<String>,
    called: Arc<[String]>,
    /// With the number of the argument, in the order in which they are put in.
    dials: Vec<(usize, Dial)>,
    /// Values that the reader refuses, for a reason that stands elsewhere: the values of other dials may mend that.
    doubts: Vec<(usize, usize, Error)>,
}

/// The policy with values of the dials that cover another, and those as text.
struct Context {
    tree: Node,
    with: Vec<String>,
}

impl<'a> Plan<'a> {
    pub fn new(base: &'a Loaded<Policy>, arguments: Vec<String>) -> Plan<'a> {
        let called = arguments.iter().map(|argument| called(argument)).collect();
        Plan { base, arguments, called, dials: Vec::new(), doubts: Vec::new() }
    }

    /// Makes a dial of every argument.
    pub fn read_arguments(&mut self) -> Result<(), Error> {
        let arguments = self.arguments.clone();
        let mut parts = Vec::new();
        for (n, argument) in arguments.iter().enumerate() {
            let (path, values) = parted(argument).map_err(|message| self.fail(n, message))?;
            parts.push((n, path, values));
        }
        self.in_order(&mut parts);
        parts.into_iter().try_for_each(|(n, path, values)| {
            self.add(n, path, |address, written| values::read(values, address, written, place(n)))
        })
    }

    /// Makes a dial with one value of every pair of path and value.
    pub fn take_changes(&mut self, changes: &[(&str, &str)]) -> Result<(), Error> {
        let mut parts: Vec<(usize, &str, &str)> =
            changes.iter().enumerate().map(|(n, (path, value))| (n, *path, *value)).collect();
        self.in_order(&mut parts);
        parts
            .into_iter()
            .try_for_each(|(n, path, value)| self.add(n, path, |address, _| values::single(value, address, place(n))))
    }

    /// Puts what may cover another before it: it is nearer to the root.
    fn in_order(&self, parts: &mut [(usize, &str, &str)]) {
        let depth = |path: &str| match resolve(&self.base.source.tree, path) {
            Ok(address) => address.key.len(),
            Err(_) => path.split('.').count() + 1,
        };
        parts.sort_by_key(|(_, path, _)| depth(path));
    }

    fn fail(&self, n: usize, message: impl Into<String>) -> Error {
        Error { file: self.called[n].clone(), at: None, message: message.into(), line: None }
    }

    fn add(
        &mut self,
        n: usize,
        path: &str,
        read: impl FnOnce(&Address, Option<&str>) -> Result<Choices, String>,
    ) -> Result<(), Error> {
        let base = resolve(&self.base.source.tree, path).ok();
        let contexts = self.contexts(path, base.as_ref())?;
        let mut addresses = Vec::new();
        for context in &contexts {
            let address = resolve(&context.tree, path).map_err(|message| self.fail(n, context.tell(&message)))?;
            addresses.push(address);
        }
        let key = addresses[0].key.clone();
        self.check_paths(n, &key)?;
        let written = base.and_then(|address| written(&address, &self.base.value));
        let choices = read(&addresses[0], written.as_deref()).map_err(|message| self.fail(n, message))?;
        let dial = Dial { argument: self.called[n].clone(), path: path.to_string(), key, choices, written };
        self.try_values(n, &dial, &contexts, &addresses)?;
        self.dials.push((n, dial));
        Ok(())
    }

    /// The policy as it is written, or with each combination of values of what covers the path.
    fn contexts(&self, path: &str, base: Option<&Address>) -> Result<Vec<Context>, Error> {
        let mut contexts = vec![Context { tree: self.base.source.tree.clone(), with: Vec::new() }];
        let key = base.map(|address| address.key.as_slice());
        for (n, dial) in self.dials.iter().filter(|(_, dial)| dial.covers(path, key)) {
            let mut more = Vec::new();
            for context in &contexts {
                for pick in 0..dial.count() {
                    more.push(context.and(dial, pick).map_err(|message| self.fail(*n, message))?);
                }
            }
            contexts = more;
        }
        Ok(contexts)
    }

    fn check_paths(&self, n: usize, key: &[String]) -> Result<(), Error> {
        for (_, other) in &self.dials {
            if other.key == key {
                return Err(self.fail(n, format!("`{}` varies the same; give all values in one", other.argument)));
            }
            if other.key.starts_with(key) {
                return Err(self.fail(n, format!("`{}` varies a part of this; begin both paths alike", other.argument)));
            }
        }
        Ok(())
    }

    /// Reads the policy with each value of a list, or both ends of a range.
    fn try_values(&mut self, n: usize, dial: &Dial, contexts: &[Context], addresses: &[Address]) -> Result<(), Error> {
        let last = dial.count() - 1;
        let picks: Vec<usize> = if dial.choices.range { vec![0, last] } else { (0..=last).collect() };
        let mut policies: Vec<(usize, Policy)> = Vec::new();
        for (context, address) in contexts.iter().zip(addresses) {
            for &pick in &picks {
                match self.try_value(n, dial, pick, context, address) {
                    Ok(policy) if std::ptr::eq(context, &contexts[0]) => policies.push((pick, policy)),
                    Ok(_) => {}
                    Err(problem) if problem.at.is_some_and(|at| at.argument().is_none()) => {
                        let value = shortened(&dial.choices.all[pick].text);
                        let message = format!("{} (with `{value}` of `{}`)", problem.message, self.called[n]);
                        self.doubts.push((n, pick, self.base.source.error(Problem { message, ..problem })));
                    }
                    Err(problem) => return Err(self.refuse(n, dial, pick, context, problem)),
                }
            }
        }
        self.check_twins(n, dial, &policies)
    }

    fn try_value(&self, n: usize, dial: &Dial, pick: usize, context: &Context, address: &Address) -> Result<Policy, Problem> {
        let problem = |message| Problem { at: Some(place(n)), message };
        if let Some(message) = refused(address, &dial.choices.all[pick]) {
            return Err(problem(message));
        }
        let mut tree = context.tree.clone();
        dial.put(&mut tree, pick).map_err(problem)?;
        read(self.base, tree, &self.called).map(|policy| policy.value)
    }

    fn refuse(&self, n: usize, dial: &Dial, pick: usize, context: &Context, problem: Problem) -> Error {
        let value = shortened(&dial.choices.all[pick].text);
        let at = problem.at.and_then(Spot::argument).unwrap_or(n);
        match problem.message.contains(&format!("`{value}`")) {
            true => self.fail(at, context.tell(&problem.message)),
            false => self.fail(at, context.tell(&format!("with `{value}`: {}", problem.message))),
        }
    }

    /// No value may mean the same as another.
    fn check_twins(&self, n: usize, dial: &Dial, policies: &[(usize, Policy)]) -> Result<(), Error> {
        for (i, (pick, policy)) in policies.iter().enumerate() {
            let text = |pick: &usize| shortened(&dial.choices.all[*pick].text);
            if let Some((twin, _)) = policies[..i].iter().find(|(_, other)| other == policy) {
                let (first, second) = (text(twin), text(pick));
                return Err(self.fail(
                    n,
                    if first == second {
                        format!("`{first}` is given twice; keep one of them")
                    } else {
                        format!("`{first}` and `{second}` mean the same here; keep one of them")
                    },
                ));
            }
        }
        Ok(())
    }

    /// The grid, if each value can be read with some values of the others.
    pub fn finish(mut self) -> Result<Grid, Error> {
        let order: Vec<usize> = self.dials.iter().map(|(n, _)| *n).collect();
        self.dials.sort_by_key(|(n, _)| *n);
        let grid = Grid::of(self.base.clone(), self.dials.into_iter().map(|(_, dial)| dial).collect(), order);
        for (n, pick, error) in self.doubts {
            if !grid.allows(n, pick) {
                return Err(error);
            }
        }
        Ok(grid)
    }
}

impl Context {
    /// This with a value of one more dial.
    fn and(&self, dial: &Dial, pick: usize) -> Result<Context, String> {
        let mut tree = self.tree.clone();
        dial.put(&mut tree, pick)?;
        let mut with = self.with.clone();
        with.push(format!("{}={}", dial.path, shortened(&dial.choices.all[pick].text)));
        Ok(Context { tree, with })
    }

    /// The message, with the values under which it holds.
    fn tell(&self, message: &str) -> String {
        match self.with.as_slice() {
            [] => message.to_string(),
            with => format!("{message} (with {}; what is varied together must go together)", with.join(", ")),
        }
    }
}
