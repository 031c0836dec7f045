//! What the reports look like, to people and to scripts.

mod dice;
mod fixtures;
mod gate_report;
mod pages;
mod score;
mod trial;
