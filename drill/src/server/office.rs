//! What all requests share.

use super::Limits;
use super::answer::Wrong;
use super::replayed::Replayed;
use crate::act::Act;
use crate::desk::{Ask, Done, Refusal};
use crate::hub::Hub;
use crate::role::Caller;
use crate::tokens::Tokens;
use axum::http::StatusCode;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// The log hears of so many refusals a second: more would hide what matters. All are counted.
const REFUSALS_PER_SECOND: u32 = 5;

/// Between those who ask and the drill.
#[derive(Debug)]
pub struct Office {
    /// What there is to see.
    pub hub: Arc<Hub>,
    /// Who may come in.
    pub tokens: Tokens,
    /// How much and how long.
    pub limits: Limits,
    /// The ids of acts that came.
    pub replayed: Mutex<Replayed>,
    asks: SyncSender<Ask>,
    /// Since when refusals are counted for the log, and how many there were.
    told: Mutex<(Instant, u32)>,
}

impl Office {
    /// One that opens now.
    pub fn new(hub: Arc<Hub>, tokens: Tokens, asks: SyncSender<Ask>, limits: Limits) -> Office {
        let (replayed, told) = (Mutex::default(), Mutex::new((Instant::now(), 0)));
        Office { hub, tokens, limits, replayed, asks, told }
    }

    /// Has the engine do something, and waits for what comes of it.
    ///
    /// # Errors
    /// It was refused, or there is nobody to do it.
    pub async fn act(&self, act: Act, caller: Caller) -> Result<Done, Wrong> {
        if !caller.may(&act) {
            let role = caller.role.map_or("nobody", |role| role.name());
            return Err(self.refuse(&caller, StatusCode::FORBIDDEN, &format!("{role}s may not {}", act.name())));
        }
        let (answer, answered) = oneshot::channel();
        self.asks.try_send(Ask::Act { act, caller, answer }).map_err(|error| match error {
            TrySendError::Full(_) => {
                Wrong::new(StatusCode::TOO_MANY_REQUESTS, "too many acts are under way; try again in a moment")
            }
            TrySendError::Disconnected(_) => is_over(),
        })?;
        match tokio::time::timeout(self.limits.answer, answered).await {
            Ok(Ok(answer)) => answer.map_err(Wrong::from),
            Ok(Err(_)) => Err(is_over()),
            Err(_) => Err(Wrong::new(
                StatusCode::GATEWAY_TIMEOUT,
                "the drill has not answered yet; see in the log whether it was done before you do it again",
            )),
        }
    }

    /// Somebody is refused: counted, and said in the log. `why` may be read by everybody.
    pub fn refuse(&self, caller: &Caller, status: StatusCode, why: &str) -> Wrong {
        self.hub.count_refusal();
        if self.may_tell() {
            let refused = Ask::Refused { caller: caller.clone(), text: why.to_string() };
            // When the desk is full, acts matter more: the counter has it.
            let _ = self.asks.try_send(refused);
        }
        Wrong::new(status, why)
    }

    /// Whether the log hears of one more refusal.
    fn may_tell(&self) -> bool {
        let mut told = self.told.lock().expect("nothing panics while it is held");
        if told.0.elapsed() >= Duration::from_secs(1) {
            *told = (Instant::now(), 0);
        }
        told.1 += 1;
        told.1 <= REFUSALS_PER_SECOND
    }
}

fn is_over() -> Wrong {
    Wrong::new(StatusCode::CONFLICT, "the drill is over")
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Wrong {
        let status = match refusal {
            Refusal::Bad(_) => StatusCode::BAD_REQUEST,
            Refusal::Forbidden(_) => StatusCode::FORBIDDEN,
            Refusal::Conflict(_) => StatusCode::CONFLICT,
        };
        Wrong::new(status, refusal.to_string())
    }
}
