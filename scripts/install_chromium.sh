#!/bin/sh
# Makes sure that the browser tests find a Chromium: $CHROMIUM, else one on PATH, else Debian's package.
# Installs only as root or where sudo asks nothing, and says so first; BORANG_INSTALL=no forbids it.
set -eu

packages="chromium fonts-liberation"

find_chromium() {
    if [ -n "${CHROMIUM:-}" ]; then
        command -v "$CHROMIUM"
    else
        command -v chromium || command -v chromium-browser || command -v google-chrome
    fi
}

refuse() {
    echo "The browser tests need Chromium, and $1." >&2
    echo "Install it (Debian: apt-get install --no-install-recommends $packages) or name it: CHROMIUM=/path/to/chromium make test" >&2
    exit 1
}

if find_chromium >/dev/null; then exit 0; fi
[ -z "${CHROMIUM:-}" ] || refuse "CHROMIUM=$CHROMIUM is not a program"
[ "${BORANG_INSTALL:-yes}" != no ] || refuse "BORANG_INSTALL=no forbids to install it"
command -v apt-get >/dev/null || refuse "this machine has no apt-get to install it with"

as_root=
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || refuse "installing it needs root"
    as_root="sudo -n"
fi

echo "The browser tests need Chromium: installing Debian's packages $packages (about 125 MB to download)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends $packages
}
if ! install >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    refuse "apt-get could not install it (its last lines are above)"
fi
find_chromium >/dev/null || refuse "it is still missing after apt-get installed it"
