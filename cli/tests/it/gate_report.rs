//! `run --gate-report`: a folder of reports.

use crate::support::{folder, gatecrash_in, path};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn each_execution_has_its_two_files() {
    let folder = folder(&[]);
    let args = ["run", "cancel-latency-spike", "--seed", "3", "--gate-report", "out/gates"];
    let out = gatecrash_in(folder.path(), &args).ok();
    assert!(out.lines().last().unwrap().starts_with("Detected: "), "the result stays what it was: {out}");
    let reports = folder.path().join("out/gates");
    let index = json(&reports, "report.json");
    assert_eq!(index["executions"].as_array().unwrap().last().unwrap()["action"], "roll back");
    assert_eq!((&index["schema"], &index["seed"]), (&"gatecrash.gate-report/v1".into(), &3.into()));
    let executions = index["executions"].as_array().unwrap();
    assert!(!executions.is_empty());
    assert_eq!(fs::read_dir(&reports).unwrap().count(), 2 + 2 * executions.len(), "an index and a pair of files each");
    let page = fs::read_to_string(reports.join("README.md")).unwrap();
    for execution in executions {
        let file = execution["file"].as_str().unwrap();
        assert!(page.contains(&format!("[{file}.md]({file}.md)")), "{page}");
        let report = json(&reports, &format!("{file}.json"));
        assert_eq!(report["statement"]["decision"], execution["decision"]);
        assert_eq!(report["stages"].as_array().map(Vec::len), index["stages"].as_array().map(Vec::len));
        let text = fs::read_to_string(reports.join(format!("{file}.md"))).unwrap();
        assert!(text.contains(report["replay"].as_str().unwrap()), "{text}");
    }
}

#[test]
fn the_command_in_the_report_makes_the_same_reports() {
    let folder = folder(&[]);
    gatecrash_in(folder.path(), &["run", "healthy-day", "--severity", "2x", "--gate-report", "out"]).ok();
    let out = folder.path().join("out");
    let first = fs::read_to_string(out.join("report.json")).unwrap();
    let replay = json(&out, "report.json")["replay"].as_str().unwrap().to_string();
    assert_eq!(replay, "gatecrash run healthy-day --policy careful --seed 1 --severity 2x --gate-report out");
    fs::remove_dir_all(&out).unwrap();
    gatecrash_in(folder.path(), &replay.split(' ').skip(1).collect::<Vec<_>>()).ok();
    assert_eq!(fs::read_to_string(out.join("report.json")).unwrap(), first);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_input_error() {
    let folder = folder(&[("taken", "")]);
    let ran = gatecrash_in(folder.path(), &["run", "healthy-day", "--gate-report", &path(&folder, "taken")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("cannot make the folder") && ran.err.contains("give a path"), "{}", ran.err);
}
