//! The live rehearsal: a rollout in front of people, and what they made of it.

pub mod metrics;
