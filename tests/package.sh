#!/bin/bash
# package.sh [PACKAGE.deb]: installs, upgrades, removes and purges the package in a fresh minimal Debian 12, and lets the
# installed server answer demo phones there. `make deb-test` calls it.
#
# The root is made by debootstrap in a temporary folder, and entered in mount, process and network namespaces of its own, so
# that nothing of this machine is touched. The upgrade is a copy of the package with a higher version, another default
# configuration and another template. Needs root.
#
# PACKAGE_ROOT=DIR copies an existing root instead of making one, for use while developing.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)
say() { echo "package: $*" >&2; }
fail() { say "$*"; exit 1; }

# --- In the fresh machine ---------------------------------------------------------------------------------------------

config=/etc/dialplate/dialplate.toml
template='yealink/t46u/{$mac}.cfg'
templates=/usr/share/dialplate/templates

# ask TARGET: the whole answer. The fresh machine has no curl.
ask() (
  exec 3<>/dev/tcp/127.0.0.1/8090
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&3
  cat <&3
)

# as_server COMMAND...: as the unit starts it, in place of this shell.
as_server() {
  cd /var/lib/dialplate
  exec setpriv --reuid dialplate --regid dialplate --init-groups --no-new-privs --bounding-set -all "$@"
}

# serving COMMAND...: runs a command while the server runs.
serving() {
  as_server /usr/bin/dialplate serve --config "$config" > /tmp/server.log 2>&1 &
  local server=$! status=0
  until ask / >/dev/null 2>&1; do
    kill -0 $server 2>/dev/null || { cat /tmp/server.log >&2; fail "the server does not start"; }
    sleep 0.2
  done
  "$@" || status=$?
  kill -TERM $server
  wait $server || fail "the server ended with status $?"
  return $status
}

# has TEXT FILE|-: a fixed text.
has() { grep -qF -- "$1" "$2" || fail "no \`$1\` in $2: $(cat "$2")"; }
answer_has() { ask /app/provision/?mac=001565000046 > /tmp/answer; has "$1" /tmp/answer; }
installs() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" /tmp/"$package" > /tmp/apt.log 2>&1 </dev/null ||
  { cat /tmp/apt.log >&2; fail "apt-get install $package failed"; }; }

check_files() {
  [ "$(stat -c %U:%G:%a $config)" = root:dialplate:640 ] || fail "$config: $(stat -c %U:%G:%a $config)"
  [ "$(stat -c %U:%a /var/lib/dialplate)" = dialplate:750 ] || fail "/var/lib/dialplate: $(stat -c %U:%a /var/lib/dialplate)"
  [ -L $templates/cisco/spa504g ] && [ -L "$templates/$template" ] || fail "the links between models and their base became copies"
  local page pages=0
  for page in /usr/share/man/man1/dialplate*.1.gz; do zcat "$page" | grep -q '^\.TH' && pages=$((pages + 1)); done
  [ "$pages" -gt 40 ] || fail "only $pages manual pages"
  zcat /usr/share/man/man1/dialplate-serve.1.gz > /tmp/page
  has 'trusted' /tmp/page
  bash -n /usr/share/bash-completion/completions/dialplate
  has '_dialplate' /usr/share/zsh/vendor-completions/_dialplate
  has 'complete -c dialplate' /usr/share/fish/vendor_completions.d/dialplate.fish
  has 'WantedBy=multi-user.target' /usr/lib/systemd/system/dialplate.service
  [ -e /etc/systemd/system/multi-user.target.wants/dialplate.service ] || fail "the unit is not enabled"
  for file in /etc/nginx/dialplate/fusionpbx.conf /etc/fail2ban/filter.d/dialplate.conf \
    /usr/share/doc/dialplate/{copyright,crates.txt,examples/haproxy.cfg,docs/administration.md}; do
    [ -s $file ] || fail "$file is missing"
  done
}

check_demo() {
  answer_has 'account.1.user_name = 101'
  ask '/app/provision/?mac=0004f2000450' > /tmp/answer
  has '0004f2000450-reg.cfg' /tmp/answer
  dialplate doctor > /tmp/doctor || { cat /tmp/doctor >&2; fail "doctor finds errors"; }
  has 'is running' /tmp/doctor
  dialplate device list > /tmp/devices
  has 001565000046 /tmp/devices
}

