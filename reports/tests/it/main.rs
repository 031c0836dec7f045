//! What the reports look like, to people and to scripts.

mod dice;
mod diff;
mod drills;
mod fixtures;
mod gate_report;
mod pages;
mod score;
mod searches;
mod studies;
mod suite_laws;
mod trial;
mod tune_decision;
mod tune_laws;
mod tune_pages;
mod tune_report;
