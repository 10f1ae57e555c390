#!/bin/bash
# build.sh [SOURCES [OUT [NAME]]]: builds each plugin crate in SOURCES (default: plugins/) into the component
# OUT/<name>.wasm (default: target/plugins/); <name> is the crate's name without `dialplate-`. Components of unchanged
# crates are not touched, so a server that watches OUT sees only the changes.
#
# NAME builds that component alone. DEV=1 builds without link-time optimisation: quicker to build, slower to run.
#
# A plugin crate is a folder in SOURCES with a Cargo.toml. Shared libraries are in SOURCES/lib.
set -euo pipefail

plugins=$(cd "$(dirname "$0")" && pwd)
home=${plugins%/*}
sources=$(cd "${1:-$plugins}" && pwd)
mkdir -p "${2:-$home/target/plugins}"
out=$(cd "${2:-$home/target/plugins}" && pwd)
target=wasm32-unknown-unknown
profile=plugin
[ -z "${DEV:-}" ] || profile=plugin-dev
# Separate from the host's target folder, because plugins may be built with another compiler.
build=$home/target/wasm

command -v cargo >/dev/null || { echo "plugins: cargo is not on the PATH; install Rust, then run this again" >&2; exit 1; }

crates=()
for manifest in "$sources"/*/Cargo.toml; do
  [ -f "$manifest" ] || continue
  [ -z "${3:-}" ] || [ "$(basename "$(dirname "$manifest")")" = "$3" ] || continue
  crates+=("$(sed -n '/^name *=/{s/^name *= *"\(.*\)".*/\1/p;q}' "$manifest")")
done
[ ${#crates[@]} -gt 0 ] || { echo "plugins: no plugin crate ${3:+$3 }in $sources" >&2; exit 1; }

mkdir -p "$build"
if command -v flock >/dev/null; then exec 9>"$build/lock" && flock 9; fi

# A compiler can only use a std that it has built itself.
std=$home/target/wasm-sysroot/$(rustc -vV | cksum | cut -d' ' -f1)
[ -f "$std/env" ] || "$plugins/wasm-sysroot.sh" "$std"

tools=$(mkdir -p "${CARGO_TARGET_DIR:-$home/target}" && cd "${CARGO_TARGET_DIR:-$home/target}" && pwd)
# --workspace selects the same features as the server's build, so shared dependencies are built once.
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
