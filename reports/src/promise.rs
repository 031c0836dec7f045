//! What the rules of a policy promise of false rollbacks.

use crate::findings::policies;
use crate::score::Row;
use crate::stats::digits6;
use gatecrash_policies::Bound;
use serde::{Serialize, Serializer};

/// What a policy promises in one scenario. In JSON: the chance, or null when some gate promises nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Promise {
    /// How often it rolls back for nothing.
    pub bound: Bound,
    /// Whether its gates share one chance: the policy means to promise something.
    pub shared: bool,
}

impl Promise {
    /// At most this chance; nothing when some gate promises nothing.
    pub fn chance(&self) -> Option<f64> {
        self.bound.without.is_empty().then(|| digits6(self.bound.chance))
    }
}

impl Serialize for Promise {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.chance().serialize(serializer)
    }
}

/// A line for each policy whose gates share one chance.
pub fn lines(rows: &[Row]) -> Vec<String> {
    policies(rows).into_iter().filter_map(|policy| line(policy, rows)).collect()
}

/// `careful: by chance at most 5% false rollbacks, if each stage keeps to its soak; its gate drops promises nothing`, the most in any
/// scenario.
fn line(policy: &str, rows: &[Row]) -> Option<String> {
    let mine =
        || rows.iter().filter(|r| r.policy == policy && r.false_rollback_bound.shared).map(|r| &r.false_rollback_bound.bound);
    let chance = mine().map(|bound| bound.chance).reduce(f64::max)?;
    let mut without: Vec<&str> = Vec::new();
    for gate in mine().flat_map(|bound| &bound.without) {
        if !without.contains(&gate.as_str()) {
            without.push(gate);
        }
    }
    let at_most = format!("by chance at most {}% false rollbacks, if each stage keeps to its soak", digits6(chance * 100.0));
    let at_most = (chance > 0.0 || without.is_empty()).then_some(at_most);
    let nothing = match without.as_slice() {
        [] => None,
        [gate] => Some(format!("its gate {gate} promises nothing")),
        gates => Some(format!("its gates {} promise nothing", gates.join(", "))),
    };
    Some(format!("{policy}: {}", at_most.into_iter().chain(nothing).collect::<Vec<_>>().join("; ")))
}
