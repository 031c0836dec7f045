//! A diff for a pull request: the verdict first, what is worst next, and never more than a comment holds.

use super::report::DiffReport;
use super::sentence::sentence;
use super::text::{HEADER, heading, rows, same_here, short};
use super::verdict::Compared;
use crate::words::{self, markdown};
use std::fmt::Write as _;

/// A comment of GitHub's holds 65,536 characters; the rest is room for what others put around it.
const BYTES_MAX: usize = 60_000;

/// Kept for what follows the scenarios: the counted rest, what was left out, the example.
const TAIL: usize = 12_000;

/// Fields that are listed; more are counted.
const FIELDS_MAX: usize = 40;

impl DiffReport {
    /// The diff as GitHub-flavoured Markdown, at most 60 kB.
    pub fn markdown(&self) -> String {
        let mut page =
            format!("### {} -> {}\n\n**{}**\n", plain(&self.old.given), plain(&self.new.given), plain(&sentence(self)));
        if self.is_equal() {
            return page;
        }
        page.push_str(&self.fields_markdown());
        let changed = self.changed();
        let mut shown = 0;
        for world in &changed {
            let section = section(world);
            if page.len() + section.len() > BYTES_MAX - TAIL {
                break;
            }
            page.push_str(&section);
            shown += 1;
        }
        if shown < changed.len() {
            let _ = write!(
                page,
                "\n{} more changed; `--format text` or `json` has them all.\n",
                words::count_of((changed.len() - shown) as u64, "scenario")
            );
        }
        page.push_str(&self.tail());
        page
    }

    fn fields_markdown(&self) -> String {
        let mut text = "\n| changed in the policy | old | new | line |\n|---|---|---|---:|\n".to_string();
        let side = |side: &Option<String>| side.as_ref().map_or(words::NOTHING.to_string(), |side| code(&short(side)));
        for field in self.fields.iter().take(FIELDS_MAX) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                code(&short(&field.path)),
                side(&field.old),
                side(&field.new),
                field.line
            );
        }
        if self.fields.len() > FIELDS_MAX {
            let _ = writeln!(text, "\n{} more.", words::count_of((self.fields.len() - FIELDS_MAX) as u64, "change"));
        }
        text
    }

    fn tail(&self) -> String {
        let mut text = String::new();
        for line in self.rest() {
            let line = plain(&line);
            // Long lists of names give way first.
            let _ = write!(
                text,
                "\n- {}",
                if line.len() > 2_000 { format!("{}...", line.chars().take(500).collect::<String>()) } else { line }
            );
            if text.len() > TAIL / 2 {
                text.push_str("\n- and more");
                break;
            }
        }
        if let Some(shown) = &self.shown {
            let commands = format!("{}\n{}", words::one_line(&shown.old), words::one_line(&shown.new));
            let _ = write!(text, "\n\n{}:\n\n```sh\n{commands}\n```\n", plain(&self.best()));
        }
        let _ = write!(text, "\n{}.\n", plain(&self.played()));
        text
    }
}

fn section(world: &Compared) -> String {
    let mut text = format!("\n#### {}\n\n| {} |\n|---|---:|---:|---:|---:|---|\n", plain(&heading(world)), HEADER.join(" | "));
    for row in rows(world) {
        let _ = writeln!(text, "| {} |", row.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join(" | "));
    }
    let same = same_here(world);
    if !same.is_empty() {
        let _ = write!(text, "\n{}\n", plain(&same));
    }
    text
}

fn plain(text: &str) -> String {
    markdown(text)
}

/// As code, whatever is in it.
fn code(text: &str) -> String {
    format!("`{}`", words::one_line(text).replace('|', "\\|").replace('`', "'"))
}
