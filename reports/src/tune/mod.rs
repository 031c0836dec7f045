//! From many candidates in many worlds to the gate that is worth having.
//!
//! [`Goals::check`] and [`Goals::check_trials`] come before any work. Then [`rungs`] says how often to play whom, [`survivors`] who goes on,
//! [`rank`] who is best in the search, and [`challengers`] who is tried on fresh seeds, until one [`keeps_its_promise`]. [`Paired`] says
//! what it gains there, [`advice`] what is recommended, [`prices`] and [`drift`] what the goals cost and how far they hold. A
//! [`TuneReport`] writes itself as text, Markdown, JSON, CSV and, with the feature `parquet`, Parquet.
//!
//! A search chooses the best of many, so its numbers are too good: of candidates near a limit, those beyond it that were lucky come first.
//! Therefore nothing is recommended, and no number of it is printed, but what fresh seeds have shown.

mod answer;
mod caution;
mod conclude;
mod csv;
mod drift;
mod field;
mod front;
mod goals;
mod halving;
mod json;
mod judge;
mod names;
mod objective;
mod paired;
#[cfg(feature = "parquet")]
mod parquet;
mod rank;
mod reach;
mod roc;
mod scores;
mod sheet;
mod study;
mod text;
mod verdict;
mod view;

pub use answer::{Advice, Drift, Finalist, Gain, GateWorth, GiveUp, Price, TuneReport, WouldTake};
pub use caution::Caution;
pub use conclude::{advice, challengers, prices};
pub use drift::drift;
pub use field::Field;
pub use front::front;
pub use goals::{Constraint, Cost, Goals, Least};
pub use halving::{Rung, rungs, survivors};
pub use judge::{Judge, Miss, keeps_its_promise};
pub use names::candidate as candidate_name;
pub use objective::{Objective, Value, share_real};
pub use paired::Paired;
pub use rank::{Ranked, rank};
pub use reach::{OutOfReach, out_of_reach};
pub(crate) use roc::{Line, Roc, rocs};
pub use scores::Scores;
pub use study::{Came, Candidate, Dial, Effort, Study, Sum, World};
pub(crate) use view::{Figures, Measure, Role, View, lacks_healthy};
