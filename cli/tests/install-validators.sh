#!/bin/sh
# Installs what tests of formats validate with, where it is not installed yet: the published schemas of SARIF 2.1.0 and of JUnit XML, and
# two validators. Without them those tests say that they are skipped, and pass.
#
#   cli/tests/install-validators.sh [FOLDER]
#
# FOLDER is where tests look: $GATECRASH_VALIDATORS, or target/validators of this repository. What is installed there:
#   sarif-2.1.0.json   from the source of the crate serde-sarif
#   junit-10.xsd       from the source distribution of pytest; Jenkins' xUnit plugin defines it
#   venv               a Python environment with jsonschema and xmlschema
# Needs cargo, python3 with venv, and the registries crates.io and PyPI through them. Nothing outside of FOLDER is touched.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-${GATECRASH_VALIDATORS:-$root/target/validators}}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ ! -x "$folder/venv/bin/python" ]; then
    echo "installing jsonschema and xmlschema into $folder/venv"
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet 'jsonschema>=4,<5' 'xmlschema>=3,<5'
fi

if [ ! -s "$folder/sarif-2.1.0.json" ]; then
    echo "taking sarif-2.1.0.json from the crate serde-sarif 0.8.0"
    mkdir "$work/sarif"
    cat >"$work/sarif/Cargo.toml" <<'MANIFEST'
[package]
name = "schemas"
version = "0.0.0"
edition = "2021"
[workspace]
[lib]
path = "lib.rs"
[dependencies]
serde-sarif = { version = "=0.8.0", default-features = false }
MANIFEST
    : >"$work/sarif/lib.rs"
    (cd "$work/sarif" && cargo vendor --quiet vendor >/dev/null)
    cp "$work/sarif/vendor/serde-sarif/src/schema.json" "$folder/sarif-2.1.0.json"
fi

if [ ! -s "$folder/junit-10.xsd" ]; then
    echo "taking junit-10.xsd from the source of pytest 8.3.4"
    "$folder/venv/bin/pip" download --quiet --no-deps --no-binary pytest --dest "$work" 'pytest==8.3.4'
    tar -xzf "$work/pytest-8.3.4.tar.gz" -C "$work"
    cp "$work/pytest-8.3.4/testing/example_scripts/junit-10.xsd" "$folder/junit-10.xsd"
fi
echo "validators are in $folder"
