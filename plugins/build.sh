#!/bin/bash
# build.sh [SOURCES [OUT [NAME]]]: builds every plugin crate below SOURCES (plugins/) into a component at OUT/<name>.wasm
# (target/plugins/), <name> being the crate's name without `dialplate-`. What has not changed is not built again and
# its component is not touched, so that a server that watches OUT sees only what is new.
#
# NAME builds that component alone. DEV=1 builds without link-time optimisation: quicker to build, slower to run.
#
# A plugin crate is a folder of SOURCES with a Cargo.toml; the libraries that they share are in SOURCES/lib.
set -euo pipefail

plugins=$(cd "$(dirname "$0")" && pwd)
home=${plugins%/*}
sources=$(cd "${1:-$plugins}" && pwd)
mkdir -p "${2:-$home/target/plugins}"
out=$(cd "${2:-$home/target/plugins}" && pwd)
target=wasm32-unknown-unknown
profile=plugin
[ -z "${DEV:-}" ] || profile=plugin-dev
# Not the folder of the host's own build: another compiler may be used here, and cargo would then build all anew.
build=$home/target/wasm

command -v cargo >/dev/null || { echo "plugins: cargo is not on the PATH; install Rust first" >&2; exit 1; }

crates=()
for manifest in "$sources"/*/Cargo.toml; do
  [ -f "$manifest" ] || continue
  [ -z "${3:-}" ] || [ "$(basename "$(dirname "$manifest")")" = "$3" ] || continue
  crates+=("$(sed -n '/^name *=/{s/^name *= *"\(.*\)".*/\1/p;q}' "$manifest")")
done
[ ${#crates[@]} -gt 0 ] || { echo "plugins: no plugin crate ${3:+$3 }in $sources" >&2; exit 1; }

mkdir -p "$build"
if command -v flock >/dev/null; then exec 9>"$build/lock" && flock 9; fi

# std must come from the very compiler that uses it.
std=$home/target/wasm-sysroot/$(rustc -vV | cksum | cut -d' ' -f1)
[ -f "$std/env" ] || "$plugins/wasm-sysroot.sh" "$std"

tools=$(mkdir -p "${CARGO_TARGET_DIR:-$home/target}" && cd "${CARGO_TARGET_DIR:-$home/target}" && pwd)
# With the features of the whole workspace: what the server shares with it is then built once.
CARGO_TARGET_DIR=$tools cargo build --quiet --release --manifest-path "$home/Cargo.toml" --workspace --bin dialplate-componentize
componentize=$tools/release/dialplate-componentize

(
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
  . "$std/env"
  cd "$sources"
  CARGO_TARGET_DIR=$build cargo build --quiet --profile "$profile" --target "$target" "${crates[@]/#/--package=}"
)
for crate in "${crates[@]}"; do
  core=$build/$target/$profile/${crate//-/_}.wasm
  component=$out/${crate#dialplate-}.wasm
  built=$build/$crate.profile # a component of the other profile is replaced, however new it is
  if [ "$core" -nt "$component" ] || [ "$(cat "$built" 2>/dev/null || echo plugin)" != "$profile" ] ||
    [ "$componentize" -nt "$component" ]; then
    "$componentize" "$core" "$component"
    echo "$profile" > "$built"
    echo "plugins: $component ($(wc -c < "$component") bytes)"
  fi
done
