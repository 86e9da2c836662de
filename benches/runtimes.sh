#!/usr/bin/env bash
# benches/runtimes.py in an environment of its own, with pinned versions. `--torch` as the first argument adds torch, some
# gigabytes; the rest is passed on: names of constructions, --inputs N, --json FILE.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
packages=(maturin==1.16.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 safetensors==0.8.0)
if [ "${1:-}" = --torch ]; then
  packages+=(torch==2.15.0)
  shift
fi
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$here"
"$work/env/bin/python" "$here/benches/runtimes.py" "$@"
