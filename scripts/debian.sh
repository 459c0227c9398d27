#!/usr/bin/env bash
# debian.sh run|test - have the Debian packages that running or testing needs (scripts/debian-packages.txt).
#
# As root they are installed. Otherwise one line says how; for `run` that is an error, tests skip what they lack.
set -euo pipefail
list=$(dirname "$0")/debian-packages.txt
missing=()
for package in $(awk -v use="$1" '$1 != "#" && (use == "test" || $2 == use) {print $1}' "$list"); do
  case $package in
    docker.io) [ -z "$(PATH="$PATH:/usr/sbin" command -v dockerd)" ] || continue ;; # from anywhere, not only from Debian
    python3-venv) ! python3 -c 'import ensurepip, venv' 2>/dev/null || continue ;;
  esac
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian packages: ${missing[*]}"
  case " ${missing[*]} " in *" openssh-server "*) # for its program: it must not begin to let people in
    mkdir -p /etc/ssh && touch /etc/ssh/sshd_not_to_be_run ;;
  esac
  get() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
  log=$(mktemp)
  { apt-get update -qq && get; } >"$log" 2>&1 || { tail -n 5 "$log" >&2; exit 1; }
  rm -f "$log"
else
  echo "Please install Debian packages first: sudo apt-get install ${missing[*]}" >&2
  [ "$1" != run ]
fi
