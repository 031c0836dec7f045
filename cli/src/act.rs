//! `act`: does by HTTP what the buttons of a drill do.

mod send;
mod settings;

use crate::args::Act as Args;
use crate::{Failure, output};

/// Does it, and prints what happened.
pub fn act(args: &Args) -> Result<(), Failure> {
    let mut body = settings::read(&args.action, &args.settings).map_err(Failure::Input)?;
    body.insert("id".into(), args.id.clone().unwrap_or_else(fresh_id).into());
    if let Some(who) = &args.who {
        body.insert("who".into(), who.as_str().into());
    }
    let sender = send::Sender { to: &args.to, token: args.token.as_deref(), role: args.role.as_deref() };
    match sender.send(&args.action, body).map_err(Failure::Input)? {
        Ok(text) => output::stdout(|out| writeln!(out, "{text}")),
        Err(refusal) => {
            eprintln!("error: {refusal}");
            Err(Failure::Unmet)
        }
    }
}

/// No other act has it: two of one process are not sent within a nanosecond.
#[allow(clippy::disallowed_methods, reason = "an id is for the wire, and no trial sees it")]
fn fresh_id() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", std::process::id(), since.as_nanos())
}
