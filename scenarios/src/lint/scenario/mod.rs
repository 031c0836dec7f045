//! Checks of scenarios.

pub mod harmless;
pub mod healthy_fault;
pub mod idle_fault;
pub mod late_fault;
pub mod no_bend;
pub mod short_horizon;
