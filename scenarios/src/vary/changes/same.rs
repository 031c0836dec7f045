//! Whether two texts of a policy's file mean the same.

use crate::vary::amount::Amount;
use crate::yaml::{Node, Value};
use gatecrash_policies::check::{parse, places};

/// Whether the two mean the same, as far as that can be told without what they are for; the order of keys does not count.
pub(super) fn alike(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Text(a), Value::Text(b)) => same_text(a, b),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let in_b = |name: &str| b.iter().find(|(key, _)| key.name == name).map(|(_, node)| node);
            a.len() == b.len() && a.iter().all(|(key, a)| in_b(&key.name).is_some_and(|b| alike(a, b)))
        }
        _ => a.says_the_same(b),
    }
}

/// Whether two scalars mean the same: the same text, the same amount in other units, or the same check.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    let meaning = |text: &str| Amount::read(text).and_then(Amount::meaning);
    a == b || meaning(a).is_some_and(|a| meaning(b) == Some(a)) || parse(a).is_ok_and(|a| parse(b) == Ok(a))
}

/// A part of a check, and what it was and is.
pub(super) type Parts = Vec<(&'static str, String, String)>;

/// The limit and the window of two checks, as far as they differ, where nothing else does.
pub(super) fn parts(old: &str, new: &str) -> Option<Parts> {
    let (was, is) = (places(old).ok()?, places(new).ok()?);
    let mut patched = old.to_string();
    let mut found = Parts::new();
    // From the end, so that places before stay what they are.
    let spots = [("window", was.over.clone().zip(is.over.clone())), ("limit", Some((was.limit.clone(), is.limit.clone())))];
    for (part, (was, is)) in spots.into_iter().filter_map(|(part, spot)| Some((part, spot?))) {
        let before = patched.clone();
        patched.replace_range(was.clone(), &new[is.clone()]);
        if parse(&before) != parse(&patched) {
            found.insert(0, (part, old[was].to_string(), new[is].to_string()));
        }
    }
    (parse(&patched) == parse(new)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_and_window_are_told_apart_from_the_rest() {
        let check = |limit: &str, over: &str| format!("p95(runs.latency) <= {limit} over {over}");
        let part = |name, old: &str, new: &str| (name, old.to_string(), new.to_string());
        assert_eq!(parts(&check("5s", "1m"), &check("9s", "60s")), Some(vec![part("limit", "5s", "9s")]));
        let both = vec![part("limit", "5s", "2x stable"), part("window", "1m", "5m")];
        assert_eq!(parts(&check("5s", "1m"), &check("2x stable", "5m")), Some(both));
        assert_eq!(parts("count(a.b) == 0", "count(a.b) <= 0"), None, "the comparison is another");
        assert_eq!(parts("count(a.b) == 0", "count(a.b) == 0 over 1m"), None);
    }
}
