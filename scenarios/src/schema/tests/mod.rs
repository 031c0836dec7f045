//! The schemas say what the readers say.

mod broken;
mod drift;
mod json;
mod keys;

use super::{SchemaOf, Scored, schema};
use crate::error::Problem;
use crate::library::{FAMILIES, SCENARIOS, policies};
use crate::source::Source;
use crate::yaml::Node;
use crate::{families, policy, scenario, suite};
use json::{WAYS, json};
use jsonschema::Validator;
use std::sync::{Arc, OnceLock};

/// A few of the scores that there are.
const SCORES: &[Scored] = &[
    Scored { name: "detection_rate", about: "breaches that were rolled back", is_share: true },
    Scored { name: "time_to_detect", about: "from harm to decision", is_share: false },
    Scored { name: "false_rollback_rate", about: "rollbacks for nothing", is_share: true },
    Scored { name: "within_budget", about: "both budgets kept", is_share: true },
    Scored { name: "harmed", about: "outcomes that were harmed", is_share: false },
    Scored { name: "rollout", about: "from the beginning to the finish", is_share: false },
    Scored { name: "gaps.drain", about: "from withdrawal to the last harm", is_share: false },
];

type Of = SchemaOf<'static>;

const KINDS: [Of; 3] = [SchemaOf::Policy, SchemaOf::Scenario, SchemaOf::Suite(SCORES)];

/// A suite with everything that one may say.
const SUITE: &str = "\
suite: s
about: Everything.
seed: 7
trials: { min: 100, max: 1_600 }
cases:
  - { name: one, about: One., scenario: healthy-day, policy: careful, expect: [ detection_rate >= 99%, gaps.drain.p95 < 4m ] }
  - scenario: [ healthy-day, mine.yaml ]
    policy: [ careful, hasty ]
    severity: [ 1x, 1.5x ]
    wobble: 2x
    with: { faults.0.by: 3x, faults.0.at: { stage: canary } }
    matrix: { telemetry.delay: [ 5s, 1m ] }
    trials: { max: 400 }
    expect: caught_by(errors) >= 90%
  - replay: drills/friday.jsonl
  - { name: drilled, about: Again., replay: drills/monday.yaml, expect: [ harmed.max <= 100, as_recorded >= 100% ] }
";

/// The schema of a kind, by an independent reader of schemas.
fn validator(of: Of) -> &'static Validator {
    static ALL: OnceLock<Vec<Validator>> = OnceLock::new();
    let compile = |of: &Of| jsonschema::draft202012::new(&schema(*of)).expect("it is a schema");
    &ALL.get_or_init(|| KINDS.iter().map(compile).collect())[KINDS.iter().position(|kind| *kind == of).expect("it is a kind")]
}

/// What the schema has against a tree, however its scalars are taken; nothing if it is right.
fn complaints(of: Of, tree: &Node) -> Vec<String> {
    let said = |way| -> Vec<String> {
        let instance = json(tree, way);
        validator(of).iter_errors(&instance).map(|error| format!("{way:?}: {} at {}", error, error.instance_path())).collect()
    };
    WAYS.into_iter().flat_map(said).collect()
}

/// What the reader has against it.
fn refusal(of: Of, source: &Source) -> Option<Problem> {
    let mut warnings = Vec::new();
    match of {
        SchemaOf::Policy => policy::read(&source.tree, source, &mut warnings).err(),
        SchemaOf::Scenario => scenario::read(&source.tree, source, &mut warnings).err(),
        SchemaOf::Suite(_) => suite::read(&source.tree, &Arc::new(source.clone())).err(),
    }
}

/// Every file of the library, every scenario of its families, and a suite.
fn built_in() -> &'static [(Of, Source)] {
    static ALL: OnceLock<Vec<(Of, Source)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let open = |book| Source::built_in(book).unwrap_or_else(|e| panic!("{e}"));
        let mut all: Vec<_> = policies().map(|book| (SchemaOf::Policy, open(book))).collect();
        all.extend(SCENARIOS.iter().map(|book| (SchemaOf::Scenario, open(book))));
        for book in FAMILIES {
            let source = Source::family(book).unwrap_or_else(|e| panic!("{e}"));
            let cases = source.read(families::read).unwrap_or_else(|e| panic!("{e}"));
            all.extend(cases.into_iter().map(|case| (SchemaOf::Scenario, source.part(case.tree))));
        }
        all.push((SchemaOf::Suite(SCORES), file("suite.yaml", SUITE)));
        all
    })
}

/// A file at hand.
fn file(name: &str, text: &str) -> Source {
    Source::from_bytes(name.to_string(), Some("/nowhere".into()), text.as_bytes().to_vec()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn schemas_are_schemas_and_stand_alone() {
    for of in KINDS {
        let schema = schema(of);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{of:?}: {e}"));
        assert!(!schema.to_string().contains("\"$ref\":\"http"), "{of:?} refers to nothing outside");
        assert!(schema.to_string().len() < 100_000, "{of:?}: {} bytes", schema.to_string().len());
    }
}

#[test]
fn the_whole_library_validates() {
    assert!(built_in().len() > 200);
    for (of, source) in built_in() {
        let complaints = complaints(*of, &source.tree);
        assert!(complaints.is_empty(), "{}: {complaints:#?}", source.file);
    }
}

/// What `init` writes.
#[test]
fn the_starter_validates() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/starter");
    for name in ["policy.yaml", "suite.yaml", "scenarios/slow-release.yaml", "scenarios/good-release.yaml"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        let complaints = complaints(kind_of(&text).unwrap(), &file(name, &text).tree);
        // What the suite expects is more than the few scores that are known here.
        let real: Vec<_> = complaints.iter().filter(|said| !said.contains("/expect")).collect();
        assert!(real.is_empty(), "{name}: {real:#?}");
    }
}

/// The fenced YAML of a page that is a whole file, not marked as a fragment.
fn whole_files(page: &str) -> Vec<String> {
    let blocks = page.split("\n```yaml\n").skip(1);
    blocks.filter_map(|rest| rest.split_once("\n```").map(|(block, _)| format!("{block}\n"))).collect()
}

#[test]
fn what_the_pages_show_validates() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut seen = 0;
    for page in docs.chain([root.join("README.md")]).filter(|path| path.extension().is_some_and(|e| e == "md")) {
        for text in whole_files(&std::fs::read_to_string(&page).unwrap()) {
            let source = file("shown.yaml", &text);
            let Some(of) = kind_of(&text) else { continue };
            let complaints = complaints(of, &source.tree);
            assert!(complaints.is_empty(), "{}: {complaints:#?}", page.display());
            seen += 1;
        }
    }
    assert!(seen >= 2, "{seen}");
}

/// The kind of a file by its first key.
fn kind_of(text: &str) -> Option<Of> {
    let first = text.lines().find(|line| !line.starts_with('#'))?;
    match first.split(':').next()? {
        "policy" => Some(SchemaOf::Policy),
        "scenario" => Some(SchemaOf::Scenario),
        "suite" => Some(SchemaOf::Suite(SCORES)),
        _ => None,
    }
}
