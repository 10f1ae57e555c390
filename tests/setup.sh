#!/bin/bash
# setup.sh build|test: what the build, or the tests, need from the machine. Installs it where this is Debian and we
# are root; elsewhere it says plainly what is missing. Where all is there, it does nothing and says nothing.
set -euo pipefail

declare -A packages # command or file -> Debian package
need() { packages[$1]=$2; }
need cc gcc
if [ "${1:-build}" = test ]; then
  need php php-cli
  need /usr/share/php/smarty4/Smarty.class.php smarty4
  need /usr/share/doc/php-mbstring php-mbstring
  need /usr/share/doc/postgresql postgresql
  need /usr/sbin/nginx nginx-light
  need openssl openssl
  need fail2ban-regex fail2ban
  need curl curl
  need /usr/sbin/apache2 apache2-bin
  need /usr/sbin/haproxy haproxy
  need caddy caddy
fi

missing() {
  for thing in "${!packages[@]}"; do
    case $thing in
      /*) [ -e "$thing" ] || echo "${packages[$thing]}" ;;
      *) command -v "$thing" >/dev/null || echo "${packages[$thing]}" ;;
    esac
  done | sort -u
}

if ! command -v cargo >/dev/null; then
  echo "setup: cargo is not on the PATH; install Rust 1.95 or later, then run make again" >&2
  exit 1
fi
wanted=$(missing | xargs)
[ -z "$wanted" ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "setup: installing $wanted" >&2
  # RUNLEVEL=1: the packages' own servers are not started; the tests start theirs on free ports.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $wanted >/dev/null
elif [ "${1:-build}" = build ]; then
  echo "setup: please install: $wanted (names of Debian's packages)" >&2
  exit 1
else
  echo "setup: not installed, so the tests that need them will be skipped: $wanted (names of Debian's packages)" >&2
fi
