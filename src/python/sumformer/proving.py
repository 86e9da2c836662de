"""``prove`` with its options, which are those of the command ``sumformer prove``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

from . import _sumformer
from ._sumformer import Proof, Target
from .progress import listener

__all__ = ["prove"]

Architecture = Literal["transformer", "linformer", "performer", "all"]


def prove(
    target: Target | str | os.PathLike[str],
    architecture: Architecture | Sequence[Architecture] = "transformer",
    *,
    epsilon: Fraction | int | str | None = None,
    construction: Literal["auto", "continuous", "discontinuous"] = "auto",
    route: Literal["auto", "structural", "bernstein"] | None = None,
    latent: Literal["sparse", "essential", "powers", "tight", "paper"] | int | None = None,
    activation: Literal["relu", "relu2", "step"] | None = None,
    deploy: Literal["f64", "f32", "f16", "bf16"] | None = None,
    order: Literal["any", "staged"] | None = None,
    layout: Literal["tree", "shallow", "balanced", "wide", "layered"] | None = None,
    shard: tuple[int, int] | None = None,
    grid: Literal["auto", "finest"] | int | None = None,
    cell_value: Literal["centre", "corner"] | None = None,
    code: Literal["histogram", "moments", "radix", "bose-chowla"] | None = None,
    separate: Literal["others", "all"] | None = None,
    ramp: Fraction | int | str | None = None,
    rank: int | None = None,
    features: int | None = None,
    seed: int | None = None,
    performer: Literal["favor", "paper"] | None = None,
    scores: Literal["zero", "paper", "softmax"] = "zero",
    max_units: int = 2_000_000,
    max_terms: int | None = None,
    max_boxes: int | None = None,
    max_entries: int | None = None,
    time_limit: float | None = 600,
    memory_limit: int | None = 8 << 30,
    progress: Callable[[str, float], object] | bool | None = None,
) -> list[Proof]:
    """Builds a network for a target, proves how far apart the two are, and checks the proof.

    One proof for each architecture, all of them valid. The target is a ``Target``, the text of one, or the path of a
    file (a ``pathlib.Path``; a plain string is taken for text) or of a folder with a ``target.toml``.

    Target
        epsilon: the error to prove; by default the target's own, else 1/1000. Text is exact: "0.1" is 1/10. Floats
        are refused.

    Construction
        construction: "continuous" (sums over tokens), "discontinuous" (a table on a grid), or what leads to epsilon.
        route: continuous; how a target that is no polynomial becomes one.
        latent: continuous; which sums over tokens ("sparse" by default), or how many.
        activation: continuous: "relu" (default) or "relu2" (exact); discontinuous: "step" (default), or "relu" with ramp.
        deploy: continuous; the type that the network will be computed in: less is then lost by rounding, and the certificate
        bounds what is computed.
        order: with deploy; the order in which hidden units are added up: "any" (default), or "staged", as in exported graphs.
        layout: continuous: "tree" (default) or "shallow"; discontinuous: "tree" (default), "balanced", "wide", "layered".
        shard: continuous; (k, m) searches the k-th of m parts of the boxes. Such a proof is incomplete by itself, and
        returned nevertheless.
        grid: discontinuous; cells per coordinate, "auto" (the coarsest that proves epsilon, the default) or "finest".
        cell_value, code, separate, ramp: discontinuous; as ``sumformer prove --help`` says.

    Attention
        architecture: "transformer", "linformer", "performer", several of them in a list, or "all".
        rank: Linformer; rows of E and F, by default 1.
        features, seed, performer: Performer; by default 64, 0 and "favor".
        scores: "zero", the paper's, or "softmax": weighted means with weights exp(polynomial), maxima and minima over
            tokens are computed by heads with scores of their own.

    Budget
        max_units, max_terms, max_boxes, max_entries: what would be larger is refused.
        time_limit: seconds; memory_limit: bytes of the whole process; None for none.

    progress is called as ``progress(step, share)``, with a text and a number from 0 to 1, in the thread that called
    ``prove``; what it raises ends the proof. True shows a bar of tqdm, if that is installed. Ctrl-C ends a proof too.

    Raises TargetError, Incomplete (no way leads to epsilon, or not in time; ``ways`` says what was looked at), Error
    (larger than a limit), and ValueError or TypeError for options that make no sense.
    """
    options = {name: value for name, value in locals().items() if name not in ("target", "progress")}
    with listener(progress) as call:
        return _sumformer.prove(target, options, call)
