//! `export`: one trial, for other tools.

use crate::args::{Export, To};
use crate::{Failure, output, run};
use gatecrash_policies::time::Time;
use gatecrash_reports::openmetrics::Written;
use gatecrash_reports::{TrialReport, words};
use gatecrash_scenarios::moment;
use gatecrash_sim::trial::Trial;
use std::path::Path;

/// Monday 2024-01-01 00:00 UTC, in milliseconds since 1970: calendars of scenarios begin on a Monday.
const MONDAY_MS: u64 = 1_704_067_200_000;

/// Plays a trial and writes it.
pub fn export(args: &Export) -> Result<(), Failure> {
    let To::Openmetrics(args) = &args.to;
    if let Some(path) = &args.out {
        output::check_file(path)?;
    }
    let (scenario, policy, trial) = run::play(&args.one)?;
    let report = TrialReport { trial: &trial, policy: &policy.value, expect: scenario.value.expect, recorded: None };
    let from_ms = args.from.unwrap_or(MONDAY_MS + scenario.value.operators.calendar.start.0 / 1_000);
    let Some(path) = &args.out else {
        return output::stdout(|out| report.write_openmetrics(from_ms, out).map(|_| ()));
    };
    let mut written = Written::default();
    output::file(path, |out| {
        written = report.write_openmetrics(from_ms, out)?;
        Ok(())
    })?;
    output::stdout(|out| writeln!(out, "{}", said(path, written, from_ms, &trial)))
}

/// `trial.om: 41 families, 128,400 samples, from 2024-01-01T08:00:00Z for 4h 15m`
fn said(path: &Path, written: Written, from_ms: u64, trial: &Trial) -> String {
    let families = match written.families {
        1 => "1 family".to_string(),
        n => format!("{} families", words::grouped(n)),
    };
    let samples = words::count_of(written.samples, "sample");
    let length = trial.stopped.since(Time::ZERO);
    format!("{}: {families}, {samples}, from {} for {length}", path.display(), moment(from_ms))
}
