//! Alerts for the gates of a policy: what PromQL can say of their checks.

use gatecrash_policies::Policy;
use gatecrash_policies::policy::{Check, Limit, Metric, Reading, Scope};
use gatecrash_policies::sample::{Arm, Catalog};
use gatecrash_policies::time::Span;
use gatecrash_reports::openmetrics::{Family, Form, families};
use std::fmt::Write;

/// An alert for each gate, for Prometheus: it fires while the reading is beyond the limit. The gate's rule weighs evidence and waits for
/// samples, the alert does not; and quantiles come out of buckets. Gates that PromQL cannot say stand in comments, with the reason.
pub fn rules_for(policy: &Policy, catalog: &Catalog) -> String {
    let names = Names { catalog, families: families(catalog) };
    let (mut rules, mut left_out) = (String::new(), String::new());
    for gate in &policy.gates {
        let _ = match names.alert(&gate.check) {
            Ok(alert) => write!(rules, "{}", rule(&gate.name, &alert, &gate.check)),
            Err(why) => writeln!(left_out, "# Left out: {}, {}: {why}.", gate.name, gate.check),
        };
    }
    let rules = if rules.is_empty() { " []\n".to_string() } else { format!("\n{rules}") };
    let head = "# Alerts for the gates of a policy. Windows are simulated time: this is for drills at speed 1, and for exports.";
    format!("{head}\n{left_out}groups:\n  - name: {}\n    rules:{rules}", quoted(&format!("gatecrash-{}", policy.name)))
}

fn rule(gate: &str, alert: &str, check: &Check) -> String {
    let [gate, alert, check] = [gate, alert, &check.to_string()].map(quoted);
    format!(
        "      - alert: GatecrashBeyondLimit\n        expr: {alert}\n        labels: {{ severity: page, gate: {gate} }}\n        annotations: {{ summary: {check} }}\n"
    )
}

/// A text of YAML.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

type Said = Result<String, &'static str>;

/// What the signals of a system are called.
struct Names<'a> {
    catalog: &'a Catalog,
    families: Vec<Family>,
}

/// Whose numbers are read, over how long: `{arm="canary"}` and `[600s]`.
struct Range {
    arm: Arm,
    window: String,
}

impl Names<'_> {
    /// When the check does not hold.
    fn alert(&self, check: &Check) -> Said {
        let metrics = check.reading.metrics();
        if check.per.is_some() || metrics.iter().any(|metric| metric.segment.is_some()) {
            return Err("parts of the subjects are not told");
        }
        let arm = match metrics[0].arm {
            None | Some(Scope::Canary) => Arm::Canary,
            Some(Scope::Stable) => Arm::Stable,
            Some(Scope::Former) => Arm::Former,
            Some(Scope::All) => return Err("it reads two arms together"),
        };
        let window = check.over.map(window).ok_or("it has no window")?;
        let own = Range { arm, window: window.clone() };
        let stable = Range { arm: Arm::Stable, window };
        let relative = check.limit.is_relative();
        let (own, op) = (self.reading(&check.reading, &own, relative)?, check.op.opposite());
        let stable = || self.reading(&check.reading, &stable, relative);
        Ok(match &check.limit {
            Limit::Absolute(limit) => format!("{own} {op} {limit}"),
            Limit::TimesStable(factor) => format!("{own} {op} {factor} * {}", stable()?),
            Limit::StablePlus(more) => format!("{own} {op} {} + {more}", stable()?),
            Limit::PerSegment(_) => return Err("parts of the subjects are not told"),
        })
    }

    /// `relative`: counts and rates are per subject of the arm, as they are held against those of another arm.
    fn reading(&self, reading: &Reading, range: &Range, relative: bool) -> Said {
        let per_subject = |text: String| match relative {
            true => format!("({text} / sum(avg_over_time(gatecrash_subjects{})))", range.of()),
            false => text,
        };
        match reading {
            Reading::Count(metric) => Ok(per_subject(self.events(metric, "increase", range)?)),
            Reading::Rate(metric) => Ok(per_subject(self.events(metric, "rate", range)?)),
            Reading::Ratio(a, b) => Ok(format!("({} / {})", self.events(a, "rate", range)?, self.events(b, "rate", range)?)),
            Reading::Quantile(q, metric) => {
                let buckets = format!("{}_bucket{}", self.histogram(metric)?, range.of());
                Ok(format!("histogram_quantile({q}, sum by (le) (rate({buckets})))"))
            }
            Reading::Mean(metric) => {
                let (name, of) = (self.histogram(metric)?, range.of());
                Ok(format!("(sum(rate({name}_sum{of})) / sum(rate({name}_count{of})))"))
            }
            _ => Err("PromQL has no such reading of what is told"),
        }
    }

    /// So many outcomes, of all components that are meant.
    fn events(&self, metric: &Metric, function: &str, range: &Range) -> Said {
        let counted = |family: &Family| match family.form {
            Form::Counter => Ok(format!("sum({function}({}_total{}))", family.name(), range.of())),
            Form::Histogram => Ok(format!("sum({function}({}_count{}))", family.name(), range.of())),
            Form::Gauge | Form::Info => Err("levels do not count"),
        };
        let each = self.find(metric)?.into_iter().map(counted).collect::<Result<Vec<_>, _>>()?;
        Ok(if each.len() > 1 { format!("({})", each.join(" + ")) } else { each.concat() })
    }

    fn histogram(&self, metric: &Metric) -> Said {
        match self.find(metric)?.as_slice() {
            [family] if family.form == Form::Histogram => Ok(family.name()),
            [_] => Err("it has no outcomes by size"),
            _ => Err("it reads several components together"),
        }
    }

    fn find(&self, metric: &Metric) -> Result<Vec<&Family>, &'static str> {
        let ids = self.catalog.find(&metric.component, &metric.signal);
        if ids.is_empty() {
            Err("this system has nothing of the kind")
        } else {
            Ok(ids.iter().map(|id| &self.families[usize::from(*id)]).collect())
        }
    }
}

