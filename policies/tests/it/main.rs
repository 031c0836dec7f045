//! Rollouts through their public face: laws over random telemetry, and the playbook step by step.

mod binding;
mod gates;
mod laws;
mod recovery;
mod stages;
mod world;
