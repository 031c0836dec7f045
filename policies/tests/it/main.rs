//! Rollouts through their public face: laws over random telemetry, and the playbook step by step.

mod affected;
mod arms;
mod binding;
mod comparisons;
mod detectors;
mod gates;
mod healthy;
mod kayenta;
mod laws;
mod limits;
mod looks;
mod measures;
mod passages;
mod readiness;
mod recovery;
mod reviews;
mod rules;
mod shares;
mod sharing;
mod stages;
mod tables;
mod world;