impl Range {
    fn of(&self) -> String {
        format!("{{arm=\"{}\"}}[{}]", self.arm.name(), self.window)
    }
}

fn window(span: Span) -> String {
    let ms = span.0 / 1_000;
    if ms.is_multiple_of(1_000) { format!("{}s", ms / 1_000) } else { format!("{ms}ms") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatecrash_policies::check::parse;
    use gatecrash_policies::policy::Gate;
    use gatecrash_policies::rules::Rule;
    use gatecrash_policies::sample::{Signal, SignalKind};

    fn catalog() -> Catalog {
        let signal = |component: &str, name: &str, reads| Signal {
            component: component.into(),
            kind: "calls".into(),
            name: name.into(),
            reads,
        };
        let signals = vec![
            signal("runs", "errors", SignalKind::Counter),
            signal("runs", "outcomes", SignalKind::Counter),
            signal("runs", "latency", SignalKind::Durations),
            signal("runs", "queue", SignalKind::Gauge),
            signal("jobs", "errors", SignalKind::Counter),
        ];
        Catalog { signals, ..Catalog::default() }
    }

    fn alert(check: &str) -> Said {
        let catalog = catalog();
        let names = Names { catalog: &catalog, families: families(&catalog) };
        names.alert(&parse(check).expect("it is a check"))
    }

    #[test]
    fn checks_become_expressions() {
        for (check, expression) in [
            ("count(runs.errors) == 0 over 10m", "sum(increase(gatecrash_runs_errors_total{arm=\"canary\"}[600s])) != 0"),
            (
                "ratio(runs.errors / runs.outcomes) <= stable + 2% over 500ms",
                "(sum(rate(gatecrash_runs_errors_total{arm=\"canary\"}[500ms])) / sum(rate(gatecrash_runs_outcomes_total{arm=\"canary\"}[500ms]))) \
                 > (sum(rate(gatecrash_runs_errors_total{arm=\"stable\"}[500ms])) / sum(rate(gatecrash_runs_outcomes_total{arm=\"stable\"}[500ms]))) + 0.02",
            ),
            (
                "p95(runs.latency[arm=former]) < 2s over 1m",
                "histogram_quantile(0.95, sum by (le) (rate(gatecrash_runs_latency_seconds_bucket{arm=\"former\"}[60s]))) >= 2",
            ),
            (
                "mean(runs.latency) <= 1s over 1m",
                "(sum(rate(gatecrash_runs_latency_seconds_sum{arm=\"canary\"}[60s])) / sum(rate(gatecrash_runs_latency_seconds_count{arm=\"canary\"}[60s]))) > 1",
            ),
            (
                "rate(runs.errors) <= 1.5x stable over 1m",
                "(sum(rate(gatecrash_runs_errors_total{arm=\"canary\"}[60s])) / sum(avg_over_time(gatecrash_subjects{arm=\"canary\"}[60s]))) \
                 > 1.5 * (sum(rate(gatecrash_runs_errors_total{arm=\"stable\"}[60s])) / sum(avg_over_time(gatecrash_subjects{arm=\"stable\"}[60s])))",
            ),
            (
                "count(calls.errors) <= 5 over 1m",
                "(sum(increase(gatecrash_runs_errors_total{arm=\"canary\"}[60s])) + sum(increase(gatecrash_jobs_errors_total{arm=\"canary\"}[60s]))) > 5",
            ),
        ] {
            assert_eq!(alert(check).as_deref(), Ok(expression), "{check}");
        }
    }

    #[test]
    fn what_promql_cannot_say_is_left_out_with_the_reason() {
        for (check, why) in [
            ("count(runs.errors) == 0", "no window"),
            ("count(runs.errors[surface=ios]) == 0 over 1m", "not told"),
            ("p95(runs.latency) <= { web: 1s } per surface over 1m", "not told"),
            ("count(runs.errors[arm=all]) == 0 over 1m", "two arms"),
            ("max(runs.queue) <= 5 over 1m", "no such reading"),
            ("count(runs.queue) <= 5 over 1m", "levels"),
            ("p95(runs.errors) <= 5 over 1m", "by size"),
            ("count(tickets.errors) <= 5 over 1m", "nothing of the kind"),
        ] {
            assert!(alert(check).is_err_and(|said| said.contains(why)), "{check}");
        }
        let gate = |name: &str, check: &str| Gate {
            name: name.into(),
            row: String::new(),
            check: parse(check).expect("it is a check"),
            rule: Rule::new("threshold"),
            min_samples: 1,
            on_fail: Default::default(),
            needs: None,
        };
        let gates = vec![gate("errors", "count(runs.errors) == 0 over 1m"), gate("queue", "max(runs.queue) <= 5 over 1m")];
        let text = rules_for(&Policy { name: "mine".into(), gates, ..Policy::default() }, &catalog());
        assert!(text.contains("\n# Left out: queue, max(runs.queue) <= 5 over 1m: PromQL has no such reading"), "{text}");
        assert!(text.contains("\ngroups:\n  - name: 'gatecrash-mine'\n    rules:\n      - alert: GatecrashBeyondLimit\n        expr: 'sum(increase("), "{text}");
    }
}
