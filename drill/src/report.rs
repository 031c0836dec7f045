//! The after-action report: what a drill came to, for whoever was there and for whoever was not.
//!
//! [`score`] works out the numbers; [`markdown`], [`html`] and [`json`] write them, [`verdict`] says them in a line. All of it is a
//! pure function of the [`Account`]: the same drill gives the same bytes.

mod approvals;
mod budgets;
mod chain;
mod costs;
mod findings;
mod html;
mod json;
mod markdown;
mod moments;
mod outcome;
mod pace;
mod playbook;
mod say;
mod score;
mod seconds;
#[cfg(test)]
mod tests;
mod timeline;

pub use approvals::{Lapse, Promotion, Refused};
pub use budgets::{Budget, Kept, Source, WITHDRAW_WITHIN};
pub use chain::{Chain, Part};
pub use costs::{Cost, Costs, Regret};
pub use findings::{Finding, Severity};
pub use html::html;
pub use json::{SCHEMA, json};
pub use markdown::markdown;
pub use moments::Moment;
pub use outcome::{Kind, Outcome};
pub use playbook::{Deviation, Wrong};
pub use say::verdict;
pub use score::{Left, Score, score};
pub use timeline::{Row, Says};
