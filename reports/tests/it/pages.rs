//! Pages and pictures: well-formed, self-contained, and showing what they should.

use crate::fixtures::*;
use gatecrash_reports::charts::{self, Range};
use gatecrash_reports::{ScoreReport, html_score, html_trial, svg_score, svg_trial};
use gatecrash_sim::scenario::Expect;
use gatecrash_sim::trial::Trial;

/// Pages are written so that they are XML as well.
pub fn parsed(page: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    roxmltree::Document::parse_with_options(page, options).expect("well-formed")
}

pub fn self_contained(page: &str) {
    assert!(!page.contains("<script"));
    self_contained_with_script(page);
}

/// The same for a page that may have a script of its own.
pub fn self_contained_with_script(page: &str) {
    for node in parsed(page).descendants() {
        assert!(!["link", "img", "iframe", "object", "image", "use"].contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(!["src", "href"].contains(&attribute.name()) && !attribute.name().starts_with("on"), "{attribute:?}");
        }
    }
    assert!(!page.contains("url(") && !page.contains("@import"));
    // Namespaces are names, not addresses.
    assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http:"));
}

/// Leaves a file under `target/tmp` for a person to look at.
pub fn look(name: &str, text: &str) {
    std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), text).expect("the target folder can be written");
}

pub fn texts(page: &str) -> String {
    let doc = parsed(page);
    let hidden = |n: &roxmltree::Node| n.ancestors().any(|a| ["style", "script"].contains(&a.tag_name().name()));
    let texts = doc.descendants().filter(|n| n.is_text() && !hidden(n)).filter_map(|n| n.text()).map(str::trim);
    texts.filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
}

fn trial_page(trial: &Trial) -> String {
    with_report(trial, Expect::Rollback, html_trial)
}

#[test]
fn trial_page_reads_well() {
    let page = trial_page(&pictured());
    look("trial.html", &page);
    self_contained(&page);
    insta::assert_snapshot!(texts(&page));
}

#[test]
fn score_page_reads_well() {
    let page = html_score(&score());
    look("score.html", &page);
    self_contained(&page);
    insta::assert_snapshot!(texts(&page));
}

#[test]
fn a_large_score_has_a_section_for_each_policy() {
    let report = large_score();
    let page = html_score(&report);
    look("large-score.html", &page);
    self_contained(&page);
    let count = |text: &str| page.matches(text).count();
    assert_eq!((count("<h2>ws-only</h2>"), count("<h2>agent-readiness</h2>")), (1, 1));
    let (_, matrix) = page.split_once("<h2>Scenarios and policies</h2>").expect("a matrix");
    let (matrix, _) = matrix.split_once("</table>").expect("a table");
    assert!(matrix.contains("healthy-day") && !matrix.contains("ws-only"), "only what is compared: {matrix}");
    let svg = svg_score(&report);
    look("large-matrix.svg", &svg);
    self_contained(&svg);
    let width: u32 = parsed(&svg).root_element().attribute("width").and_then(|w| w.parse().ok()).expect("a width");
    assert!(width < 900, "{width}: policies with scenarios of their own stand below each other");
    assert!(page.len() < 150_000 && svg.len() < 150_000, "{} {}", page.len(), svg.len());
}

#[test]
fn each_wobble_has_its_cells_and_its_picture() {
    let page = html_score(&wobbly_score());
    self_contained(&page);
    let text = texts(&page);
    for name in ["healthy-day", "healthy-day, wobble off", "healthy-day, wobble 2x"] {
        assert!(text.lines().any(|line| line == name), "{name}: {text}");
    }
    for name in ["error-burst", "error-burst, wobble off", "error-burst, wobble 2x"] {
        assert!(text.lines().any(|line| line == format!("{name}: breaches caught, by severity")), "{name}: {text}");
    }
}

#[test]
fn names_are_text_and_not_markup() {
    let evil = "<script>alert('&')</script>\x07";
    let mut trial = pictured();
    trial.scenario = evil.into();
    trial.timeline[0].text = evil.into();
    trial.caught_by = vec![evil.into()];
    self_contained(&trial_page(&trial));
    self_contained(&html_score(&ScoreReport::new(1, 1, vec![row(evil, evil, Expect::Rollback, 1.0, &[trial])])));
}

