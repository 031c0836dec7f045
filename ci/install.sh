#!/usr/bin/env bash
# Installs gatecrash into a folder: the released binary for this machine if there is one and its checksum is right, else built
# from source. A binary whose checksum is wrong or missing is refused, never built around.
#
#   GATECRASH_VERSION   the tag of the release: v0.1.0; without it, built from source
#   GATECRASH_RELEASES  where releases are: a URL or a folder, with a folder for each tag
#   GATECRASH_SOURCE    the source to build; the repository of this script unless told
#   GATECRASH_BIN       where the binary goes
set -euo pipefail

version=${GATECRASH_VERSION:-}
releases=${GATECRASH_RELEASES:-}
source=${GATECRASH_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
bin=${GATECRASH_BIN:?where the binary goes}

say() { echo "install: $*" >&2; }

# The target that releases are built for on this machine; nothing where there is none.
target() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo x86_64-unknown-linux-musl ;;
        Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    esac
}

# Fetches a file of the release; fails where there is none.
fetch() {
    case "$releases" in
        *://*) curl --fail --silent --show-error --location --retry 3 --output "$2" "$releases/$version/$1" ;;
        *) cp "$releases/$version/$1" "$2" ;;
    esac
}

digest() {
    if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Whether the archive is what the release says it is.
check() {
    local archive=$1 sums=$2 want
    want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$sums")
    [[ -n "$want" && "$want" == "$(digest "$work/$archive")" ]]
}

download() {
    local archive="gatecrash-$version-$1.tar.gz"
    if ! fetch "$archive" "$work/$archive"; then
        say "there is no $archive among the releases"
        return 1
    fi
    if ! fetch SHA256SUMS "$work/SHA256SUMS" || ! check "$archive" "$work/SHA256SUMS"; then
        say "$archive is not what SHA256SUMS says; it is not installed"
        exit 1
    fi
    tar -xzf "$work/$archive" -C "$work"
    install -m 755 "$work/gatecrash-$version-$1/gatecrash" "$bin/gatecrash"
}

build() {
    say "building from $source"
    cargo build --release --locked --package gatecrash --manifest-path "$source/Cargo.toml" --target-dir "$work/target" >&2
    install -m 755 "$work/target/release/gatecrash" "$bin/gatecrash"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$bin"

target=$(target)
if [[ -z "$version" || -z "$releases" || -z "$target" ]] || ! download "$target"; then
    build
fi

# A tag such as v0.1.0 means that version and no other; a branch means whatever is there.
is=$("$bin/gatecrash" --version)
if [[ "$version" =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ && "$is" != "gatecrash ${version#v}" ]]; then
    say "this is $is, not ${version#v}; use the action at the tag $version"
    rm -f "$bin/gatecrash"
    exit 1
fi
echo "$is"
