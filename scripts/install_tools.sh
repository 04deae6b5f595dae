#!/bin/sh
# Makes sure that what the tests need beside Python and Node is there, from Debian's packages where it is not.
# usage: install_tools.sh chromium|postgresql|strace…
# Installs only as root or where sudo asks nothing, and says so first; BORANG_INSTALL=no forbids it.
set -eu

chromium="chromium fonts-liberation"
postgresql="postgresql"
strace="strace"

find_tool() {
    case $1 in
        chromium)
            if [ -n "${CHROMIUM:-}" ]; then
                command -v "$CHROMIUM"
            else
                command -v chromium || command -v chromium-browser || command -v google-chrome
            fi
            ;;
        # Debian keeps the server's programs off PATH.
        postgresql) ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb ;;
        *) command -v "$1" ;;
    esac
}

refuse() {
    echo "The tests need $missing, and $1." >&2
    echo "Install it (Debian: apt-get install --no-install-recommends$packages)" >&2
    [ -z "${missing##*chromium*}" ] && echo "or name a Chromium that is there: CHROMIUM=/path/to/chromium make test" >&2
    exit 1
}

missing= packages=
for tool in "$@"; do
    if ! find_tool "$tool" >/dev/null; then
        eval "packages=\"\$packages \$$tool\""
        missing="${missing:+$missing and }$tool"
    fi
done
[ -n "$missing" ] || exit 0

[ -z "${missing##*chromium*}" ] && [ -n "${CHROMIUM:-}" ] && refuse "CHROMIUM=$CHROMIUM is not a program"
[ "${BORANG_INSTALL:-yes}" != no ] || refuse "BORANG_INSTALL=no forbids to install it"
command -v apt-get >/dev/null || refuse "this machine has no apt-get to install it with"

as_root=
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || refuse "installing it needs root"
    as_root="sudo -n"
fi

echo "The tests need $missing: installing Debian's packages$packages"
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
for tool in "$@"; do
    find_tool "$tool" >/dev/null || refuse "$tool is still missing after apt-get installed it"
done
