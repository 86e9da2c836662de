#!/usr/bin/env bash
# Ours beside the best that others have: benches/peers.py in an environment of its own, with pinned versions. Prints a line
# `ratio NAME VALUE` for every workload, our time over the best peer's. Arguments are passed on: beginnings of names (`f64/`, `exact/n6`),
# --rounds N, --json FILE. One thread. Needs nothing but Rust and Python 3 with venv.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 python-flint==0.8.0 onnxruntime==1.32.0
ours="$(cargo bench --locked --manifest-path "$here/Cargo.toml" --bench peers --no-run 2>&1 | sed -n 's/^ *Executable .*(\(.*\))$/\1/p')"
"$work/env/bin/python" "$here/benches/peers.py" --ours "$ours" "$@"
