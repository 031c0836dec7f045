//! What the reports look like, to people and to scripts.

mod dice;
mod fixtures;
mod gate_report;
mod pages;
mod score;
mod searches;
mod studies;
mod trial;
mod tune_decision;
mod tune_laws;
mod tune_pages;
mod tune_report;
