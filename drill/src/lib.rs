//! The live rehearsal: a rollout in front of people, and what they made of it.
//!
//! ```text
//!  people -> server -> Order -> engine (paced by the wall clock) -> Session (the deterministic core) -> sim
//!    ^                             |                                   |
//!    +------ Hub <-----------------+                                   +-> Record -> replay -> report
//! ```
//!
//! What happens in a drill depends on its scenario, policy, seed and the acts with the simulated moments at which they came, on
//! nothing else: [`session`] is a pure fold over them. Everything that knows the wall clock is in [`engine`] and [`server`].

pub mod account;
pub mod act;
pub mod again;
pub mod cast;
pub mod desk;
pub mod engine;
pub mod event;
pub mod host;
pub mod hub;
pub mod kit;
pub mod metrics;
pub mod pace;
pub mod page;
pub mod plan;
pub mod record;
pub mod report;
pub mod role;
pub mod script;
pub mod server;
pub mod session;
pub mod start;
pub mod state;
pub mod stop;
pub mod surprise;
pub mod tokens;

pub use act::Act;
pub use hub::Hub;
pub use role::Role;
pub use server::Server;
pub use tokens::Tokens;
