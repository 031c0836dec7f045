//! `ci/package.sh` and `ci/install.sh`: what a release holds is what is installed, and nothing else is.
#![cfg(target_os = "linux")]

use crate::support::folder;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const TAG: &str = "v0.1.0";

fn script(name: &str) -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci").join(name))
}

/// A program that says so.
fn program(path: &Path, says: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{says}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn target() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

/// A folder with `releases/v0.1.0` in it: an archive of a program that says its version, and the checksums.
fn release() -> TempDir {
    let folder = folder(&[]);
    let binary = folder.path().join("built");
    program(&binary, "echo gatecrash 0.1.0");
    let releases = folder.path().join("releases").join(TAG);
    let packed = script("package.sh").arg(&binary).args([TAG, &target()]).arg(&releases).output().unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    let sums = Command::new("sh").args(["-c", "sha256sum *.tar.gz > SHA256SUMS"]).current_dir(&releases).status().unwrap();
    assert!(sums.success());
    // What building would do, for those who have to.
    program(&folder.path().join("tools/cargo"), CARGO);
    folder
}

/// A `cargo` that builds a program of this version at once.
const CARGO: &str = "\
while [ $# -gt 0 ]; do [ \"$1\" = --target-dir ] && target=$2; shift; done
mkdir -p \"$target/release\"
printf '#!/bin/sh\\necho gatecrash ${BUILDS:-0.1.0}\\n' > \"$target/release/gatecrash\"";

fn install(folder: &TempDir, version: &str, more: &[(&str, &str)]) -> (Output, PathBuf) {
    let bin = folder.path().join("bin");
    let path = format!("{}:{}", folder.path().join("tools").display(), std::env::var("PATH").unwrap());
    let mut command = script("install.sh");
    command.env("PATH", path).env("GATECRASH_BIN", &bin).env("GATECRASH_VERSION", version);
    command.env("GATECRASH_RELEASES", folder.path().join("releases")).envs(more.iter().copied());
    (command.output().unwrap(), bin.join("gatecrash"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_release_is_installed_as_it_was_packed() {
    let folder = release();
    let (output, binary) = install(&folder, TAG, &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "gatecrash 0.1.0\n");
    assert_eq!(fs::read(binary).unwrap(), fs::read(folder.path().join("built")).unwrap());
    assert!(!said(&output).contains("building"), "{}", said(&output));
}

#[test]
fn licences_and_readme_come_with_it_and_its_bytes_are_its_own() {
    let (one, other) = (release(), release());
    let archive = |folder: &TempDir| folder.path().join(format!("releases/{TAG}/gatecrash-{TAG}-{}.tar.gz", target()));
    assert_eq!(fs::read(archive(&one)).unwrap(), fs::read(archive(&other)).unwrap());
    let listed = Command::new("tar").arg("-tzf").arg(archive(&one)).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in ["gatecrash", "LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        assert!(listed.lines().any(|line| line.ends_with(&format!("/{name}"))), "{listed}");
    }
}

/// Neither a wrong checksum nor a missing one is built around.
#[test]
fn what_is_not_what_it_should_be_is_refused() {
    for sums in ["0000  ARCHIVE\n", "", "0000  other.tar.gz\n"] {
        let folder = release();
        let archive = format!("gatecrash-{TAG}-{}.tar.gz", target());
        fs::write(folder.path().join(format!("releases/{TAG}/SHA256SUMS")), sums.replace("ARCHIVE", &archive)).unwrap();
        let (output, binary) = install(&folder, TAG, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("is not what SHA256SUMS says") && !binary.exists(), "{}", said(&output));
    }
    let folder = release();
    fs::remove_file(folder.path().join(format!("releases/{TAG}/SHA256SUMS"))).unwrap();
    let (output, binary) = install(&folder, TAG, &[]);
    assert!(output.status.code() == Some(1) && !binary.exists(), "{}", said(&output));
}

#[test]
fn without_a_release_it_is_built() {
    for (version, more) in [("main", &[][..]), ("", &[]), (TAG, &[("GATECRASH_RELEASES", "")]), ("v0.1.0-rc1", &[])] {
        let folder = release();
        let (output, binary) = install(&folder, version, more);
        assert!(output.status.success() && binary.exists(), "{version}: {}", said(&output));
        assert!(said(&output).contains("building from "), "{}", said(&output));
    }
}

#[test]
fn another_version_than_was_asked_for_is_refused() {
    let folder = release();
    let (output, binary) = install(&folder, "v9.9.9", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("this is gatecrash 0.1.0, not 9.9.9") && !binary.exists(), "{}", said(&output));
}
