//! `schema`: JSON Schemas of the files that gatecrash reads, for editors, and of what it writes, for scripts.

use crate::{Failure, output};
use gatecrash_reports::measure::{SPECS, Spec, Unit};
use gatecrash_reports::schemas::SCHEMAS;
use gatecrash_scenarios::{SchemaOf, Scored};

/// The files that are read.
const FILES: [(&str, &str); 3] =
    [("policy", "policy files, for editors"), ("scenario", "scenario files, for editors"), ("suite", "suite files, for editors")];

/// All kinds with what they describe: files first, then what is written.
pub fn kinds() -> Vec<(&'static str, &'static str)> {
    FILES.into_iter().chain(SCHEMAS.iter().map(|schema| (schema.name, schema.about))).collect()
}

/// Prints one.
pub fn schema(kind: &str) -> Result<(), Failure> {
    let text = text(kind);
    output::stdout(|out| out.write_all(text.as_bytes()))
}

/// A schema as it is printed.
pub fn text(kind: &str) -> String {
    match kind {
        "policy" => indented(SchemaOf::Policy),
        "scenario" => indented(SchemaOf::Scenario),
        "suite" => indented(SchemaOf::Suite(&SPECS.each_ref().map(scored))),
        written => {
            SCHEMAS.iter().find(|schema| schema.name == written).map_or_else(String::new, |schema| schema.text.to_string())
        }
    }
}

fn indented(of: SchemaOf) -> String {
    serde_json::to_string_pretty(&gatecrash_scenarios::schema(of)).expect("plain data") + "\n"
}

fn scored(spec: &Spec) -> Scored<'static> {
    Scored { name: spec.name, about: spec.about, is_share: spec.unit == Unit::Share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_text_and_no_two_have_one_name() {
        let kinds = kinds();
        for (i, (name, about)) in kinds.iter().enumerate() {
            assert!(text(name).starts_with('{') && text(name).ends_with("}\n") && !about.is_empty(), "{name}");
            assert!(kinds[..i].iter().all(|(other, _)| other != name), "{name}");
        }
    }
}
