//! `diff`: what changed between two policies, for better or worse.

mod party;
mod plan;
mod play;
mod revision;
mod write;

use crate::args::Diff;
use crate::crew::Crew;
use crate::{Failure, output};
use gatecrash_reports::diff::{DiffReport, Field, Judged, Shown, Tolerances, example, judge};
use gatecrash_scenarios::{FieldChange, changes};
use party::Side;
use plan::Plan;

/// Compares the two policies and writes what was asked for.
pub fn diff(args: &Diff) -> Result<(), Failure> {
    let (old, new) = (Side::load(&args.old)?, Side::load(&args.new)?);
    let mut report = blank(args, &old, &new);
    if !report.is_equal() {
        compare(args, &old, &new, &mut report)?;
    }
    write::write(args, &report)?;
    match () {
        _ if report.is_equal() => Ok(()),
        _ if report.interrupted || !report.judged.has_data() => Err(Failure::Open),
        _ if report.verdict().is_worse() => Err(Failure::Unmet),
        _ => Ok(()),
    }
}

/// What can be said before anything is played.
fn blank(args: &Diff, old: &Side, new: &Side) -> DiffReport {
    let field = |change: FieldChange| Field { path: change.path, old: change.old, new: change.new, line: change.line };
    DiffReport {
        old: old.party(),
        new: new.party(),
        fields: changes(&old.policy, &new.policy).into_iter().map(field).collect(),
        same_text: old.policy.text() == new.policy.text(),
        seed: args.seed,
        trials: args.trials,
        interrupted: false,
        judged: Judged { worlds: Vec::new(), comparisons: 0, divided_by: 1 },
        left_out: Vec::new(),
        shown: None,
    }
}

fn compare(args: &Diff, old: &Side, new: &Side, report: &mut DiffReport) -> Result<(), Failure> {
    [old, new].iter().flat_map(|side| &side.policy.warnings).for_each(|warning| output::warn(warning));
    let plan = Plan::new(args, old, new)?;
    let crew = Crew::new(args.jobs)?;
    let (pairs, finished) = play::play(args, &plan, [&old.policy, &new.policy], &crew)?;
    report.interrupted = !finished;
    report.judged = judge(&pairs, &tolerances(args));
    report.shown = example(&report.judged, &pairs).map(|example| {
        let replay = plan.replay(&example.world);
        let command =
            |side: &Side, other: &Side, name: &str| side.command(other, name, |policy| replay.command(policy, example.seed, &[]));
        Shown { old: command(old, new, "old"), new: command(new, old, "new"), example }
    });
    report.left_out = plan.left_out;
    Ok(())
}

fn tolerances(args: &Diff) -> Tolerances {
    let all = args.tolerance.iter().rev().find(|(measure, _)| measure.is_none()).map_or(0.0, |(_, part)| *part);
    let own = args.tolerance.iter().filter_map(|(measure, part)| Some(((*measure)?, *part))).collect();
    Tolerances { all, own }
}
