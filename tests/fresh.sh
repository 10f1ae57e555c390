#!/bin/bash
# fresh.sh: runs `make run` and `make test` of HEAD on a fresh minimal Debian 12, and prints how long each step took.
#
# The machine is a root made by debootstrap in a temporary folder, entered with namespaces of its own, so that its
# mounts and processes end with this script. It takes from this machine the Debian mirror, proxy and certificates, the
# Rust toolchain (read-only), and ../shared (read-only); the clone of HEAD lies in root's home, which only root can
# enter. Needs root.
#
# FRESH_TARGET=DIR copies the compiled dependencies of a target folder into the clone, for use while developing.
# FRESH_STEPS="run" or "test" does only one of the two. FRESH_FOLDER=DIR is where the temporary folder is made.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)
suite=bookworm
say() { echo "fresh: $*" >&2; }
fail() { say "$*"; exit 1; }

step=start began=0
# timed NAME COMMAND...: runs it, and prints how long it took. A failure ends the script, which names the step.
timed() {
  step=$1 began=$SECONDS
  shift
  say "$step ..."
  "$@"
  say "$step: $((SECONDS - began)) s"
}
failed() { say "$step failed after $((SECONDS - began)) s"; }

# --- In the fresh machine ---------------------------------------------------------------------------------------------

# ask TARGET: the whole answer of the demo server. The fresh machine has no curl yet.
ask() (
  exec 3<>/dev/tcp/127.0.0.1/8080
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&3
  cat <&3
)

# answers ADDRESS STATUS [TEXT]: checks what a demo phone gets.
answers() {
  local answer
  answer=$(ask "/app/provision/?mac=$1")
  if [[ $answer == "HTTP/1."?" $2 "* && $answer == *"${3:-}"* ]]; then return; fi
  say "the demo phone $1 got: $answer"
  return 1
}

serve_demo() {
  make run > "$HOME/run.log" 2>&1 &
  local maker=$!
  until ask / >/dev/null 2>&1; do
    kill -0 $maker 2>/dev/null || { tail -40 "$HOME/run.log" >&2; return 1; }
    sleep 1
  done
  answers 001565000046 200 "account.1.user_name = 101"
  answers 0004f2000450 200 "0004f2000450-reg.cfg"
  answers 000b82002170 200 '<item name="account.1.sip.userid">105</item>'
  answers 30e4db000504 200 "<User_ID_1_>107</User_ID_1_>"
  answers 02005a000001 200 "<username>117</username>"
  # The machine has no pkill yet either.
  local process
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/exe" || true) != */release/dialplate ]] || kill -INT "${process#/proc/}"
  done
  wait $maker || true
}

inside() {
  trap '[ $? = 0 ] || failed' EXIT
  cd "$HOME/dialplate"
  case " $FRESH_STEPS " in *" run "*) timed "make run, until the demo phones are answered" serve_demo ;; esac
  case " $FRESH_STEPS " in *" test "*) timed "make test" make test ;; esac
}

# --- On this machine --------------------------------------------------------------------------------------------------

prepare() { install_tools; make_root; }

install_tools() {
  command -v debootstrap >/dev/null && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

make_root() {
  local mirrors main security file
  # shellcheck disable=SC2016
  mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u)
  main=$(grep -v security <<<"$mirrors" | grep debian | head -1 || true)
  security=$(grep security <<<"$mirrors" | head -1 || true)
  [ -n "$main" ] || fail "apt on this machine has no Debian mirror in its sources"
  debootstrap --variant=minbase --include=ca-certificates,git,make "$suite" "$root" "$main" > "$work/debootstrap.log" 2>&1 ||
    { tail -20 "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
  echo "deb $main $suite main" > "$root/etc/apt/sources.list"
  [ -z "$security" ] || echo "deb $security $suite-security main" >> "$root/etc/apt/sources.list"
  for file in $(grep -ls Acquire /etc/apt/apt.conf.d/* || true); do cp "$file" "$root/etc/apt/apt.conf.d/"; done
  [ ! -d /etc/apt/auth.conf.d ] || cp -a /etc/apt/auth.conf.d "$root/etc/apt/"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

copy_sources() {
  local head git cargo=${CARGO_HOME:-$HOME/.cargo}
  head=$(git -C "$home" rev-parse HEAD)
  git=$(cd "$home" && cd "$(git rev-parse --git-common-dir)" && pwd)
  git clone -q --no-hardlinks --no-checkout "$git" "$root/root/dialplate"
  git -C "$root/root/dialplate" checkout -q "$head"
  mkdir -p "$root/root/.cargo" "$root/root/shared" "$root/opt/rust"
  for config in "$cargo"/config "$cargo"/config.toml; do [ ! -f "$config" ] || cp "$config" "$root/root/.cargo/"; done
  chmod 0700 "$root/root"
  if [ -n "${FRESH_TARGET:-}" ]; then
    mkdir -p "$root/root/dialplate/target/release"
    cp -a "$FRESH_TARGET"/release/{build,deps,.fingerprint} "$root/root/dialplate/target/release/"
  fi
  [ -d "$home/../shared" ] || rmdir "$root/root/shared"
  cp "$home/tests/fresh.sh" "$root/root/fresh.sh"
}

# enter: in mount and process namespaces of its own. pivot_root rather than chroot: a process whose root was changed by
# chroot may not make user namespaces, and some tests do.
enter() {
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t proc proc "$root/proc"
  mount --bind -o ro "$(rustc --print sysroot)" "$root/opt/rust"
  [ ! -d "$root/root/shared" ] || mount --bind -o ro "$home/../shared" "$root/root/shared"
  cd "$root"
  mkdir -p .host
  pivot_root . .host
  umount -l /.host
  cd /root
  exec env -i HOME=/root TERM=dumb LANG=C.UTF-8 CI=true FRESH_STEPS="${FRESH_STEPS:-run test}" \
    PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/bash /root/fresh.sh inside
}

case ${1:-} in
  inside) inside ;;
  enter) root=$2; enter ;;
  *)
    [ "$(id -u)" = 0 ] || fail "must run as root, for debootstrap and mounts"
    work=$(mktemp -d ${FRESH_FOLDER:+-p "$FRESH_FOLDER"})
    root=$work/root
    trap '[ $? = 0 ] || failed; rm -rf --one-file-system "$work"' EXIT
    timed "debootstrap" prepare
    timed "clone of HEAD" copy_sources
    step="the fresh machine" began=$SECONDS
    unshare --mount --pid --fork --kill-child "$0" enter "$root"
    say "all of it passed in $SECONDS s"
    ;;
esac
