//! Who meets the canary.

use super::part::{Part, closed, part, text, value};
use crate::policy::cohorts::{ATTRIBUTES, SUBJECTS};
use serde_json::{Map, Value, json};

/// A word, a share, the values of an attribute, or a count of groups.
pub(super) fn parts() -> Vec<Part> {
    let words = text(
        "`nobody`, `shadow` (served and never shown), `internal`, or a share: 5%, or 5% of tenants.",
        &[],
        r"nobody|shadow|internal|\+?[0-9._]+\s*%?\s*(?:of tenants)?",
        &["5%", "5% of tenants", "internal", "shadow", "nobody"],
    );
    let fraction = json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 });
    let cohort = json!({ "description": "Who meets the canary.", "anyOf": [words, fraction, groups()] });
    vec![part("cohort", cohort), part("value", json!({ "type": ["string", "number", "boolean"] }))]
}

/// `{ role: [lead, coordinator], count: 1 }` or `{ channel: 1, session: 2 }`.
fn groups() -> Value {
    let mut properties: Map<String, Value> =
        ATTRIBUTES.iter().chain(SUBJECTS).map(|attribute| (attribute.to_string(), value("value+"))).collect();
    properties.insert("count".into(), value("count"));
    let about = "The values of one attribute, { role: [lead], count: 1 }, or so many of a group, { channel: 1, session: 2 }.";
    let mut map = closed(about, &[], properties);
    map["type"] = json!("object");
    map["minProperties"] = json!(1);
    map
}
