//! `replay`: a drill again, from its record or its script.

use super::report;
use crate::Failure;
use crate::args::ReplayFile;
use gatecrash_drill::again::{self, Again};
use gatecrash_drill::cast::Cast;
use gatecrash_drill::plan::Plan;
use gatecrash_drill::record::Record;
use gatecrash_drill::script;
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

/// A record begins with the bracket of its head; everything else is a script.
fn play(path: &Path) -> Result<(Plan, Again), Failure> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Failure::Input(format!("cannot read `{file}`: {error}")))?;
    if bytes.starts_with(b"{\"schema\"") || !is_yaml(path) {
        return play_record(&file, &bytes);
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::Input(format!("`{file}` is no text; save the script as UTF-8")))?;
    let (cast, plan, acts) = script::read(&file, &text, &super::prepare::today()).map_err(Failure::Input)?;
    let again = again::play(&plan, &cast, &acts, None).map_err(Failure::Input)?;
    Ok((plan, again))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn play_record(file: &str, bytes: &[u8]) -> Result<(Plan, Again), Failure> {
    let record = Record::read(bytes).map_err(|damaged| Failure::Input(format!("{file}: {damaged}")))?;
    let cast = Cast::of_plan(&record.plan).map_err(|error| Failure::Input(format!("{file}: {error}")))?;
    let again = again::replay(&record, &cast).map_err(|error| Failure::Input(format!("{file}: {error}")))?;
    Ok((record.plan, again))
}
