"""Options: what they are called, what they accept, what they do."""

import inspect
import json
from fractions import Fraction
from pathlib import Path

import pytest

import sumformer

from conftest import EVERY_LENGTH, PRODUCTS


def prove(**options):
    return sumformer.prove(PRODUCTS, **options)


def test_architectures():
    names = lambda proofs: [proof.network.architecture for proof in proofs]
    assert names(prove(architecture="all", activation="relu2")) == ["transformer", "linformer", "performer"]
    assert names(prove(architecture=("linformer", "linformer"), rank=3, activation="relu2")) == ["linformer"]
    assert names(sumformer.prove(PRODUCTS, "performer", activation="relu2", features=4, seed=7)) == ["performer"]


def test_epsilon_is_exact(tmp_path):
    for epsilon, wanted in (("0.1", Fraction(1, 10)), (1, 1), (Fraction(1, 7), Fraction(1, 7)), ("2e-2", Fraction(1, 50))):
        assert prove(epsilon=epsilon)[0].epsilon == wanted
    (tmp_path / "target.toml").write_text(EVERY_LENGTH + "epsilon = '0.25'\n")
    assert sumformer.prove(tmp_path)[0].epsilon == Fraction(1, 4)
    assert sumformer.prove(Path(tmp_path) / "target.toml", epsilon="1/9")[0].epsilon == Fraction(1, 9)


def test_options_reach_the_network():
    size = lambda **options: prove(epsilon="1/100", **options)[0].network.hidden_units
    assert size(activation="relu2") < size() < size(layout="shallow", latent="paper")
    table = lambda **options: sumformer.prove(
        'name = "t"\ntokens = 2\ndomain = [[0, 1]]\noutput = ["max(x[0], mean(y: y[0]))"]\n',
        construction="discontinuous",
        **options,
    )[0]
    assert table(grid=4, epsilon="1/2").network.hidden_units < table(grid=6, epsilon="1/2").network.hidden_units
    assert table(grid=4, epsilon="1/2", layout="layered").network.blocks > table(grid=4, epsilon="1/2").network.blocks
    for code in ("moments", "radix", "bose-chowla"):
        assert table(grid=3, epsilon="3/4", code=code, cell_value="corner", separate="all").verdict


