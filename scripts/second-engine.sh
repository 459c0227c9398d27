#!/usr/bin/env bash
# second-engine.sh up|down [NUMBER] - a Docker engine "on another machine", for tests of remote places and swarms.
#
#   scripts/second-engine.sh up      # prints NAME=VALUE lines: how the engine is reached
#   scripts/second-engine.sh down    # stops it and deletes all it had
#
# The other machine is a network namespace: in the main one a second engine would break the first one's bridge. It has
# an sshd with keys of its own and an engine that answers on its socket and, with certificates of its own, over TLS;
# both listen only at an address this machine alone can reach. NUMBER (2..9) makes several; each sees the others.
#
#   ENGINE_STATE  /var/lib/nodegraph-engineN   images and containers
#   ENGINE_RUN    /run/nodegraph-engineN       sockets, keys, certificates, log
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
NUMBER=${2:-2}
STATE=${ENGINE_STATE:-/var/lib/nodegraph-engine$NUMBER} RUN=${ENGINE_RUN:-/run/nodegraph-engine$NUMBER}
SPACE=ng-engine$NUMBER HOST_SIDE=ng-e$NUMBER BRIDGE=ng-engines
NET=10.213.77 ADDRESS=10.213.77.$NUMBER SOCK=$RUN/docker.sock
HERE=$(dirname "$(readlink -f "$0")")

die() { echo "$*" >&2; exit 1; }
inside() { nsenter --net="/run/netns/$SPACE" "$@"; } # not `ip netns exec`, which would hide the cgroups

check() {
  [ "$(id -u)" = 0 ] || die "a second engine needs root"
  local program
  for program in ip nsenter dockerd docker sshd ssh-keygen openssl; do
    command -v "$program" >/dev/null || die "a second engine needs $program (scripts/debian-packages.txt)"
  done
}

make_network() { # this machine is .1, engines are .N, all on one bridge
  if ! ip link show "$BRIDGE" >/dev/null 2>&1; then
    ip link add "$BRIDGE" type bridge && ip addr add "$NET.1/24" dev "$BRIDGE" && ip link set "$BRIDGE" up
  fi
  iptables -C FORWARD -i "$BRIDGE" -o "$BRIDGE" -j ACCEPT 2>/dev/null ||
    iptables -I FORWARD -i "$BRIDGE" -o "$BRIDGE" -j ACCEPT # an engine of this machine may filter bridges
  ip netns add "$SPACE"
  ip link add "$HOST_SIDE" type veth peer name eth0 netns "$SPACE"
  ip link set "$HOST_SIDE" master "$BRIDGE" up
  ip -n "$SPACE" addr add "$ADDRESS/24" dev eth0
  ip -n "$SPACE" link set eth0 up
  ip -n "$SPACE" link set lo up
}

make_certificates() { # an authority, a server and a client, as in Docker's own documentation
  local folder=$RUN/tls who
  mkdir -p "$folder" && cd "$folder"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=engine-authority -keyout ca-key.pem -out ca.pem 2>/dev/null
  echo "subjectAltName=IP:$ADDRESS
extendedKeyUsage=serverAuth" >server.ext
  echo "extendedKeyUsage=clientAuth" >client.ext
  for who in server client; do
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$who" -keyout "$who-key.pem" -out "$who.csr" 2>/dev/null
    openssl x509 -req -in "$who.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile "$who.ext" \
      -out "$who-cert.pem" 2>/dev/null
  done
  mv client-cert.pem cert.pem && mv client-key.pem key.pem # the names DOCKER_CERT_PATH wants
  cd /
}

start_sshd() {
  local folder=$RUN/ssh
  mkdir -p "$folder" /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
  ssh-keygen -q -t ed25519 -N '' -f "$folder/client"
  cat >"$folder/sshd_config" <<END
ListenAddress $ADDRESS:22
HostKey $folder/host
PidFile $folder/pid
AuthorizedKeysFile $folder/client.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
StrictModes no
SetEnv DOCKER_HOST=unix://$SOCK
END
  echo "$ADDRESS $(cut -d' ' -f1,2 "$folder/host.pub")" >"$folder/known_hosts"
  cat >"$folder/config" <<END
IdentityFile $folder/client
IdentitiesOnly yes
UserKnownHostsFile $folder/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
END
  inside "$(command -v sshd)" -f "$folder/sshd_config" -E "$folder/log" || die "sshd did not start (log: $folder/log)"
}

start_engine() {
  local turn
  mkdir -p "$STATE"
  ( # nothing of ours stays open in it: who reads our output would wait for its end
    cd /
    exec setsid nsenter --net="/run/netns/$SPACE" dockerd --data-root "$STATE/data" --exec-root "$RUN/exec" \
      --pidfile "$RUN/dockerd.pid" -H "unix://$SOCK" -H "tcp://$ADDRESS:2376" --tlsverify \
      --tlscacert "$RUN/tls/ca.pem" --tlscert "$RUN/tls/server-cert.pem" --tlskey "$RUN/tls/server-key.pem" \
      --log-level warn
  ) </dev/null >>"$RUN/dockerd.log" 2>&1 &
  disown
  for ((turn = 0; turn < 600; turn++)); do
    if [ -S "$SOCK" ] && DOCKER_HOST=unix://$SOCK timeout 5 docker version >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  tail -n 10 "$RUN/dockerd.log" >&2
  die "the second engine did not start (log: $RUN/dockerd.log)"
}

down() { # nothing of it is kept, so nothing need end politely; dockerd-down.sh clears away what a killed engine leaves
  ip netns pids "$SPACE" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
  DOCKERD_STATE=$STATE DOCKERD_RUN=$RUN "$HERE/dockerd-down.sh" --purge >/dev/null || true
  ip link del "$HOST_SIDE" 2>/dev/null || true
  ip netns del "$SPACE" 2>/dev/null || true
  if ! ip link show type veth 2>/dev/null | grep -q "master $BRIDGE"; then
    iptables -D FORWARD -i "$BRIDGE" -o "$BRIDGE" -j ACCEPT 2>/dev/null || true
    ip link del "$BRIDGE" 2>/dev/null || true
  fi
  rm -rf "${STATE:?}" "${RUN:?}"
}

case ${1:-} in
  up)
    check
    [ ! -e "/run/netns/$SPACE" ] || down
    mkdir -p "$RUN"
    { make_network && make_certificates && start_sshd && start_engine; } || { down; exit 1; }
    echo "ADDRESS=$ADDRESS"
    echo "SOCKET=unix://$SOCK"
    echo "SSH=ssh://root@$ADDRESS"
    echo "SSH_CONFIG=$RUN/ssh/config"
    echo "TLS=tcp://$ADDRESS:2376"
    echo "CERTS=$RUN/tls"
    ;;
  down) check && down ;;
  *) die "second-engine.sh up|down [NUMBER]" ;;
esac
