//! What must be closed before anybody is exposed.

use super::cohorts;
use crate::error::Read;
use crate::read::{flag, line, name, positive_span, span};
use crate::yaml::{Node, Value};
use gatecrash_policies::policy::{Closes, Cohort, Item, Readiness, Stage};

pub(crate) const KEYS: &[&str] = &["require", "block_if", "max_exposure", "require_shadow"];
pub(crate) const ITEM: &[&str] = &["item", "owner", "block", "fresh", "closes"];

/// Reads `readiness`.
pub(super) fn read(node: &Node) -> Read<Readiness> {
    let fields = node.fields("readiness", KEYS)?;
    let mut items: Vec<Item> = Vec::new();
    for (key, blocks) in [("require", false), ("block_if", true)] {
        for node in fields.get(key).map_or(Ok(&[][..]), |n| n.list("a list of items"))? {
            let item = item(node, blocks)?;
            if items.iter().any(|other| other.name == item.name) {
                return Err(node.problem(format!("the item `{}` stands here twice; keep one of them", item.name)));
            }
            items.push(item);
        }
    }
    Ok(Readiness {
        items,
        max_exposure: fields.read("max_exposure", most)?,
        require_shadow: fields.or("require_shadow", false, flag)?,
    })
}

/// An item by its name, or with its particulars.
fn item(node: &Node, blocks: bool) -> Read<Item> {
    let plain = |name| Item { name, blocks, owner: String::new(), block: String::new(), fresh: None, closes: None };
    if matches!(node.value, Value::Text(_)) {
        return name(node).map(plain);
    }
    let fields = node.fields("an item", ITEM)?;
    Ok(Item {
        owner: fields.or("owner", String::new(), line)?,
        block: fields.or("block", String::new(), line)?,
        fresh: fields.read("fresh", positive_span)?,
        closes: fields.read("closes", closes)?,
        ..plain(name(fields.need("item")?)?)
    })
}

fn closes(node: &Node) -> Read<Closes> {
    match node.text("a duration like 6h, or never,")? {
        "never" => Ok(Closes::Never),
        _ => span(node).map(Closes::After),
    }
}

fn most(node: &Node) -> Read<Cohort> {
    match cohorts::read(node)? {
        cohort @ (Cohort::Share(_) | Cohort::TenantShare(_)) => Ok(cohort),
        _ => Err(node.problem(format!("found {}; the most that is exposed is a share: 5%, or 5% of tenants", node.found()))),
    }
}

/// Whether the stages keep to what does not depend on the world; `node` is where they stand.
pub(super) fn keeps(readiness: &Readiness, stages: &[Stage], node: &Node) -> Read<()> {
    let places = node.list("a list of stages")?;
    let exposes = |stage: &Stage| !matches!(stage.cohort, Cohort::Nobody | Cohort::Shadow);
    if let Some(most) = &readiness.max_exposure {
        for (stage, place) in stages.iter().zip(places) {
            if let Some(why) = exceeds(&stage.cohort, most) {
                return Err(place.problem(format!("the stage `{}` {why}", stage.name)));
            }
        }
    }
    let first = stages.iter().position(exposes).filter(|_| readiness.require_shadow);
    let shadowed = |stage: &Stage| stage.cohort == Cohort::Shadow && (stage.soak.0 > 0 || stage.business_days > 0);
    match first {
        Some(first) if !stages[..first].iter().any(shadowed) => Err(places[first].problem(format!(
            "the stage `{}` exposes somebody before any shadow stage; `require_shadow` wants one with a soak before it, like \
             {{ name: shadow, cohort: shadow, soak: 1h }}",
            stages[first].name
        ))),
        _ => Ok(()),
    }
}

/// Why a cohort is more than may be exposed, as far as its form tells.
fn exceeds(cohort: &Cohort, most: &Cohort) -> Option<String> {
    let percent = |share: f64| (share * 1e6).round() / 1e4;
    let (all, of) = match most {
        Cohort::TenantShare(share) => (*share, " of tenants"),
        Cohort::Share(share) => (*share, ""),
        _ => return None,
    };
    match (cohort, most) {
        (Cohort::Share(share), Cohort::TenantShare(_)) => Some(format!(
            "is a share of subjects, which touches more than {}%{of}, the `max_exposure`; write it like {}% of tenants",
            percent(all),
            percent(share.min(all)),
        )),
        (Cohort::Share(share) | Cohort::TenantShare(share), _) if *share > all => {
            Some(format!("exposes {}%; `max_exposure` is {}%{of}", percent(*share), percent(all)))
        }
        _ => None,
    }
}
