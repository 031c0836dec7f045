//! The command line as users type it.

mod bad_input;
mod closed_forms;
mod contract;
mod coverage;
mod determinism;
mod files;
mod gate_report;
mod help;
mod known_answers;
mod library;
mod promise;
mod readme;
mod select;
mod support;
mod tidy;
mod tune;
