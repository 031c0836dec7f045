//! Values put into the text of a policy's file: everything else in it stays as it is, to the byte.

use super::grid::{Grid, read};
use super::plan::Plan;
use super::splice::Splices;
use crate::error::{Error, Problem, Spot};
use crate::load::{Loaded, policy_from_text};
use crate::yaml::Node;
use gatecrash_policies::policy::Policy;

/// The text of the policy's file with these paths set to these values, and nothing else changed: comments and layout stay. What
/// means what stands there already is left as it is written. The text reads as exactly the policy that a [`Grid`] of the same
/// paths and values gives; where that cannot be had by changing the values alone (a value with an anchor that is used elsewhere),
/// the error says so and points at it.
pub fn edited(policy: &Loaded<Policy>, changes: &[(&str, &str)]) -> Result<String, Error> {
    let mut plan = Plan::new(policy, changes.iter().map(|(path, value)| format!("{path}={value}")).collect());
    plan.take_changes(changes)?;
    let grid = plan.finish()?;
    let meant = grid.policy(0)?.value;
    if meant == policy.value {
        return Ok(policy.text().to_string());
    }
    let mut splices = Splices::new(policy.text());
    splices.between(&policy.source.tree, &grid.least());
    let first = splices.first;
    let text = splices.done();
    match policy_from_text(&policy.file, text.as_bytes()) {
        Ok(read) if read.value == meant => Ok(text),
        _ => Err(by_hand(policy, first)),
    }
}

fn by_hand(policy: &Loaded<Policy>, at: Option<Spot>) -> Error {
    let message = "the value here cannot be changed without changing more: something else uses it, or it is written in a form that \
                   is not known here; change it by hand";
    policy.source.error(Problem { at, message: message.to_string() })
}

impl Grid {
    /// The tree of the first combination, without what means the same as what stands there.
    fn least(&self) -> Node {
        let value = |tree: &Node| read(&self.base, tree.clone(), &self.arguments).map(|policy| policy.value).ok();
        let mut tree = self.base.source.tree.clone();
        for &dial in &self.order {
            let mut with = tree.clone();
            let put = self.dials[dial].put(&mut with, 0);
            let (before, after) = (value(&tree), value(&with));
            if put.is_ok() && (before.is_none() || before != after) {
                tree = with;
            }
        }
        tree
    }
}
