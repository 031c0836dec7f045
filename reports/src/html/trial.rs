//! The page of one trial.

use super::{figure, page, prose, table};
use crate::charts::{self, Range};
use crate::picture::Picture;
use crate::score::gaps;
use crate::trial::TrialReport;
use crate::words::{self, Escaped};
use gatecrash_policies::sample::SignalKind;
use gatecrash_policies::show::Unit;
use gatecrash_policies::time::Span;
use gatecrash_sim::trial::{GAPS, Outcome, TrueSignal, TrueValue};

/// The page of a trial: its verdict, the gaps by owner, the picture, the timeline and the truth beside it.
pub fn html_trial(report: &TrialReport) -> String {
    let t = report.trial;
    let title = format!("{} x {}", t.scenario, t.policy);
    let class = match t.outcome {
        Outcome::Detected | Outcome::TruePromote => "verdict",
        Outcome::Missed | Outcome::FalseRollback => "verdict bad",
        Outcome::Insufficient => "verdict open",
    };
    let mut body = format!("<h1>{}</h1>\n<p class=\"{class}\">{}</p>\n", Escaped(&title), prose(&report.verdict()));
    body.push_str(&gap_bar(report));
    body.push_str(&facts(report));
    if let Some(picture) = report.picture() {
        body.push_str(&pictures(&picture));
        body.push_str(&gates(&picture));
    }
    body.push_str("<h2>What happened</h2>\n");
    let rows = t.timeline.iter().map(|e| vec![words::clock(e.at), e.kind.to_string(), e.text.clone()]);
    body.push_str(&table(&["at", "what", ""], &[0], rows));
    if let Some(detail) = &t.detail {
        body.push_str("<h2>What was true</h2>\n<p class=\"hint\">After the warm-up, before telemetry.</p>\n");
        let header = ["signal", "arm", "count", "mean", "p50", "p95", "max"];
        body.push_str(&table(&header, &[2, 3, 4, 5, 6], detail.signals.iter().flat_map(signal_rows)));
    }
    let expect = words::expect(report.expect);
    body.push_str(&format!("<footer><p>Seed {}, expect {expect}. gatecrash.trial/v1</p></footer>\n", t.seed));
    page(&title, &body)
}

