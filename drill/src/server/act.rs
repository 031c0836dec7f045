//! `POST /api/act/NAME`: somebody does something.

use super::answer::{Wrong, json_of};
use super::body;
use super::door::Known;
use super::office::Office;
use crate::act::{ACTS, Act};
use crate::desk::Done;
use crate::tokens;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use gatecrash_policies::suggest;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// An id has at most so many bytes.
const ID_MAX: usize = 100;

/// Does it, once.
pub async fn post(
    State(office): State<Arc<Office>>,
    mut known: Known,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Wrong> {
    if !ACTS.contains(&name.as_str()) {
        let hint = suggest::did_you_mean(&name, ACTS);
        let text = format!("there is no act `{}`{hint}; there are {}", name.escape_debug(), ACTS.join(", "));
        return Err(Wrong::new(StatusCode::NOT_FOUND, text));
    }
    let body = body::read(&office, request).await?;
    let mut settings = settings(&body)?;
    let id = text(&mut settings, "id")?;
    let who = text(&mut settings, "who")?;
    if let Some(who) = who.filter(|_| !known.named) {
        known.caller.who = tokens::name_of_person(&who).map_err(|error| Wrong::bad(format!("who: {error}")))?;
    }
    let act = Act::read(&name, settings).map_err(Wrong::bad)?;
    let done = once(&office, act, known, id).await?;
    Ok(json_of(StatusCode::OK, &json!({ "ok": true, "t_s": done.t_s, "text": done.text })))
}

/// The members of the body; there may be none.
fn settings(body: &[u8]) -> Result<Map<String, Value>, Wrong> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(_) => Err(Wrong::bad("the body is no JSON object; send the settings of the act as `{\"name\": value}`")),
        Err(error) => {
            Err(Wrong::bad(format!("the body is no JSON: {error}; send the settings of the act as `{{\"name\": value}}`")))
        }
    }
}

/// Takes a text that is no setting of the act out of the body.
fn text(settings: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Wrong> {
    match settings.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Wrong::bad(format!("`{name}` is no text; put it in quotes"))),
    }
}

/// Does it, unless an act of this id came before.
async fn once(office: &Office, act: Act, known: Known, id: Option<String>) -> Result<Done, Wrong> {
    let Some(id) = id else { return office.act(act, known.caller).await };
    if id.is_empty() || id.len() > ID_MAX {
        return Err(Wrong::bad(format!("`id` has {} bytes; use 1 to {ID_MAX}, another for each act", id.len())));
    }
    let is_new = || office.replayed.lock().expect("nothing panics while it is held").is_new(&id);
    // Who may not do it is told so, and uses no id up.
    if known.caller.may(&act) && !is_new() {
        let why = format!("{} with an id that was used before: not done again", act.name());
        return Err(office.refuse(&known.caller, StatusCode::CONFLICT, &why));
    }
    let done = office.act(act, known.caller).await;
    if done.as_ref().is_err_and(|wrong| wrong.status == StatusCode::TOO_MANY_REQUESTS) {
        office.replayed.lock().expect("nothing panics while it is held").forget(&id);
    }
    done
}
