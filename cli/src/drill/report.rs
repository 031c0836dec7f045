//! What is left of a drill.

use crate::args::{DrillFormat, Report};
use crate::{Failure, output};
use gatecrash_drill::account::Account;
use gatecrash_drill::report::{html, json, markdown, score, verdict};

/// Whether what was asked for can be written: better known before the drill than after it.
pub fn check(args: &Report) -> Result<(), Failure> {
    [&args.html, &args.markdown].into_iter().flatten().try_for_each(|path| output::check_file(path))
}

/// The report as HTML and as Markdown.
pub fn pages(account: &Account) -> (String, String) {
    let score = score(account);
    (html(account, &score), markdown(account, &score))
}

/// Writes and prints what was asked for.
pub fn write(account: &Account, args: &Report) -> Result<(), Failure> {
    let score = score(account);
    if let Some(path) = &args.html {
        output::file(path, |out| out.write_all(html(account, &score).as_bytes()))?;
    }
    if let Some(path) = &args.markdown {
        output::file(path, |out| out.write_all(markdown(account, &score).as_bytes()))?;
    }
    output::stdout(|out| match args.format {
        DrillFormat::Json => out.write_all(json(account, &score).as_bytes()),
        DrillFormat::Text => writeln!(out, "{}\n{}", markdown(account, &score), verdict(account, &score)),
    })
}
