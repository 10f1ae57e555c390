#!/bin/bash
# stage.sh FOLDER: lays the files of the package below FOLDER/files as they are installed, from the built program and
# components. `make deb` calls it; cargo-deb makes a package of them.
#
# cargo-deb follows a link to a folder and would install each model's templates as copies of its base. Therefore the links
# between folders lie below FOLDER/links, where they lead nowhere, and such links cargo-deb installs as they are.
set -euo pipefail
cd "$(dirname "$0")/.."

stage=$1/files links=$1/links
program=target/release/dialplate
[ -x "$program" ] || { echo "stage: $program does not exist; run \`make build\` first" >&2; exit 1; }
rm -rf "$1"
share=$stage/usr/share
doc=$share/doc/dialplate

# put FILE TARGET...: installs data files.
put() { install -D -m 0644 "$@"; }

install -D -m 0755 "$program" "$stage/usr/bin/dialplate"
for component in target/plugins/*.wasm; do put "$component" "$share/dialplate/plugins/${component##*/}"; done
mkdir -p "$share/dialplate/templates" "$share/man/man1"
cp -a --no-preserve=ownership templates/. "$share/dialplate/templates"
(cd "$stage" && find usr/share/dialplate/templates -type l -xtype d) | while IFS= read -r link; do
  mkdir -p "$links/${link%/*}"
  mv "$stage/$link" "$links/$link"
done
find "$share/dialplate/templates" -type d -exec chmod 0755 {} + , -type f -exec chmod 0644 {} +

"$program" man-pages "$share/man/man1"
gzip -9n "$share"/man/man1/*.1
complete() { mkdir -p "$(dirname "$2")" && "$program" completions "$1" > "$2"; }
complete bash "$share/bash-completion/completions/dialplate"
complete zsh "$share/zsh/vendor-completions/_dialplate"
complete fish "$share/fish/vendor_completions.d/dialplate.fish"

# The configuration: what the package sets, then every key with its default.
mkdir -p "$stage/etc/dialplate"
{ cat packaging/debian/dialplate.toml; echo; "$program" config | sed -n '3,$p'; } > "$stage/etc/dialplate/dialplate.toml"
put packaging/fail2ban/dialplate.conf "$stage/etc/fail2ban/filter.d/dialplate.conf"
put packaging/fail2ban/jail.conf "$stage/etc/fail2ban/jail.d/dialplate.conf"
put nginx/fusionpbx.conf "$stage/etc/nginx/dialplate/fusionpbx.conf"

put README.md ARCHITECTURE.md CHANGELOG.md -t "$doc"
put docs/*.md -t "$doc/docs"
put docs/plugins/*.md -t "$doc/docs/plugins"
put nginx/* -t "$doc/examples"
# The crates within the program and the components, with their licenses.
"${CARGO:-cargo}" tree --quiet --workspace --edges normal --prefix none --format '{p} {l}' |
  grep -v ' (/' | sed 's/ (\*)$//' | grep . | sort -u > "$doc/crates.txt"
