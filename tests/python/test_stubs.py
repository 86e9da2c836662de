"""What type checkers are told is what there is."""

import ast
import inspect
from pathlib import Path

import pytest

import sumformer
from sumformer import _sumformer

PACKAGE = Path(sumformer.__file__).parent
STUBS = ast.parse((PACKAGE / "_sumformer.pyi").read_text())
ALL_CLASSES = {node.name: node for node in STUBS.body if isinstance(node, ast.ClassDef)}
CLASSES = {name: node for name, node in ALL_CLASSES.items() if not name.startswith("_")}
FUNCTIONS = {node.name: node for node in STUBS.body if isinstance(node, ast.FunctionDef)}
# Methods that every class may have, and that nobody calls by name.
TACIT = {"__repr__", "__reduce__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__"}


def public(namespace):
    return {name for name in namespace if not name.startswith("_")}


def parameters(function):
    """Names and defaults in a stub, as inspect has them."""
    arguments = function.args
    defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + arguments.defaults
    named = [*zip(arguments.args, defaults), *zip(arguments.kwonlyargs, arguments.kw_defaults)]
    pairs = [(a.arg, d and ast.literal_eval(d)) for a, d in named]
    return [pair for pair in pairs if pair[0] not in ("self", "cls")]


def signature(function):
    empty = inspect.Parameter.empty
    found = inspect.signature(function).parameters.values()
    return [(p.name, None if p.default is empty else p.default) for p in found if p.name != "self"]


def test_the_module_has_what_the_stub_says():
    assert public(vars(_sumformer)) == set(CLASSES) | set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        assert parameters(function) == signature(getattr(_sumformer, name))


@pytest.mark.parametrize("name", CLASSES)
def test_classes_have_what_the_stub_says(name):
    kind, stub = getattr(_sumformer, name), CLASSES[name]
    bodies = [ALL_CLASSES[base.id].body for base in stub.bases] + [stub.body]
    members = {node.name: node for body in bodies for node in body if isinstance(node, ast.FunctionDef)}
    own = {member for member in vars(kind) if member not in ("__doc__", "__module__", "__new__")}
    assert own - TACIT == set(members)
    for member, node in members.items():
        found = inspect.getattr_static(kind, member)
        decorators = {d.id for d in node.decorator_list}
        assert ("property" in decorators) == inspect.isgetsetdescriptor(found)
        assert ("classmethod" in decorators) == isinstance(found, (classmethod, type(vars(dict)["fromkeys"])))
        if "property" not in decorators and not member.startswith("__"):
            assert parameters(node) == signature(getattr(kind, member))
        if member not in ("__bool__", "_repr_html_"):
            assert inspect.getdoc(found), f"{name}.{member} is not described"


def test_everything_public_is_described_and_typed():
    assert public(vars(sumformer)) >= set(sumformer.__all__)
    assert (PACKAGE / "py.typed").is_file()
    for name in sumformer.__all__:
        assert inspect.getdoc(getattr(sumformer, name)), name
        assert getattr(sumformer, name).__module__.split(".")[0] == "sumformer"


def test_the_version_is_that_of_the_package():
    from importlib.metadata import version

    assert sumformer.__version__ == version("sumformer")