/// The gaps as one bar, as long as they took, and as a table.
fn gap_bar(report: &TrialReport) -> String {
    let lengths = gaps(report.trial);
    if lengths.iter().all(Option::is_none) {
        return String::new();
    }
    let total: u64 = lengths.iter().flatten().sum();
    let segment = |(i, micros): (usize, &Option<u64>)| {
        let micros = (*micros).filter(|m| *m > 0)?;
        let share = 100.0 * micros as f64 / total as f64;
        // A name that cannot fit would only be a smudge; the table below has them all.
        let name = if share >= 10.0 { format!("{} {}", GAPS[i], Span(micros)) } else { String::new() };
        Some(format!("<span class=\"o{i}\" style=\"flex:{share:.3} 1 0\" title=\"{}\">{name}</span>", GAPS[i]))
    };
    let bar: String = lengths.iter().enumerate().filter_map(segment).collect();
    let row = |(i, cells): (usize, Vec<String>)| {
        let cells: String = cells.iter().skip(1).map(|c| format!("<td>{}</td>", Escaped(c))).collect();
        format!("<tr><td><i class=\"o{i}\"></i>{}</td>{cells}</tr>\n", GAPS[i])
    };
    let rows: String = report.gap_rows().enumerate().map(row).collect();
    format!(
        "<h2>Where the time went</h2>\n<div class=\"gaps\">{bar}</div>\n<div class=\"wide\"><table>\n<thead><tr><th>owner</th>\
         <th>from -&gt; to</th><th>at</th><th>length</th><th>made of</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn facts(report: &TrialReport) -> String {
    let fact = |(name, value): (&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", Escaped(&value));
    format!("<h2>What it cost</h2>\n<dl>\n{}</dl>\n", report.facts().into_iter().map(fact).collect::<String>())
}

/// The whole trial; and the instants from near, where they would be a smudge on it.
fn pictures(picture: &Picture) -> String {
    let mut text = String::from("<h2>What the gates saw</h2>\n");
    text.push_str(&figure(
        &charts::panels(picture, Range::whole(picture)),
        "The whole trial. After the decision gates judge recovery, by those who have been on the canary.",
    ));
    if let Some(near) = near(picture) {
        text.push_str("<h2>From harm to recovery</h2>\n");
        text.push_str(&figure(&charts::panels(picture, near), "The same, from near."));
    }
    text
}

/// The stretch around the instants, where it is less than a third of the trial.
pub fn near(picture: &Picture) -> Option<Range> {
    let (first, last) = (picture.instants.first()?.1, picture.instants.iter().map(|(_, at)| *at).max()?);
    let margin = Span((last.since(first).0 / 8).max(30_000_000));
    let range = Range { from: first - margin, to: (last + margin).min(picture.end) };
    (picture.instants.len() > 1 && range.to.since(range.from).0 < picture.end.0 / 3).then_some(range)
}

fn gates(picture: &Picture) -> String {
    let rows = picture.gates.iter().map(|gate| {
        let first = gate.fails.first().map_or(words::NOTHING.to_string(), |at| words::clock(*at));
        let rounds = gate.rounds.map(|n| words::grouped(n as u64));
        [gate.name.clone(), gate.check.clone()].into_iter().chain(rounds).chain([first]).collect()
    });
    let header = ["gate", "check", "passed", "failed", "inconclusive", "no data", "first fail"];
    let table = table(&header, &[2, 3, 4, 5, 6], rows);
    let (lost, all) = picture.lost;
    let lost = if lost == 0 {
        "no scrape of the canary was lost".to_string()
    } else {
        format!("{lost} of {all} scrapes of the canary were lost")
    };
    format!("<h2>Gates</h2>\n{table}<p class=\"hint\">Rounds by what the gate said; {lost}.</p>\n")
}

fn signal_rows(signal: &TrueSignal) -> Vec<Vec<String>> {
    let named = ["stable", "canary"].into_iter().zip(&signal.arms);
    let cells = named.filter_map(|(arm, value)| Some((arm, signal_cells(signal.reads, value)?)));
    cells.map(|(arm, cells)| [signal.name.clone(), arm.to_string()].into_iter().chain(cells).collect()).collect()
}

/// (count, mean, p50, p95, max), empty where there is no such thing.
fn signal_cells(reads: SignalKind, value: &TrueValue) -> Option<[String; 5]> {
    let count = words::grouped(value.count);
    let none = String::new;
    Some(match reads {
        SignalKind::Counter => [count, none(), none(), none(), none()],
        SignalKind::Gauge | SignalKind::Age if value.area.1 == 0 => return None,
        SignalKind::Gauge => {
            let mean = Unit::Plain.show(value.area.0 as f64 / value.area.1 as f64);
            [none(), mean, none(), none(), words::grouped(value.max)]
        }
        SignalKind::Age => {
            let show = |micros: f64| Unit::Seconds.show(micros / 1e6);
            [none(), show(value.area.0 as f64 / value.area.1 as f64), none(), none(), show(value.max as f64)]
        }
        SignalKind::Durations | SignalKind::Amounts => {
            let (unit, scale) = if reads == SignalKind::Durations { (Unit::Seconds, 1e6) } else { (Unit::Plain, 1e3) };
            let at = |v: Option<u64>| v.map_or(none(), |v| unit.show(v as f64 / scale));
            let hist = &value.hist;
            [count, unit.show(hist.mean()? / scale), at(hist.quantile(0.5)), at(hist.quantile(0.95)), at(hist.max())]
        }
    })
}
