//! Values put into the text of a policy: nothing else changes, and it reads as the candidate.

use crate::vary::{GOOD, good};
use gatecrash_policies::policy::Policy;
use gatecrash_policies::rules::{RULES, Range};
use gatecrash_scenarios::{Grid, Loaded, diff, edited, library_policies, load_policy, policy_from_text};
use proptest::prelude::*;

#[test]
fn only_what_changes_is_changed_in_the_text() {
    let changed = |changes: &[(&str, &str)]| {
        let text = edited(&good(), changes).unwrap_or_else(|e| panic!("{e}"));
        let lines = diff(GOOD, &text, "a", "b");
        let lines: Vec<&str> =
            lines.lines().filter(|l| l.starts_with(['+', '-']) && !l.starts_with("---") && !l.starts_with("+++")).collect();
        lines.join("\n")
    };
    for (path, value, says) in [
        (
            "gates.latency.limit",
            "250ms",
            "-    check: p95(calls.latency) <= 5s over 10m   # the agreement\n+    check: p95(calls.latency) <= 250ms over 10m   # the agreement",
        ),
        ("round", "30s", "-round: 1m          # often\n+round: 30s          # often"),
        ("gates.latency.min_samples", "20", "+    min_samples: 20"),
        ("gates.latency.rule", "cusum", "-    rule: { exceedance: { alpha: 2% } }\n+    rule: cusum"),
        ("gates.latency.rule.alpha", "1%", "-    rule: { exceedance: { alpha: 2% } }\n+    rule: { exceedance: { alpha: 1% } }"),
        (
            "gates.errors.window",
            "5m",
            "-  errors: { check: ratio(calls.errors / calls.outcomes) <= 1%, rule: zero_tolerance, on_fail: hold }\n\
             +  errors: { check: ratio(calls.errors / calls.outcomes) <= 1% over 5m, rule: zero_tolerance, on_fail: hold }",
        ),
        (
            "gates.errors.min_samples",
            "7",
            "-  errors: { check: ratio(calls.errors / calls.outcomes) <= 1%, rule: zero_tolerance, on_fail: hold }\n\
             +  errors: { check: ratio(calls.errors / calls.outcomes) <= 1%, rule: zero_tolerance, on_fail: hold, min_samples: 7 }",
        ),
        (
            "gates.lag.limit.ios",
            "4s",
            "-    check: \"p95(connections.message_lag) <= { web: 1.5s, ios: 2s } per surface over 1h\"\n\
             +    check: \"p95(connections.message_lag) <= { web: 1.5s, ios: 4s } per surface over 1h\"",
        ),
        ("gates.lag.rule.of.1.alpha", "3%", "-        - exceedance\n+        - { exceedance: { alpha: 3% } }"),
        (
            "gates.lag.rule",
            "threshold",
            "-    rule:            # together\n-      any:\n-        - threshold\n-        - exceedance\n+    rule: threshold            # together",
        ),
        ("stages.everyone.gates", "[errors]", "+    gates: [errors]"),
        ("rollback.budget.withdraw_within", "1h", "+  budget: { withdraw_within: 1h }"),
        ("alpha.total", "5%", "+alpha: { total: 5% }"),
        ("stages.canary.soak", "1h", ""),
        ("gates.latency.on_fail", "rollback", ""),
    ] {
        assert_eq!(changed(&[(path, value)]), says, "{path}");
    }
    let two = changed(&[("gates.latency.rule.alpha", "5%"), ("gates.latency.rule", "binomial")]);
    assert_eq!(two, "-    rule: { exceedance: { alpha: 2% } }\n+    rule: { binomial: { alpha: 5% } }");
}

