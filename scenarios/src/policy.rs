//! Policy files.

use crate::bends;
use crate::checks;
use crate::error::{Read, suggestion};
use crate::read::{Fields, identifier, line, name, positive_span, shortened, small, span, whole};
use crate::source::Source;
use crate::yaml::{Node, Value};
use gatecrash_policies::policy::{Act, Cohort, Gate, Needs, OnFail, Policy, Rollback, Rule, Stage, Step, Unmet, Validate};
use gatecrash_policies::rules::RULES;
use gatecrash_policies::time::Span;
use gatecrash_policies::units;

const KEYS: &[&str] = &["policy", "about", "round", "gates", "stages", "rollback"];

/// Outcomes that no stage of a trial could hold more of.
const SAMPLES_MAX: u64 = 1_000_000_000;

/// Reads a policy.
pub(crate) fn read(tree: &Node, source: &Source, warnings: &mut Vec<String>) -> Read<Policy> {
    if let Value::Map(entries) = &tree.value
        && let Some((key, _)) = entries.iter().find(|(k, _)| matches!(k.name.as_str(), "scenario" | "suite"))
    {
        return Err(key.problem(format!("this is a {} file; a policy begins with `policy: name`", key.name)));
    }
    let fields = tree.fields("a policy", KEYS)?;
    let policy_name = name(fields.need("policy")?)?;
    let gates = fields.read("gates", |n| gates(n, source))?.unwrap_or_default();
    let names: Vec<&str> = gates.iter().map(|gate| gate.name.as_str()).collect();
    let stages = stages(fields.need("stages")?, &names)?;
    let rollback = fields.read("rollback", |n| rollback(n, &names, source))?.unwrap_or_default();
    for (i, gate) in gates.iter().enumerate() {
        let used = stages.iter().any(|s| s.gates.contains(&i)) || rollback.validate.gates.contains(&i);
        if !used {
            warnings.push(format!("the gate `{}` is judged in no stage", gate.name));
        }
    }
    let last = stages.last().map(|s| &s.cohort);
    if let Some(Cohort::Share(share)) = last
        && *share < 1.0
    {
        warnings.push(format!("the last stage is {}%: the rollout finishes before everyone is on the canary", share * 100.0));
    }
    Ok(Policy {
        name: policy_name,
        about: fields.or("about", String::new(), line)?,
        round: positive_span(fields.need("round")?)?,
        gates,
        stages,
        rollback,
    })
}

