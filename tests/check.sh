#!/bin/bash
# check.sh: formatting, lints, and the unit tests of the crates that differ from `main` (on `main`: from HEAD).
set -euo pipefail
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
crates=() options=()
while read -r file; do
  folder=$(dirname "$file")
  until [ "$folder" = . ] || grep -qs '^\[package\]' "$folder/Cargo.toml"; do folder=$(dirname "$folder"); done
  [ "$folder" != . ] || continue
  crates+=("$(sed -n '/^name *=/{s/^name *= *"\(.*\)".*/\1/p;q}' "$folder/Cargo.toml")")
done < <({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u)

"$cargo" fmt --all --check
"$cargo" clippy --release --workspace --all-targets -- -D warnings
# `tests` is the whole system, which only `make test` runs. A changed crate is compiled without optimisation, in the
# same target folder: the dependencies stay as they are built.
mapfile -t crates < <(printf '%s\n' "${crates[@]}" | sort -u | grep -vx -e dialplate-tests -e '.*-fuzz' -e '')
if [ ${#crates[@]} = 0 ]; then
  echo "check: no crate differs from main, so no unit tests were run"
  exit 0
fi
for crate in "${crates[@]}"; do options+=(--config "profile.release.package.$crate.opt-level=0"); done
"$cargo" test --release --config profile.release.incremental=true "${options[@]}" "${crates[@]/#/--package=}" --lib --bins
