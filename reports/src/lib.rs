//! From trials to numbers, to text and to pictures.
//!
//! [`measure`] is the catalog of what a trial is scored by; [`score`] folds many trials into rows, [`formats`] writes them; [`trial`] writes one trial; [`html`] makes pages of
//! either that can be mailed. Everything is a pure function of its input: no clock, no terminal, no randomness, so that
//! the same trials give the same bytes.

pub mod charts;
pub mod diff;
pub mod findings;
pub mod formats;
pub mod gate_report;
pub mod github;
pub mod html;
pub mod lint;
pub mod measure;
pub mod openmetrics;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod picture;
pub mod promise;
pub mod reasons;
pub mod schemas;
pub mod score;
pub mod smallest;
pub mod stats;
pub mod suite;
pub mod trial;
pub mod tune;
pub mod words;

pub use charts::{svg_score, svg_trial, svg_tune};
pub use diff::DiffReport;
pub use formats::Format;
pub use gate_report::GateReport;
pub use html::{html_score, html_trial, html_tune};
pub use lint::LintReport;
pub use measure::{Facts, Measure};
pub use score::{Row, ScoreReport, Tally};
pub use trial::TrialReport;
