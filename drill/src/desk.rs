//! What passes between the server, which knows people and sockets, and the engine, which knows the world.

use crate::act::Act;
use crate::role::Caller;
use crate::state::{Line, Points, State};
use tokio::sync::oneshot;

/// From the server to the engine.
#[derive(Debug)]
pub enum Ask {
    /// Somebody does something.
    Act {
        /// What.
        act: Act,
        /// Who.
        caller: Caller,
        /// Hears what came of it.
        answer: oneshot::Sender<Answer>,
    },
    /// Somebody was refused at the door: a line for the log.
    Refused {
        /// Who, as far as they said.
        caller: Caller,
        /// What they tried and why it was refused.
        text: String,
    },
    /// The process is to end: the drill ends as `interrupted`.
    Stop,
}

/// What came of an act.
pub type Answer = Result<Done, Refusal>;

/// It was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// At this simulated time, in seconds.
    pub t_s: f64,
    /// What happened, in words.
    pub text: String,
}

/// It was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It makes no sense: what is wrong with it.
    #[error("{0}")]
    Bad(String),
    /// Whoever asks may not.
    #[error("{0}")]
    Forbidden(String),
    /// Not now.
    #[error("{0}")]
    Conflict(String),
}

/// From the engine to whoever watches: what is new.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// As the facilitator sees it, truth and all.
    pub state: State,
    /// New lines of the log, each with whether it is for the facilitator's eyes alone.
    pub lines: Vec<(Line, bool)>,
    /// New points.
    pub points: Vec<Points>,
    /// What `/metrics` answers.
    pub metrics: String,
    /// The after-action report as HTML and as Markdown, once the drill is over.
    pub report: Option<(String, String)>,
    /// The record so far, as bytes of its file, once the drill is over.
    pub record: Option<Vec<u8>>,
}
