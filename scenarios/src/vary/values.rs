//! What stands behind the `=`: values by commas, or a range.

use super::address::{Address, Part};
use super::amount::{Amount, Form, Unit};
use super::range;
use crate::error::Spot;
use crate::yaml::{Bytes, Key, Node, Value, parse};
use gatecrash_policies::check::{parse as parse_check, places};
use gatecrash_policies::policy::Reading;
use std::sync::Arc;

/// More values than this in a list are a range that somebody wrote out.
const LISTED_MAX: usize = 200;

/// A value that a part of a policy may have.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub text: String,
    pub node: Node,
}

/// The values, and whether they are a range.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    pub all: Vec<Choice>,
    pub range: bool,
}

/// Reads values for an address. `written` is what stands there; complaints about a value point at `at`.
pub(super) fn read(text: &str, address: &Address, written: Option<&str>, at: Spot) -> Result<Choices, String> {
    let form = |amount| of_stable(amount, address, written);
    let items = split(text)?;
    let texts = match items.as_slice() {
        [range] if is_range(range) => range::expand(range, form)?.iter().map(Amount::to_string).collect(),
        list => listed(list, form)?,
    };
    let choice = |text: String| Ok(Choice { node: node(&text, address, at)?, text });
    Ok(Choices {
        all: texts.into_iter().map(choice).collect::<Result<_, String>>()?,
        range: matches!(items[..], [one] if is_range(one)),
    })
}

fn listed(list: &[&str], form: impl Fn(Amount) -> Amount) -> Result<Vec<String>, String> {
    if let Some(range) = list.iter().find(|item| is_range(item)) {
        return Err(format!("`{range}` is a range, which stands alone; write either one range or a list"));
    }
    if list.len() > LISTED_MAX {
        return Err(format!(
            "a list of {} values; {LISTED_MAX} are the most, write a range such as 200ms..900ms/25ms",
            list.len()
        ));
    }
    let text = |item: &&str| match Amount::read(item) {
        Some(amount) if form(amount) != amount => form(amount).to_string(),
        _ => item.to_string(),
    };
    Ok(list.iter().map(text).collect())
}

/// One value for an address, whatever stands in it.
pub(super) fn single(text: &str, address: &Address, at: Spot) -> Result<Choices, String> {
    Ok(Choices { all: vec![Choice { node: node(text, address, at)?, text: text.to_string() }], range: false })
}

/// A plain multiple where a multiple of stable stands is meant as one.
fn of_stable(amount: Amount, address: &Address, written: Option<&str>) -> Amount {
    let beside_stable =
        address.part == Part::Limit && written.and_then(Amount::read).is_some_and(|w| w.form == Form::TimesStable);
    match beside_stable && amount.unit == Unit::Times && amount.form == Form::Bare {
        true => Amount { form: Form::TimesStable, ..amount },
        false => amount,
    }
}

/// Whether the text is meant as a range: two dots outside of everything that may hold any.
fn is_range(text: &str) -> bool {
    text.contains("..") && !text.starts_with(['{', '[', '"', '\'']) && !text.contains('(')
}

/// The values between commas; those in brackets, braces, parentheses and quotes do not part.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let (mut items, mut from, mut open, mut quote) = (Vec::new(), 0, Vec::new(), None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(end)) if c == end => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None)
                if text[from..at].trim_end().ends_with(['{', '[', '(', ',', ':']) || text[from..at].trim().is_empty() =>
            {
                quote = Some(c)
            }
            ('(', None) => open.push(')'),
            ('[', None) => open.push(']'),
            ('{', None) => open.push('}'),
            (')' | ']' | '}', None) if open.pop() != Some(c) => {
                return Err(format!("`{c}` closes nothing; every bracket comes in a pair"));
            }
            (',', None) if open.is_empty() => {
                items.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    if let Some(missing) = open.last().or(quote.as_ref()) {
        return Err(format!("a `{missing}` is missing at the end"));
    }
    items.push(text[from..].trim());
    match items.as_slice() {
        [""] => Err("there are no values; write them like =200ms..900ms/25ms or =5m,10m,30m".to_string()),
        items if items.contains(&"") => {
            Err("there is nothing between two commas, or before or after one; leave it out".to_string())
        }
        _ => Ok(items),
    }
}

/// The value as a node: YAML in flow style where it is a list, a map or quoted, and otherwise just the text.
fn node(text: &str, address: &Address, at: Spot) -> Result<Node, String> {
    if address.part != Part::Whole || !text.starts_with(['{', '[', '"', '\'']) {
        return Ok(Node::new(at, Value::Text(text.to_string())));
    }
    let node = parse(text).map_err(|problem| format!("`{}`: {}", crate::read::shortened(text), problem.message))?;
    Ok(placed(node, at))
}

/// The node as one that stands at this place, with all that is in it.
fn placed(node: Node, at: Spot) -> Node {
    let value = match node.value {
        Value::List(items) => Value::List(Arc::new(items.iter().map(|item| placed(item.clone(), at)).collect())),
        Value::Map(entries) => Value::Map(Arc::new(
            entries.iter().map(|(key, child)| (Key::new(at, key.name.clone()), placed(child.clone(), at))).collect(),
        )),
        plain => plain,
    };
    Node { at, bytes: Bytes::default(), value }
}

