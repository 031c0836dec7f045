//! Pages and pictures of searches: well-formed, self-contained, small, and saying what the figures say.

use crate::pages::{look, parsed, self_contained, self_contained_with_script, texts};
use crate::searches::*;
use gatecrash_reports::tune::{Advice, Came, TuneReport};
use gatecrash_reports::{html_tune, svg_tune};

/// One candidate, the policy as written.
fn alone() -> TuneReport {
    let mut report = only(kept(&few()), |world| world.is_as_written());
    report.study.candidates.truncate(1);
    report.study.came.truncate(1);
    report.front = vec![0];
    report.advice = Advice::Keep { best_other: None };
    report.prices.clear();
    report.drift.clear();
    report
}

/// All candidates came to the same.
fn same() -> TuneReport {
    let mut report = search(&few());
    let one = report.study.came[2].clone();
    report.study.came.iter_mut().for_each(|came| *came = one.clone());
    report
}

/// Nothing was played.
fn unplayed() -> TuneReport {
    let mut report = kept(&few());
    report.study.came.iter_mut().flatten().for_each(|came| *came = Came::default());
    report.finalists.clear();
    report.gates.clear();
    report
}

/// More candidates than are drawn.
fn thousands() -> TuneReport {
    let limits = (200..=900).step_by(2).collect();
    search(&Size { limits, windows: vec![5, 10, 15, 20, 30], soaks: vec![30, 60] })
}

/// Searches of every kind.
fn all() -> Vec<(&'static str, TuneReport)> {
    vec![
        ("few", search(&few())),
        ("many", search(&many())),
        ("impossible", impossible(&many())),
        ("kept", kept(&many())),
        ("no-healthy", only(search(&many()), |world| world.has_breach())),
        ("no-breach", only(kept(&few()), |world| !world.has_breach())),
        ("alone", alone()),
        ("same", same()),
        ("unplayed", unplayed()),
        ("thousands", thousands()),
    ]
}

/// The caption of the figure with this title.
fn caption(page: &str, title: &str) -> String {
    let doc = parsed(page);
    let all_text = |n: roxmltree::Node| n.descendants().filter_map(|d| d.text().filter(|_| d.is_text())).collect::<String>();
    let figure = doc.descendants().find(|n| n.has_tag_name("h3") && n.text() == Some(title)).and_then(|n| n.parent());
    let caption = figure.and_then(|f| f.children().find(|n| n.has_tag_name("figcaption")));
    all_text(caption.unwrap_or_else(|| panic!("no figure {title}")))
}

#[test]
fn page_of_a_small_search() {
    let page = html_tune(&search(&few()));
    look("tune.html", &page);
    insta::assert_snapshot!(texts(&page));
}

#[test]
fn picture_of_a_small_search() {
    let svg = svg_tune(&search(&few()));
    look("tune.svg", &svg);
    insta::assert_snapshot!(texts(&svg));
}

#[test]
fn every_search_has_a_page_and_a_picture() {
    for (name, report) in all() {
        let (page, svg) = (html_tune(&report), svg_tune(&report));
        look(&format!("tune-{name}.html"), &page);
        look(&format!("tune-{name}.svg"), &svg);
        self_contained_with_script(&page);
        self_contained(&svg);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}: a number is missing");
        inside(name, &page);
        assert!(page.len() < 2_000_000 && svg.len() < 2_000_000, "{name}: {} {}", page.len(), svg.len());
    }
}

/// All marks lie within their picture.
fn inside(name: &str, page: &str) {
    let doc = parsed(page);
    for plot in doc.descendants().filter(|n| n.attribute("class") == Some("plot")) {
        let number = |n: &roxmltree::Node, key| n.attribute(key).and_then(|v| v.parse::<f64>().ok());
        let (width, height) = (number(&plot, "width").expect("a width"), number(&plot, "height").expect("a height"));
        for mark in plot.descendants().filter(|n| n.attribute("data-c").is_some()) {
            let path = mark.attribute("d").map(|d| d.trim_start_matches('M').split(['l', 'h']).next().expect("a start"));
            let start = path.and_then(|p| p.split_once(',')).map(|(x, y)| (x.parse().ok(), y.parse().ok()));
            let (x, y): (Option<f64>, Option<f64>) = start.unwrap_or((number(&mark, "cx"), number(&mark, "cy")));
            let (x, y) = (x.expect("a place"), y.expect("a place"));
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{name}: {mark:?} at {x} {y}");
        }
    }
}

#[test]
fn the_only_script_is_the_one_that_is_allowed() {
    let page = html_tune(&search(&few()));
    assert_eq!((page.matches("<script>").count(), page.matches("<script").count()), (1, 1));
    let (_, policy) = page.split_once("Content-Security-Policy\" content=\"").expect("a policy");
    let (policy, _) = policy.split_once('"').expect("its end");
    let (rest, script) = policy.split_once("; script-src 'sha256-").expect("a hash");
    assert_eq!(rest, "default-src 'none'; style-src 'unsafe-inline'");
    assert!(script.len() == 45 && script.ends_with("='"), "{script}: 32 bytes in base64, and nothing else");
    let script = include_str!("../../src/html/tune.js");
    assert!(page.contains(&format!("<script>{script}</script>")), "the script is the file");
    assert!(script.lines().count() < 120, "short enough to be read");
}

