//! Published schemas and their validators, where `cli/tests/install-validators.sh` has put them. Without them whoever asks passes, and
//! says so on stderr.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A schema that somebody else has published.
#[derive(Clone, Copy, Debug)]
pub enum Schema {
    /// SARIF 2.1.0, a JSON Schema.
    Sarif,
    /// JUnit XML as Jenkins' xUnit plugin defines it.
    Junit,
}

impl Schema {
    fn file(self) -> &'static str {
        match self {
            Schema::Sarif => "sarif-2.1.0.json",
            Schema::Junit => "junit-10.xsd",
        }
    }

    /// A program that validates stdin against the schema, and lists what is wrong.
    fn program(self) -> &'static str {
        match self {
            Schema::Sarif => {
                "import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
wrong = [f'{list(e.absolute_path)}: {e.message[:300]}' for e in validator(schema).iter_errors(json.load(sys.stdin))]"
            }
            Schema::Junit => {
                "import io, sys, xmlschema
schema = xmlschema.XMLSchema(sys.argv[1])
wrong = [f'{e.path}: {e.reason}' for e in schema.iter_errors(io.StringIO(sys.stdin.read()))]"
            }
        }
    }
}

fn folder() -> PathBuf {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/validators");
    std::env::var_os("GATECRASH_VALIDATORS").map_or_else(usual, PathBuf::from)
}

/// What is wrong with a text by a schema, a line each. `None`: nothing is installed that could tell, which has been said.
pub fn violations(schema: Schema, text: &str) -> Option<Vec<String>> {
    let (folder, file) = (folder(), schema.file());
    let (python, path) = (folder.join("venv/bin/python"), folder.join(file));
    if !python.exists() || !path.exists() {
        eprintln!(
            "skipped: there is no {file} with a validator in {}; cli/tests/install-validators.sh installs them",
            folder.display()
        );
        return None;
    }
    let program = format!("{}\nprint('\\n'.join(wrong))", schema.program());
    let mut child = Command::new(python)
        .args(["-c", &program])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the validator starts");
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("the validator reads");
    let output = child.wait_with_output().expect("the validator ends");
    assert!(output.status.success(), "the validator fails on what is no {file} at all");
    let wrong = String::from_utf8(output.stdout).expect("messages are UTF-8");
    Some(wrong.lines().filter(|line| !line.is_empty()).map(str::to_string).collect())
}

/// Holds a text to a schema.
pub fn validate(schema: Schema, text: &str) {
    let wrong = violations(schema, text).unwrap_or_default();
    assert!(wrong.is_empty(), "not valid: {}\n{text}", wrong.join("\n"));
}

#[test]
fn what_is_not_valid_is_noticed() {
    for (schema, good, bad) in [
        (
            Schema::Sarif,
            r#"{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "x" } } } ] }"#,
            r#"{ "version": "2.1.0", "runs": [ { "tool": { } } ] }"#,
        ),
        (
            Schema::Junit,
            r#"<testsuites><testsuite name="a" tests="1" failures="0" errors="0"><testcase name="b" classname="c" /></testsuite></testsuites>"#,
            r#"<testsuites><testsuite><testcase nam="b" /></testsuite></testsuites>"#,
        ),
    ] {
        validate(schema, good);
        assert!(violations(schema, bad).is_none_or(|wrong| !wrong.is_empty()), "{schema:?}");
    }
}
