#!/usr/bin/env bash
# benches/deployed.py in an environment of its own, with pinned versions, on a program built here. `--torch` as the first argument adds
# torch, some gigabytes; the rest is passed on: names of constructions, --inputs N, --rounds N.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
packages=(numpy==2.4.6 onnxruntime==1.32.0 safetensors==0.8.0)
if [ "${1:-}" = --torch ]; then
  packages+=(torch==2.15.0)
  shift
fi
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
cargo build --release --locked --manifest-path "$here/Cargo.toml"
target="$(cargo metadata --no-deps --format-version 1 --manifest-path "$here/Cargo.toml" | "$work/env/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')"
"$work/env/bin/python" "$here/benches/deployed.py" --program "$target/release/sumformer" "$@"
