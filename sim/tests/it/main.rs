//! The world held against closed forms and its own laws.

mod builder;
mod closed_forms;
mod conservation;
mod drive;
mod exposure;
mod faults;
mod generate;
mod instants;
mod luck;
mod recorded;
mod sameness;
mod steering;
mod visibility;
