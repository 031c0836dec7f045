//! Text in: scenario and policy files, recorded traffic, and the library that is built into the binary.
//!
//! [`load_scenario`] and [`load_policy`] take a built-in name or a path and give plain data of `sim` and `policies`;
//! [`fits`] says whether the two go together. Whatever is wrong is one [`Error`] that points at file, line and column.
//!
//! ```
//! let scenario = gatecrash_scenarios::load_scenario("healthy-day").unwrap();
//! let policy = gatecrash_scenarios::load_policy("careful").unwrap();
//! let warnings = gatecrash_scenarios::fits(&scenario, &policy).unwrap();
//! assert!(warnings.is_empty(), "{warnings:?}");
//! ```

mod bends;
mod change;
mod checks;
mod error;
mod families;
mod faults;
mod fits;
pub mod forecast;
mod forms;
mod library;
pub mod lint;
mod load;
mod policy;
mod read;
mod recorded;
mod scenario;
mod schema;
mod set;
mod source;
pub mod suite;
mod system;
mod traffic;
mod vary;
mod world;
mod yaml;

pub use change::Change;
pub use error::{Error, Spot, pointed};
pub use faults::fault_from_text;
pub use fits::fits;
pub use forecast::{Forecast, forecast};
pub use library::{Listed, general_policies, library_policies, library_scenarios, runbook_policies};
pub use load::{
    Loaded, family_from_text, load_policy, load_scenario, load_scenario_with, load_suite, policy_from_text, scenario_from_text,
    scenario_from_text_with, suite_from_text,
};
pub use recorded::{moment, unix_ms};
pub use schema::{SchemaOf, Scored, schema};
pub use source::is_path;
pub use suite::Suite;
pub use vary::{Dial, FieldChange, Grid, changes, diff, edited, play_alike};
