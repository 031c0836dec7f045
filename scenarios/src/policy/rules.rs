//! A rule of a policy: `exceedance`, `{ exceedance: { alpha: 1% } }`, or several together: `{ any: [threshold, exceedance] }`.

use crate::error::{Read, suggestion};
use crate::read::{share, shortened, small, span};
use crate::yaml::{Node, Value};
use gatecrash_policies::rules::{Entry, Of, Parameter, RULES, Range, Rule, Setting};

/// How deep rules may stand in rules.
const DEEPEST: usize = 8;

/// Reads a rule.
pub(super) fn rule(node: &Node) -> Read<Rule> {
    nested(node, 1)
}

fn nested(node: &Node, depth: usize) -> Read<Rule> {
    if depth > DEEPEST {
        return Err(node.problem(format!("rules stand in rules {DEEPEST} deep at most")));
    }
    let names: Vec<&str> = RULES.iter().map(|entry| entry.name).collect();
    if let Value::Text(text) = &node.value {
        let unknown = || node.problem(format!("unknown rule `{}`{}", shortened(text), suggestion(text, &names)));
        let rule = Rule::named(text).ok_or_else(unknown)?;
        return if rule.entry().of == Of::Several { Err(node.problem(holds(text))) } else { Ok(rule) };
    }
    let (key, value) = node.choice("rule", &names)?;
    let rule = Rule::named(&key.name).ok_or_else(|| key.problem(format!("unknown rule `{}`", key.name)))?;
    let rule = match (&value.value, rule.entry()) {
        (Value::List(_), Entry { of: Of::Several, parameters: [], .. }) => several(value, rule, depth),
        // `consecutive: 4`: the one parameter that there is.
        (Value::Text(_), Entry { parameters: [only], .. }) => set(rule, only, value),
        _ => with_fields(value, rule, depth),
    }?;
    rule.mistake().map_or(Ok(rule), |mistake| Err(value.problem(mistake)))
}

fn holds(name: &str) -> String {
    format!("`{name}` weighs rules together; say which: {{ {name}: [threshold, exceedance] }}")
}

/// The keys of a rule: what may be set, and the rules that it is made of.
pub(crate) fn keys(entry: &Entry) -> Vec<&'static str> {
    let inner = match entry.of {
        Of::Nothing => None,
        Of::One => Some("rule"),
        Of::Several => Some("of"),
    };
    entry.parameters.iter().map(|p| p.name).chain(inner).collect()
}

/// `{ alpha: 1%, rule: .. }`, or `{ k: 2, of: [..] }`.
fn with_fields(node: &Node, mut rule: Rule, depth: usize) -> Read<Rule> {
    let entry = rule.entry();
    let what = format!("the rule {}", entry.name);
    let fields = node.fields(&what, &keys(entry))?;
    for parameter in entry.parameters {
        if let Some(changed) = fields.read(parameter.name, |node| set(rule.clone(), parameter, node))? {
            rule = changed;
        }
    }
    match entry.of {
        Of::Nothing => Ok(rule),
        Of::One => match fields.read("rule", |node| nested(node, depth + 1))? {
            Some(inner) => Ok(rule.made_of(vec![inner])),
            None => Ok(rule),
        },
        Of::Several => match fields.read("of", |node| several(node, rule.clone(), depth))? {
            Some(rule) => Ok(rule),
            None => Err(node.problem(holds(entry.name))),
        },
    }
}

/// The rules in a list.
fn several(node: &Node, rule: Rule, depth: usize) -> Read<Rule> {
    let list = node.list("a list of rules")?;
    if list.is_empty() {
        return Err(node.problem(holds(rule.name())));
    }
    let of = list.iter().map(|node| nested(node, depth + 1)).collect::<Read<_>>()?;
    Ok(rule.made_of(of))
}

fn set(mut rule: Rule, parameter: &Parameter, node: &Node) -> Read<Rule> {
    let setting = setting(parameter, node)?;
    rule.set(parameter.name, setting).map_err(|message| node.problem(message))?;
    Ok(rule)
}

fn setting(parameter: &Parameter, node: &Node) -> Read<Setting> {
    let word = |words: &[&'static str]| {
        let text = node.text(&parameter.range.takes()).ok()?;
        words.iter().copied().find(|word| *word == text).map(Setting::Word)
    };
    let unfit = || node.problem(format!("found {}; `{}` {}", node.found(), parameter.name, parameter.range.takes()));
    match parameter.range {
        Range::Share => share(node).map(Setting::Number),
        Range::Whole(min, max) => small(min, max)(node).map(|n| Setting::Number(n.into())),
        Range::Span(..) => span(node).map(Setting::Span),
        Range::Words(words) => word(words).ok_or_else(unfit),
        Range::Number(..) => number(node).map(Setting::Number).ok_or_else(unfit),
        Range::NumberOr(_, _, words) => word(words).or_else(|| number(node).map(Setting::Number)).ok_or_else(unfit),
    }
}

/// `2`, `0.5` or `2x`.
fn number(node: &Node) -> Option<f64> {
    let text = node.text("a number").ok()?;
    let plain = text.strip_suffix('x').unwrap_or(text).replace('_', "");
    plain.parse().ok().filter(|n: &f64| n.is_finite())
}
