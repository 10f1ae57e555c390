#!/bin/bash
# wasm-sysroot.sh DIR: builds Rust's std for wasm32-unknown-unknown, and writes the environment that makes cargo use it
# to DIR/env.
#
# The script writes only to DIR, installs nothing, and does not need root. If the toolchain already has the target,
# DIR/env is empty. Otherwise the script takes the first available of these (DIALPLATE_WASM_STD=rustup, src or web
# selects one):
#   rustup  not on Debian: rustup downloads the target into the current toolchain
#   src     Debian's rust-src of exactly this rustc version: this rustc builds std from it, once
#   web     Debian's rustc-web with its own sources: another compiler, whose parts fit each other
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
  command -v rustup >/dev/null || fail "rustup is not installed; install the target $target for rustc $release, then run this again"
  rustup target add "$target" || fail "'rustup target add $target' failed; install the target in another way, then run this again"
  installed || fail "rustup did not add $target to $root; select the same toolchain in rustup and on the PATH"
  : > "$dir/env"
}

# Runs an apt tool with private lists, cache and sources, from the mirrors that this machine already uses. The private
# sources include older and newer suites, because the sources of this rustc may be in any of them.
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
  [ -n "$key" ] || fail "Debian's archive keys are missing; install the package debian-archive-keyring"
  mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u)
  main=$(grep -v security <<<"$mirrors" | grep debian | head -1 || true)
  security=$(grep security <<<"$mirrors" | head -1 || true)
  [ -n "$main" ] || fail "apt has no Debian mirror in its sources; add one, or set DIALPLATE_WASM_STD=rustup"
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
  for suite in trixie-backports bookworm; do echo "deb [signed-by=$key] $main $suite main"; done > "$dir/apt/sources.list"
  [ -z "$security" ] || echo "deb [signed-by=$key] $security bookworm-security main" >> "$dir/apt/sources.list"
  # A mirror may lack one of the suites. The search for packages below decides whether that matters.
  apt_private apt-get update >&2 || say "apt could not read every package list; continuing with the others"
}

# Downloads packages and unpacks them into DIR/deb. From source packages it takes only the standard library.
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

# build_std SOURCES: compiles std with $RUSTC into DIR/sysroot. Only this step uses an unstable feature of cargo; the
# plugins are built without any. The bitcode is for a plugin's link-time optimisation.
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

# write_env LINKER [RUSTC LIBRARIES]: quotes paths, which may contain spaces, and separates flags by 0x1f.
write_env() {
  [ -x "$1" ] || fail "no WebAssembly linker found; install rust-lld with the toolchain, or wasm-ld (package lld)"
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
  [ -n "$version" ] || fail "no std for $target: apt offers neither rust-src of rustc $release nor rustc-web; \
with rustup, run: rustup target add $target"
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
