#!/bin/sh
# Installs whom tests of monitoring and of the page talk to, where they are not installed yet: Prometheus with promtool, and Chromium
# with its driver, from Debian's packages. Without them those tests say that they are skipped, and pass.
#
#   drill/tests/install-counterparties.sh [FOLDER]
#
# FOLDER is where tests look, beside the PATH: $GATECRASH_COUNTERPARTIES, or target/counterparties of this repository.
#   prometheus, promtool   unpacked into FOLDER, not installed: nothing is configured, and no service is started
#   chromedriver           the same, in the version of the installed Chromium
#   chromium               installed by apt-get, as root or through sudo, only if there is none: its libraries come with it
# Needs apt-get and dpkg with Debian's archive. But for Chromium and the lists of packages, nothing outside of FOLDER is touched.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-${GATECRASH_COUNTERPARTIES:-$root/target/counterparties}}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d "$folder/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Whether tests find a program.
has() {
    [ -x "$folder/$1" ] || command -v "$1" >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

fetch() {
    (cd "$work" && apt-get -qq download "$1")
}

# Unpacks a package into FOLDER and links these of its programs there.
unpack() {
    package=$1
    shift
    echo "unpacking $package into $folder"
    # The lists of packages may be missing or old.
    fetch "$package" 2>"$work/why" || { as_root apt-get -qq update && fetch "$package"; }
    name=${package%%=*}
    mkdir -p "$folder/packages/$name"
    dpkg -x "$work/$name"_*.deb "$folder/packages/$name"
    for program in "$@"; do
        ln -sf "packages/$name/usr/bin/$program" "$folder/$program"
    done
}

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg >/dev/null 2>&1; then
    echo "there is no apt-get with dpkg here: put prometheus, promtool, chromium and chromedriver on the PATH by other means" >&2
    exit 1
fi

if ! has promtool || ! has prometheus; then
    unpack prometheus prometheus promtool
fi

if ! has chromium; then
    echo "installing chromium and chromium-driver by apt-get"
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium chromium-driver >/dev/null
elif ! has chromedriver; then
    # A driver speaks to the Chromium of its own version.
    unpack "chromium-driver=$(dpkg-query -W -f '${Version}' chromium)" chromedriver
fi

for program in prometheus promtool chromium chromedriver; do
    has "$program" || { echo "$program did not come to be there" >&2; exit 1; }
done
echo "counterparties are on the PATH and in $folder"
