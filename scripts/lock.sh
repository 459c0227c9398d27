#!/usr/bin/env bash
# lock.sh [--upgrade] - write constraints.txt: every package of every extra, one version each, with its files' hashes.
#
# Without --upgrade, versions that still satisfy pyproject.toml stay. The file names no index: pip asks whichever one
# this machine is set up with, and the hashes say whether what came is what was meant.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install -q 'pip-tools>=7.6'
export CUSTOM_COMPILE_COMMAND='make lock'
.venv/bin/pip-compile -q "$@" --generate-hashes --all-extras --strip-extras --no-emit-index-url --no-emit-trusted-host \
  --no-emit-find-links --no-emit-options --resolver=backtracking --output-file constraints.txt pyproject.toml
if grep -nE '://|^--[a-z]|/(root|home|opt|work)/' constraints.txt; then
  echo "constraints.txt names a host, an option or a path of this machine (above)." >&2
  exit 1
fi
echo "constraints.txt: $(grep -c '==' constraints.txt) packages"
