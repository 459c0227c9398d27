#!/usr/bin/env bash
# dockerd-up.sh [--find] - make sure that a Docker engine answers and that the Python base image exists.
#
#   export "$(scripts/dockerd-up.sh)"    # prints exactly one line: DOCKER_HOST=unix:///...
#
# An engine that already answers ($DOCKER_HOST, the system's socket, any running dockerd, ours) is used as it is;
# otherwise a private one is started (own data, exec folder, socket and pid file), which needs root and dockerd.
# --find only looks: it starts and builds nothing. dockerd-down.sh stops the private engine again.
#
# The base image: already there > pulled (BASE_PULL=always) > made with mmdebstrap from the Debian mirror that this
# machine itself uses. Pulling is tried by default; BASE_PULL=never skips it where no image registry can be reached.
#
#   DOCKERD_STATE  /var/lib/nodegraph-dockerd    images, containers, log
#   DOCKERD_RUN    /run/nodegraph-dockerd        socket, pid file
#   DOCKERD_WAIT   30                            seconds to wait for one attempt to start
#   BASE_CACHE     /var/cache/nodegraph-dockerd  the base image as a tar file
#   HOST_CA        /etc/ssl/certs/ca-certificates.crt   trust store copied into a base image made here ("" = none)
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
STATE=${DOCKERD_STATE:-/var/lib/nodegraph-dockerd} RUN=${DOCKERD_RUN:-/run/nodegraph-dockerd}
CACHE=${BASE_CACHE:-/var/cache/nodegraph-dockerd} HOST_CA=${HOST_CA-/etc/ssl/certs/ca-certificates.crt}
BASE=python:3.11-slim SUITE=bookworm # bookworm's Python is 3.11
SOCK=$RUN/docker.sock PIDF=$RUN/dockerd.pid LOG=$STATE/dockerd.log
HERE=$(dirname "$(readlink -f "$0")")

die() { echo "$*" >&2; exit 1; }
answers() { DOCKER_HOST=$1 timeout 5 docker version -f '{{.Server.Version}}' >/dev/null 2>&1; }

alive() { # <pid> <program>: that process runs that program, and is no zombie
  case $(cat "/proc/$1/stat" 2>/dev/null) in *"($2) Z"*) return 1 ;; *"($2)"*) return 0 ;; *) return 1 ;; esac
}

running() { # sockets of the dockerds in this network namespace: a second one there would break the first one's bridge
  local dir arg before=
  for dir in /proc/[0-9]*; do
    [ "$(cat "$dir/comm" 2>/dev/null)" = dockerd ] && [ "$dir/ns/net" -ef /proc/self/ns/net ] || continue
    while IFS= read -r -d '' arg; do
      case $arg in
        -H=unix://* | --host=unix://*) echo "${arg#*=}" ;;
        unix://*) case $before in -H | --host) echo "$arg" ;; esac ;;
      esac
      before=$arg
    done <"$dir/cmdline" 2>/dev/null || true
  done
}

find_engine() {
  local candidate
  for candidate in ${DOCKER_HOST:+"$DOCKER_HOST"} unix:///var/run/docker.sock "unix://$SOCK" $(running); do
    case $candidate in unix://*) [ -S "${candidate#unix://}" ] || continue ;; esac
    if answers "$candidate"; then echo "$candidate"; return 0; fi
  done
  return 1
}

mount_cgroups() { # on a machine without an init system: dockerd needs a cgroup tree
  local name dir
  if ! grep -q ' - cgroup' /proc/self/mountinfo; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || true
    grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || # its controllers are bound to the older layout
      { umount /sys/fs/cgroup && mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup; } 2>/dev/null || true
  fi
  [ ! -e /sys/fs/cgroup/cgroup.controllers ] || return 0
  # version 1: with an active hierarchy that is not mounted, statistics and out-of-memory events stay empty
  { awk '!/^#/ && $4 == 1 {print $1}' /proc/cgroups; sed -nE 's/^[0-9]+:(name=[^:]+):.*/\1/p' /proc/self/cgroup; } |
    while read -r name; do
      dir=/sys/fs/cgroup/${name#name=}
      [ ! -e "$dir/cgroup.procs" ] || continue
      case $name in name=*) name=none,$name ;; esac
      { mkdir -p "$dir" && mount -t cgroup -o "$name" cgroup "$dir" || rmdir "$dir"; } 2>/dev/null || true
    done
}

launch() { # <flags...>: start our dockerd; succeeds when it answers in time
  (exec 9>&-; exec setsid dockerd --data-root "$STATE/data" --exec-root "$RUN/exec" -H "unix://$SOCK" \
    --pidfile "$PIDF" --log-level warn "$@" </dev/null >>"$LOG" 2>&1) &
  local pid=$! turn
  disown
  for ((turn = 0; turn < ${DOCKERD_WAIT:-30} * 20; turn++)); do
    if [ -S "$SOCK" ] && answers "unix://$SOCK"; then return 0; fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
  kill "$pid" 2>/dev/null || true
  return 1
}

