//! Gates and how they weigh evidence.

use crate::checks;
use crate::error::{Read, suggestion};
use crate::read::{name, shortened, small, whole};
use crate::source::Source;
use crate::yaml::{Node, Value};
use gatecrash_policies::policy::{Gate, Needs, OnFail, Rule, Unmet};
use gatecrash_policies::rules::RULES;

const KEYS: &[&str] = &["check", "rule", "min_samples", "on_fail", "needs", "unmet", "row"];

/// Outcomes that no stage of a trial could hold more of.
pub(super) const SAMPLES_MAX: u64 = 1_000_000_000;

/// Reads `gates`.
pub(super) fn read(node: &Node, source: &Source) -> Read<Vec<Gate>> {
    let mut gates = Vec::new();
    for (key, node) in node.entries("a map of gates")? {
        let own_name = key.identifier("a gate")?;
        let fields = node.fields("a gate", KEYS)?;
        let needs = fields.read("needs", |n| checks::check(n, source))?;
        let words = [("skip", Unmet::Skip), ("wait", Unmet::Wait), ("insufficient", Unmet::Insufficient)];
        let unmet = fields.read("unmet", |n| n.word("answer", &words))?;
        if let (None, Some(_)) = (&needs, unmet) {
            return Err(fields.need("unmet")?.problem("`unmet` goes with `needs`; say what is needed"));
        }
        let actions = [("rollback", OnFail::Rollback), ("hold", OnFail::Hold), ("stop", OnFail::Stop)];
        gates.push(Gate {
            name: own_name,
            row: fields.or("row", String::new(), name)?,
            check: checks::check(fields.need("check")?, source)?,
            rule: fields.or("rule", Rule::Threshold, rule)?,
            min_samples: fields.or("min_samples", 1, whole(1, SAMPLES_MAX))?,
            on_fail: fields.or("on_fail", OnFail::Rollback, |n| n.word("action", &actions))?,
            needs: needs.map(|check| Needs { check, unmet: unmet.unwrap_or_default() }),
        });
    }
    Ok(gates)
}

/// A rule by its name, with its defaults or its parameters.
fn rule(node: &Node) -> Read<Rule> {
    let names: Vec<&str> = RULES.iter().map(|(name, _)| *name).collect();
    if let Value::Text(text) = &node.value {
        let known = checks::rule_named(text);
        return known.ok_or_else(|| node.problem(format!("unknown rule `{}`{}", shortened(text), suggestion(text, &names))));
    }
    let (key, value) = node.choice("rule", &names)?;
    let default = checks::rule_named(&key.name).ok_or_else(|| key.problem(format!("unknown rule `{}`", key.name)))?;
    let times = small(1, 10_000);
    match default {
        Rule::Consecutive { .. } if matches!(value.value, Value::Text(_)) => Ok(Rule::Consecutive { times: times(value)? }),
        Rule::Consecutive { times: usual } => {
            let fields = value.fields("the rule consecutive", &["times"])?;
            Ok(Rule::Consecutive { times: fields.or("times", usual, times)? })
        }
        Rule::MOfN { m, n } => {
            let fields = value.fields("the rule m_of_n", &["m", "n"])?;
            let (m, n) = (fields.or("m", m, &times)?, fields.or("n", n, &times)?);
            if m > n { Err(value.problem(format!("{m} of {n} cannot be; `m` is at most `n`"))) } else { Ok(Rule::MOfN { m, n }) }
        }
        Rule::Exceedance { alpha } => Ok(Rule::Exceedance { alpha: alpha_of(value, "the rule exceedance", alpha)? }),
        Rule::PoissonRatio { alpha } => Ok(Rule::PoissonRatio { alpha: alpha_of(value, "the rule poisson_ratio", alpha)? }),
        Rule::MannKendall { alpha } => Ok(Rule::MannKendall { alpha: alpha_of(value, "the rule mann_kendall", alpha)? }),
        other => value.fields(&format!("the rule {}", key.name), &[]).map(|_| other),
    }
}

/// `{ alpha: 1% }`.
fn alpha_of(node: &Node, what: &str, usual: f64) -> Read<f64> {
    node.fields(what, &["alpha"])?.or("alpha", usual, |node| match crate::read::share(node)? {
        alpha if alpha > 0.0 && alpha < 1.0 => Ok(alpha),
        _ => Err(node.problem("`alpha` lies between 0% and 100%, like 1%")),
    })
}
