#!/usr/bin/env bash
# Packs a binary with its licences: `ci/package.sh BINARY TAG TARGET FOLDER` writes FOLDER/gatecrash-TAG-TARGET.tar.gz, the same
# bytes for the same binary.
set -euo pipefail
binary=$1 tag=$2 target=$3 out=$4
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

name="gatecrash-$tag-$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/$name" "$out"
install -m 755 "$binary" "$work/$name/gatecrash"
install -m 644 "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$root/README.md" "$work/$name/"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$work" -cf - "$name" | gzip -n > "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