#[test]
fn captions_say_what_the_figures_say() {
    let report = search(&many());
    let page = html_tune(&report);
    let goals = |c: &usize| {
        let (wrong, caught, exposed) = worst(&report.study, *c);
        wrong <= 0.01 && caught >= 0.7 && exposed <= 350.0
    };
    let met = (0..report.study.candidates.len()).filter(goals).count();
    let told = caption(&page, "What one gains, another costs");
    let expected = format!("175 candidates, each a point. {} are on the front. In the search {met} are on", report.front.len());
    assert!(told.starts_with(&expected) && met > 1, "{told}\n{expected}");

    let Advice::Change { to, .. } = report.advice else { panic!("a change is recommended") };
    let fired = |breach: bool| {
        let worlds = report.study.worlds.iter().zip(&report.study.came[to]);
        let mine: Vec<_> = worlds.filter(|(w, _)| w.is_as_written() && w.has_breach() == breach).map(|(_, c)| c).collect();
        let hits: u64 = mine.iter().map(|c| c.caught_by["cancel-to-ack"]).sum();
        format!("{:.0}%", 100.0 * hits as f64 / mine.iter().map(|c| c.trials()).sum::<u64>() as f64)
    };
    let expected = format!("Recommended: first in {} of breaches and in {} of healthy trials.", fired(true), fired(false));
    let told = caption(&page, "ROC of cancel-to-ack");
    assert!(told.starts_with("87 candidates that differ from yours") && told.contains(&expected), "{told}\n{expected}");

    let fresh = &report.finalists[0];
    let half = fresh.worlds.iter().position(|w| w.scenario == "cancel-latency-doubled" && w.sizes.severity == 0.7);
    let caught = &fresh.came[half.expect("a perturbed world")];
    let rate = format!("{:.0}%", 100.0 * caught.detected as f64 / caught.judged() as f64);
    assert!(page.contains(&format!("{rate} [")) && page.contains("at 0.7x on fresh seeds"), "{rate}");
    let told = caption(&page, "What each gate is worth");
    assert!(told.ends_with("cancel-to-ack is worth most: without it 41% of breaches are detected instead of 93%."), "{told}");
}

#[test]
fn every_candidate_is_told_once_and_marked_in_each_picture() {
    let report = search(&many());
    let page = html_tune(&report);
    let (_, pictures) = page.split_once("<h2>Pictures</h2>").expect("pictures");
    let (pictures, _) = pictures.split_once("<h2>Gates</h2>").expect("their end");
    for c in 0..report.study.candidates.len() {
        let marks = pictures.matches(&format!("data-c=\"{c}\"")).count();
        assert!(marks >= 4, "{c} is marked {marks} times");
    }
    let told = pictures.matches(" trials of the search</title>").count();
    assert_eq!(told, report.study.candidates.len());
    assert!(pictures.contains("limit 550ms, window 10m, soak 30m (recommended)\nfalse rollbacks: 1%"));
}

#[test]
fn of_very_many_candidates_some_are_drawn_and_some_are_listed() {
    let report = thousands();
    let page = html_tune(&report);
    let told = caption(&page, "What one gains, another costs");
    assert!(told.starts_with("1,000 of 3,511 candidates are drawn. "), "{told}");
    assert!(page.contains("3,311 more are not listed.") && page.matches("<tr data-c=").count() == 200);
    let (first, _) = page.split_once("</svg>\n<svg class=\"plot\"").expect("several tiles");
    assert_eq!(first.matches("data-c=").count(), 1_000);
    for c in report.front.iter().chain([&0]) {
        assert!(first.contains(&format!("data-c=\"{c}\"")), "{c} is on the front or yours, and is always drawn");
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let first = "What one gains, another costs";
    assert_eq!(caption(&html_tune(&alone()), first), "There is one candidate only: nothing to compare it with.");
    assert!(caption(&html_tune(&same()), first).starts_with("All 5 candidates came to the same"));
    assert!(caption(&html_tune(&same()), "ROC of cancel-to-ack").starts_with("Whatever its dials, it fires first in "));
    assert!(caption(&html_tune(&unplayed()), first).starts_with("No candidate has been played"));
    assert!(html_tune(&unplayed()).contains("has not been played on fresh seeds"));
}

#[test]
fn what_cannot_be_met_is_said_with_its_remedy() {
    let text = texts(&html_tune(&impossible(&many())));
    assert!(text.contains("No candidate meets the goals. The closest is limit 550ms, window 10m, soak 30m."), "{text}");
    for line in ["What would have to be given up", "not by this alone", "What it would take", "stages.canary.soak", "2h 36m"] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
}

#[test]
fn silent_and_blind_gates_are_told_in_words() {
    let text = texts(&html_tune(&search(&few())));
    for line in ["never decides: it fired first in no trial.", "is blind in", ": it never had enough to judge there."] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn names_of_a_search_are_text_and_not_markup() {
    let evil = "<script>alert('&')</script>\x07";
    let mut report = search(&few());
    report.study.policy = evil.into();
    report.study.gates[0] = evil.into();
    report.study.stages[0] = evil.into();
    report.study.dials[0].path = format!("gates.{evil}.{evil}");
    report.study.candidates.iter_mut().for_each(|c| c.values[0].push_str(evil));
    report.study.worlds.iter_mut().for_each(|w| w.scenario.push_str(evil));
    report.gates[0].gate = evil.into();
    report.gates[2].blind_at = vec![evil.into()];
    let page = html_tune(&report);
    self_contained_with_script(&page);
    assert_eq!(page.matches("<script").count(), 1);
    self_contained(&svg_tune(&report));
}
