"""A network as a torch module, by the file that `sumformer export --format torch` writes."""

import sys
import tempfile
import types
from pathlib import Path
from typing import Any


def load(source: str, data: bytes) -> Any:
    """The module of a safetensors file, given its bytes and the text of `sumformer_network.py`."""
    try:
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise ImportError("to_torch needs torch and safetensors: pip install torch safetensors") from error
    # Registered under the name that the file has elsewhere, so that what is made of it can be pickled.
    module = sys.modules.get("sumformer_network")
    if module is None:
        module = types.ModuleType("sumformer_network")
        exec(compile(source, "sumformer_network.py", "exec"), module.__dict__)
        sys.modules["sumformer_network"] = module
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        path.write_bytes(data)
        return module.SumformerNetwork.load(path)
