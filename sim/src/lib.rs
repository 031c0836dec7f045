//! The world of gatecrash, which sees everything: demand, components, faults, telemetry, steering, and the ledger of what
//! truly happened. A trial is a pure function of scenario, policy and seed.

pub mod catalog;
pub mod dice;
pub mod presets;
pub mod scenario;
pub mod trial;
