#!/usr/bin/env bash
# benches/elsewhere.py in an environment of its own, with pinned versions: torch is among them, some gigabytes.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo build --release --locked --manifest-path "$here/Cargo.toml"
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 safetensors==0.8.0 torch==2.15.0 linformer==0.2.3 performer-pytorch==1.1.4
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$here"
"$work/env/bin/python" "$here/benches/elsewhere.py" "${CARGO_TARGET_DIR:-$here/target}/release/sumformer"
