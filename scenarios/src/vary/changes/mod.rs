//! What changed between two policies, field by field: what cause a reader may look for when their scores differ.

mod same;
mod walk;

use crate::load::Loaded;
use gatecrash_policies::policy::Policy;

/// A field that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its path, as `tune --vary` has it: `gates.latency.limit`, `stages.canary.soak`; a gate, stage or step that came or went, or the
    /// list whose order changed.
    pub path: String,
    /// What was written there; nothing where nothing was.
    pub old: Option<String>,
    /// What is written there now; nothing where nothing is any more.
    pub new: Option<String>,
    /// Its line in the new file, from 1; where it is not there any more, that of what held it.
    pub line: usize,
}

/// Whether both play alike whatever the scenario: they are the same but for their names, and what is said about them.
pub fn play_alike(old: &Policy, new: &Policy) -> bool {
    let bare = |policy: &Policy| Policy { name: String::new(), about: String::new(), ..policy.clone() };
    bare(old) == bare(new)
}

/// What changed, in the order of the new file; nothing where both play alike. Layout, comments, names and abouts are no change, nor
/// are numbers that mean the same (`60m` and `1h`), or writing down what is so unless told.
pub fn changes(old: &Loaded<Policy>, new: &Loaded<Policy>) -> Vec<FieldChange> {
    if play_alike(&old.value, &new.value) {
        return Vec::new();
    }
    match walk::walk(&old.source.tree, &new.source.tree, false) {
        // They do not play alike, so something did change: as last resort, all that is written in other letters.
        found if found.is_empty() => walk::walk(&old.source.tree, &new.source.tree, true),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{load_policy, policy_from_text};

    const OLD: &str = "\
policy: p
about: Mine.
round: 1m
alpha: 5%
gates:
  latency: { check: p95(runs.latency) <= 12s over 5m, rule: exceedance, min_samples: 10 }
  errors:
    check: ratio(runs.errors / runs.outcomes) <= 2% over 60m
    rule: { consecutive: 2 }
stages:
  - { name: canary, cohort: 5%, soak: 60m }
  - { name: half, cohort: 50%, soak: 10m, gates: [latency, errors] }
  - { name: everyone, cohort: 100%, soak: 5m }
rollback:
  playbook: [ { name: nobody, cohort: nobody } ]
  validate: { checks: [ count(runs.errors) == 0 over 5m ], clean_for: 1m }
";

    fn shown(edits: &[(&str, &str)]) -> Vec<String> {
        let new = edits.iter().fold(OLD.to_string(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let load = |text: &str| policy_from_text("p.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        let show = |change: FieldChange| {
            let side = |text: Option<String>| text.unwrap_or("-".to_string());
            format!("{}: {} -> {} ({})", change.path, side(change.old), side(change.new), change.line)
        };
        changes(&load(OLD), &load(&new)).into_iter().map(show).collect()
    }

    #[test]
    fn a_field_that_changed_is_told_with_its_line() {
        for (from, to, says) in [
            ("<= 12s", "<= 9s", "gates.latency.limit: 12s -> 9s (6)"),
            ("over 60m", "over 30m", "gates.errors.window: 60m -> 30m (8)"),
            (
                "p95(runs.latency)",
                "p99(runs.latency)",
                "gates.latency.check: p95(runs.latency) <= 12s over 5m -> p99(runs.latency) <= 12s over 5m (6)",
            ),
            ("cohort: 5%, soak: 60m", "cohort: 5%, soak: 2h", "stages.canary.soak: 60m -> 2h (11)"),
            ("rule: exceedance", "rule: { exceedance: { alpha: 2% } }", "gates.latency.rule.alpha: - -> 2% (6)"),
            ("rule: exceedance", "rule: threshold", "gates.latency.rule: exceedance -> threshold (6)"),
            ("{ consecutive: 2 }", "{ consecutive: 3 }", "gates.errors.rule: { consecutive: 2 } -> { consecutive: 3 } (9)"),
            ("min_samples: 10", "min_samples: 10, on_fail: hold", "gates.latency.on_fail: - -> hold (6)"),
            ("alpha: 5%", "alpha: { total: 2% }", "alpha.total: 5% -> 2% (4)"),
            ("alpha: 5%\n", "", "alpha: 5% -> - (1)"),
            (", gates: [latency, errors]", ", gates: [errors]", "stages.half.gates: [latency, errors] -> [errors] (12)"),
            (
                "== 0 over 5m",
                "<= 3 over 5m",
                "rollback.validate.checks.0: count(runs.errors) == 0 over 5m -> count(runs.errors) <= 3 over 5m (16)",
            ),
            (
                "playbook: [ {",
                "playbook: [ { name: less, cohort: 5%, takes: 1m }, {",
                "rollback.playbook.less: - -> { name: less, cohort: 5%, takes: 1m } (15)",
            ),
            (
                "  - { name: half, cohort: 50%, soak: 10m, gates: [latency, errors] }\n",
                "",
                "stages.half: { name: half, cohort: 50%, soak: 10m, gates: [latency, errors] } -> - (10)",
            ),
        ] {
            assert_eq!(shown(&[(from, to)]), [says], "{from} {to}");
        }
    }

    #[test]
    fn what_means_the_same_is_no_change() {
        for (from, to) in [
            ("about: Mine.", "about: Ours.   # since Monday"),
            ("policy: p", "policy: q"),
            ("soak: 60m", "soak: 1h"),
            ("over 60m", "over  1h"),
            ("<= 2%", "<= 0.02"),
            ("rule: exceedance, min_samples: 10", "min_samples: 10, on_fail: rollback, rule: exceedance"),
            ("alpha: 5%", "alpha: { total: 5%, split: bonferroni }"),
        ] {
            assert!(shown(&[(from, to)]).is_empty(), "{from} {to}: {:?}", shown(&[(from, to)]));
            // Nor is it where something else did change.
            let both = shown(&[(from, to), ("clean_for: 1m", "clean_for: 2m")]);
            assert!(both.len() == 1 && both[0].starts_with("rollback.validate.clean_for: 1m -> 2m"), "{both:?}");
        }
    }

    #[test]
    fn order_counts_where_it_means_something() {
        let gates = "  latency: { check: p95(runs.latency) <= 12s over 5m, rule: exceedance, min_samples: 10 }\n";
        let swapped = shown(&[(gates, ""), ("stages:\n", &format!("{gates}stages:\n"))]);
        assert_eq!(swapped, ["gates: latency, errors -> errors, latency (5)"]);
    }

    #[test]
    fn the_library_does_not_differ_from_itself_and_differs_from_others() {
        let all = crate::library_policies();
        let policies: Vec<_> = all.iter().map(|listed| load_policy(&listed.name).unwrap()).collect();
        for (i, a) in policies.iter().enumerate() {
            for (j, b) in policies.iter().enumerate() {
                assert_eq!(changes(a, b).is_empty(), i == j, "{} {}", a.file, b.file);
            }
        }
    }
}
