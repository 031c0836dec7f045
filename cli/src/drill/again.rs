//! `replay`: a drill again, from its record or its script.

use super::{file, report};
use crate::Failure;
use crate::args::ReplayFile;
use gatecrash_drill::again::{self, Again};
use gatecrash_drill::cast::Cast;
use gatecrash_drill::plan::Plan;
use std::path::Path;

/// Plays it again and writes what it came to.
pub fn replay(args: &ReplayFile) -> Result<(), Failure> {
    report::check(&args.report)?;
    let (plan, again) = play(&args.file)?;
    if let Some(path) = &args.record {
        let mut recorder = super::create(path, &plan)?;
        recorder.add(&again.moments, again.account.ended.0)?;
    }
    report::write(&again.account, &args.report)
}

fn play(path: &Path) -> Result<(Plan, Again), Failure> {
    let drill = file::open(path).map_err(Failure::Input)?;
    let again = match &drill.record {
        Some(record) => Cast::of_plan(&record.plan).and_then(|cast| again::replay(record, &cast)),
        None => again::play(&drill.plan, &drill.cast, &drill.acts, None),
    };
    let again = again.map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Ok((drill.plan, again))
}
