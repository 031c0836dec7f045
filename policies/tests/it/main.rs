//! Rollouts through their public face: laws over random telemetry, and the playbook step by step.

mod affected;
mod arms;
mod binding;
mod gates;
mod laws;
mod measures;
mod passages;
mod readiness;
mod recovery;
mod reviews;
mod stages;
mod world;