WRONG = {
    "epsilon-float": (dict(epsilon=0.1), TypeError, "`epsilon`: 0.1 is a binary float"),
    "epsilon-negative": (dict(epsilon=-1), ValueError, "`epsilon` is -1, and has to be positive"),
    "epsilon-zero": (dict(epsilon="0"), ValueError, "positive"),
    "epsilon-words": (dict(epsilon="small"), ValueError, "`epsilon`: `small` is not an exact number"),
    "architecture": (dict(architecture="mamba"), ValueError, '"mamba"; expected one of "transformer"'),
    "architecture-type": (dict(architecture=7), TypeError, "a name or a list of names"),
    "no-architecture": (dict(architecture=[]), sumformer.Error, "no architecture is asked for"),
    "construction": (dict(construction="cubic"), ValueError, 'expected one of "auto"'),
    "construction-type": (dict(construction=1), ValueError, 'expected one of "auto"'),
    "rank": (dict(architecture="linformer", rank=0), ValueError, "`rank` is 0; expected an integer from 1 to 65536"),
    "rank-negative": (dict(architecture="linformer", rank=-1), ValueError, "`rank` is -1"),
    "rank-huge": (dict(architecture="linformer", rank=10**30), ValueError, "`rank` is 1000"),
    "rank-float": (dict(architecture="linformer", rank=2.0), ValueError, r"`rank` is 2\.0"),
    "rank-text": (dict(architecture="linformer", rank="2"), ValueError, "`rank` is '2'"),
    "rank-bool": (dict(architecture="linformer", rank=True), ValueError, "`rank` is True"),
    "latent": (dict(latent=0), ValueError, '"sparse", "essential", "powers", "tight", "paper", an integer from 1 to 1000'),
    "deploy": (dict(deploy="f8"), ValueError, 'expected one of "f64", "f32", "f16", "bf16"'),
    "idle-order": (dict(order="staged"), ValueError, "it needs `deploy`"),
    "idle-deploy": (dict(construction="discontinuous", deploy="f32"), ValueError, 'belongs to construction="continuous"'),
    "shard": (dict(route="bernstein", shard=(3, 2)), ValueError, "pair"),
    "idle-rank": (dict(rank=2), ValueError, '`rank` belongs to architecture="linformer"'),
    "idle-seed": (dict(seed=2), ValueError, '`seed` belongs to architecture="performer"'),
    "idle-grid": (dict(grid=2), ValueError, '`grid` belongs to construction="discontinuous"'),
    "idle-latent": (dict(construction="discontinuous", latent=2), ValueError, 'belongs to construction="continuous"'),
    "idle-boxes": (dict(route="structural", max_boxes=2), ValueError, 'belongs to route="bernstein"'),
    "idle-entries": (dict(construction="continuous", max_entries=2), ValueError, "`max_entries` belongs to"),
    "step": (dict(activation="step"), ValueError, 'expected one of "relu", "relu2"'),
    "ramp": (dict(construction="discontinuous", ramp="1/9"), ValueError, "`ramp` belongs to activation"),
    "no-ramp": (dict(construction="discontinuous", activation="relu"), ValueError, "for example ramp="),
    "time": (dict(time_limit=0), ValueError, "`time_limit` is 0"),
    "time-nan": (dict(time_limit=float("nan")), ValueError, "`time_limit` is nan"),
    "memory": (dict(memory_limit="8G"), ValueError, "`memory_limit` is '8G'; expected an integer"),
    "progress": (dict(progress="bar"), TypeError, "`progress` is called with"),
    "unknown": (dict(epsilom=1), TypeError, "epsilom"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options_are_refused(case):
    options, error, words = WRONG[case]
    with pytest.raises(error, match=words):
        prove(**options)


def test_limits_are_incomplete_or_refused():
    with pytest.raises(sumformer.Incomplete, match="`time_limit` sets another.*the step at hand"):
        prove(time_limit=1e-6)
    with pytest.raises(sumformer.Incomplete, match="`memory_limit` sets another"):
        sumformer.prove(Path(__file__).parents[2] / "constructions" / "softmax-head", epsilon="1/1000", memory_limit=1)
    with pytest.raises(sumformer.Error, match="raise `max_units` or `epsilon`") as caught:
        prove(max_units=1)
    assert type(caught.value) is sumformer.Error and len(caught.value.ways) == 2
    assert caught.value.ways[0] in str(caught.value)
    assert prove(time_limit=None, memory_limit=None)


def test_what_is_computed_is_claimed(tmp_path):
    (plain,), (deployed,) = (sumformer.prove(EVERY_LENGTH, epsilon="1/10", deploy=kind) for kind in (None, "f32"))
    claims = []
    for proof, name in ((plain, "plain"), (deployed, "deployed")):
        assert proof.check().status == "valid"
        proof.save(tmp_path / name)
        claims.append(json.loads((tmp_path / name / "certificate.json").read_text()).get("floats", []))
    assert claims[0] == []
    assert [(claim["type"], claim["accumulate"], claim["tokens"]) for claim in claims[1]] == [("f32", "f32", 1024)]


def test_sums_may_be_staged(tmp_path):
    (staged,) = sumformer.prove(EVERY_LENGTH, epsilon="1/10", deploy="f32", order="staged")
    staged.save(tmp_path)
    (claim,) = json.loads((tmp_path / "certificate.json").read_text())["floats"]
    assert claim["staged"] == 8


def test_heads_may_have_scores_of_their_own():
    mean = "mean(y: exp(x[0]*y[0])*y[0]) / mean(y: exp(x[0]*y[0]))"
    target = f'name = "h"\ntokens = "any"\ndomain = [[0, 1]]\noutput = ["{mean}"]\n'
    (proof,) = sumformer.prove(target, scores="softmax")
    assert (proof.certified, proof.network.hidden_units) == (0, 2)


def test_a_part_of_the_boxes_is_returned_as_it_is():
    target = 'name = "k"\ntokens = 2\ndomain = [[0, 1]]\noutput = ["max(y: y[0])*x[0]"]\n'
    options = dict(activation="relu2", max_boxes=64, epsilon="1/16", route="bernstein")
    (part,) = sumformer.prove(target, shard=(1, 2), **options)
    assert part.verdict.status == "incomplete"
    with pytest.raises(sumformer.Incomplete, match="rule `boxes`"):
        part.verdict.require()
    with pytest.raises(sumformer.Incomplete, match="rule `boxes`") as caught:
        sumformer.prove(target, **options)
    assert [proof.verdict.status for proof in caught.value.proofs] == ["incomplete"]


def test_targets_are_text_paths_or_targets():
    text = sumformer.prove(EVERY_LENGTH, epsilon="1/10")
    assert text == sumformer.prove(sumformer.Target.parse(EVERY_LENGTH), epsilon="1/10")
    with pytest.raises(sumformer.TargetError, match="pathlib.Path"):
        sumformer.prove("constructions/covariance")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        sumformer.prove(Path("nowhere"))
    for wrong in (None, 3, b"x = 1", ["a"]):
        with pytest.raises(TypeError, match="expected a Target, its text, or a path|PathLike"):
            sumformer.prove(wrong)


def test_every_option_is_described():
    words = sumformer.prove.__doc__
    for name in inspect.signature(sumformer.prove).parameters:
        assert name in words, name
