"""Proofs are checked, saved, read, compared, copied and shown."""

import copy
import html.parser
import json
import os
import pickle
from fractions import Fraction

import numpy as np
import pytest

import sumformer


@pytest.fixture(scope="module")
def proofs(constructions):
    return sumformer.prove(constructions / "covariance", ["transformer", "performer"], epsilon="1/50", features=8)


def test_one_proof_for_each_architecture(proofs):
    assert [proof.network.architecture for proof in proofs] == ["transformer", "performer"]
    for proof in proofs:
        assert proof.verdict == proof.check() and proof.check()
        verdict = proof.check()
        assert (verdict.status, verdict.valid, verdict.scope) == ("valid", True, "everywhere")
        assert verdict.rule is verdict.place is verdict.message is verdict.require() is None
        assert type(proof.certified) is type(verdict.bound) is Fraction
        assert verdict.bound <= proof.certified <= proof.epsilon == Fraction(1, 50)
        assert "polynomial rules" in verdict.parts


def test_the_witness_is_what_it_says(proofs):
    for proof in proofs:
        witness = proof.witness
        assert (witness.kind, len(witness.sequence)) == ("exact", proof.target.tokens)
        target, network = (f.exact(witness.sequence) for f in (proof.target, proof.network))
        difference = network[witness.token][witness.output] - target[witness.token][witness.output]
        assert abs(difference) == witness.error <= proof.certified


def test_sizes_are_those_of_the_file(proofs):
    network = proofs[0].network
    file = json.loads(network.json)
    assert network.blocks == len(file["blocks"]) and network.width == len(file["slots"])
    assert network.slots == file["slots"] and network.hidden_units == sum(len(b["units"]) for b in file["blocks"])
    assert network.attention_blocks == 1 and network.nonzeros > 0 and network.bits > 0
    assert (network.tokens, network.dimension, network.outputs) == (
        file["tokens"],
        file["dimension"],
        file["outputs"],
    )


def test_targets(constructions):
    target = sumformer.Target.load(constructions / "covariance" / "target.toml")
    assert target == sumformer.Target.load(constructions / "covariance") == sumformer.Target.parse(target.text)
    assert target.name == "covariance" and target.tokens == 6 and target.dimension == len(target.domain)
    assert all(type(end) is Fraction for side in target.domain for end in side)
    every = sumformer.Target.load(str(constructions / "softmax-head"))
    assert every.tokens == "any" and every.epsilon == Fraction(1, 100) and every != target
    assert sumformer.Target.parse(target.text + "\n") != target


