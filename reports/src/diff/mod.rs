//! Two policies on the same luck: what changed in their scores beyond chance, for better or worse.
//!
//! [`Pairs`] collect trials, [`judge`] compares all scores at once so that two policies that are equally good seldom differ
//! ([`family`]), [`example()`] finds the trial that shows it best, and a [`DiffReport`] is written as text, JSON or Markdown, or as
//! annotations of a pull request.

mod annotate;
mod deciding;
mod estimate;
mod example;
pub mod family;
mod json;
mod markdown;
mod numbers;
mod outcomes;
mod pairing;
mod report;
mod sentence;
mod text;
mod times;
mod tolerance;
mod verdict;

pub use deciding::deciding;
pub use estimate::Estimate;
pub use example::{Example, example};
pub use outcomes::shares;
pub use pairing::{Level, Pair, Pairs, World};
pub use report::{DiffReport, Field, LeftOut, Party, Shown};
pub use times::means;
pub use tolerance::Tolerances;
pub use verdict::{Compared, Found, Judged, Score, Status, Verdict, judge};