start_engine() {
  [ "$(id -u)" = 0 ] || die "no Docker engine answers, and starting one needs root"
  command -v dockerd >/dev/null || die "no Docker engine answers and dockerd is missing (Debian: apt-get install docker.io)"
  mkdir -p "$STATE" "$RUN"
  exec 9>"$RUN/lock"
  flock -w 120 9 || die "another dockerd-up.sh holds $RUN/lock"
  if [ -S "$SOCK" ] && answers "unix://$SOCK"; then return 0; fi
  # what a killed engine left behind would make dockerd refuse to start, or wait 15 s and 10 s more per container
  alive "$(cat "$PIDF" 2>/dev/null || echo 0)" dockerd || "$HERE/dockerd-down.sh" >/dev/null
  mount_cgroups
  : >"$LOG"
  launch --storage-driver overlay2 || launch || launch --storage-driver vfs ||
    { tail -n 15 "$LOG" >&2; die "dockerd did not start (its log: $LOG)"; }
  exec 9>&-
}

debian_mirror() { # the one this machine itself uses
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
    awk '!uri && $1 == "URIs:" {uri = $2}
         !uri && $1 == "deb" {for (i = 2; i <= NF; i++) if (!uri && $i ~ /^https?:/) uri = $i}
         END {print uri}'
}

make_base_tar() { # <file> <mirror>
  local temporary=/var/tmp free log=$CACHE/build.log
  [ "$(id -u)" = 0 ] || die "no image $BASE: run 'docker pull $BASE' (making one here needs root)"
  command -v mmdebstrap >/dev/null || die "no image $BASE and no mmdebstrap (Debian: apt-get install mmdebstrap)"
  free=$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 {print $4}')
  if [ "${free:-0}" -ge 1500 ] && ! grep -q ' /dev/shm [^ ]* [^ ]*noexec' /proc/mounts; then
    temporary=/dev/shm # dpkg syncs a lot: much faster in memory
  fi
  HOST_CA=$HOST_CA TMPDIR=$temporary mmdebstrap --mode=root --variant=apt --format=tar \
    --dpkgopt=force-unsafe-io --aptopt='APT::Install-Recommends "false"' \
    --hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr \
    --include=usr-is-merged,python3,python3-venv,python3-distutils,ca-certificates,netbase,tzdata \
    --customize-hook="sh $HERE/base-image-hook.sh \"\$1\"" "$SUITE" "$1.part" "$2" >"$log" 2>&1 ||
    { tail -n 15 "$log" | cut -c1-300 >&2; rm -f "$1.part"; die "the base image could not be made (log: $log)"; }
  mv "$1.part" "$1"
}

import_base() {
  local mirror key tar change variable
  mkdir -p "$CACHE"
  exec 8>"$CACHE/lock"
  flock -w 300 8 || die "another dockerd-up.sh holds $CACHE/lock"
  if docker image inspect "$BASE" >/dev/null 2>&1; then return 0; fi
  mirror=$(debian_mirror)
  key=$({ cat "$HERE/base-image-hook.sh" "${HOST_CA:-/dev/null}" 2>/dev/null; echo "$SUITE $mirror $(uname -m)"; } |
    sha256sum | cut -c1-16)
  tar=$CACHE/python-base-$key.tar
  [ -s "$tar" ] || make_base_tar "$tar" "$mirror"
  change=(--change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'ENV LANG=C.UTF-8'
    --change 'ENV PIP_ROOT_USER_ACTION=ignore' --change 'ENV PIP_DISABLE_PIP_VERSION_CHECK=1' --change 'CMD ["python3"]')
  if [ -s "${HOST_CA:-/dev/null}" ]; then
    for variable in PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE; do
      change+=(--change "ENV $variable=/etc/ssl/host-ca.crt")
    done
  fi
  docker import "${change[@]}" "$tar" "$BASE" >/dev/null || die "docker import failed"
}

command -v docker >/dev/null || die "no docker command (Debian: apt-get install docker.io)"
if host=$(find_engine); then :; else
  [ "${1:-}" != --find ] || die "no Docker engine answers"
  start_engine
  host=unix://$SOCK
fi
export DOCKER_HOST=$host
if [ "${1:-}" != --find ] && ! docker image inspect "$BASE" >/dev/null 2>&1; then
  [ "${BASE_PULL:-}" != never ] && timeout 120 docker pull -q "$BASE" >/dev/null 2>&1 || import_base
fi
echo "DOCKER_HOST=$host"
