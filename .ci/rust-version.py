"""No crate that is depended on, with any feature, asks for a newer Rust than `rust-version` promises.

That our own sources use nothing newer, clippy's `incompatible_msrv` says.
"""

import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


command = ["cargo", "metadata", "--locked", "--all-features", "--format-version", "1"]
packages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"]
promised = next(p["rust_version"] for p in packages if p["name"] == "sumformer")
newer = [
    f"{p['name']} {p['version']} needs Rust {p['rust_version']}, and {promised} is promised in Cargo.toml"
    for p in packages
    if p["rust_version"] and version(p["rust_version"]) > version(promised)
]
print("\n".join(newer) or f"{len(packages)} crates build with Rust {promised}, by what they say")
sys.exit(bool(newer))
