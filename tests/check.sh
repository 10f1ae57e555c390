#!/bin/bash
# check.sh: formatting, lints, and the unit tests of the crates that differ from `main` (on `main`: from HEAD).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
folders=()
while read -r file; do
  folder=$(dirname "$file")
  until [ "$folder" = . ] || grep -qs '^\[package\]' "$folder/Cargo.toml"; do folder=$(dirname "$folder"); done
  # `tests` is the whole system, which only `make test` runs.
  case $folder in . | tests) ;; *) folders+=("$folder") ;; esac
done < <({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u)
mapfile -t folders < <(printf '%s\n' "${folders[@]}" | sort -u | grep .)

# Only what has changed in a crate is compiled again, also in the crates that use it.
options=(--config profile.release.incremental=true)
"$cargo" fmt --all --check
"$cargo" clippy --release --workspace --all-targets "${options[@]}" -- -D warnings
if [ ${#folders[@]} = 0 ]; then
  echo "check: no crate differs from main, so no unit tests were run"
  exit 0
fi

# A changed crate is compiled without optimisation, which is quicker. The whole workspace is built, since a part of it
# would need other features, and so other dependencies; only the tests of changed crates are run.
for folder in "${folders[@]}"; do
  crate=$(sed -n '/^name *=/{s/^name *= *"\(.*\)".*/\1/p;q}' "$folder/Cargo.toml")
  options+=(--config "profile.release.package.$crate.opt-level=0")
done
built=$("$cargo" test --release --workspace --lib --no-run --message-format=json-render-diagnostics "${options[@]}")
for folder in "${folders[@]}"; do
  test=$(grep -F "\"manifest_path\":\"$PWD/$folder/Cargo.toml\"" <<<"$built" |
    sed -n 's/.*"test":true}.*"executable":"\([^"]*\)".*/\1/p')
  [ -z "$test" ] || (cd "$folder" && "$test")
done
