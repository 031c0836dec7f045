//! What a rollout may see and decide.
//!
//! This crate knows nothing of simulation: no clock, no randomness, no I/O, and no truth. It sees
//! [`Sample`]s that have arrived, judges them by [`Gate`]s and decides. The same code is driven by the
//! simulator, by recorded metrics and by a drill, so the gate you test is the gate you ship.

mod apart;
mod arrivals;
mod bad;
pub mod bind;
pub mod calendar;
mod cell;
pub mod check;
pub mod controller;
mod fit;
mod gate;
pub mod hist;
pub mod kpi;
pub mod maths;
pub mod monitor;
pub mod passage;
mod playbook;
pub mod policy;
mod reading;
pub mod rollout;
pub mod rules;
pub mod sample;
mod sharing;
pub mod show;
mod sight;
mod spread;
pub mod suggest;
pub mod time;
pub mod units;
mod variant;
pub mod verdict;
mod window;

pub use bind::{BindError, check_scrape};
pub use calendar::{Calendar, Hours};
pub use check::{GrammarError, parse};
pub use controller::{Action, Controller, Decision, View};
pub use hist::Hist;
pub use kpi::Kpi;
pub use policy::{Cohort, Gate, Policy, Stage};
pub use rollout::Rollout;
pub use sample::{Arm, Catalog, Sample};
pub use sharing::Bound;
pub use show::Unit;
pub use time::{Span, Time};
pub use verdict::{Evidence, Status, Verdict};
