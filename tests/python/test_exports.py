"""Exported files in the tools that are to run them, against exact values."""

import json
from fractions import Fraction

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.numpy

import sumformer

ARCHITECTURES = ["transformer", "linformer", "performer"]
NUMPY = {"f64": np.float64, "f32": np.float32, "f16": np.float16}

# Few bits everywhere: the float network of the file is the exact one, and so are its values at such inputs.
FEW_BITS = """
name = "few-bits"
tokens = 4
domain = [[-1, 1], [0, 2]]
output = ["mean(y: y[0]*y[1]) + x[0]/2", "mean(y: y[0])*x[1] - 1"]
"""

STEPS = """
name = "steps"
tokens = 2
domain = [[0, 1]]
output = ["x[0] + mean(y: y[0])"]
"""

EVERY_LENGTH = """
name = "every-length"
tokens = "any"
domain = [[0, 1]]
output = ["mean(y: y[0]^2) - x[0]"]
"""


def session(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
    assert model.ir_version == 8
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def run(path, tokens):
    (outputs,) = session(path).run(None, {"tokens": tokens})
    return outputs


def exact(network, tokens):
    answer = network.exact([[[Fraction(float(x)) for x in token] for token in sequence] for sequence in tokens])
    return np.array([[[float(value) for value in token] for token in sequence] for sequence in answer])


def grid(target, n, count, seed=0):
    """Sequences on a grid of eighths, corners among them."""
    random = np.random.default_rng(seed)
    low, high = (np.array([float(ends[side]) for ends in target.domain]) for side in (0, 1))
    steps = random.integers(0, 9, (count, n, target.dimension))
    steps[: count // 4] = 8 * random.integers(0, 2, steps[: count // 4].shape)
    return low + (high - low) * steps / 8


@pytest.fixture(scope="session", params=ARCHITECTURES)
def proof(request):
    (proof,) = sumformer.prove(FEW_BITS, architecture=request.param, activation="relu2")
    return proof


@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_onnx_computes_the_network(proof, dtype, tmp_path):
    path = tmp_path / "network.onnx"
    counted = proof.export(path, dtype=dtype)
    assert counted["nonzeros"] > 0
    tokens = grid(proof.target, 4, 1000)
    outputs = run(path, tokens.astype(NUMPY[dtype]))
    assert outputs.dtype == NUMPY[dtype] and outputs.shape == (1000, 4, 2)
    ours = proof.network(tokens.astype(NUMPY[dtype]))
    expected = exact(proof.network, tokens)
    unit = np.finfo(NUMPY[dtype]).eps
    # Sums of at most some dozens of numbers of this size, in whatever order.
    assert np.abs(outputs - expected).max() <= 200 * unit
    assert np.abs(outputs - ours).max() <= 200 * unit


def test_half_precision_only_stores(proof, tmp_path):
    proof.export(tmp_path / "half.onnx", dtype="f16")
    outputs = run(tmp_path / "half.onnx", grid(proof.target, 4, 50).astype(np.float16))
    assert outputs.dtype == np.float16
    proof.export(tmp_path / "brain.onnx", dtype="bf16")
    brain = session(tmp_path / "brain.onnx")
    assert brain.get_inputs()[0].type == "tensor(bfloat16)"
    stored = sumformer.Network.load(tmp_path / "half.onnx")
    expected = exact(stored, grid(proof.target, 4, 50))
    # One rounding of outputs below 4, after f32.
    assert np.abs(outputs.astype(np.float64) - expected).max() <= 2.0 ** -9 + 1e-5


def test_steps(tmp_path):
    (proof,) = sumformer.prove(STEPS, construction="discontinuous", epsilon="1/2")
    proof.export(tmp_path / "steps.onnx")
    tokens = grid(proof.target, 2, 200)
    assert (run(tmp_path / "steps.onnx", tokens) == exact(proof.network, tokens)).all()


def test_lengths(tmp_path):
    (proof,) = sumformer.prove(EVERY_LENGTH, activation="relu2")
    proof.export(tmp_path / "any.onnx")
    for n in [1, 2, 5, 33]:
        tokens = grid(proof.target, n, 20)
        assert np.abs(run(tmp_path / "any.onnx", tokens) - exact(proof.network, tokens)).max() < 1e-14
    (fixed,) = sumformer.prove(FEW_BITS, activation="relu2")
    fixed.export(tmp_path / "fixed.onnx")
    with pytest.raises(Exception, match="(?i)dimension"):
        run(tmp_path / "fixed.onnx", np.zeros((1, 5, 2)))


def test_arrays_are_what_linear_holds(proof, tmp_path):
    proof.export(tmp_path / "network.safetensors")
    proof.export(tmp_path / "network.npz")
    tensors = safetensors.numpy.load_file(tmp_path / "network.safetensors")
    arrays = np.load(tmp_path / "network.npz")
    assert set(arrays.files) - {"metadata.json"} == set(tensors)
    for name, tensor in tensors.items():
        assert tensor.dtype == np.float64 and (tensor == arrays[name]).all()
    metadata = json.loads(arrays["metadata.json"])
    assert Fraction(metadata["sumformer.certified"]) == proof.certified
    skeleton = json.loads(metadata["sumformer.network"])
    assert skeleton["slots"] == proof.network.slots
    # The network by hand, where attention averages.
    tokens = grid(proof.target, 4, 10)
    stream = tokens @ tensors["embedding.weight"].T + tensors["embedding.bias"]
    for number, block in enumerate(skeleton["blocks"]):
        name = f"blocks.{number}."
        rows = stream
        if block["attention"]:
            values = stream @ tensors[name + "attention.heads.0.value"].T
            mean = np.broadcast_to(values.mean(1, keepdims=True), values.shape)
            rows = stream + mean @ tensors[name + "attention.output"].T
        units = np.maximum(rows @ tensors[name + "in.weight"].T + tensors[name + "in.bias"], 0) ** 2
        stream = stream + units @ tensors[name + "out.weight"].T + tensors[name + "out.bias"]
    outputs = stream @ tensors["readout.weight"].T + tensors["readout.bias"]
    assert np.abs(outputs - exact(proof.network, tokens)).max() < 1e-13


def test_what_comes_back(proof, tmp_path):
    for name, dtype in [("a.onnx", "f32"), ("a.safetensors", "f64"), ("a.npz", "f16")]:
        path = tmp_path / name
        proof.export(path, dtype=dtype)
        before = path.read_bytes()
        proof.export(path, dtype=dtype)
        assert path.read_bytes() == before
        assert proof.check_file(path) == dtype
        damaged = bytearray(before)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(sumformer.Invalid, match=name):
            proof.check_file(path)
        with pytest.raises(FileExistsError, match="left alone"):
            path.write_bytes(b"mine")
            proof.export(path)
        assert path.read_bytes() == b"mine"


def test_wrong_arguments(proof, tmp_path):
    with pytest.raises(ValueError, match="onnx, safetensors, npz"):
        proof.export(tmp_path / "network.bin")
    with pytest.raises(ValueError, match="f64, f32, f16, bf16"):
        proof.export(tmp_path / "network.onnx", dtype="float32")
    with pytest.raises(ValueError, match="numpy has no bf16"):
        proof.export(tmp_path / "network.npz", dtype="bf16")
    with pytest.raises(OSError):
        proof.export(tmp_path / "nowhere" / "network.onnx")
    assert list(tmp_path.iterdir()) == []


def test_torch_or_a_sentence(proof):
    try:
        import torch
    except ImportError:
        with pytest.raises(ImportError, match="pip install torch"):
            proof.to_torch()
        return
    tokens = grid(proof.target, 4, 100)
    outputs = proof.to_torch()(torch.tensor(tokens)).numpy()
    assert np.abs(outputs - exact(proof.network, tokens)).max() < 1e-13