#[test]
fn text_in_any_style_is_changed_or_refused() {
    let text = "policy: p\r\nround: &r '1m'\r\ngates:\r\n  a:\r\n    check: >-\r\n      count(calls.errors)\r\n      == 0\r\n    rule: &z zero_tolerance\r\n  b: { check: count(calls.errors) == 0 , rule: *z, }\r\n  \"c\": {\r\n    check: 'count(calls.errors) == 0',  # {\r\n  }\r\nstages:\r\n- name: \u{e9}\r\n  cohort: 100%\r\n  soak: 1h";
    let policy = policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    let done = |path: &str, value: &str| edited(&policy, &[(path, value)]).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert_eq!(done("round", "2m"), text.replace("'1m'", "'2m'"));
    assert_eq!(
        done("gates.a.limit", "5"),
        text.replace(">-\r\n      count(calls.errors)\r\n      == 0", "count(calls.errors) == 5")
    );
    assert_eq!(done("gates.b.rule", "threshold"), text.replace("*z", "threshold"));
    assert_eq!(done("gates.b.min_samples", "5"), text.replace("rule: *z,", "rule: *z, min_samples: 5,"));
    assert_eq!(done("gates.c.min_samples", "5"), text.replace("== 0',  # {", "== 0', min_samples: 5,  # {"));
    assert_eq!(done("gates.a.min_samples", "5"), text.replace("zero_tolerance\r\n", "zero_tolerance\r\n    min_samples: 5\r\n"));
    assert_eq!(done("stages.\u{e9}.gates", "[a]"), format!("{text}\r\n  gates: [a]"));
    for before in ["\u{feff}", "---\r\n", "# \u{e9}\r\n"] {
        let policy = policy_from_text("p.yaml", format!("{before}{text}").as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        let done = edited(&policy, &[("gates.c.limit", "5")]).unwrap_or_else(|e| panic!("{before:?}: {e}"));
        assert_eq!(done, format!("{before}{}", text.replace("== 0',", "== 5',")));
    }
    let error = edited(&policy, &[("gates.a.rule", "threshold")]).unwrap_err().to_string();
    assert!(error.starts_with("p.yaml:8:14: the value here cannot be changed without changing more"), "{error}");
}

/// Values that stand for every form, of which the reader of files takes some at a given place.
const VALUES: &[&str] = &[
    "5m",
    "250ms",
    "2h",
    "90s",
    "1%",
    "0.5%",
    "50%",
    "7",
    "200",
    "1.5x",
    "1.5x stable",
    "stable + 1%",
    "36/h",
    "hold",
    "stop",
    "threshold",
    "cusum",
    "exceedance",
    "{ exceedance: { alpha: 2% } }",
    "{ any: [threshold, { consecutive: 4 }] }",
    "nobody",
    "5% of tenants",
    "1 business day",
    "on",
    "[]",
];

/// Paths to everything that a policy names, and much that it could.
fn paths(policy: &Policy) -> Vec<String> {
    let mut paths: Vec<String> = [
        "round",
        "alpha",
        "alpha.total",
        "owner",
        "readiness.max_exposure",
        "rollback.validate.clean_for",
        "rollback.budget.recover_within",
        "rollback.validate.min_samples",
    ]
    .map(String::from)
    .to_vec();
    for gate in &policy.gates {
        let parts = [
            "limit",
            "limit.ios",
            "window",
            "check",
            "min_samples",
            "rule",
            "on_fail",
            "needs",
            "needs.limit",
            "row",
            "rule.of.0",
            "rule.rule",
            "rule.rule.alpha",
        ];
        paths.extend(parts.map(|part| format!("gates.{}.{part}", gate.name)));
        let settings = gate.rule.entry().parameters.iter().map(|p| format!("gates.{}.rule.{}", gate.name, p.name));
        paths.extend(settings);
    }
    for stage in &policy.stages {
        paths.extend(["cohort", "soak", "gates", "review.every"].map(|part| format!("stages.{}.{part}", stage.name)));
    }
    for step in &policy.rollback.playbook {
        paths.extend(["takes", "try_for", "by", "when"].map(|part| format!("rollback.playbook.{}.{part}", step.name)));
    }
    (0..policy.rollback.validate.checks.len()).for_each(|i| paths.push(format!("rollback.validate.checks.{i}.limit")));
    paths
}

#[test]
fn each_edit_of_the_library_reads_as_its_candidate() {
    let (mut done, mut refused) = (0, Vec::new());
    for listed in library_policies() {
        let policy = load_policy(&listed.name).unwrap();
        for (i, path) in paths(&policy.value).iter().enumerate() {
            // A part of all values each, another one for the next path.
            for value in VALUES.iter().skip(i % 7).step_by(7) {
                match check_edit(&policy, &[(path, value)]) {
                    Checked::Same(text) => {
                        done += 1;
                        let comments = |text: &str| text.matches(" # ").count();
                        assert_eq!(comments(&text), comments(policy.text()), "{path}={value}");
                    }
                    Checked::Refused(error) => refused.push(error),
                    Checked::NoCandidate => {}
                }
            }
        }
    }
    assert!(done > 700, "{done}");
    // One list has an anchor, and a second step uses it.
    assert!(
        refused.iter().all(|error| error.contains("agent-readiness.yaml:303:9: the value here cannot be changed")),
        "{refused:?}"
    );
}

enum Checked {
    /// With this text.
    Same(String),
    Refused(String),
    NoCandidate,
}

/// Whether the edited text reads as the candidate does, and what stands there already changes no byte.
fn check_edit(policy: &Loaded<Policy>, changes: &[(&str, &str)]) -> Checked {
    let arguments: Vec<String> = changes.iter().map(|(path, value)| format!("{path}={value}")).collect();
    let Ok(grid) = Grid::new(policy, &arguments) else { return Checked::NoCandidate };
    let Ok(candidate) = grid.policy(0) else { return Checked::NoCandidate };
    let text = match edited(policy, &grid.changes(0)) {
        Ok(text) => text,
        Err(error) => return Checked::Refused(error.to_string()),
    };
    let read = policy_from_text("edited.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{changes:?}: {e}"));
    assert_eq!(read.value, candidate.value, "{changes:?}");
    assert_eq!(grid.current().is_some(), candidate.value == policy.value, "{changes:?}");
    assert_eq!(text == policy.text(), candidate.value == policy.value, "{changes:?}");
    for dial in grid.dials() {
        let Some(written) = dial.written() else { continue };
        let back = edited(policy, &[(dial.path(), written)]);
        assert_eq!(back.as_deref(), Ok(policy.text()), "{}={written}", dial.path());
    }
    Checked::Same(text)
}

