//! `drill`: holds a rehearsal. `replay`: plays it again.

mod again;
pub mod file;
mod prepare;
mod report;

pub use again::replay;

use crate::args::{Drill, DrillCommand};
use crate::{Failure, output};
use gatecrash_drill::engine::{self, Patience};
use gatecrash_drill::host::Host;
use gatecrash_drill::record::Recorder;
use gatecrash_drill::{Tokens, tokens};
use gatecrash_policies::time::Span;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Holds a drill, or does what goes with it.
pub fn drill(args: &Drill) -> Result<(), Failure> {
    match &args.command {
        Some(DrillCommand::Init(args)) => prepare::kit(args),
        None => hold(args),
    }
}

fn hold(args: &Drill) -> Result<(), Failure> {
    report::check(&args.report)?;
    let tokens = read_tokens(args.role_tokens.as_deref())?;
    tokens::may_listen(args.listen, &tokens).map_err(Failure::Input)?;
    let (cast, plan) = prepare::plan(args)?;
    let recorder = args.record.as_deref().map(|path| create(path, &plan)).transpose()?;
    let patience = Patience { time_limit: duration(args.time_limit), attend_within: duration(args.attend_within) };
    let needs_token = tokens.are_needed();
    let host = Host { cast: &cast, plan: &plan, address: args.listen, tokens, recorder, patience, paused: args.paused };
    let greet = |address| greet(address, needs_token, args);
    let bye = |_: &_| eprintln!("the drill is over; its report is on the page for as long as somebody looks");
    let account = host.hold(greet, report::pages, bye).map_err(failed)?;
    report::write(&account, &args.report)?;
    match account.reason.as_str() {
        "interrupted" => Err(Failure::Interrupted(format!("interrupted{}", how_to_go_on(args)))),
        _ => Ok(()),
    }
}

fn how_to_go_on(args: &Drill) -> String {
    let path = args.record.as_ref().map(|path| crate::shell::quoted(&path.to_string_lossy()));
    path.map_or(String::new(), |path| format!("; what was played is in its record: gatecrash replay {path}"))
}

fn failed(failure: engine::Failure) -> Failure {
    match failure {
        engine::Failure::Plan(message) => Failure::Input(message),
        engine::Failure::Record(error) => Failure::Write(error),
    }
}

fn read_tokens(path: Option<&Path>) -> Result<Tokens, Failure> {
    let Some(path) = path else { return Ok(Tokens::default()) };
    let (tokens, warning) = Tokens::read(path).map_err(Failure::Input)?;
    warning.iter().for_each(|warning| output::warn(warning));
    Ok(tokens)
}

/// Begins a record. One that is there is not written over: it may be the only trace of a drill.
fn create(path: &Path, plan: &gatecrash_drill::plan::Plan) -> Result<Recorder, Failure> {
    Recorder::create(path, plan).map_err(|error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::AlreadyExists => "a record is never written over; name another file, or remove it",
            _ => "name a file in a folder that exists and may be written",
        };
        Failure::Input(format!("cannot write the record `{}`: {error}; {remedy}", path.display()))
    })
}

/// Says where the page is. Tokens are not for the screen.
fn greet(address: SocketAddr, needs_token: bool, args: &Drill) {
    if needs_token {
        eprintln!("the drill is on http://{address}/ (each role with its token: http://{address}/?token=...)");
    } else {
        eprintln!("the drill is on http://{address}/");
        eprintln!("  facilitator: http://{address}/?role=facilitator   observer: http://{address}/?role=observer");
    }
    if args.paused {
        eprintln!("the clock stands still: `gatecrash act pause off` lets it go");
    }
}

fn duration(span: Span) -> Duration {
    Duration::from_micros(span.0)
}
