#!/bin/bash
# wasm-sysroot.sh DIR: makes Rust's std for wasm32-unknown-unknown and writes DIR/env, what cargo needs to use it.
#
# Nothing outside DIR is written and nothing is installed; root is not needed. Where cargo finds the target in its
# own sysroot there is nothing to make, and DIR/env is empty. Otherwise, the first of these that can be had
# (DIALPLATE_WASM_STD=rustup, src or web picks one):
#   rustup  not Debian: rustup downloads the target into the toolchain in use
#   src     Debian's rust-src of exactly this rustc: std is built once from it by this rustc
#   web     Debian's rustc-web with its own sources: another compiler, but one whose parts fit each other
set -euo pipefail

dir=$1
target=wasm32-unknown-unknown
want=${DIALPLATE_WASM_STD:-}
root=$(rustc --print sysroot)
release=$(rustc -vV | sed -n 's/^release: //p')

say() { echo "plugins: $*" >&2; }
fail() { say "$*"; exit 1; }

installed() { [ -d "$root/lib/rustlib/$target/lib" ]; }

is_debian() {
  command -v dpkg-deb >/dev/null && command -v apt-get >/dev/null && [ "$(. /etc/os-release && echo "$ID")" = debian ]
}

by_rustup() {
  command -v rustup >/dev/null || fail "no std for $target: install the target of rustc $release, then run this again"
  rustup target add "$target" || fail "'rustup target add $target' failed; std for the plugins cannot be had without it"
  installed || fail "rustup added $target, but not to $root: is another toolchain in use?"
  : > "$dir/env"
}

# apt with lists, cache and sources of its own, from the mirrors that this machine uses already. Older and newer
# suites are asked as well, because the sources of a given rustc may be in either.
apt_private() {
  local tool=$1
  shift
  "$tool" -qq -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o Dir::State::lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User="$(id -un)" \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

apt_start() {
  local mirrors main security key suite
  for key in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg} ""; do [ -f "$key" ] && break; done
  [ -n "$key" ] || fail "Debian's archive keys are missing: install the package debian-archive-keyring"
  mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u)
  main=$(grep -v security <<<"$mirrors" | grep debian | head -1 || true)
  security=$(grep security <<<"$mirrors" | head -1 || true)
  [ -n "$main" ] || fail "apt on this machine has no Debian mirror in its sources; DIALPLATE_WASM_STD=rustup may help"
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
  for suite in trixie-backports bookworm; do echo "deb [signed-by=$key] $main $suite main"; done > "$dir/apt/sources.list"
  [ -z "$security" ] || echo "deb [signed-by=$key] $security bookworm-security main" >> "$dir/apt/sources.list"
  # A mirror may lack one of the suites; what counts is whether a package is found below.
  apt_private apt-get update >&2 || say "apt could not read every list; going on with those it has"
}

# Downloads packages and unpacks them below DIR/deb; of the source packages only the standard library.
unpack() {
  local deb
  mkdir -p "$dir/debs" "$dir/deb"
  (cd "$dir/debs" && apt_private apt-get download "$@" >&2) || fail "apt could not download: $*"
  for deb in "$dir"/debs/*.deb; do
    case ${deb##*/} in
      rust*-src_*)
        dpkg-deb --fsys-tarfile "$deb" |
          tar x -C "$dir/deb" --wildcards --no-wildcards-match-slash './usr/src/rustc-*/library' ;;
      *) dpkg-deb --fsys-tarfile "$deb" | tar x -C "$dir/deb" ;;
    esac
  done
  rm -r "$dir/debs"
}

# build_std SOURCES: compiles std with $RUSTC into DIR/sysroot. Building it by cargo is an unstable thing to ask
# for; it is asked once, here, and the plugins themselves are then built with nothing unstable. The bitcode is what a
# plugin's link-time optimisation works on.
build_std() {
  local sources=$1 work=$dir/std out=$dir/sysroot/lib/rustlib/$target/lib
  mkdir -p "$work/src" "$out"
  echo '#![no_std]' > "$work/src/lib.rs"
  cat > "$work/Cargo.toml" <<END
[package]
name = "std-for-plugins"
version = "0.0.0"
edition = "2024"
[workspace]
[profile.release]
panic = "abort"
END
  (cd "$work" && RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$sources" CARGO_TARGET_DIR="$work/target" \
    CARGO_ENCODED_RUSTFLAGS=-Cembed-bitcode=yes \
    cargo build --quiet --release --target "$target" -Zbuild-std=std,panic_abort) ||
    fail "std for $target did not build from $sources"
  find "$work/target/$target/release/deps" -name '*.rlib' ! -name 'libstd_for_plugins*' -exec cp -t "$out" {} +
  rm -r "$work"
}

# write_env LINKER: quoted so that a folder with a space in its name works; flags are separated by 0x1f.
write_env() {
  [ -x "$1" ] || fail "no linker for WebAssembly: neither rust-lld in the toolchain nor wasm-ld (package lld)"
  {
    printf 'export CARGO_ENCODED_RUSTFLAGS=%q\n' "--sysroot=$dir/sysroot"$'\x1f'"-Clinker=$1"
    [ -z "${2:-}" ] || printf 'export RUSTC=%q LD_LIBRARY_PATH=%q\n' "$2" "$3"
  } > "$dir/env"
}

by_src() {
  say "building std for $target once, with Debian's $1 (about a minute)"
  unpack "$1"
  build_std "$dir/deb/usr/src/rustc-$release/library"
  rm -r "$dir/deb"
  write_env "$(ls "$root"/lib/rustlib/*/bin/rust-lld 2>/dev/null | head -1 || command -v wasm-ld || true)"
}

by_web() {
  local version lib llvm bin libs
  version=$(apt_private apt-cache madison rustc-web | awk '!seen++ {print $3}')
  [ -n "$version" ] || fail "no std for $target: neither rust-src of rustc $release nor rustc-web is in Debian's \
archive as this machine sees it. With rustup: rustup target add $target"
  lib=libstd-rust-web-$(cut -d. -f1,2 <<<"$version")
  llvm=$(apt_private apt-cache depends "$lib=$version" | sed -n 's/.*Depends: libllvm//p')
  say "building std for $target once, with Debian's rustc-web $version and LLVM $llvm (about two minutes)"
  unpack "rustc-web=$version" "$lib=$version" "libstd-rust-web-dev=$version" "rust-web-src=$version" \
    "libllvm$llvm" "lld-$llvm"
  bin=$dir/deb/usr/bin libs=$dir/deb/usr/lib/$(uname -m)-linux-gnu
  RUSTC=$bin/rustc LD_LIBRARY_PATH=$libs build_std "$dir/deb/usr/src/rustc-${version%%+*}/library"
  write_env "$(ls "$bin"/wasm-ld-* | head -1)" "$bin/rustc" "$libs"
}

rm -rf "$dir"
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if [ -z "$want" ] && installed; then
  : > "$dir/env"
elif [ "$want" = rustup ] || { [ -z "$want" ] && ! is_debian; }; then
  by_rustup
else
  is_debian || fail "DIALPLATE_WASM_STD=$want needs Debian's apt and dpkg"
  apt_start
  package=$(apt_private apt-cache madison rust-src rust-web-src |
    awk -v release="$release" 'index($3, release "+") == 1 && !seen++ {print $1 "=" $3}')
  if [ -n "$package" ] && [ "$want" != web ]; then by_src "$package"; else by_web; fi
  rm -r "$dir/apt"
fi
