//! Nodes as text on one line, as YAML reads them back.

use crate::yaml::{Node, Value, parse};

impl Node {
    /// The node in flow style: `{ exceedance: { alpha: 1% } }`.
    pub(crate) fn flow(&self) -> String {
        match &self.value {
            Value::Empty => "~".to_string(),
            Value::Text(text) => scalar(text, true),
            Value::List(items) => format!("[{}]", items.iter().map(Node::flow).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) if entries.is_empty() => "{}".to_string(),
            Value::Map(entries) => {
                let entry = |(key, value): &(crate::yaml::Key, Node)| format!("{}: {}", scalar(&key.name, true), value.flow());
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A scalar as it stands without quotes where that reads back, in double quotes otherwise; `flow`: among brackets.
pub(super) fn scalar(text: &str, flow: bool) -> String {
    let sample = if flow { format!("{{ k: {text} }}") } else { format!("k: {text}\n") };
    let alone = |node: &Node| {
        let Value::Map(entries) = &node.value else { return false };
        matches!(entries.as_slice(), [(key, Node { value: Value::Text(read), .. })] if key.name == "k" && read == text)
    };
    let plain = !text.starts_with(['"', '\'', '|', '>', '&', '*', '!']) && !text.contains(char::is_control);
    if plain && parse(&sample).is_ok_and(|node| alone(&node)) { text.to_string() } else { double_quoted(text) }
}

/// In double quotes.
pub(super) fn double_quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' => "\\\"".to_string(),
        '\\' => "\\\\".to_string(),
        '\n' => "\\n".to_string(),
        '\t' => "\\t".to_string(),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nodes_stand_on_one_line() {
        let flow = |text: &str| parse(text).unwrap().flow();
        assert_eq!(flow("a:\n  b: [1, 'x']\nc: {}\nd:\n"), "{ a: { b: [1, x] }, c: {}, d: ~ }");
        assert_eq!(flow("a: p95(x.y) <= 5s over 1m"), "{ a: p95(x.y) <= 5s over 1m }");
        assert_eq!(flow("a: 'p95(x.y) <= { web: 1s, ios: 3s }'"), "{ a: \"p95(x.y) <= { web: 1s, ios: 3s }\" }");
        assert_eq!(flow("a: 'x: y'\nb: '~'\nc: '#'\nd: '5 # 6'"), "{ a: \"x: y\", b: \"~\", c: \"#\", d: \"5 # 6\" }");
    }

    proptest! {
        #[test]
        fn any_scalar_reads_back(text in "[ -~\u{e9}\n\t]{1,20}") {
            for (flow, sample) in [(true, format!("{{ k: {} }}", scalar(&text, true))), (false, format!("k: {}\n", scalar(&text, false)))] {
                let node = parse(&sample).unwrap_or_else(|problem| panic!("{flow} {sample}: {}", problem.message));
                let Value::Map(entries) = &node.value else { panic!("{sample}") };
                prop_assert!(matches!(&entries[0].1.value, Value::Text(read) if *read == text), "{}", sample);
            }
        }
    }
}
