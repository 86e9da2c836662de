#!/usr/bin/env bash
# The Python package: a wheel is built, installed into an environment of its own, and tested from another folder.
#
# It is compiled like the tests (profile dev), which shares what does not depend on features and takes one minute instead of several; what
# `pip install .` compiles is the profile release. Behaviour is the same: release checks overflows too.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/env"
python="$work/env/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$here/.ci/python.txt"

cd "$here"
"$work/env/bin/maturin" build --locked --profile dev --compatibility off --interpreter "$python" --out "$work/wheel"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps "$work"/wheel/*.whl

# What is packed has everything that a build elsewhere needs; a build itself would take minutes.
"$work/env/bin/maturin" sdist --out "$work/source" >/dev/null
packed="$(tar -tzf "$work"/source/*.tar.gz)"
for file in Cargo.lock LICENSE-MIT README.md pyproject.toml src/lib.rs src/checker/lib.rs src/python/lib.rs src/python/sumformer/py.typed; do
  grep -q "^sumformer-[^/]*/$file\$" <<<"$packed" || { echo "the source package lacks $file"; exit 1; }
done

cd "$work"
"$python" -m pytest -q -p no:cacheprovider "$here/tests/python"
