#!/bin/sh
# Finishes the stand-in for python:3.11-slim that dockerd-up.sh makes: <root folder of the new system>
set -eu
root=$1
rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED # or pip refuses (PEP 668)
env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C chroot "$root" sh -eu <<'IN'
cd /usr/share/python-wheels
python3 "$(ls pip-*.whl)"/pip install -q --no-cache-dir --no-index --no-compile --root-user-action=ignore \
  --find-links . pip setuptools
ln -sf /usr/bin/python3 /usr/local/bin/python
ln -sf dist-packages "$(ls -d /usr/local/lib/python3*)"/site-packages
IN
if [ -n "${HOST_CA:-}" ] && [ -s "$HOST_CA" ]; then # networks with their own certificates: trust what the host trusts
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  cp "$HOST_CA" "$root/etc/ssl/host-ca.crt"
  cp "$HOST_CA" "$root/etc/ssl/certs/ca-certificates.crt"
fi
cd "$root"
rm -rf usr/share/man/* usr/share/locale/* usr/share/doc/* usr/share/info/* \
  var/log/* var/cache/ldconfig/* var/cache/debconf/* etc/resolv.conf etc/hostname
