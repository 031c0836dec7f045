//! The world of gatecrash, which sees everything: demand, components, faults, telemetry, steering, and the ledger of what
//! truly happened. A trial is a pure function of scenario, policy and seed.

pub mod aftermath;
pub mod catalog;
pub mod claims;
pub mod cohorts;
pub mod components;
pub mod context;
pub mod demand;
pub mod dice;
pub mod drift;
pub mod faults;
pub mod knobs;
pub mod labels;
pub mod ledger;
pub mod meters;
pub mod play;
pub mod population;
pub mod presets;
pub mod probes;
pub mod queue;
pub mod routing;
pub mod scenario;
pub mod setup;
pub mod steering;
pub mod telemetry;
pub mod trial;
pub mod truth;
pub mod world;

pub use play::Match;
pub use play::Played;
pub use scenario::Scenario;
pub use trial::Trial;
