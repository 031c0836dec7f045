//! The world held against closed forms and its own laws.

mod builder;
mod closed_forms;
