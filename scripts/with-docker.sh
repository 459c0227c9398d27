#!/usr/bin/env bash
# with-docker.sh COMMAND... - run COMMAND with a Docker engine where there can be one, and stop it if it was started here.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
if ! "$here/dockerd-up.sh" --find >/dev/null 2>&1; then
  trap '"$here/dockerd-down.sh" >/dev/null' EXIT
fi
if line=$("$here/dockerd-up.sh"); then
  export "${line?}"
else
  echo "Going on without containers." >&2
fi
"$@"
