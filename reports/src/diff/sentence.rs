//! The verdict in a sentence, with its cause beside it.

use super::example::telling;
use super::numbers::{p, size, span};
use super::report::DiffReport;
use super::verdict::{Found, Score, Status, Verdict};
use crate::measure::Unit;
use crate::words;

/// The last line of a diff.
pub(super) fn sentence(report: &DiffReport) -> String {
    let (old, new) = (&report.old.given, &report.new.given);
    if report.is_equal() {
        let how = if report.same_text { "the two files are the same" } else { "the two files differ in their text only" };
        return format!("Same: `{new}` plays exactly as `{old}` does ({how}); nothing was played");
    }
    let played = if report.interrupted { "Interrupted; of what was played: " } else { "" };
    if !report.judged.has_data() {
        return format!("{played}No data: in no pair of trials do both policies have a score that could be compared");
    }
    let said = match report.verdict() {
        Verdict::Same => same(report),
        verdict => changed(report, verdict),
    };
    format!("{played}{said}")
}

fn changed(report: &DiffReport, verdict: Verdict) -> String {
    let all = || report.judged.worlds.iter().flat_map(|world| &world.scores);
    let count = |status| all().filter(|score| score.decides && score.status == status).count() as u64;
    let (world, score, found) = telling(&report.judged).expect("a score changed");
    let name = report.judged.worlds[world].world.name();
    let (title, others) = match verdict {
        Verdict::Better => ("Better", more(count(Status::Better) - 1, "is better", "are better")),
        Verdict::Worse => ("Worse", more(count(Status::Worse) - 1, "is worse", "are worse")),
        _ => {
            let worse = more(count(Status::Worse) - 1, "is worse", "are worse");
            let better = more(count(Status::Better), "is better", "are better");
            ("Worse in part", format!("{worse}{}", better.replace(" more", "")))
        }
    };
    let found = told(score, found);
    let replay = report.shown.as_ref().map_or(String::new(), |shown| format!(". Replay: {}", shown.new));
    format!("{title}: `{}` {found} in {name}{others}; {}{replay}", report.new.given, cause(report))
}

fn more(n: u64, one: &str, many: &str) -> String {
    match n {
        0 => String::new(),
        1 => format!("; 1 more score {one}"),
        n => format!("; {} more scores {many}", words::grouped(n)),
    }
}

/// `lowers detection_rate by 12 points [8, 16] (p < 0.001)`.
pub(super) fn told(score: &Score, found: &Found) -> String {
    let unit = score.measure.spec().unit;
    let verb = if found.difference < 0.0 { "lowers" } else { "raises" };
    let (by, span) = (size(unit, found.difference), span(unit, found));
    format!("{verb} {} by {by} {span} ({})", score.measure.name(), p(found.p))
}

fn cause(report: &DiffReport) -> String {
    match report.fields.as_slice() {
        [only] => format!("cause: {}", words::one_line(&only.short())),
        [first, rest @ ..] => format!("cause: {} or {}", words::one_line(&first.short()), of_others(rest.len() as u64)),
        [] => String::new(),
    }
}

fn of_others(n: u64) -> String {
    if n == 1 { "the other change".to_string() } else { format!("one of {} other changes", words::grouped(n)) }
}

fn same(report: &DiffReport) -> String {
    let tolerated =
        report.judged.worlds.iter().flat_map(|world| &world.scores).filter(|score| score.status == Status::Tolerated).count()
            as u64;
    let within = if tolerated == 0 {
        String::new()
    } else {
        format!("; {} worse within what is tolerated", words::count_of(tolerated, "score"))
    };
    let seen = seen(report);
    format!(
        "Same: no score of `{}` is better or worse beyond chance{}{within}{seen}",
        report.new.given,
        if tolerated > 0 { " and tolerance" } else { "" }
    )
}

/// How large a change of the rates that matter most would have been seen, wherever it had happened.
fn seen(report: &DiffReport) -> String {
    let scores = report.judged.worlds.iter().flat_map(|world| &world.scores);
    let mut widest: Vec<(&Score, f64)> = Vec::new();
    for (score, found) in scores.filter(|score| score.decides).filter_map(|score| Some((score, score.found?))) {
        if score.measure.spec().unit == Unit::Count || found.resolution() == 0.0 {
            continue;
        }
        match widest.iter_mut().find(|(other, _)| other.measure == score.measure) {
            Some((_, size)) => *size = size.max(found.resolution()),
            None => widest.push((score, found.resolution())),
        }
    }
    let told: Vec<String> = widest
        .iter()
        .map(|(score, by)| format!("{} by {}", score.measure.name(), size(score.measure.spec().unit, *by)))
        .collect();
    if told.is_empty() { String::new() } else { format!("; a change would have shown of {}", words::list(&told)) }
}
