#!/usr/bin/env bash
# benches/zoo-peers.py on a suite of `sumformer zoo`, in an environment of its own, with pinned versions: torch is among them, some
# gigabytes. The rest is passed on: --size, --networks N, --seconds S, --budget S, --peers NAMES, --json FILE.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo build --release --locked --manifest-path "$here/Cargo.toml"
python3 -m venv "$work/env"
pip=("$work/env/bin/python" -m pip install --quiet --disable-pip-version-check)
"${pip[@]}" numpy==2.4.6 scipy==1.17.1 onnx==1.21.0 onnxruntime==1.26.0 torch==2.15.0 vnnlib==1.0.2 gurobipy==13.0.3
# What these ask for beside the above goes together on no index; they are run as programs only.
"${pip[@]}" --no-deps vibecheck-nn==1.1.0 neuralsat==0.2.17 onnxsim==0.8.1 onnx2torch==1.5.15 torchvision==0.29.2
"${pip[@]}" beartype coloredlogs psutil tqdm termcolor sortedcontainers requests joblib pillow
nice "$work/env/bin/python" "$here/benches/zoo-peers.py" "${CARGO_TARGET_DIR:-$here/target}/release/sumformer" "$@"
