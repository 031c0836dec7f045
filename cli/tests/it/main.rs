//! The command line as users type it.

mod bad_input;
mod closed_forms;
mod contract;
mod determinism;
mod files;
mod help;
mod library;
mod readme;
mod support;
mod tidy;
