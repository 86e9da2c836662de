"""Our weights in modules of others: torch's encoder (the wide form), and the attention of `linformer` and `performer-pytorch`.

`benches/elsewhere.sh` makes an environment and runs this in it. Prints what docs/loading-elsewhere.md quotes; ends with an error if
a number is not as that page says.
"""

import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from linformer import LinformerSelfAttention
from performer_pytorch import SelfAttention
from safetensors import safe_open

import sumformer

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = sys.argv[1]


def encoder(path):
    """The network of a safetensors file in the wide form as torch's own encoder layers, without their norms."""
    with safe_open(path, framework="pt") as file:
        spec = json.loads(file.metadata()["sumformer.network"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    width = len(spec["slots"])
    activations = {"relu": torch.relu, "relu2": lambda x: torch.relu(x) ** 2, "step": lambda x: (x >= 0).to(x.dtype)}
    layers = []
    for number, block in enumerate(spec["blocks"]):
        of = lambda name: tensors[f"blocks.{number}.{name}"]
        units = max(block["units"], 1)
        layer = torch.nn.TransformerEncoderLayer(
            width, 1, units, dropout=0.0, activation=activations[block["activation"]],
            batch_first=True, norm_first=True, dtype=torch.float64,
        )
        layer.norm1 = layer.norm2 = torch.nn.Identity()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.zero_()
            if block["attention"]:
                parts = [of(f"attention.heads.0.{name}") for name in ("query", "key", "value")]
                layer.self_attn.in_proj_weight.copy_(torch.cat(parts))
                layer.self_attn.out_proj.weight.copy_(of("attention.output"))
            if block["units"]:
                layer.linear1.weight.copy_(of("in.weight"))
                layer.linear1.bias.copy_(of("in.bias"))
                layer.linear2.weight.copy_(of("out.weight"))
            layer.linear2.bias.copy_(of("out.bias"))
        layers.append(layer)

    def network(tokens):
        stream = tokens @ tensors["embedding.weight"].T + tensors["embedding.bias"]
        for layer in layers:
            stream = layer(stream)
        return stream @ tensors["readout.weight"].T + tensors["readout.bias"]

    return network


def sequences(target, count):
    random = np.random.default_rng(0)
    low, high = (np.array([float(ends[side]) for ends in target.domain]) for side in (0, 1))
    n = 5 if target.tokens == "any" else target.tokens
    return low + (high - low) * random.integers(0, 17, (count, n, target.dimension)) / 16


def exact(network, tokens):
    rationals = [[[Fraction(float(x)) for x in token] for token in sequence] for sequence in tokens]
    return np.array([[[float(v) for v in token] for token in sequence] for sequence in network.exact(rationals)])


def in_torchs_encoder(name, folder):
    target = sumformer.Target.load(ROOT / "constructions" / name / "target.toml")
    (proof,) = sumformer.prove(target)
    proof.save(folder / name)
    command = [PROGRAM, "export", folder / name, "--format", "standard,safetensors"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    standard = folder / name / "export" / "standard"
    assert sumformer.Proof.load(standard).check().valid
    subprocess.run([PROGRAM, "export", standard, "--format", "safetensors"], check=True, stdout=subprocess.DEVNULL)
    tokens = sequences(target, 200)
    expected = exact(proof.network, tokens)
    with torch.no_grad():
        wide = encoder(standard / "export" / "network.f64.safetensors")(torch.tensor(tokens)).numpy()
        plain = encoder(folder / name / "export" / "network.f64.safetensors")(torch.tensor(tokens)).numpy()
    return np.abs(wide - expected).max(), np.abs(plain - expected).max()


def averages(module, tokens):
    """How far attention is from the mean of its values."""
    with torch.no_grad():
        return (module(tokens) - tokens.mean(1, keepdim=True)).abs().max().item()


def main():
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        for name in ["covariance", "sum-of-squares", "centroid-attraction", "sine-of-moment", "pair-potential"]:
            wide, plain = in_torchs_encoder(name, Path(folder))
            print(f"torch encoder, {name}: wide form off by {wide:.1e}, as it is by {plain:.1e}")
            assert wide < 1e-11 and plain > 1e-3
    n, d = 6, 4
    tokens = torch.rand(8, n, d)
    module = LinformerSelfAttention(dim=d, seq_len=n, k=1, heads=1, dim_head=d)
    with torch.no_grad():
        module.to_q.weight.zero_()
        module.to_k.weight.zero_()
        module.to_v.weight.copy_(torch.eye(d))
        module.to_out.weight.copy_(torch.eye(d))
        module.to_out.bias.zero_()
        module.proj_k.fill_(1 / n)
        module.proj_v.fill_(1 / n)
    off = averages(module, tokens)
    print(f"linformer, E = F = 1/n: off the mean by {off:.1e}")
    assert off < 1e-6
    module = SelfAttention(dim=d, heads=1, dim_head=d, nb_features=16)
    with torch.no_grad():
        for part in (module.to_q, module.to_k):
            part.weight.zero_()
        module.to_v.weight.copy_(torch.eye(d))
        module.to_out.weight.copy_(torch.eye(d))
        module.to_out.bias.zero_()
    off = averages(module, tokens)
    print(f"performer-pytorch, queries and keys 0: off the mean by {off:.1e}")
    assert off < 1e-6
    with torch.no_grad():
        torch.nn.init.normal_(module.to_k.weight)
    off = averages(module, tokens)
    print(f"performer-pytorch, queries 0 only: off the mean by {off:.1e}")
    assert off > 1e-3


if __name__ == "__main__":
    main()
