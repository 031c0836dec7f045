//! The keys of a policy file by their place, for whoever calls its parts by paths.

use super::{ALPHA, KEYS, MEASURE, acts, gates, readiness, rollback, stages};

/// The keys of each map; `*` is any name or number.
const MAPS: &[(&str, &[&str])] = &[
    ("", KEYS),
    ("alpha", ALPHA),
    ("readiness", readiness::KEYS),
    ("readiness.require.*", readiness::ITEM),
    ("readiness.block_if.*", readiness::ITEM),
    ("gates.*", gates::KEYS),
    ("stages.*", stages::KEYS),
    ("stages.*.enter.*", acts::ENTER),
    ("stages.*.review", stages::REVIEW),
    ("measure.*", MEASURE),
    ("rollback", rollback::KEYS),
    ("rollback.budget", rollback::BUDGET),
    ("rollback.playbook.*", rollback::STEP),
    ("rollback.validate", rollback::VALIDATE),
];

/// What it is unless told, where that can be written.
const USUAL: &[(&str, &str)] = &[
    ("alpha.split", "bonferroni"),
    ("readiness.require_shadow", "no"),
    ("gates.*.rule", "threshold"),
    ("gates.*.min_samples", "1"),
    ("gates.*.on_fail", "rollback"),
    ("gates.*.unmet", "skip"),
    ("stages.*.enter.*.count", "1"),
    ("stages.*.review.before_next", "no"),
    ("rollback.playbook.*.takes", "0s"),
    ("rollback.playbook.*.by", "controller"),
    ("rollback.validate.clean_for", "5m"),
    ("rollback.validate.min_samples", "1"),
];

/// The keys that a map at this place may have; none where they are the user's own, or where there is no map.
pub(crate) fn known(place: &str) -> &'static [&'static str] {
    MAPS.iter().find(|(map, _)| *map == place).map_or(&[], |(_, keys)| keys)
}

/// What the key at this place is unless told.
pub(crate) fn usual(place: &str) -> Option<&'static str> {
    USUAL.iter().find(|(key, _)| *key == place).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::policy_from_text;
    use crate::source::Source;
    use crate::yaml::{Key, Node, Value};

    /// A policy with something at every place of `USUAL`, and what is usual nowhere written.
    const PLAIN: &str = "\
policy: plain
round: 1m
alpha: { total: 5% }
readiness: { require: [a] }
gates:
  errors: { check: count(runs.errors) == 0, needs: count(runs.starts) >= 1 }
stages:
  - { name: all, cohort: 100%, soak: 1h, enter: [ { probe: smoke } ], review: { every: 1h } }
rollback:
  playbook: [ { name: nobody, cohort: nobody } ]
  validate: { checks: [ count(runs.errors) == 0 ] }
";

    #[test]
    fn what_is_usual_changes_nothing_when_it_is_written() {
        let plain = policy_from_text("p.yaml", PLAIN.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        for (place, value) in USUAL {
            let path = place.replace("gates.*", "gates.errors").replace('*', "0");
            let told = crate::vary::edited(&plain, &[(&path, value)]).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(told, PLAIN, "{path}: {value}");
        }
    }

    /// Calls `see` with every map of a tree and its place.
    fn maps(node: &Node, place: &str, see: &mut impl FnMut(&str, &[(Key, Node)])) {
        let below = |name: &str| if place.is_empty() { name.to_string() } else { format!("{place}.{name}") };
        match &node.value {
            Value::Map(entries) => {
                see(place, entries);
                let named = place == "gates";
                entries.iter().for_each(|(key, child)| maps(child, &below(if named { "*" } else { &key.name }), see));
            }
            Value::List(items) => items.iter().for_each(|item| maps(item, &below("*"), see)),
            _ => {}
        }
    }

    #[test]
    fn the_maps_of_the_library_are_where_they_are_said_to_be() {
        let mut seen = std::collections::BTreeSet::new();
        for book in crate::library::policies() {
            let source = Source::built_in(book).unwrap_or_else(|e| panic!("{e}"));
            maps(&source.tree, "", &mut |place, entries| {
                let keys = known(place);
                assert!(keys.is_empty() || entries.iter().all(|(key, _)| keys.contains(&key.name.as_str())), "{place}");
                seen.extend(MAPS.iter().filter(|(map, _)| *map == place).map(|(map, _)| *map));
            });
        }
        let unseen: Vec<&str> = MAPS.iter().map(|(map, _)| *map).filter(|map| !seen.contains(map)).collect();
        assert!(unseen.iter().all(|map| ["alpha"].contains(map)), "{unseen:?}");
    }
}
