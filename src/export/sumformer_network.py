"""A network of sumformer as a torch module.

    from sumformer_network import SumformerNetwork
    network = SumformerNetwork.load("network.f64.safetensors")
    outputs = network(tokens)          # tokens: (n, d) or (batch, n, d), of network.dtype

A block is X + FC(X + Att(X)), Definition 2.3 of the paper: what it adds is added to X, not to X + Att(X) as in most
transformers. Half precision only stores; it is computed in float32. Many hidden units are added up in stages, of which less is lost.
"""

import json
import math

import torch
from safetensors import safe_open


def stages(units, group=8):
    """How many sums go into one at each stage: as few stages as groups of at most 8 allow, of about equal groups."""
    if units <= 64:
        return []
    count, sizes = 1, []
    while group ** count < units:
        count += 1
    for left in range(count, 0, -1):
        sizes.append(next(size for size in range(2, group + 1) if size ** left >= units))
        units = -(-units // sizes[-1])
    return sizes


class Head(torch.nn.Module):
    """One attention head on rows Z of width D."""

    def __init__(self, width, spec, tensor):
        super().__init__()
        self.kind = spec["kind"]
        self.scale = width ** 0.5
        self.normalized = spec.get("normalized", False)
        for name in ["query", "key", "value", "e", "f", "features"]:
            self.register_buffer(name, tensor(name))
        self.projections = {name: spec[name] for name in ["e", "f"] if name in spec}

    def project(self, name, rows):
        """E rows or F rows: k rows out of n."""
        spec, matrix = self.projections[name], getattr(self, name)
        if spec["entries"] == "rows":
            return matrix @ rows
        row = rows.mean(-2, keepdim=True) if matrix is None else matrix * rows.sum(-2, keepdim=True)
        return row.expand(*row.shape[:-2], spec["rank"], row.shape[-1])

    def phi(self, rows):
        """The random features of Definition 2.6, without the factor 1/sqrt(m)."""
        return torch.exp(rows @ self.features.T - (rows * rows).sum(-1, keepdim=True) / 2)

    def forward(self, stream):
        queries, keys, values = (stream @ matrix.T for matrix in (self.query, self.key, self.value))
        if self.kind == "performer":
            queries, keys = self.phi(queries), self.phi(keys)
            result = queries @ (keys.transpose(-1, -2) @ values)
            if self.normalized:
                return result / (queries @ keys.sum(-2, keepdim=True).transpose(-1, -2))
            return result / len(self.features)
        if self.kind == "linformer":
            keys, values = self.project("e", keys), self.project("f", values)
        return torch.softmax(queries @ keys.transpose(-1, -2) / self.scale, dim=-1) @ values


class Block(torch.nn.Module):
    """X + FC(X + Att(X))."""

    def __init__(self, width, spec, tensor):
        super().__init__()
        self.activation = spec["activation"]
        heads = spec["attention"]
        self.heads = None
        if heads is not None:
            of = lambda h: lambda name: tensor(f"attention.heads.{h}.{name}")
            self.heads = torch.nn.ModuleList(Head(width, head, of(h)) for h, head in enumerate(heads))
        self.register_buffer("output", tensor("attention.output"))
        for name in ["in.weight", "in.bias", "out.weight", "out.bias"]:
            self.register_buffer(name.replace(".", "_"), tensor(name))

    def units(self, rows):
        before = rows @ self.in_weight.T + self.in_bias
        if self.activation == "step":
            return (before >= 0).to(before.dtype)
        positive = torch.relu(before)
        return positive * positive if self.activation == "relu2" else positive

    def sums(self, units):
        """What the units add to each slot, in stages if there are many: groups of neighbours, then groups of these."""
        count = units.shape[-1]
        first, *others = stages(count) or [count]
        groups = math.prod(others)
        pad = (0, first * groups - count)
        units = torch.nn.functional.pad(units, pad).unflatten(-1, (groups, first)).movedim(-2, -3)
        weight = torch.nn.functional.pad(self.out_weight, pad).unflatten(-1, (groups, first)).permute(1, 2, 0)
        sums = units @ weight
        for size in others:
            sums = sums.unflatten(-3, (-1, size)).sum(-3)
        return sums.squeeze(-3)

    def forward(self, stream):
        rows = stream
        if self.heads is not None:
            rows = stream + torch.cat([head(stream) for head in self.heads], dim=-1) @ self.output.T
        added = self.out_bias
        if self.in_weight is not None:
            added = self.sums(self.units(rows)) + added
        return stream + added


class SumformerNetwork(torch.nn.Module):
    """Embedding, blocks, readout."""

    def __init__(self, spec, tensors):
        super().__init__()
        if spec["format"] != "sumformer-tensors/1":
            raise ValueError(f"this module does not know the format {spec['format']}")
        self.tokens, self.dimension, self.outputs = spec["tokens"], spec["dimension"], spec["outputs"]
        self.slots, width = spec["slots"], len(spec["slots"])
        for name in ["embedding.weight", "embedding.bias", "readout.weight", "readout.bias"]:
            self.register_buffer(name.replace(".", "_"), tensors[name])
        of = lambda b: lambda name: tensors.get(f"blocks.{b}.{name}")
        self.blocks = torch.nn.ModuleList(Block(width, block, of(b)) for b, block in enumerate(spec["blocks"]))

    @classmethod
    def load(cls, path):
        """Reads a file that `sumformer export --format safetensors` (or `torch`) wrote."""
        with safe_open(path, framework="pt") as file:
            spec = json.loads(file.metadata()["sumformer.network"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        half = (torch.float16, torch.bfloat16)
        return cls(spec, {name: t.float() if t.dtype in half else t for name, t in tensors.items()})

    @property
    def dtype(self):
        return self.readout_bias.dtype

    def forward(self, tokens):
        n, d = tokens.shape[-2:]
        if d != self.dimension or self.tokens not in (None, n):
            raise ValueError(f"tokens of shape (..., {self.tokens or 'n'}, {self.dimension}), not {tuple(tokens.shape)}")
        stream = tokens.to(self.dtype) @ self.embedding_weight.T + self.embedding_bias
        for block in self.blocks:
            stream = block(stream)
        return stream @ self.readout_weight.T + self.readout_bias
