//! Files that are written beside the result.

use crate::support::{folder, gatecrash_in};
use std::fs;

/// A page that needs nothing but itself: no address that would be fetched.
fn stands_alone(page: &str) {
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{}", &page[..page.len().min(80)]);
    for reference in ["src=", "<link", "@import", "url(", "<script src", "<iframe", "fetch(", "<base"] {
        assert!(!page.contains(reference), "the page has `{reference}`");
    }
    for href in page.split("href=").skip(1) {
        assert!(href.starts_with("\"#") || href.starts_with("'#"), "a link leaves the page: {}", &href[..href.len().min(60)]);
    }
}

#[test]
fn a_page_is_one_file_without_references() {
    let folder = folder(&[]);
    let runs: [&[&str]; 2] = [
        &["run", "reconnect-storm", "--html", "page.html"],
        &["score", "--scenario", "reconnect-storm", "--trials", "4", "--severity", "1x,2x", "--html", "page.html"],
    ];
    for args in runs {
        let out = gatecrash_in(folder.path(), args).ok();
        assert!(!out.contains("<html"), "the page goes to its file");
        stands_alone(&fs::read_to_string(folder.path().join("page.html")).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "one file");
    }
}

#[test]
fn pictures_numbers_and_traces_go_to_their_files() {
    let folder = folder(&[]);
    let args = ["run", "cancel-latency-spike", "--svg", "a.svg", "--csv", "a.csv", "--trace", "a.jsonl"];
    gatecrash_in(folder.path(), &args).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("a.svg").trim_start().starts_with("<svg"));
    assert!(read("a.csv").lines().count() > 10);
    let lines: Vec<serde_json::Value> = read("a.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 100 && lines.iter().all(serde_json::Value::is_object));
    gatecrash_in(folder.path(), &["score", "--scenario", "healthy-day", "--trials", "2", "--csv", "b.csv", "--svg", "b.svg"])
        .ok();
    assert_eq!(read("b.csv").lines().count(), 2, "a header and a row");
}

#[test]
fn a_file_that_cannot_be_written_is_an_input_error() {
    let folder = folder(&[]);
    for option in ["--html", "--svg", "--csv", "--trace"] {
        let ran = gatecrash_in(folder.path(), &["run", "healthy-day", option, "nowhere/page"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option}");
        assert!(ran.err.contains("cannot write `nowhere/page`") && ran.err.contains("give a path"), "{}", ran.err);
    }
}
