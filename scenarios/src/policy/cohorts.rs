//! Who meets the canary.

use crate::error::{Read, suggestion};
use crate::read::{shortened, small};
use crate::yaml::{Key, Node, Value};
use gatecrash_policies::policy::Cohort;
use gatecrash_policies::units;

const FORMS: &str = "a cohort: nobody, shadow, internal, 5%, 5% of tenants, { surface: [ios] } or { channel: 1, session: 2 }";

/// Attributes by which subjects can be named.
pub(crate) const ATTRIBUTES: &[&str] = &["tenant", "surface", "region", "role", "channel", "node"];
/// What can be counted beside the values of attributes: single subjects.
pub(crate) const SUBJECTS: &[&str] = &["session", "user", "subject"];

/// Reads a cohort.
pub(super) fn read(node: &Node) -> Read<Cohort> {
    match &node.value {
        Value::Map(entries) => by_attribute(node, entries),
        _ => node.parse(FORMS, plain),
    }
}

fn plain(text: &str) -> Result<Cohort, String> {
    match text.trim() {
        "nobody" => return Ok(Cohort::Nobody),
        "shadow" => return Ok(Cohort::Shadow),
        "internal" => return Ok(Cohort::Internal),
        _ => {}
    }
    let (share, tenants) = match text.trim().strip_suffix("of tenants") {
        Some(share) => (share, true),
        None => (text, false),
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

/// `{ role: [lead, coordinator], count: 1 }` or `{ channel: 1, session: 2 }`.
fn by_attribute(node: &Node, entries: &[(Key, Node)]) -> Read<Cohort> {
    let groups: Vec<&(Key, Node)> = entries.iter().filter(|(key, _)| key.name != "count").collect();
    let count = entries.iter().find(|(key, _)| key.name == "count").map(|(_, node)| node);
    if groups.is_empty() {
        return Err(node.problem(format!("found a map that names no group; {FORMS} belongs here")));
    }
    if groups.iter().all(|(_, value)| is_digits(value)) {
        return match count {
            None => groups.iter().map(|(key, value)| counted(key, value)).collect::<Read<_>>().map(Cohort::Counted),
            Some(count) => Err(count.problem("`count` goes with named values, like { role: coordinator, count: 1 }")),
        };
    }
    let [(key, values)] = groups.as_slice() else {
        let message =
            format!("found a map of {}; a cohort names the values of one attribute, or counts groups: {FORMS}", groups.len());
        return Err(node.problem(message));
    };
    Ok(Cohort::Named {
        attribute: known(key, ATTRIBUTES)?,
        values: values_of(values, node)?,
        count: count.map(small(1, 10_000_000)).transpose()?,
    })
}

fn is_digits(node: &Node) -> bool {
    matches!(&node.value, Value::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) && units::count(text).is_ok())
}

fn counted(key: &Key, node: &Node) -> Read<(String, u32)> {
    let all: Vec<&str> = ATTRIBUTES.iter().chain(SUBJECTS).copied().collect();
    Ok((known(key, &all)?, small(1, 10_000_000)(node)?))
}

fn known(key: &Key, attributes: &[&str]) -> Read<String> {
    match attributes.contains(&key.name.as_str()) {
        true => Ok(key.name.clone()),
        false => {
            let hint = suggestion(&key.name, attributes);
            Err(key.problem(format!("unknown attribute `{}`{hint}", shortened(&key.name))))
        }
    }
}

fn values_of(values: &Node, cohort: &Node) -> Read<Vec<String>> {
    let items = values.one_or_more("a value or a list of values")?;
    let values: Vec<String> = items.iter().map(|n| Ok(n.text("a value")?.to_string())).collect::<Read<_>>()?;
    if values.is_empty() {
        return Err(cohort.problem("names no value; a cohort of nobody is called nobody"));
    }
    Ok(values)
}

/// Whether somebody of the first cohort is not in the second, as far as their forms tell.
pub(super) fn shrinks(before: &Cohort, after: &Cohort) -> bool {
    match (before, after) {
        (Cohort::Share(a), Cohort::Share(b)) | (Cohort::TenantShare(a), Cohort::TenantShare(b)) => b < a,
        (Cohort::Share(_) | Cohort::TenantShare(_), Cohort::Nobody | Cohort::Shadow) => true,
        (Cohort::Counted(a), Cohort::Counted(b)) => {
            a.iter().any(|(group, many)| b.iter().any(|(other, fewer)| other == group && fewer < many))
        }
        _ => false,
    }
}
