//! What users of the crate see, by behaviour.

mod bytes;
mod contract;
mod csv;
mod golden;
mod library;
mod messages;
mod morning;
mod policies;
