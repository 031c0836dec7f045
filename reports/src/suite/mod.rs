//! Suites: what is expected of policies, and whether it holds.

pub mod drill;
pub mod estimate;
#[cfg(test)]
mod examples;
pub mod expectation;
pub mod formats;
pub mod github;
mod json;
pub mod junit;
pub mod lock;
pub mod markdown;
pub mod mutants;
pub mod report;
pub mod text;
pub mod verdict;

pub use estimate::Estimate;
pub use expectation::{AS_RECORDED, Expectation, Stat, Subject};
pub use mutants::{MutantReport, MutantResult};
pub use report::{CaseResult, Changed, Checked, PolicyLine, SuiteReport, SuiteResult, Worst};
pub use verdict::{Look, Verdict, looks};