def test_folders(proofs, tmp_path):
    folder = tmp_path / "there" / "proof"
    proofs[0].save(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["certificate.json", "network.json", "target.toml"]
    again = sumformer.Proof.load(folder)
    assert again == proofs[0] != proofs[1] and again.verdict is None and again.check()
    assert "not checked" in repr(sumformer.Proof.load(folder)) and "valid" in repr(again)
    assert sumformer.Network.load(folder) == sumformer.Network.load(folder / "network.json") == again.network
    with pytest.raises(FileExistsError, match="left alone"):
        proofs[0].save(str(folder))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        proofs[0].save(tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_compressed_networks_are_read_like_plain_ones(proofs, tmp_path):
    folder = tmp_path / "small"
    proofs[0].save(folder, compress=True)
    assert sorted(path.name for path in folder.iterdir()) == ["certificate.json", "network.json.zst", "target.toml"]
    assert sumformer.Proof.load(folder) == proofs[0]
    for place in (folder, folder / "network.json.zst"):
        assert sumformer.Network.load(place).json == proofs[0].network.json
    (folder / "network.json").write_bytes(proofs[0].network.json)
    for load in (sumformer.Proof.load, sumformer.Network.load):
        with pytest.raises(OSError, match="both there"):
            load(folder)
    (folder / "network.json").unlink()
    (folder / "network.json.zst").write_bytes(b"no frame")
    with pytest.raises(OSError, match="no whole zstd file"):
        sumformer.Proof.load(folder)


def test_folders_that_hold_no_proof(proofs, tmp_path):
    with pytest.raises(FileNotFoundError, match="target.toml"):
        sumformer.Proof.load(tmp_path)
    proofs[0].save(tmp_path / "transformer")
    with pytest.raises(FileNotFoundError, match="transformer for example"):
        sumformer.Proof.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        sumformer.Network.load(tmp_path / "nowhere.json")
    with pytest.raises(TypeError):
        sumformer.Proof.load(7)


def parts(proof):
    return [proof.target.text.encode(), proof.network.json, proof.certificate]


def test_changed_bytes_are_invalid(proofs):
    target, network, certificate = parts(proofs[0])
    changed = sumformer.Proof.from_bytes(target, network.replace(b'"1"', b'"2"', 1), certificate)
    verdict = changed.check()
    assert (verdict.status, verdict.valid, verdict.rule) == ("invalid", False, "hash") and not verdict
    assert verdict.bound is verdict.scope is None and verdict.parts == []
    with pytest.raises(sumformer.Invalid, match="rule `hash`") as caught:
        verdict.require()
    assert caught.value.rule == "hash" and caught.value.place == "network.json"
    assert "not valid" in repr(changed) and "claimed, not proved" in changed._repr_html_()

    claim = json.loads(certificate)
    claim["certified"] = "1/1000000"
    verdict = sumformer.Proof.from_bytes(target, network, json.dumps(claim).encode()).check()
    assert verdict.status == "invalid" and verdict.message


@pytest.mark.parametrize("which", range(3))
def test_files_that_say_nothing(proofs, which):
    for damage in (b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, parts(proofs[0])[which][:-40]):
        files = parts(proofs[0])
        files[which] = damage
        with pytest.raises(sumformer.Error) as caught:
            sumformer.Proof.from_bytes(*files)
        assert isinstance(caught.value, (sumformer.Invalid, sumformer.TargetError))
    with pytest.raises(sumformer.Invalid):
        sumformer.Network.from_bytes(b"{}")


def test_copies_are_equal(proofs, constructions):
    target = sumformer.Target.load(constructions / "softmax-head")
    for thing in (proofs[0], proofs[0].network, proofs[0].target, target):
        for again in (pickle.loads(pickle.dumps(thing)), copy.copy(thing), copy.deepcopy(thing)):
            assert again == thing and hash(again) == hash(thing) and not again != thing
        assert thing != 1 and thing is not None and len({thing, again}) == 1
        with pytest.raises(TypeError):
            thing < again
    X = np.zeros((3, 6, 2))
    assert np.array_equal(pickle.loads(pickle.dumps(proofs[0].network))(X), proofs[0].network(X))


def test_nothing_can_be_changed(proofs):
    for thing, name in ((proofs[0], "certified"), (proofs[0].network, "blocks"), (proofs[0].target, "name")):
        with pytest.raises(AttributeError):
            setattr(thing, name, 1)
        with pytest.raises(TypeError):
            type(thing)()


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.cells = [], 0

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.cells += tag == "td"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_notebooks_show_the_chain_of_errors(proofs):
    for proof in proofs:
        page = proof._repr_html_()
        tags = Tags()
        tags.feed(page)
        assert tags.open == [] and tags.cells % 4 == 0 and tags.cells > 20
        assert "proved on the whole box" in page and str(proof.certified) in page and "witness" in page
    unchecked = sumformer.Proof.from_bytes(*parts(proofs[0]))
    assert "check()" in unchecked._repr_html_()


def test_tables_are_proved_too():
    target = 'name = "t"\ntokens = 2\ndomain = [[0, 1]]\noutput = ["max(x[0], mean(y: y[0]))"]\n'
    (proof,) = sumformer.prove(target, construction="discontinuous", epsilon="1/5")
    assert proof.check().valid and proof.check().scope == "everywhere"
    (ramps,) = sumformer.prove(
        target, construction="discontinuous", epsilon="1/5", activation="relu", ramp=Fraction(1, 1000)
    )
    assert ramps.check().scope == "off the ramps" and "off the ramps" in ramps._repr_html_()


def test_a_witness_that_repeats_tokens(every_length):
    target, network, certificate = parts(every_length)
    claim = json.loads(certificate)
    claim["witness"] = {"input": [["1"], ["1/2"]], "copies": [2, 1], "token": 0, "output": 0, "error": "0"}
    witness = sumformer.Proof.from_bytes(target, network, json.dumps(claim).encode()).witness
    half = Fraction(1, 2)
    assert witness.runs == [([1], 2), ([half], 1)] and witness.sequence == [[1], [1], [half]]
    claim["witness"]["copies"] = [10**15, 1]
    long = sumformer.Proof.from_bytes(target, network, json.dumps(claim).encode()).witness
    assert long.runs == [([1], 10**15), ([half], 1)]
    with pytest.raises(ValueError, match="`runs`"):
        long.sequence


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="a file without an end")
def test_files_without_an_end():
    for load in [sumformer.Target.load, sumformer.Network.load]:
        with pytest.raises(OSError, match="not a file"):
            load("/dev/zero")