# The administrator's edits: the configuration, a template of one's own, and one in the package's own folder.
edit() {
  echo '# edited by the administrator' >> $config
  install -D "$templates/$template" "/etc/dialplate/templates/$template"
  echo '# my own line' >> "/etc/dialplate/templates/$template"
  echo '{* edited in place *}' >> $templates/generic/_base/hosts
}

check_upgraded() {
  has '# edited by the administrator' $config
  has '# of the next version' $config.dpkg-dist
  has '{* of the next version *}' $templates/generic/_base/clock
  has '{* edited in place *}' /var/backups/dialplate/templates-*/generic/_base/hosts
  ! grep -qF 'edited in place' $templates/generic/_base/hosts || fail "the package's own template is not replaced"
  serving answer_has '# my own line'
}

inside() {
  package=first.deb installs
  check_files
  say "installed"
  serving check_demo
  say "served"
  edit
  serving answer_has '# my own line'
  package=second.deb installs -o Dpkg::Options::=--force-confold
  check_upgraded
  say "upgraded"
  apt-get remove -y -qq dialplate >/dev/null 2>&1 </dev/null
  [ ! -e /usr/bin/dialplate ] && [ ! -e $templates ] || fail "remove leaves the program or its templates"
  has '# edited by the administrator' $config
  [ -e /var/lib/dialplate/dialplate.db ] || fail "remove deletes the database"
  say "removed"
  apt-get purge -y -qq dialplate >/dev/null 2>&1 </dev/null
  [ ! -e $config ] && [ ! -e /var/lib/dialplate ] || fail "purge leaves the configuration or the data"
  has '# my own line' "/etc/dialplate/templates/$template"
  ! getent passwd dialplate >/dev/null || fail "purge leaves the user"
  say "purged"
}

# --- On this machine --------------------------------------------------------------------------------------------------

make_root() {
  if [ -n "${PACKAGE_ROOT:-}" ]; then
    cp -a "$PACKAGE_ROOT" "$root"
    return
  fi
  local mirror
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | grep -m 1 debian || true)
  [ -n "$mirror" ] || fail "apt on this machine has no Debian mirror in its sources"
  # The package recommends ca-certificates, and the fresh machine has no network to fetch it from.
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" > "$work/debootstrap.log" 2>&1 ||
    { tail -20 "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
}

# next_version: the package with a higher version, another default configuration and another template.
next_version() {
  local tree=$work/next version
  dpkg-deb -R "$deb" "$tree"
  version=$(dpkg-deb -f "$deb" Version)
  sed -i "s/^Version: .*/Version: $version+next/" "$tree/DEBIAN/control"
  echo '# of the next version' >> "$tree/etc/dialplate/dialplate.toml"
  echo '{* of the next version *}' >> "$tree$templates/generic/_base/clock"
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$tree" "$root/tmp/second.deb" >/dev/null
}

# enter: pivot_root rather than chroot, as in fresh.sh.
enter() {
  ip link set lo up
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  cd "$root"
  mkdir -p .host
  pivot_root . .host
  umount -l /.host
  cd /root
  exec env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /bin/bash /root/package.sh inside
}

case ${1:-} in
  inside) inside ;;
  enter) root=$2; enter ;;
  *)
    [ "$(id -u)" = 0 ] || fail "must run as root, for debootstrap and mounts"
    command -v debootstrap >/dev/null || fail "debootstrap is not installed"
    deb=${1:-$(find "$home/target/debian" -name 'dialplate_*.deb' -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)}
    [ -f "$deb" ] || fail "there is no package; run \`make deb\` first"
    work=$(mktemp -d ${PACKAGE_FOLDER:+-p "$PACKAGE_FOLDER"})
    root=$work/root
    trap 'rm -rf --one-file-system "$work"' EXIT
    make_root
    cp "$deb" "$root/tmp/first.deb"
    next_version
    cp "$0" "$root/root/package.sh"
    unshare --mount --pid --net --fork --kill-child "$0" enter "$root"
    say "all of it passed in $SECONDS s"
    ;;
esac