/// Why a limit cannot be what stands in this check, as far as units tell: the grammar takes any.
pub(super) fn misfit(check: &str, value: &str) -> Option<String> {
    let written = &check[places(check).ok()?.limit];
    let value = Amount::read(value)?;
    let there = Amount::read(written).filter(|there| there.form != Form::TimesStable && there.unit != Unit::Plain);
    let fits: &[&str] = match (there, parse_check(check).ok()?.reading) {
        _ if value.unit == Unit::Times || value.number == 0 => return None,
        (Some(there), _) => &[there.unit.name()],
        (None, Reading::Count(_) | Reading::Total(_) | Reading::Streak(_)) => &[Unit::Plain.name()],
        (None, Reading::Ratio(..) | Reading::Share(..)) => &[Unit::Percent.name(), Unit::Plain.name()],
        (None, Reading::Rate(_)) => &[Unit::Per("s").name(), Unit::Plain.name()],
        (None, Reading::Growth(_)) => return None,
        (None, _) => &[Unit::Time.name(), Unit::Plain.name()],
    };
    let (found, expected) = (value.unit.name(), fits.join(" or "));
    (!fits.contains(&found)).then(|| format!("`{value}` is {found}; here is `{written}`, and {expected} belongs here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vary::address::resolve;

    const POLICY: &str = "\
gates:
  errors: { check: ratio(a.b / a.c) <= 2% }
  drops: { check: rate(a.d) <= 4x stable }
";

    fn values(path: &str, text: &str) -> String {
        let address = resolve(&parse(POLICY).unwrap(), path).unwrap();
        let written = address.found.as_ref().map(|node| match &node.value {
            Value::Text(check) if address.part == Part::Limit => check[places(check).unwrap().limit].to_string(),
            _ => node.flow(),
        });
        match read(text, &address, written.as_deref(), Spot::of_argument(0)) {
            Ok(choices) => choices.all.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>().join(" | "),
            Err(message) => message,
        }
    }

    #[test]
    fn commas_part_values_unless_something_holds_them() {
        assert_eq!(values("gates.errors.limit", "1%, 2%,5%"), "1% | 2% | 5%");
        assert_eq!(values("gates.errors.rule", "{exceedance: {alpha: 1%}},cusum"), "{exceedance: {alpha: 1%}} | cusum");
        assert_eq!(
            values("gates.errors.check", "p95(a.b) <= { web: 1s, ios: 2s },share(a.b > 1) <= 1%"),
            "p95(a.b) <= { web: 1s, ios: 2s } | share(a.b > 1) <= 1%"
        );
        assert_eq!(values("gates.errors.row", "'a, b',it's"), "'a, b' | it's");
        assert_eq!(values("gates.drops.limit", "1.2x,2x stable,60/h"), "1.2x stable | 2x stable | 60/h");
        assert_eq!(values("gates.drops.limit", "1.2x..1.6x/0.2x"), "1.2x stable | 1.4x stable | 1.6x stable");
        assert_eq!(values("gates.errors.limit", "1.2x..1.6x/0.2x"), "1.2x | 1.4x | 1.6x");
    }

    #[test]
    fn mistakes_are_explained() {
        for (text, says) in [
            ("", "there are no values"),
            (" ", "there are no values"),
            ("5m,,10m", "nothing between two commas"),
            ("5m,", "nothing between two commas, or before or after one"),
            ("{a: 1", "a `}` is missing"),
            ("(a]", "`]` closes nothing"),
            ("'a", "a `'` is missing"),
            ("{a: }b}", "`}` closes nothing"),
            ("{a b c: [}", "`}` closes nothing"),
            ("1%..2%,5%", "`1%..2%` is a range, which stands alone"),
            ("{ a: 1, a: 2 }", "the key `a` occurs twice"),
        ] {
            assert!(values("gates.errors.rule", text).contains(says), "{text}: {}", values("gates.errors.rule", text));
        }
        let many = vec!["1%"; 201].join(",");
        assert!(values("gates.errors.limit", &many).contains("a list of 201 values; 200 are the most, write a range"));
    }

    #[test]
    fn a_limit_has_the_unit_of_what_is_read() {
        let ratio = "ratio(a.b / a.c) <= 2% over 5m";
        assert_eq!(misfit(ratio, "5m").unwrap(), "`5m` is a duration; here is `2%`, and a share in percent belongs here");
        assert_eq!(misfit(ratio, "0.05").unwrap(), "`0.05` is a plain number; here is `2%`, and a share in percent belongs here");
        for (check, value) in [
            (ratio, "1%"),
            (ratio, "0"),
            (ratio, "2x stable"),
            (ratio, "stable + 1%"),
            ("p95(a.b) <= 5", "2"),
            ("p95(a.b) <= 5", "2s"),
        ] {
            assert_eq!(misfit(check, value), None, "{check} {value}");
        }
        for (check, value) in [
            ("count(a.b) == 0", "5%"),
            ("rate(a.b) <= 4x stable", "5m"),
            ("p95(a.b) <= 500ms", "stable + 1%"),
            ("rate(a.b) <= 36/h", "5s"),
        ] {
            assert!(misfit(check, value).is_some(), "{check} {value}");
        }
    }
}
