//! What comes out: the answer, pictures, tables, and the recommended policy as a file.

use super::plan::Plan;
use crate::args::{Tune, TuneFormat};
use crate::{Failure, output};
use gatecrash_reports::tune::TuneReport;
use gatecrash_reports::{html_tune, svg_tune};
use gatecrash_scenarios::{diff, edited};

/// Writes all that was asked for; the answer goes to stdout.
pub fn write(args: &Tune, plan: &Plan, report: &TuneReport) -> Result<(), Failure> {
    if let Some(path) = &args.files.html {
        output::file(path, |out| out.write_all(html_tune(report).as_bytes()))?;
    }
    if let Some(path) = &args.files.svg {
        output::file(path, |out| out.write_all(svg_tune(report).as_bytes()))?;
    }
    if let Some(path) = &args.files.csv {
        output::file(path, |out| report.csv(out))?;
    }
    #[cfg(feature = "parquet")]
    if let Some(path) = &args.parquet {
        output::file(path, |out| report.parquet(out))?;
    }
    let change = recommended(args, plan, report)?;
    output::stdout(|out| match args.format {
        TuneFormat::Text => {
            if !change.is_empty() {
                writeln!(out, "{change}")?;
            }
            report.text(output::colour(), out)
        }
        TuneFormat::Json => report.json(out),
        TuneFormat::Csv => report.csv(out),
        TuneFormat::Markdown => report.markdown(out),
    })
}

/// Whether files can be written where they were asked for, as far as that shows before anything is played.
pub fn check(args: &Tune) -> Result<(), Failure> {
    let asked = [&args.files.html, &args.files.svg, &args.files.csv, &args.out];
    #[cfg(feature = "parquet")]
    args.parquet.iter().try_for_each(|path| output::check_file(path))?;
    asked.into_iter().flatten().try_for_each(|path| output::check_file(path))
}

/// Whether the policy's file can be given other values at all, where that was asked for.
pub fn check_out(args: &Tune, plan: &Plan) -> Result<(), Failure> {
    for candidate in [0, plan.policies.len() - 1].into_iter().filter(|_| args.out.is_some()) {
        edited(&plan.base, &plan.changes(candidate))?;
    }
    Ok(())
}

/// Writes the recommended policy where it was asked for; what changes in its file, as a diff.
fn recommended(args: &Tune, plan: &Plan, report: &TuneReport) -> Result<String, Failure> {
    let Some(candidate) = report.recommended() else {
        if let Some(path) = &args.out {
            output::warn(&format!("`{}` is not written: nothing meets the constraints", path.display()));
        }
        return Ok(String::new());
    };
    let new = match edited(&plan.base, &plan.changes(candidate)) {
        Ok(new) => new,
        Err(error) if args.out.is_none() => {
            output::warn(&format!("what changes in the file is not shown: {error}"));
            return Ok(String::new());
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(path) = &args.out {
        output::file(path, |out| out.write_all(new.as_bytes()))?;
    }
    let name = args.out.as_ref().map_or(plan.base.file.clone(), |path| path.display().to_string());
    Ok(diff(plan.base.text(), &new, &plan.base.file, &name))
}
