//! What ships for monitoring systems names what there is, and Prometheus takes it.

use crate::counterparties::promtool;
use crate::support::{folder, path};
use gatecrash_drill::metrics::rules_for;
use gatecrash_reports::openmetrics::{Form, own};
use gatecrash_scenarios::{library_policies, library_scenarios, load_policy, load_scenario};
use serde_json::Value;
use std::collections::BTreeSet;

const CONFIG: &str = include_str!("../../../drill/kit/prometheus.yml");
const RULES: &str = include_str!("../../../drill/kit/rules.yml");
const DASHBOARD: &str = include_str!("../../../drill/kit/dashboard.json");

/// What our own samples are called, but for what only exports have.
fn known() -> BTreeSet<String> {
    let ending = |form| match form {
        Form::Counter => "_total",
        Form::Info => "_info",
        Form::Gauge | Form::Histogram => "",
    };
    let names = own::ALL.iter().map(|family| format!("{}{}", family.name(), ending(family.form)));
    names.filter(|name| !name.contains("_truth_")).collect()
}

/// The names of metrics in a text; patterns are none.
fn names(text: &str) -> Vec<&str> {
    let ends = |c: char| !(c.is_ascii_lowercase() || c == '_');
    let found = text.match_indices("gatecrash_").map(|(at, _)| &text[at..]);
    found.filter(|rest| !rest.starts_with("gatecrash_.")).map(|rest| &rest[..rest.find(ends).unwrap_or(rest.len())]).collect()
}

/// All expressions of the dashboard, with its variables filled in.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("a list");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let annotations = dashboard["annotations"]["list"].as_array().expect("a list");
    let all = targets.chain(annotations).map(|target| target["expr"].as_str().expect("an expression"));
    let filled = |text: &str| {
        text.replace("$gate", "errors")
            .replace("$counter", "gatecrash_runs_errors_total")
            .replace("$histogram", "gatecrash_runs_latency_seconds_bucket")
    };
    all.map(filled).collect()
}

#[test]
fn only_what_there_is_is_named() {
    let known = known();
    for text in [RULES, DASHBOARD] {
        let names = names(text);
        assert!(names.len() > 5);
        names.iter().for_each(|name| assert!(known.contains(*name), "there is no {name}"));
    }
    assert!(CONFIG.contains("rules.yml") && CONFIG.contains("127.0.0.1:7878"));
}

#[test]
fn the_page_about_names_has_all_of_them() {
    let page = include_str!("../../../docs/export.md");
    for family in own::ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}", family.name())) && line.contains(&*family.help));
        assert!(row.is_some(), "docs/export.md: `{}`: {}", family.name(), family.help);
    }
}

#[test]
fn every_panel_reads_the_data_source_of_choice() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("a list");
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
    }
    assert_eq!(dashboard["templating"]["list"][0]["type"], "datasource");
    assert!(expressions().len() > 12);
}

#[test]
fn promtool_takes_the_kit() {
    let rule = |expression: &String| format!("      - {{ record: 'a', expr: '{}' }}\n", expression.replace('\'', "''"));
    let panels: String = expressions().iter().map(rule).collect();
    let panels = format!("groups:\n  - name: panels\n    rules:\n{panels}");
    let folder = folder(&[("prometheus.yml", CONFIG), ("rules.yml", RULES), ("panels.yml", &panels)]);
    promtool(&["check", "config", &path(&folder, "prometheus.yml")]);
    // Two panels may show the same.
    promtool(&["check", "rules", "--lint=none", &path(&folder, "rules.yml"), &path(&folder, "panels.yml")]);
}

/// What the alerts are to say of a rollout whose gate fails from the tenth minute on, and whose telemetry falls silent then.
const CASES: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'gatecrash_gate_failing{gate="errors"}', values: '0x9 1x40' }
      - { series: 'gatecrash_gate_value{gate="errors"}', values: '0.01x9 0.05x40' }
      - { series: 'gatecrash_gate_limit{gate="errors",op="<="}', values: '0.02x49' }
      - { series: 'gatecrash_gate_value{gate="joined"}', values: '0.95x49' }
      - { series: 'gatecrash_gate_limit{gate="joined",op=">="}', values: '0.9x49' }
      - { series: 'gatecrash_gate_status{gate="errors",status="no-data"}', values: '0x49' }
      - { series: 'gatecrash_rollback_decided', values: '0x49' }
      - { series: 'gatecrash_telemetry_age_seconds{arm="stable"}', values: '10x9 0+60x40' }
      - { series: 'gatecrash_telemetry_age_seconds{arm="canary"}', values: '10x9 0+60x40' }
    alert_rule_test:
      - { eval_time: 9m, alertname: GatecrashGateFails, exp_alerts: [] }
      - eval_time: 12m
        alertname: GatecrashGateFails
        exp_alerts:
          - exp_labels: { severity: page, gate: errors }
            exp_annotations: { summary: gate errors has failed for a minute }
      - { eval_time: 9m, alertname: GatecrashBeyondLimit, exp_alerts: [] }
      - eval_time: 13m
        alertname: GatecrashBeyondLimit
        exp_alerts:
          - exp_labels: { severity: ticket, gate: errors }
            exp_annotations: { summary: 'gate errors reads 0.05, beyond its limit for two minutes' }
      - { eval_time: 20m, alertname: GatecrashUndecided, exp_alerts: [] }
      - eval_time: 26m
        alertname: GatecrashUndecided
        exp_alerts:
          - exp_labels: { severity: page }
            exp_annotations: { summary: 'a gate has failed for a quarter of an hour, and nobody has decided to roll back' }
      - { eval_time: 12m, alertname: GatecrashNoFreshTelemetry, exp_alerts: [] }
      - eval_time: 20m
        alertname: GatecrashNoFreshTelemetry
        exp_alerts:
          - exp_labels: { severity: page }
            exp_annotations: { summary: the newest sample is 600 s old }
      - { eval_time: 40m, alertname: GatecrashGateBlind, exp_alerts: [] }
"#;

#[test]
fn alerts_fire_when_they_should() {
    let folder = folder(&[("rules.yml", RULES), ("cases.yml", CASES)]);
    promtool(&["test", "rules", &path(&folder, "cases.yml")]);
}

#[test]
fn promtool_takes_the_rules_of_every_policy() {
    let mut files = Vec::new();
    for listed in library_policies() {
        let policy = load_policy(&listed.name).expect("it is built in");
        let plays = |scenario: &&gatecrash_scenarios::Listed| scenario.policy.as_deref() == Some(&listed.name);
        let Some(scenario) = library_scenarios().iter().find(plays).map(|listed| listed.name.clone()) else { continue };
        let scenario = load_scenario(&scenario).expect("it is built in");
        let text = rules_for(&policy.value, &scenario.value.catalog());
        let gates = policy.value.gates.len();
        assert_eq!(text.matches("- alert: ").count() + text.matches("# Left out: ").count(), gates, "{text}");
        files.push((format!("{}.yml", listed.name), text));
    }
    assert!(files.iter().any(|(_, text)| text.matches("- alert: ").count() > 3), "some gates can be said");
    let folder = folder(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let paths: Vec<String> = files.iter().map(|(name, _)| path(&folder, name)).collect();
    promtool(&[&["check", "rules"][..], &paths.iter().map(String::as_str).collect::<Vec<_>>()].concat());
}
