"""The blocks of docs/python.md show what stands below them."""

import ast
import contextlib
import io
import re

from conftest import ROOT

PAGE = ROOT / "docs" / "python.md"
# A block, and what it shows, if anything stands below it.
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)


def shown(code, names):
    """What a cell of a notebook shows: what it prints, and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, str(PAGE), "exec"), names)
        value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names) if last else None
    return printed.getvalue() + (f"{value!r}\n" if value is not None else "")


def test_blocks_show_what_stands_below_them():
    names, seen = {}, 0
    for code, wanted in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        assert shown(code, names) == wanted, code
        seen += 1
    assert seen > 15


def write():
    """Writes what the blocks show below them; ``python tests/python/test_pages.py`` does, and the difference is read."""
    names = {}

    def block(match):
        output = shown(match[1], names)
        return f"```python\n{match[1]}```\n" + (f"\n```text\n{output}```\n" if output else "")

    PAGE.write_text(BLOCK.sub(block, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
