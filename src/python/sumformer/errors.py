"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._sumformer import Proof

__all__ = ["Error", "Incomplete", "Invalid", "Problem", "TargetError"]

# How much of a line is shown on either side of a problem, in characters.
_CONTEXT = 70


class Problem(NamedTuple):
    """One problem of a target's text."""

    file: str
    #: Counted from 1.
    line: int
    #: Counted from 1, in characters.
    column: int
    #: How many characters of the line it is about.
    length: int
    message: str
    #: A few words about the characters.
    label: str
    #: What to write instead, or None.
    help: str | None
    #: The line.
    text: str

    def drawn(self) -> str:
        """The problem below its line."""
        start = max(self.column - 1 - _CONTEXT, 0)
        end = self.column - 1 + _CONTEXT
        before, rest = self.text[start : self.column - 1], self.text[self.column - 1 : end].rstrip()
        before = ("…" if start else "") + _shown(before)
        after = _shown(rest) + ("…" if len(self.text) > end else "")
        blank = "".join(c if c == "\t" else " " for c in before)
        carets = "^" * max(len(_shown(rest[: self.length])), 1)
        number = str(self.line)
        margin = " " * len(number)
        lines = [
            f"{_shown(self.file)}:{self.line}:{self.column}: error: {_shown(self.message)}",
            f"{margin} |",
            f"{number} | {before}{after}",
            f"{margin} | {blank}{carets} {_shown(self.label)}".rstrip(),
        ]
        if self.help:
            lines.append(f"{margin} = help: {_shown(self.help)}")
        return "\n".join(lines)


def _shown(text: str) -> str:
    """Characters that act, such as those of escape sequences, as text."""
    return "".join(c if c == "\t" or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class Error(Exception):
    """Whatever this package raises about targets and proofs."""

    #: In a sentence.
    message: str
    #: Where in a target's text, if anywhere.
    problems: tuple[Problem, ...]
    #: The rule of the checker, if it is one that failed.
    rule: str | None
    #: Where in the proof.
    place: str | None
    #: The ways from the target to a network that were looked at, a line for each.
    ways: tuple[str, ...]
    #: What was made, although it is not what was asked for.
    proofs: tuple[Proof, ...]

    def __init__(
        self,
        message: str,
        problems: tuple[Problem, ...] = (),
        rule: str | None = None,
        place: str | None = None,
        ways: tuple[str, ...] = (),
        proofs: tuple[Proof, ...] = (),
    ) -> None:
        super().__init__(message, problems, rule, place, ways, proofs)
        self.message = message
        self.problems = problems
        self.rule = rule
        self.place = place
        self.ways = ways
        self.proofs = proofs

    def __str__(self) -> str:
        said = "\n".join(problem.drawn() for problem in self.problems) or _shown(self.message)
        return "\n  ".join([said, *map(_shown, self.ways)])

    @property
    def line(self) -> int | None:
        """The line of the first problem, counted from 1, or None."""
        return self.problems[0].line if self.problems else None

    @property
    def column(self) -> int | None:
        """The column of the first problem, counted from 1, or None."""
        return self.problems[0].column if self.problems else None


class TargetError(Error):
    """A target's text is wrong, at a line and a column; ``str()`` underlines the place."""


class Invalid(Error):
    """A proof does not hold, or a file is none of a proof."""


class Incomplete(Error):
    """Something may hold, but this program did not get there: no rule, no value, or no time."""