#[test]
fn a_page_needs_neither_detail_nor_harm() {
    for trial in [promoted("s", "p", 1), missed("s", "p", 1), insufficient("s", "p", 1, "no data")] {
        self_contained(&trial_page(&trial));
    }
    self_contained(&html_score(&ScoreReport::new(1, 0, Vec::new())));
}

#[test]
fn pictures_stand_alone() {
    let trial = with_report(&pictured(), Expect::Rollback, svg_trial).expect("there is detail");
    let severity = charts::alone(&charts::severity(&score(), charts::severities(&score())[0]));
    for (name, svg) in [("trial", trial), ("matrix", svg_score(&score())), ("severity", severity)] {
        look(&format!("{name}.svg"), &svg);
        assert_eq!(parsed(&svg).root_element().tag_name().name(), "svg");
        self_contained(&svg);
    }
}

/// Where each instant's label stands: (name, left, right, top).
fn labels(svg: &str) -> Vec<(String, f64, f64, f64)> {
    let doc = parsed(svg);
    let number = |n: &roxmltree::Node, name| n.attribute(name).and_then(|v| v.parse::<f64>().ok()).expect("a number");
    let texts = doc.descendants().filter(|n| n.tag_name().name() == "text");
    let named = texts.filter_map(|n| {
        let name = n.text()?.trim().to_string();
        let (x, width) = (number(&n, "x"), 6.5 * name.len() as f64);
        let left = if n.attribute("text-anchor") == Some("end") { x - width } else { x };
        ["harmed", "shown", "decided", "withdrawn", "clear", "validated"].contains(&name.as_str()).then_some((
            name,
            left,
            left + width,
            number(&n, "y"),
        ))
    });
    named.collect()
}

#[test]
fn labels_of_instants_do_not_overlap() {
    let picture = with_report(&pictured(), Expect::Rollback, |r| r.picture()).expect("there is detail");
    for to in [81.0, 85.0, 400.0, 4_000.0] {
        let svg = charts::panels(&picture, Range { from: minutes(0.0), to: minutes(to) });
        let labels = labels(&svg);
        assert_eq!(labels.len(), 6);
        for (i, a) in labels.iter().enumerate() {
            assert!(a.1 >= 0.0 && a.2 <= 960.0, "{a:?} leaves the picture");
            for b in &labels[..i] {
                assert!(a.2 <= b.1 || b.2 <= a.1 || (a.3 - b.3).abs() >= 14.0, "{a:?} meets {b:?} at {to}");
            }
        }
    }
}

#[test]
fn truth_shows_what_the_gate_did_not_see_yet() {
    let picture = with_report(&pictured(), Expect::Rollback, |r| r.picture()).expect("there is detail");
    let gate = &picture.gates[0];
    let at = |points: &[(gatecrash_policies::Time, f64)], minute| {
        points.iter().rfind(|(t, _)| *t <= minutes(minute)).expect("points").1
    };
    assert!(at(&gate.truth, 59.0) < 4.0 && at(&gate.truth, 63.0) > 4.0, "the latency is beyond its limit within minutes");
    assert!(at(&gate.saw, 63.0) < 4.0, "the gate's long window does not show it");
    // One duplicate at minute 67.5: a count runs on from the beginning of its window.
    assert_eq!((at(&picture.gates[2].truth, 67.0), at(&picture.gates[2].truth, 68.0)), (0.0, 1.0));
    // Ratio over five scrapes (the canary serves 5 at each), with 1, 2, 1, 2 and 1 errors.
    assert_eq!(at(&picture.gates[1].truth, 70.0), 7.0 / 25.0);
    // After the withdrawal: those who were on the canary, with nothing wrong.
    assert!(at(&gate.truth, 79.0) < 4.0);
    assert_eq!(gate.truth.last().map(|p| p.0), Some(minutes(85.0)));
    assert_eq!(picture.lost, (7, 110));
}

#[test]
fn csv_of_a_trial() {
    let csv = with_report(&pictured(), Expect::Rollback, |r| r.csv()).expect("there is detail");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[..3], ["line,gate,at_s,value", "exposure,,0,0", "exposure,,1200,0.1"]);
    assert!(
        lines.contains(&"saw,latency,1260,2") && lines.contains(&"limit,latency,5100,4") && lines.contains(&"harmed,,3600,1")
    );
    assert_eq!(lines.last(), Some(&"validated,,4820,1"));
    assert!(with_report(&promoted("s", "p", 1), Expect::Promote, |r| r.csv()).is_none());
}
