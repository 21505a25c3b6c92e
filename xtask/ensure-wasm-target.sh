#!/usr/bin/env bash
# Makes `cargo build --target wasm32-unknown-unknown` work for the compiler in use.
#
# rustup's download is the normal way. Where its server is out of reach, std is built from the
# sources that a distribution packages for exactly this compiler version. Such a package is only
# unpacked in a temporary folder: apt installs nothing and keeps its settings, root is not needed,
# and only the target's folder inside the toolchain is written.
#
# Environment: RUST_LIBRARY_SOURCE, a `library` folder of the compiler's own version, comes first.
set -euo pipefail

wasm=wasm32-unknown-unknown
sysroot=$(rustc --print sysroot)
version=$(rustc -vV | sed -n 's/^release: //p')
installed=$sysroot/lib/rustlib/$wasm
mark=.built-from-source
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'wasm target: %s\n' "$*" >&2; }

# Compiles and links: this also notices a std left over from another compiler version.
works() {
  printf 'pub fn trial() -> String { format!("{:?}", std::time::Duration::ZERO) }\n#[unsafe(no_mangle)] pub extern "C" fn run() -> usize { trial().len() }\n' >"$work/trial.rs"
  rustc --edition 2024 --target $wasm --crate-type cdylib -Cpanic=abort \
    -o "$work/trial.wasm" "$work/trial.rs" >"$work/trial.log" 2>&1
}

by_rustup() {
  # Only when the compiler in use is the one that rustup would change.
  [ "$(rustup which rustc 2>/dev/null)" -ef "$sysroot/bin/rustc" ] || return 1
  say "asking rustup"
  timeout 180 rustup target add $wasm >"$work/rustup.log" 2>&1 && works && return
  say "rustup could not: $(grep -m1 '^error' "$work/rustup.log" || echo 'it did not say why')"
  return 1
}

is_library() { [ -f "$1/sysroot/Cargo.toml" ] && [ -f "$1/Cargo.lock" ]; }

# The finders set this to a copy of the sources that the build may write to.
library=$work/library

local_sources() {
  local folder
  for folder in "${RUST_LIBRARY_SOURCE:-}" "$sysroot/lib/rustlib/src/rust/library" "/usr/src/rustc-$version/library"; do
    if [ -n "$folder" ] && is_library "$folder"; then cp -R "$folder" "$library"; return; fi
  done
  return 1
}

# apt with its lists and cache in the temporary folder.
apt() {
  "$1" -q -o Dir::State="$work/apt" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$work/apt" \
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Acquire::Languages=none -o Acquire::Retries=2 -o APT::Sandbox::User= "${@:2}"
}

# Writes the sources list of one suite of the mirrors that this machine already uses.
sources_of() {
  local key uri configured
  key=$(find /usr/share/keyrings -name 'debian-archive-keyring.*' | head -n1)
  while read -r uri configured; do
    case $1:$uri in
      configured:*) echo "deb ${key:+[signed-by=$key] }$uri $configured main" ;;
      *security*) ;;
      *) echo "deb ${key:+[signed-by=$key] }$uri $1 main" ;;
    esac
  done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main') |
    sort -u >"$work/apt/sources.list"
}

packaged_sources() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
  local suite package exact
  for suite in configured stable-backports oldstable-backports testing stable unstable experimental; do
    sources_of $suite
    apt apt-get update >>"$work/apt/log" 2>&1 || true
    for package in rust-src rust-web-src; do
      exact=$(apt apt-cache madison $package 2>/dev/null | awk -v v="$version" '$3 ~ "^" v "[-+]" { print $3; exit }')
      [ -n "$exact" ] || continue
      say "downloading $package $exact"
      (cd "$work/apt" && apt apt-get download "$package=$exact" >>log 2>&1) || continue
      dpkg-deb --fsys-tarfile "$work"/apt/${package}_*.deb | tar -x -C "$work/apt" --wildcards './usr/src/*/library/*'
      mv "$work"/apt/usr/src/*/library "$library"
      is_library "$library" && return
    done
  done
  say "no package rust-src or rust-web-src of version $version"
  return 1
}

# As rustc's own build does it: profile `dist`, bitcode, versions from the sources' lock file.
build() {
  say "building std from source (under a minute on an idle machine)"
  (
    # Settings meant for the calling project's build stay out of this one.
    for name in $(compgen -e | grep -E '^(CARGO_(BUILD|PROFILE|TARGET|ENCODED)_|RUSTC_)'); do unset "$name"; done
    export RUSTUP_TOOLCHAIN=$sysroot RUSTC_BOOTSTRAP=1 RUSTFLAGS='-Zforce-unstable-if-unmarked -Cembed-bitcode=yes'
    cd "$library"
    cargo build --locked --manifest-path sysroot/Cargo.toml --target $wasm \
      --profile dist --features panic-unwind,backtrace --target-dir "$work/build"
  ) >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; return 1; }
  rm -rf "$installed.new"
  mkdir -p "$installed.new/lib"
  cp "$work/build/$wasm"/dist/deps/*.rlib "$installed.new/lib/"
  rm -f "$installed.new"/lib/libsysroot-*.rlib
  rustc -vV >"$installed.new/$mark"
  rm -rf "$installed"
  mv "$installed.new" "$installed"
}

if works; then exit; fi
if ! grep -qE 'E0463|E0460|E0464|E0514|E0786' "$work/trial.log"; then
  cat "$work/trial.log" >&2
  say "rustc $version cannot compile for $wasm, for the reason above"
  exit 1
fi
# A second run at the same time waits, and then finds the work done.
if command -v flock >/dev/null && [ -w "$sysroot/lib/rustlib" ]; then
  exec 9>"$sysroot/lib/rustlib/.wasm-target.lock"
  flock 9
  if works; then exit; fi
fi
# rustc sees two cores if rustup installs beside a std that was built here.
if [ -e "$installed/$mark" ]; then rm -rf "$installed"; fi
if by_rustup; then say "installed by rustup"; exit; fi
if { local_sources || packaged_sources; } && build && works; then say "built from source"; exit; fi
cat >&2 <<MSG
wasm target: rustc $version has no $wasm, and no way to get it worked here.
Do one of these, then run the same command again:
  - with access to rustup's server:  rustup target add $wasm
  - set RUST_LIBRARY_SOURCE to the \`library\` folder of Rust's sources, version $version
  - on Debian, put its own compiler first on PATH:  apt-get install rustc-web cargo-web rust-web-src
MSG
exit 1
