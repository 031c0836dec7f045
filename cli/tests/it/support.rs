//! Runs the binary and holds it to what every command promises.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// What a command left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs gatecrash in a folder. Whatever it is given, it ends on its own terms: never by a panic.
pub fn gatecrash_in(folder: &Path, args: &[&str]) -> Ran {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_gatecrash"));
    let output = command.current_dir(folder).args(args).output().expect("the binary starts");
    let ran = Ran {
        code: output.status.code().expect("no signal ended it"),
        out: String::from_utf8(output.stdout).expect("results are UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    };
    assert!(ran.code != 101 && !ran.err.contains("panicked"), "a bug: gatecrash {}\n{}", args.join(" "), ran.err);
    ran
}

/// Runs gatecrash where it stands.
pub fn gatecrash(args: &[&str]) -> Ran {
    gatecrash_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

impl Ran {
    /// The result of a command that met its end.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    /// The result as JSON.
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("`--format json` writes JSON and nothing else")
    }
}

/// `run SCENARIO --seed N --format json`, and more.
pub fn trial(scenario: &str, seed: u64, more: &[&str]) -> Value {
    let seed = seed.to_string();
    gatecrash(&[&["run", scenario, "--seed", &seed, "--format", "json"], more].concat()).json()
}

/// The rows of `score --format json`.
pub fn rows(args: &[&str]) -> Vec<Value> {
    let report = gatecrash(&[&["score", "--format", "json"], args].concat()).json();
    report["rows"].as_array().expect("`rows` is a list").clone()
}

/// The whole number under a key.
pub fn whole(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("`{key}` is a whole number in {value}"))
}

/// A folder of its own with these files in it.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a new folder may be written");
    }
    folder
}

/// A path of a folder as an argument.
pub fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().expect("temporary paths are UTF-8").to_string()
}

/// The built-in file of a scenario.
pub fn library_text(scenario: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scenarios/library/{scenario}.yaml"));
    std::fs::read_to_string(path).expect("the library stands beside this crate")
}

/// Test data that may stand beside the repository; without it, whoever asks passes, and says so.
pub fn beside(path: &str) -> Option<PathBuf> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if !full.exists() {
        eprintln!("skipped: there is no ../shared/{path}");
        return None;
    }
    Some(full)
}