#[test]
fn every_setting_of_every_rule_can_be_set() {
    for entry in RULES {
        for parameter in entry.parameters {
            let value = match parameter.range {
                Range::Share => "3%".to_string(),
                Range::Words(words) => words[words.len() - 1].to_string(),
                Range::Span(_, most) => most.to_string(),
                Range::Whole(least, _) => least.to_string(),
                Range::Number(_, most) | Range::NumberOr(_, most, _) => most.to_string(),
            };
            let of = if matches!(entry.name, "any" | "all" | "k_of_n") { ": { of: [threshold, exceedance] }" } else { "" };
            let text = GOOD.replace(
                "{ exceedance: { alpha: 2% } }",
                &if of.is_empty() { entry.name.to_string() } else { format!("{{ {}{of} }}", entry.name) },
            );
            let policy = policy_from_text("mine.yaml", text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", entry.name));
            let path = format!("gates.latency.rule.{}", parameter.name);
            let argument = format!("{path}={value}");
            // What does not go together with the rule's other settings is refused, with the argument's name.
            match Grid::new(&policy, &[&argument]) {
                Err(error) => assert!(error.to_string().contains(&format!("--vary {argument}")), "{error}"),
                Ok(grid) => {
                    let rule = grid.policy(0).unwrap().value.gates[0].rule.clone();
                    let text = edited(&policy, &[(&path, &value)]).unwrap_or_else(|e| panic!("{e}"));
                    assert_eq!(policy_from_text("a.yaml", text.as_bytes()).unwrap().value.gates[0].rule, rule, "{argument}");
                    let usual = grid.dials()[0].written().unwrap();
                    assert_eq!(edited(&policy, &[(&path, usual)]).as_deref(), Ok(policy.text()), "{path}={usual}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn edits_of_several_parts_read_as_their_candidate(which in any::<prop::sample::Index>(), picks in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(VALUES)), 1..5)) {
        let names = library_policies();
        let policy = load_policy(&names[which.index(names.len())].name).unwrap();
        let paths = paths(&policy.value);
        let changes: Vec<(&str, &str)> = picks.iter().map(|(path, value)| (paths[path.index(paths.len())].as_str(), *value)).collect();
        if let Checked::Refused(error) = check_edit(&policy, &changes) {
            panic!("{changes:?}: {error}");
        }
    }

    #[test]
    fn a_text_of_any_shape_is_changed_or_refused(
        scars in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(SCARS)), 1..3),
        pick in any::<prop::sample::Index>(),
        value in prop::sample::select(VALUES),
    ) {
        let mut text = GOOD.to_string();
        for (at, scar) in scars {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            text.insert_str(places[at.index(places.len())], scar);
        }
        if let Ok(policy) = policy_from_text("scarred.yaml", text.as_bytes()) {
            let paths = paths(&policy.value);
            let _ = check_edit(&policy, &[(&paths[pick.index(paths.len())], value)]);
        }
    }
}

/// What makes a text look different, and may leave it a policy.
const SCARS: &[&str] = &[
    "\u{feff}",
    "\n",
    " ",
    "  # \u{e9}\n",
    "&a ",
    "*a",
    "!!str ",
    "'",
    "\"",
    "~",
    "- ",
    "{ ",
    " }",
    "[",
    "]",
    ", ",
    ": ",
    "<<: ",
    "|\n  ",
    ">-\n  ",
    "? ",
    "---\n",
    "\r\n",
    "\t",
];
