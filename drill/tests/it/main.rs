//! The server as browsers, scripts and those who mean no good meet it.

mod acts;
mod bounds;
mod crowd;
mod door;
mod session;
mod streams;
mod support;
mod switches;
mod walk;
