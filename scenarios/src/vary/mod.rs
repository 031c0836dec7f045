//! Parts of a policy called by paths and set to other values: `gates.cancel-to-ack.limit=200ms..900ms/25ms`.
//!
//! A [`Grid`] is made of `PATH=VALUES` and gives a policy for each combination of values: the tree of the policy's file with these
//! values in it, read by the reader of policy files. [`edited`] puts values into the text of the file itself.
//!
//! A path follows the keys of the file and the names or numbers of items. `limit`, `limit.SEGMENT` and `window` are parts of a
//! check, and a rule's settings stand right behind it:
//!
//! ```
//! use gatecrash_scenarios::{Grid, diff, edited, load_policy};
//!
//! let policy = load_policy("careful").unwrap();
//! let grid = Grid::new(&policy, &["gates.cancel-to-ack.limit=200ms..900ms/100ms", "gates.cancel-to-ack.rule.alpha=0.1%,1%"]).unwrap();
//! assert_eq!(grid.count(), 16);
//! assert_eq!(grid.values(5), ["400ms", "1%"]);
//! assert_eq!(grid.current(), Some(8));
//!
//! let candidate = grid.policy(5).unwrap();
//! let text = edited(&policy, &grid.changes(5)).unwrap();
//! assert!(diff(policy.text(), &text, "careful.yaml", "mine.yaml").contains("+    rule: { exceedance: { alpha: 1% } }"));
//! # assert_eq!(candidate.value.gates.len(), policy.value.gates.len());
//! ```

mod address;
mod amount;
mod changes;
mod dial;
mod diff;
mod edit;
mod flow;
mod grid;
mod plan;
mod range;
mod rule_path;
mod splice;
mod values;

pub use changes::{FieldChange, changes, play_alike};
pub use dial::Dial;
pub use diff::diff;
pub use edit::edited;
pub use grid::Grid;