fn gates(node: &Node, source: &Source) -> Read<Vec<Gate>> {
    let mut gates = Vec::new();
    for (key, node) in node.entries("a map of gates")? {
        let name = key.identifier("a gate")?;
        let keys = ["check", "rule", "min_samples", "on_fail", "needs", "unmet"];
        let fields = node.fields("a gate", &keys)?;
        let needs = fields.read("needs", |n| checks::check(n, source))?;
        let words = [("skip", Unmet::Skip), ("wait", Unmet::Wait), ("insufficient", Unmet::Insufficient)];
        let unmet = fields.read("unmet", |n| n.word("answer", &words))?;
        if let (None, Some(_)) = (&needs, unmet) {
            return Err(fields.need("unmet")?.problem("`unmet` goes with `needs`; say what is needed"));
        }
        let actions = [("rollback", OnFail::Rollback), ("hold", OnFail::Hold), ("stop", OnFail::Stop)];
        gates.push(Gate {
            name,
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
        Rule::Exceedance { alpha: usual } => {
            let fields = value.fields("the rule exceedance", &["alpha"])?;
            Ok(Rule::Exceedance { alpha: fields.or("alpha", usual, alpha)? })
        }
        other => value.fields(&format!("the rule {}", key.name), &[]).map(|_| other),
    }
}

fn alpha(node: &Node) -> Read<f64> {
    match crate::read::share(node)? {
        alpha if alpha > 0.0 && alpha < 1.0 => Ok(alpha),
        _ => Err(node.problem("`alpha` lies between 0% and 100%, like 1%")),
    }
}

fn stages(node: &Node, gates: &[&str]) -> Read<Vec<Stage>> {
    let items = node.list("a list of stages")?;
    let mut stages: Vec<Stage> = Vec::new();
    for item in items {
        let fields = item.fields("a stage", &["name", "cohort", "soak", "gates"])?;
        let name_node = fields.need("name")?;
        let stage = Stage {
            name: name(name_node)?,
            cohort: cohort(fields.need("cohort")?)?,
            soak: soak(fields.need("soak")?)?,
            gates: fields.or("gates", (0..gates.len()).collect(), |n| named_gates(n, gates))?,
        };
        if stages.iter().any(|other| other.name == stage.name) {
            return Err(name_node.problem(format!("a second stage is called `{}`; choose another name", stage.name)));
        }
        if let Some(before) = stages.iter().rev().find(|s| shrinks(&s.cohort, &stage.cohort)) {
            let message = format!("`{}` is smaller than `{}` before it; stages grow", stage.name, before.name);
            return Err(fields.need("cohort")?.problem(message));
        }
        stages.push(stage);
    }
    if stages.is_empty() {
        return Err(node.problem("a policy needs at least one stage, like { name: canary, cohort: 5%, soak: 10m }"));
    }
    Ok(stages)
}

fn shrinks(before: &Cohort, after: &Cohort) -> bool {
    match (before, after) {
        (Cohort::Share(a), Cohort::Share(b)) | (Cohort::TenantShare(a), Cohort::TenantShare(b)) => b < a,
        (Cohort::Share(_) | Cohort::TenantShare(_), Cohort::Nobody | Cohort::Shadow) => true,
        _ => false,
    }
}

fn soak(node: &Node) -> Read<Span> {
    let text = node.text("a duration like 10m")?;
    if text.contains("business day") {
        return Err(node.problem("business days are not supported by this version of gatecrash yet; write hours or days"));
    }
    span(node)
}

/// Indices of gates by name.
fn named_gates(node: &Node, gates: &[&str]) -> Read<Vec<usize>> {
    let mut list = Vec::new();
    for item in node.list("a list of gates")? {
        let name = item.text("the name of a gate")?;
        match gates.iter().position(|gate| *gate == name) {
            Some(index) if list.contains(&index) => return Err(item.problem(format!("`{name}` stands here twice"))),
            Some(index) => list.push(index),
            None => return Err(item.problem(format!("unknown gate `{}`{}", shortened(name), suggestion(name, gates)))),
        }
    }
    Ok(list)
}

/// Who meets the canary.
fn cohort(node: &Node) -> Read<Cohort> {
    const FORMS: &str = "a cohort: nobody, shadow, internal, 5%, 5% of tenants or { surface: [ios] }";
    if let Value::Map(entries) = &node.value {
        let [(key, values)] = entries.as_slice() else {
            return Err(node.problem(format!("found a map of {}; {FORMS} belongs here", entries.len())));
        };
        if matches!(key.name.as_str(), "count" | "channel" | "session") {
            return Err(key.problem("cohorts by count are not supported by this version of gatecrash yet; write a share"));
        }
        let attributes = ["tenant", "surface", "region", "role"];
        if !attributes.contains(&key.name.as_str()) {
            return Err(key.problem(format!(
                "unknown attribute `{}`{}",
                shortened(&key.name),
                suggestion(&key.name, &attributes)
            )));
        }
        let items = match &values.value {
            Value::Text(_) => std::slice::from_ref(values),
            _ => values.list("a list of values")?,
        };
        let values: Vec<String> = items.iter().map(|n| Ok(n.text("a value")?.to_string())).collect::<Read<_>>()?;
        if values.is_empty() {
            return Err(node.problem("names no value; a cohort of nobody is called nobody"));
        }
        return Ok(Cohort::Named { attribute: key.name.clone(), values });
    }
    node.parse(FORMS, |text| match text.trim() {
        "nobody" => Ok(Cohort::Nobody),
        "shadow" => Ok(Cohort::Shadow),
        "internal" => Ok(Cohort::Internal),
        other => {
            let (share, tenants) = match other.strip_suffix("of tenants") {
                Some(share) => (share, true),
                None => (other, false),
            };
            let looks = share.trim().starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            match units::share(share.trim()) {
                Ok(0.0) => Err("0% exposes nobody; say so: nobody".to_string()),
                Ok(share) if tenants => Ok(Cohort::TenantShare(share)),
                Ok(share) => Ok(Cohort::Share(share)),
                Err(message) if looks => Err(message),
                Err(_) => Err(format!("`{}` is not {FORMS}", shortened(text))),
            }
        }
    })
}

fn rollback(node: &Node, gates: &[&str], source: &Source) -> Read<Rollback> {
    let fields = node.fields("a rollback", &["budget", "playbook", "validate"])?;
    let mut rollback = Rollback::default();
    if let Some(node) = fields.get("budget") {
        let budget = node.fields("a budget", &["withdraw_within", "recover_within"])?;
        rollback.withdraw_within = budget.read("withdraw_within", positive_span)?;
        rollback.recover_within = budget.read("recover_within", positive_span)?;
    }
    if let Some(node) = fields.get("playbook") {
        rollback.playbook = node.list("a list of steps")?.iter().map(|item| step(item, gates)).collect::<Read<_>>()?;
    }
    if let Some(node) = fields.get("validate") {
        rollback.validate = validate(node, gates, source)?;
    }
    Ok(rollback)
}

fn validate(node: &Node, gates: &[&str], source: &Source) -> Read<Validate> {
    let fields = node.fields("the validation", &["gates", "checks", "clean_for", "min_samples"])?;
    let default = Validate::default();
    Ok(Validate {
        gates: fields.or("gates", Vec::new(), |n| named_gates(n, gates))?,
        checks: fields
            .or("checks", Vec::new(), |n| n.list("a list of checks")?.iter().map(|i| checks::check(i, source)).collect())?,
        clean_for: fields.or("clean_for", default.clean_for, span)?,
        min_samples: fields.or("min_samples", default.min_samples, whole(1, SAMPLES_MAX))?,
    })
}

const STEP: &[&str] = &["name", "cohort", "bend", "restart", "in", "only", "takes", "try_for", "when", "unless", "by"];

fn step(node: &Node, gates: &[&str]) -> Read<Step> {
    let fields = node.fields("a step", STEP)?;
    Ok(Step {
        name: line(fields.need("name")?)?,
        acts: acts(&fields)?,
        takes: fields.or("takes", Span::ZERO, span)?,
        try_for: fields.read("try_for", positive_span)?,
        when: fields.or("when", Vec::new(), |n| named_gates(n, gates))?,
        unless: fields.or("unless", Vec::new(), |n| named_gates(n, gates))?,
        by_operator: fields.or("by", false, |n| n.word("actor", &[("operator", true), ("controller", false)]))?,
    })
}

fn acts(fields: &Fields) -> Read<Vec<Act>> {
    let mut acts = Vec::new();
    let cohort = fields.read("cohort", cohort)?;
    for key in ["in", "only"] {
        if let (None, Some(node)) = (&cohort, fields.get(key)) {
            return Err(node.problem(format!("`{key}` goes with `cohort`: it says where the cohort changes")));
        }
    }
    if let Some(cohort) = cohort {
        let environment = |n: &Node| n.parse("the name of an environment", |t| identifier(t, "an environment"));
        let environments = fields.or("in", Vec::new(), |n| match &n.value {
            Value::Text(_) => Ok(vec![environment(n)?]),
            _ => n.list("a list of environments")?.iter().map(environment).collect(),
        })?;
        acts.push(Act::Cohort { cohort, environments, only: fields.read("only", name)? });
    }
    for (key, value) in fields.get("bend").map_or(Ok(&[][..]), |n| n.entries("a map of knobs like { runs.latency: 2x }"))? {
        let (component, knob) = bends::split(key)?;
        acts.push(Act::Bend { component, knob, by: bends::size_of_any(value)? });
    }
    if let Some(component) = fields.read("restart", name)? {
        acts.push(Act::Restart(component));
    }
    if acts.is_empty() {
        return Err(fields.problem("a step does something: `cohort`, `bend` or `restart`"));
    }
    Ok(acts)
}
