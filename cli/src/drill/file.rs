//! A drill in a file: its record, or its script.

use super::prepare::today;
use gatecrash_drill::cast::Cast;
use gatecrash_drill::event::Moment;
use gatecrash_drill::plan::Plan;
use gatecrash_drill::record::Record;
use gatecrash_drill::script;
use gatecrash_drill::stop::StopIf;
use std::path::Path;

/// A drill that can be played again.
pub struct DrillFile {
    /// All that the file says.
    pub text: String,
    /// Scenario and policy; what is built in as it is now.
    pub cast: Cast,
    /// What it was set up with.
    pub plan: Plan,
    /// What is done; nothing of a record, which has it itself.
    pub acts: Vec<Moment>,
    /// The record; nothing where it is a script.
    pub record: Option<Record>,
    /// What is built in and no longer what it was when it was recorded.
    pub changed: Option<String>,
}

/// Opens it. A record begins with the bracket of its head; everything else is a script.
pub fn open(path: &Path) -> Result<DrillFile, String> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read `{file}`: {error}"))?;
    let opened = match bytes.starts_with(b"{\"schema\"") || !is_yaml(path) {
        true => read_record(&file, bytes)?,
        false => read_script(&file, bytes)?,
    };
    for condition in &opened.plan.stop_if {
        StopIf::read(condition).map_err(|error| format!("{file}: stop_if: {error}"))?;
    }
    Ok(opened)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_record(file: &str, bytes: Vec<u8>) -> Result<DrillFile, String> {
    let told = |error: &dyn std::fmt::Display| format!("{file}: {error}");
    let record = Record::read(&bytes).map_err(|damaged| told(&damaged))?;
    let (cast, changed) = Cast::of_plan_now(&record.plan).map_err(|error| told(&error))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(DrillFile { text, cast, plan: record.plan.clone(), acts: Vec::new(), record: Some(record), changed })
}

fn read_script(file: &str, bytes: Vec<u8>) -> Result<DrillFile, String> {
    let text = String::from_utf8(bytes).map_err(|_| format!("`{file}` is no text; save the script as UTF-8"))?;
    let (cast, plan, acts) = script::read(file, &text, &today())?;
    Ok(DrillFile { text, cast, plan, acts, record: None, changed: None })
}
