//! Comments that allow what a check finds: `# lint: allow GC104, GC107 (why)`.
//!
//! On a line of its own such a comment holds for the next line that is no comment, behind something for that line, and before the
//! first key for the whole file.

use super::{Finding, Level, Lint, Look};
use crate::error::{Spot, closest};

/// What is allowed is not there.
pub static STALE: Lint = Lint {
    code: "GC001",
    name: "stale-allow",
    level: Level::Warning,
    about: "A comment allows what is not found there: the reason for it has gone, or it stands on another line.",
    help: "Take the code out of the comment, or put the comment on the line that is meant or right above it.",
    look: Look::Comments,
    finds: "round: 1m  # lint: allow GC101 (people look)",
    leaves: "round: 1m  # one look a minute",
};

/// What is allowed does not exist.
pub static UNKNOWN: Lint = Lint {
    code: "GC002",
    name: "unknown-code",
    level: Level::Warning,
    about: "A comment allows a code that no check has, so that it allows nothing.",
    help: "Write it like `# lint: allow GC104 (why)`; `gatecrash list lints` has the codes.",
    look: Look::Comments,
    finds: "round: 1m  # lint: allow GC999",
    leaves: "round: 1m  # one look a minute",
};

/// One code of a comment.
#[derive(Clone, Debug)]
pub(super) struct Allow {
    code: String,
    at: Spot,
    /// The line that it holds for; `None`: the whole file.
    line: Option<usize>,
    used: bool,
}

/// The codes that a text allows.
pub(super) fn allows(text: &str) -> Vec<Allow> {
    let lines: Vec<&str> = text.lines().collect();
    let is_aside = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let first = lines.iter().position(|line| !is_aside(line)).unwrap_or(lines.len());
    let mut allows = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let Some((column, list)) = comment(line) else { continue };
        let holds_for = match is_aside(line) {
            true if i < first => None,
            true => lines.iter().skip(i).position(|line| !is_aside(line)).map(|ahead| i + ahead + 1),
            false => Some(i + 1),
        };
        for (offset, code) in codes(list) {
            let at = Spot { line: i + 1, column: column + offset };
            allows.push(Allow { code: code.to_string(), at, line: holds_for, used: false });
        }
    }
    allows
}

/// The list of codes in a line's comment, and the column where it begins.
fn comment(line: &str) -> Option<(usize, &str)> {
    let starts = line.match_indices('#').map(|(at, _)| at);
    // A `#` within quotes begins no comment.
    let begins = |before: &str| {
        before.chars().next_back().is_none_or(char::is_whitespace) && before.matches('"').count().is_multiple_of(2)
    };
    let mut comments = starts.filter(|at| begins(&line[..*at]));
    comments.find_map(|at| {
        let words = line[at + 1..].trim_start().strip_prefix("lint:")?.trim_start().strip_prefix("allow")?;
        let list = words.split(['(', '#']).next().unwrap_or_default();
        let before = line.len() - words.len();
        Some((line[..before].chars().count() + 1, list))
    })
}

/// The codes of a list with their offsets in characters; an empty one where nothing stands.
fn codes(list: &str) -> Vec<(usize, &str)> {
    let mut offset = 0;
    let mut codes = Vec::new();
    for part in list.split(',') {
        let lead = part.chars().take_while(|c| c.is_whitespace()).count();
        codes.push((offset + lead, part.trim()));
        offset += part.chars().count() + 1;
    }
    codes
}

/// Whether some comment allows a finding; those that do are marked as used.
pub(super) fn allowed(allows: &mut [Allow], finding: &Finding) -> bool {
    let meant = |allow: &&mut Allow| allow.code == finding.lint.code && allow.line.is_none_or(|line| line == finding.at.line);
    let mut any = false;
    for allow in allows.iter_mut().filter(meant) {
        (allow.used, any) = (true, true);
    }
    any
}

/// What is wrong with the comments: the check, the place, what was found, and the remedy.
pub(super) fn complaints(allows: &[Allow], ran: &[&str], known: &[(&str, &str)]) -> Vec<(&'static Lint, Spot, String, String)> {
    let mut complaints = Vec::new();
    for allow in allows.iter().filter(|allow| !allow.used) {
        let code = crate::read::shortened(&allow.code);
        let is_known = known.iter().any(|(known, _)| *known == code);
        if !is_known {
            let (message, help) = unknown(&code, known);
            complaints.push((&UNKNOWN, allow.at, message, help));
        } else if ran.contains(&code.as_str()) {
            let place = if allow.line.is_some() { "here" } else { "in this file" };
            complaints.push((&STALE, allow.at, format!("allows {code}, which is not found {place}"), STALE.help.to_string()));
        }
    }
    complaints
}

fn unknown(code: &str, known: &[(&str, &str)]) -> (String, String) {
    if code.is_empty() {
        return ("allows nothing: no code follows".to_string(), UNKNOWN.help.to_string());
    }
    let by_name = known.iter().find(|(_, name)| *name == code).map(|(known, _)| *known);
    let meant = by_name.or_else(|| closest(code, known.iter().map(|(known, _)| *known)));
    let help = meant.map_or(UNKNOWN.help.to_string(), |meant| format!("Did you mean {meant}? {}", UNKNOWN.help));
    (format!("allows `{code}`, which is no code of a check"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples() {
        super::super::examples::holds(&STALE);
        super::super::examples::holds(&UNKNOWN);
    }

    #[test]
    fn a_comment_holds_for_its_line_the_next_or_the_file() {
        let text = "# lint: allow GC101 (why), GC9\npolicy: p\nround: 1m  # ours # lint: allow GC102,GC103\n\
                    # lint: allow GC104\n# and why\ngates: {}\nabout: \"see #lint: allow GC105\"\n";
        let found: Vec<_> = allows(text).into_iter().map(|a| (a.code, a.line, a.at.line, a.at.column)).collect();
        let expect = [("GC101", None, 1, 15), ("GC102", Some(3), 3, 33), ("GC103", Some(3), 3, 39), ("GC104", Some(6), 4, 15)];
        assert_eq!(found, expect.map(|(code, holds, line, column)| (code.to_string(), holds, line, column)));
    }

    #[test]
    fn what_is_no_code_is_named_with_what_was_meant() {
        let known = [("GC101", "no-gates"), ("GC102", "unused-gate")];
        assert!(unknown("unused-gate", &known).1.starts_with("Did you mean GC102?"));
        assert!(unknown("gc101", &known).1.starts_with("Did you mean GC101?"));
        assert!(unknown("", &known).0.contains("no code follows"));
    }
}
