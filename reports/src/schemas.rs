//! What scripts may rely on: a JSON Schema of each format that is written as JSON, as a file of its own.
//!
//! To add one: its file in `reports/schemas`, and its line in [`SCHEMAS`].

/// A published schema.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// What `gatecrash schema` calls it; what it describes says so under `schema`, as `gatecrash.NAME/v1`.
    pub name: &'static str,
    /// What it describes, in a line.
    pub about: &'static str,
    /// The JSON Schema (draft 2020-12).
    pub text: &'static str,
}

macro_rules! schemas {
    ($($name:literal: $about:literal,)*) => {
        /// The catalog, in the order of the help.
        pub const SCHEMAS: &[Published] =
            &[$(Published { name: $name, about: $about, text: include_str!(concat!("../schemas/", $name, ".json")) }),*];
    };
}

schemas! {
    "trial": "what `run --format json` prints",
    "score": "what `score --format json` prints",
    "tune": "what `tune --format json` prints",
    "test": "what `test --format json` prints",
    "diff": "what `diff --format json` prints",
    "lint": "what `lint --format json` prints",
    "explain": "what `explain --format json` prints",
    "gate-report": "the JSON files of `run --gate-report`",
    "drill-report": "the after-action report of a drill as JSON",
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn parsed(schema: &Published) -> Value {
        serde_json::from_str(schema.text).unwrap_or_else(|e| panic!("{}: {e}", schema.name))
    }

    /// Every map with properties is closed, and needs all of them or says which.
    fn check_closed(name: &str, schema: &Value) {
        if let Some(properties) = schema.get("properties") {
            assert_eq!(schema["additionalProperties"], false, "{name}: {properties}");
            assert!(schema["required"].is_array(), "{name}: {properties}");
        }
        match schema {
            Value::Object(map) => map.values().for_each(|value| check_closed(name, value)),
            Value::Array(items) => items.iter().for_each(|value| check_closed(name, value)),
            _ => {}
        }
    }

    #[test]
    fn each_says_what_it_is_and_leaves_nothing_open() {
        for schema in SCHEMAS {
            let value = parsed(schema);
            assert_eq!(value["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", schema.name);
            assert_eq!(value["title"], format!("gatecrash.{}/v1", schema.name));
            check_closed(schema.name, &value);
        }
    }

    /// A schema stands alone, so a part that two have is written twice: it must say the same.
    #[test]
    fn parts_of_the_same_name_are_the_same() {
        let mut seen: Vec<(String, Value)> = Vec::new();
        for schema in SCHEMAS {
            for (name, part) in parsed(schema)["$defs"].as_object().into_iter().flatten() {
                match seen.iter().find(|(other, _)| other == name) {
                    Some((_, other)) => assert_eq!(other, part, "{name} in {}", schema.name),
                    None => seen.push((name.clone(), part.clone())),
                }
            }
        }
    }
}
