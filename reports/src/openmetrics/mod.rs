//! What monitoring systems read: the names of families, how samples add up in them, and a whole trial as OpenMetrics text.
//!
//! A live drill and an export of a trial call the same thing by the same name: [`names`] has the rules for signals, [`own`] the
//! families that are about the rollout itself.

mod crowd;
mod export;
mod names;
pub mod own;
mod sums;
mod writer;

pub use crowd::Crowd;
pub use names::{Family, Form, families};
pub use sums::{Numbers, Sum};
pub use writer::Written;
