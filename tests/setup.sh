#!/bin/bash
# setup.sh build|test: installs what the build, or the tests, need, on Debian as root. Elsewhere it names what is
# missing. Where nothing is missing, it does and prints nothing.
set -euo pipefail

wanted=()
# need PACKAGE [COMMAND]: a Debian package, and the command that shows that it is there, however it was installed.
# A package without a command of its own can be looked for only where dpkg is; other systems are trusted to have it.
# A container image may lack documentation, so files below /usr/share/doc prove nothing.
need() {
  if [ -n "${2:-}" ] && PATH=$PATH:/usr/sbin:/sbin command -v "$2" >/dev/null; then return; fi
  if command -v dpkg-query >/dev/null; then
    [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null || true)" = "install ok installed" ] || wanted+=("$1")
  elif [ -n "${2:-}" ]; then
    wanted+=("$1")
  fi
}

if ! command -v cargo >/dev/null; then
  echo "setup: cargo is not on the PATH; install Rust 1.95 or later, then run make again" >&2
  exit 1
fi
need gcc cc
need libc6-dev
if [ "${1:-build}" = test ]; then
  need php-cli php
  need php-mbstring
  need smarty4
  need postgresql
  need nginx-light nginx
  need openssl openssl
  need fail2ban fail2ban-regex
  need curl curl
  need apache2-bin apache2
  need haproxy haproxy
  need caddy caddy
  need tftp-hpa tftp
  need procps pgrep
  need faketime faketime
  need python3 python3
  need python3-jsonschema
  need libxml2-utils xmllint
  need sip-tester sipp
  need dnsmasq-base dnsmasq
  need isc-dhcp-server dhcpd
  need kea-dhcp4-server kea-dhcp4
  need prometheus promtool
  need docker-registry docker-registry
  need man-db man
  need minisign minisign
  # Plugins in C and JavaScript.
  need clang clang
  need lld wasm-ld
  need nodejs node
  need npm npm
  # The console in a real browser.
  need chromium chromium
fi
[ ${#wanted[@]} -gt 0 ] || exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "setup: installing ${wanted[*]}" >&2
  # RUNLEVEL=1: the packages do not start their servers; the tests start their own on free ports.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
elif [ "${1:-build}" = build ]; then
  echo "setup: missing Debian packages: ${wanted[*]}; install them or their equivalents" >&2
  exit 1
else
  echo "setup: missing Debian packages: ${wanted[*]}; tests that need them are skipped" >&2
fi
