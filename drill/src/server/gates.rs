//! What a progressive-delivery controller asks, as Flagger's load tester answers it: `/gate/...` and `/rollback/...`.

use super::answer::{Wrong, plain};
use super::body;
use super::door::Known;
use super::office::Office;
use crate::act::Act;
use crate::hub::Switch;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

type Desk = State<Arc<Office>>;

/// `POST /gate/open`: promotes, where that is possible, and approves.
pub async fn gate_open(State(office): Desk, known: Known, request: Request) -> Result<Response, Wrong> {
    let act = Act::Promote { stage: None };
    turn(&office, known, request, Turn { switch: Switch::Gate, on: true, act, path: "/gate/open" }).await
}

/// `POST /gate/close`: holds.
pub async fn gate_close(State(office): Desk, known: Known, request: Request) -> Result<Response, Wrong> {
    let act = Act::Hold { reason: "/gate/close".into() };
    turn(&office, known, request, Turn { switch: Switch::Gate, on: false, act, path: "/gate/close" }).await
}

/// `POST /rollback/open`: rolls back.
pub async fn rollback_open(State(office): Desk, known: Known, request: Request) -> Result<Response, Wrong> {
    let act = Act::Rollback { reason: "/rollback/open".into() };
    turn(&office, known, request, Turn { switch: Switch::Rollback, on: true, act, path: "/rollback/open" }).await
}

/// `POST /rollback/close`: only the switch; what was decided stays.
pub async fn rollback_close(State(office): Desk, known: Known, request: Request) -> Result<Response, Wrong> {
    body::read(&office, request).await?;
    let caller = &known.caller;
    // Whoever may not open it may not close it either, although a note would be theirs to write.
    if !caller.may(&Act::Rollback { reason: String::new() }) {
        let role = caller.role.map_or("nobody", |role| role.name());
        return Err(office.refuse(caller, StatusCode::FORBIDDEN, &format!("{role}s may not use /rollback/close")));
    }
    let text = "/rollback/close: the switch is closed; what was decided stays".to_string();
    let done = office.act(Act::Note { text }, known.caller).await?;
    office.hub.turn(Switch::Rollback, false);
    Ok(accepted(&done.text))
}

/// `/gate/check`
pub async fn gate_check(State(office): Desk, _: Known) -> Response {
    check(&office, Switch::Gate)
}

/// `/rollback/check`
pub async fn rollback_check(State(office): Desk, _: Known) -> Response {
    check(&office, Switch::Rollback)
}

fn check(office: &Office, switch: Switch) -> Response {
    match office.hub.is_on(switch) {
        true => plain("OK").into_response(),
        false => (StatusCode::FORBIDDEN, plain("Forbidden")).into_response(),
    }
}

/// A switch to turn.
struct Turn {
    switch: Switch,
    on: bool,
    /// What it means in the drill.
    act: Act,
    path: &'static str,
}

/// Does what the switch means. Where the drill cannot do that now, the switch alone is turned, and a note says so.
async fn turn(office: &Office, known: Known, request: Request, turn: Turn) -> Result<Response, Wrong> {
    body::read(office, request).await?;
    let text = match office.act(turn.act, known.caller.clone()).await {
        Ok(done) => done.text,
        Err(wrong) if wrong.status == StatusCode::CONFLICT => {
            let text = format!("{}: only the switch is turned: {}", turn.path, wrong.text);
            office.act(Act::Note { text }, known.caller).await?.text
        }
        Err(wrong) => return Err(wrong),
    };
    office.hub.turn(turn.switch, turn.on);
    Ok(accepted(&text))
}

fn accepted(text: &str) -> Response {
    (StatusCode::ACCEPTED, plain(text)).into_response()
}
