//! `docs/test.md` says what the program does.

use super::{checked, json, small};
use gatecrash_reports::measure::{SPECS, Unit};
use gatecrash_sim::scenario::Expect;

const GUIDE: &str = include_str!("../../../../docs/test.md");

#[test]
fn the_guide_lists_every_score() {
    let rows: Vec<String> = SPECS
        .iter()
        .map(|spec| {
            let stat = if spec.unit == Unit::Share { "" } else { ".STAT" };
            let unit = ["share", "time", "count"][spec.unit as usize];
            let of = match spec.only {
                Some(Expect::Rollback) => "breaches",
                Some(Expect::Promote) => "healthy ones",
                None => "all",
            };
            format!("| `{}{stat}` | {unit} | {of} | {} |", spec.name, spec.about)
        })
        .collect();
    let table = rows.join("\n");
    assert!(GUIDE.contains(&table), "docs/test.md should have these rows:\n{table}");
}

/// The suite of the guide, with scenarios and policies that are there.
#[test]
fn the_suite_of_the_guide_plays() {
    let suite = GUIDE.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the guide has a suite");
    let suite = suite.replace("min: 200, max: 3_200", "min: 2, max: 2").replace("min: 100, max: 400", "min: 2, max: 2");
    let folder = small(&[("guide.yaml", &suite)]);
    let report = json(&folder, &["guide.yaml", "--undecided", "warn"]);
    assert!(checked(&report).len() >= 10, "{report:#}");
}
