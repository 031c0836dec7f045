//! The command line as users type it.

mod bad_input;
mod closed_forms;
mod contract;
mod coverage;
mod determinism;
mod diff;
mod explain;
mod files;
mod gate_report;
mod help;
mod init;
mod install;
mod known_answers;
mod library;
mod lint;
mod own_suites;
mod promise;
mod readme;
mod schema;
mod select;
mod suites;
mod support;
mod tidy;
mod tune;
mod validators;
