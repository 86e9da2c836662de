"""Errors show the place and the way out, and survive being pickled."""

import pickle

import pytest

import sumformer


def target(output, **fields):
    fields = {"name": '"t"', "tokens": 2, "domain": "[[0, 1]]", **fields}
    lines = [f"{name} = {value}" for name, value in fields.items()]
    return "\n".join([*lines, f"output = ['{output}']", ""])


def test_places_are_underlined():
    with pytest.raises(sumformer.TargetError) as caught:
        sumformer.Target.parse(target("x[0] + epx(x[0])"), "my.toml")
    error = caught.value
    assert (error.line, error.column, len(error.problems)) == (4, 19, 1)
    assert str(error).startswith(
        "my.toml:4:19: error: unknown function `epx`\n"
        "  |\n"
        "4 | output = ['x[0] + epx(x[0])']\n"
        "  |                   ^^^ cannot be applied\n"
        "  = help: did you mean `exp`?"
    )
    assert error.problems[0].help.startswith("did you mean `exp`?")


def test_all_problems_are_listed():
    with pytest.raises(sumformer.TargetError) as caught:
        sumformer.Target.parse(target("x[7]", epsilon=-1, colour=3))
    assert len(caught.value.problems) == 3
    assert [problem.line for problem in caught.value.problems] == [4, 5, 6]


def test_long_lines_and_strange_characters_are_shown_in_part():
    many = "x[0] + " * 5000
    with pytest.raises(sumformer.TargetError) as caught:
        sumformer.Target.parse(target(f"{many}wrong + {many}1"))
    lines = str(caught.value).split("\n")
    assert all(len(line) < 200 for line in lines)
    assert lines[2].index("wrong") == lines[3].index("^^^^^")
    with pytest.raises(sumformer.TargetError) as caught:
        sumformer.Target.parse(target("\u202ex[0]\u009b + é"))
    assert "\\u202e" in str(caught.value)
    assert "\u202e" not in str(caught.value) and "\u009b" not in str(caught.value)


def test_files_name_themselves(tmp_path):
    (tmp_path / "target.toml").write_text(target("y[0]"))
    with pytest.raises(sumformer.TargetError, match="target.toml:4:12: error"):
        sumformer.Target.load(tmp_path)
    (tmp_path / "target.toml").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="not UTF-8"):
        sumformer.Target.load(tmp_path)


def test_targets_that_lead_nowhere_say_where():
    with pytest.raises(sumformer.Incomplete) as caught:
        sumformer.prove(target("mean(y: exp(mean(z: y[0]*z[0])))", tokens='"any"'))
    assert (caught.value.line, caught.value.column) == (4, 20)
    assert "summed over tokens again" in str(caught.value) and len(caught.value.ways) == 3
    with pytest.raises(sumformer.TargetError) as caught:
        sumformer.prove(target("(sum(y: y[0]) + x[0])^9"), construction="continuous", max_terms=3)
    assert caught.value.line == 4 and "`max_terms`" in str(caught.value)


MESSAGES = [
    (dict(tokens='"any"', output="sum(y: y[0])"), {}),
    (dict(tokens='"any"', output="mean(y: y[0])"), dict(latent="paper")),
    (dict(tokens='"any"', output="mean(y: y[0])"), dict(construction="discontinuous")),
    (dict(output="x[0]*mean(y: y[0])"), dict(activation="relu2", layout="shallow")),
    (dict(output="exp(x[0])"), dict(activation="relu2")),
    (dict(output="x[0]*mean(y: y[0])"), dict(construction="discontinuous", max_entries=1)),
    (dict(output="x[0]*mean(y: y[0])"), dict(construction="discontinuous", epsilon="1/1000000")),
    (dict(output="x[0]*mean(y: y[0])"), dict(construction="discontinuous", grid=1, epsilon="1/1000")),
    (dict(output="x[0]*mean(y: y[0])"), dict(construction="discontinuous", grid="finest", max_entries=50, max_units=1)),
    (dict(output="x[0]*mean(y: y[0])"), dict(max_units=1)),
    (dict(output="x[0]*mean(y: y[0])"), dict(latent=2, route="structural")),
    (dict(output="x[0]*mean(y: y[0])"), dict(shard=(1, 2))),
]


@pytest.mark.parametrize("fields, options", MESSAGES)
def test_messages_speak_python(fields, options):
    fields = dict(fields)
    output = fields.pop("output")
    with pytest.raises(sumformer.Error) as caught:
        sumformer.prove(target(output, **fields), **options)
    said = str(caught.value)
    assert said.strip() and "--" not in said and "::" not in said and "sums." not in said and "grid." not in said


@pytest.mark.parametrize("name", ["Error", "TargetError", "Invalid", "Incomplete"])
def test_exceptions_survive_pickling(name):
    kind = getattr(sumformer, name)
    assert issubclass(kind, sumformer.Error)
    problem = sumformer.Problem("a.toml", 1, 2, 3, "message", "label", None, "a line")
    error = kind("words", (problem,), "hash", "network.json", ("a way",), ())
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == str(error) and vars(again) == vars(error)
    assert (again.line, again.column) == (1, 2)
    assert (kind("words").line, kind("words").column, str(kind("words"))) == (None, None, "words")
