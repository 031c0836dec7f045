//! Programs of others that read what we write, where `drill/tests/install-counterparties.sh` has put them or the PATH has them. Without
//! them whoever asks passes, and says so on stderr.

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/counterparties");
    std::env::var_os("GATECRASH_COUNTERPARTIES").map_or_else(usual, PathBuf::from)
}

/// `promtool`, `prometheus`, `chromium` or `chromedriver`. `None`: there is none, which has been said.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).chain([folder()]).map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        let folder = folder();
        eprintln!(
            "skipped: there is no {program} on the PATH or in {}; drill/tests/install-counterparties.sh installs it",
            folder.display()
        );
    }
    found
}

/// What promtool prints, if there is one; it must be content.
pub fn promtool(args: &[&str]) -> Option<String> {
    let output = Command::new(find("promtool")?).args(args).output().expect("promtool starts");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_string();
    assert!(output.status.success(), "promtool {}: {}{}", args.join(" "), said(&output.stdout), said(&output.stderr));
    Some(said(&output.stdout))
}

#[test]
fn what_is_not_there_is_said_and_not_found() {
    assert_eq!(find("no-such-counterparty"), None);
    // One that every machine with tests has.
    assert!(find("cargo").is_some());
}

#[test]
fn promtool_is_hard_to_please() {
    let folder = crate::support::folder(&[("bad.om", "# TYPE a counter\na_total 1 1.000\na_total 2 0.500\n")]);
    if let Some(promtool) = find("promtool") {
        let file = crate::support::path(&folder, "bad.om");
        let out = crate::support::path(&folder, "blocks");
        let args = ["tsdb", "create-blocks-from", "openmetrics", &file, &out];
        let output = Command::new(promtool).args(args).output().expect("promtool starts");
        assert!(!output.status.success(), "a text without an end is none");
    }
}
