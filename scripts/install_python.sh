#!/bin/sh
# Installs into .venv (or the environment $VENV) with uv, or with pip where uv is not to be had or reaches no registry.
# usage: install_python.sh ARGUMENTS OF "pip install"
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python="${VENV:-$root/.venv}/bin/python"
uv="$root/.venv/bin/uv"

if [ ! -x "$uv" ]; then
    "$root/.venv/bin/python" -m pip install --quiet --require-hashes -r "$root/requirements-uv.lock" ||
        echo "uv could not be installed: pip does its work, more slowly" >&2
fi
if [ -x "$uv" ] && UV_PYTHON_DOWNLOADS=never "$uv" pip install --quiet --python "$python" "$@"; then
    exit 0
fi
exec "$python" -m pip install --quiet "$@"
