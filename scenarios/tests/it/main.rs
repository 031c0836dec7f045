//! What users of the crate see, by behaviour.

mod bytes;
mod contract;
mod csv;
mod edits;
mod families;
mod forecast;
mod gates;
mod golden;
mod kinds;
mod library;
mod messages;
mod morning;
mod policies;
mod presets;
mod rollouts;
mod suites;
mod support;
mod together;
mod vary;
