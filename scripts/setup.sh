#!/usr/bin/env bash
# setup.sh - make .venv: every package at the version and with the hash that constraints.txt gives, and this checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -x .venv/bin/python ]; then
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { echo "nodegraph needs Python 3.11 or newer; this is $(python3 --version 2>&1)." >&2; exit 1; }
  python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian.sh run
  echo "Setting up .venv (once; a minute or two) ..."
  python3 -m venv .venv || { rm -rf .venv; exit 1; }
fi
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
touch .venv/.installed
