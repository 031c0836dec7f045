//! The world held against closed forms and its own laws.

mod builder;
mod calls;
mod checks;
mod claims;
mod cleanup;
mod closed_forms;
mod conservation;
mod drive;
mod effects;
mod exposure;
mod faults;
mod generate;
mod groups;
mod hides;
mod instants;
mod labels;
mod live;
mod luck;
mod probes;
mod recorded;
mod reviews;
mod sameness;
mod stages;
mod steering;
mod tasks;
mod visibility;
