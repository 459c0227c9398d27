#!/usr/bin/env bash
# dockerd-down.sh [--purge] - stop the engine that dockerd-up.sh started (never another one) and what ran in it.
#   --purge   also delete its images, containers and volumes (the base image's tar file stays)
set -euo pipefail
STATE=${DOCKERD_STATE:-/var/lib/nodegraph-dockerd} RUN=${DOCKERD_RUN:-/run/nodegraph-dockerd}
PIDF=$RUN/dockerd.pid

alive() { case $(cat "/proc/$1/stat" 2>/dev/null) in '' | *") Z"*) return 1 ;; esac; } # a zombie is not alive

gone() { # <pid> <seconds>
  local turn
  for ((turn = 0; turn < $2 * 20; turn++)); do alive "$1" || return 0; sleep 0.05; done
  return 1
}

end() { # <pid> [seconds]
  kill "$1" 2>/dev/null || return 0
  gone "$1" "${2:-20}" || { kill -9 "$1" 2>/dev/null || true; gone "$1" 5 || { echo "pid $1 does not end" >&2; exit 1; }; }
}

names() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$2"; } # <pid> <text on its command line>

end_ours() { # <pid file> <program>: only if it is that program and its command line names our folder
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 0
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && names "$pid" "$RUN/" || return 0
  end "$pid"
}

if [ -S "$RUN/docker.sock" ]; then # be quick: dockerd itself would grant each container 10 s
  ids=$(DOCKER_HOST=unix://$RUN/docker.sock timeout 5 docker ps -q 2>/dev/null) || ids=
  # shellcheck disable=SC2086
  [ -z "$ids" ] || DOCKER_HOST=unix://$RUN/docker.sock timeout 20 docker stop -t 2 $ids >/dev/null 2>&1 || true
fi
end_ours "$PIDF" dockerd
end_ours "$RUN/exec/containerd/containerd.pid" containerd # left behind only when dockerd was killed with -9
for dir in "$RUN"/exec/runtime-runc/moby/*/; do           # and so are its containers and their shims
  [ -d "$dir" ] && runc --root "$RUN/exec/runtime-runc/moby" delete --force "$(basename "$dir")" 2>/dev/null || true
done
for dir in /proc/[0-9]*; do
  case $(cat "$dir/comm" 2>/dev/null) in
    containerd-shim*) if names "${dir#/proc/}" "$RUN/exec/"; then end "${dir#/proc/}" 3; fi ;;
  esac
done
# whatever those left mounted, deepest first
{ awk -v a="$STATE/data" -v b="$RUN/exec" 'index($5, a) == 1 || index($5, b) == 1 {print $5}' /proc/self/mountinfo || true; } |
  sort -r | while read -r folder; do umount -l "$folder" 2>/dev/null || true; done
rm -f "$PIDF" "$RUN/docker.sock" "$RUN"/exec/containerd/*.pid # dockerd takes a zombie for a running containerd: +15 s
if [ "${1:-}" = --purge ]; then rm -rf "${STATE:?}/data" "${RUN:?}/exec"; fi
echo "stopped"
