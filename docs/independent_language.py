"""Reading target.toml for independent_checker.py, from docs/target-language.md alone: everything that makes a file an
error is found here. Expressions become trees of tuples, with abbreviations as ("where", tree).
"""
import re, tomllib
from fractions import Fraction as Q
from typing import NamedTuple

from independent_target import SPACE, number, readable

LONGEST_FILE, LONGEST_NAME = 1 << 20, 100
MOST_TOKENS, MOST_SIDES, MOST_OUTPUTS, MOST_VARIABLES = 10 ** 6, 4096, 4096, 2 ** 32 - 1
MOST_NODES, DEEPEST, LARGEST_EXPONENT = 200_000, 200, 10_000
BITS_PER_NODE, CONSTANT_BITS = 256, 512
REDUCTIONS, EXTREMA = ("sum", "mean", "prod", "max", "min"), ("max", "min")
FUNCTIONS = "exp log sqrt sin cos tanh sigmoid abs relu".split()
LEXEME = re.compile(r"(?:([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|((?:[^\W\d_]|_)(?:[^\W\d_]|[0-9_])*)|(!=|[-+*/^()\[\]:,]))")
EXPLICIT = re.compile(r"x(0|[1-9][0-9]*)")


class Term(NamedTuple):
    tree: tuple
    height: int
    value: Q | None = None  # of a constant that is not too long

    def of(self, tree, *others, value=None):
        known = value is not None and value.numerator.bit_length() + value.denominator.bit_length() <= CONSTANT_BITS
        return Term(tree, 1 + max(t.height for t in (self, *others)), value if known else None)


def reserved(name, explicit):
    return name in ("x", "n", *REDUCTIONS, *FUNCTIONS) or explicit and EXPLICIT.fullmatch(name)


class Reader:
    """What the expressions of one file share."""

    def __init__(self, tokens, dimension, explicit, names):
        self.n, self.dimension, self.explicit, self.names = tokens, dimension, explicit, set(names)
        self.defined, self.nodes = {}, 0

    def define(self, name, text):
        readable(LEXEME.fullmatch(name) and not reserved(name, self.explicit) and LEXEME.fullmatch(name)[2],
                 f"{name} cannot be an abbreviation")
        before = self.nodes
        term = self.expression(text)
        self.defined[name] = Term(("where", term.tree), term.height, term.value), self.nodes - before

    def expression(self, text):
        readable(type(text) is str, "an expression is a text")
        return Parser(self, text).whole()

    def count(self, nodes):
        self.nodes += nodes
        readable(self.nodes <= MOST_NODES, "too many nodes")


class Parser:
    def __init__(self, reader, text):
        self.reader, self.scope, self.depth, self.at, self.lexemes = reader, [], 0, 0, []
        at, text = 0, text.strip(SPACE)
        while at < len(text):
            found = LEXEME.match(text, at)
            readable(found and all(c.isalpha() or c in "_0123456789" for c in found[2] or ""), f"expression: {text[at:at + 20]}")
            self.lexemes.append(found)
            at = found.end()
            while at < len(text) and text[at] in SPACE:
                at += 1

    def look(self, ahead=0):
        found = self.lexemes[self.at + ahead] if self.at + ahead < len(self.lexemes) else None
        return found[0] if found else ""

    def is_name(self, ahead=0):
        return self.at + ahead < len(self.lexemes) and self.lexemes[self.at + ahead][2] is not None

    def take(self, *symbols):
        found = self.look()
        readable(found and (not symbols or found in symbols), f"expression: {found!r}, not one of {symbols}")
        self.at += 1
        return found

    def natural(self):
        found = self.take()
        readable(found.isdigit() and found.isascii(), f"not a natural number: {found}")
        return int(found)

    def nested(self, parse):
        self.depth += 1
        readable(self.depth <= DEEPEST, "parentheses are nested too deep")
        found = parse()
        self.depth -= 1
        return found

    def node(self, term, nodes=1):
        self.reader.count(nodes)
        readable(term.height <= DEEPEST, "an expression is nested too deep")
        return term

    def leaf(self, tree, value=None, nodes=1):
        return self.node(Term(tree, 0).of(tree, value=value), nodes)

    def whole(self):
        term = self.chain("+-")
        readable(self.at == len(self.lexemes), f"expression: {self.look()}")
        return term

    def chain(self, operators):
        operand = (lambda: self.chain("*/")) if operators == "+-" else self.signed
        operands = [(None, operand())]
        while self.look() and self.look() in operators:
            operands.append((self.take(), operand()))
        longest = len(operands) if any(op == "/" for op, _ in operands) else 32
        return halved(operands, longest, self.joined)

    def joined(self, op, a, b):
        readable(op != "/" or b.value != 0, "a division by 0")
        value = None
        if a.value is not None and b.value is not None:
            value = {"+": lambda: a.value + b.value, "-": lambda: a.value - b.value, "*": lambda: a.value * b.value,
                     "/": lambda: a.value / b.value}[op]()
        return self.node(a.of((op, a.tree, b.tree), b, value=value))

    def signed(self):
        signs = 0
        while self.look() == "-":
            self.take()
            signs += 1
        term = self.power()
        for _ in range(signs):
            term = self.node(term.of(("neg", term.tree), value=None if term.value is None else -term.value))
        return term

    def power(self):
        base, exponents = self.atom(), []
        while self.look() == "^":
            self.take()
            exponents.append(self.natural())
        exponent = 1
        for e in reversed(exponents):
            exponent = e ** exponent if e < 2 or exponent < 32 else LARGEST_EXPONENT + 1
        readable(exponent <= LARGEST_EXPONENT, "an exponent is too large")
        if not exponents:
            return base
        value = base.value
        if value is not None:
            bits = value.numerator.bit_length() + value.denominator.bit_length()
            value = value ** exponent if bits <= 2 or bits * exponent <= CONSTANT_BITS else None
        return self.node(base.of(("^", base.tree, exponent), value=value))

    def atom(self):
        if self.is_name():
            return self.named(self.take())
        token = self.take()
        if token == "(":
            term = self.nested(lambda: self.chain("+-"))
            self.take(")")
            return term
        readable(token[0].isdigit(), f"not an operand: {token}")
        value = number(token)
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        return self.leaf(("number", value), value, 1 + bits // BITS_PER_NODE)

    def named(self, name):
        reader = self.reader
        if self.look() == "[":
            self.token(name)
            self.take()
            index = self.natural()
            self.take("]")
            readable(index < reader.dimension, f"there is no coordinate {index}")
            return self.leaf(("coordinate", name, index))
        if self.look() == "(":
            return self.application(name)
        if name == "n":
            readable(reader.n, "n has no fixed value")
            return self.leaf(("n",), Q(reader.n))
        readable(name in reader.defined, f"unknown name {name}")
        term, nodes = reader.defined[name]
        reader.count(nodes)
        return term

    def token(self, name):
        if self.reader.explicit:
            found = EXPLICIT.fullmatch(name)
            readable(found and 1 <= int(found[1]) <= self.reader.n, f"unknown token {name}")
        else:
            readable(name == "x" or name in self.scope, f"unknown token {name}")
        return name

    def application(self, name):
        self.take("(")
        binds = self.is_name() and self.look(1) in (":", "!=")
        if name in REDUCTIONS and (binds or name not in EXTREMA):
            readable(binds, f"{name} needs a token to run over")
            term = self.reduction(name)
        else:
            arguments = self.nested(self.arguments)
            readable(len(arguments) == (2 if name in EXTREMA else 1 if name in FUNCTIONS else -1), f"arguments of {name}")
            term = self.called(name, *arguments)
        return term

    def arguments(self):
        found = [self.chain("+-")]
        while self.look() == ",":
            self.take()
            found.append(self.chain("+-"))
        self.take(")")
        return found

    def called(self, name, a, b=None):
        value = a.value
        readable(value is None or not (name == "log" and value <= 0 or name == "sqrt" and value < 0), f"{name} off its domain")
        if b is None:
            value = None if value is None else {"abs": abs(value), "relu": max(value, Q(0))}.get(name)
            return self.node(a.of(("call", name, a.tree), value=value))
        value = None if value is None or b.value is None else (max if name == "max" else min)(value, b.value)
        return self.node(a.of(("call", name, a.tree, b.tree), b, value=value))

    def reduction(self, name):
        reader, binder, excluded = self.reader, self.take(), []
        readable(not reader.explicit and (reader.n or name == "mean"), f"{name} over tokens")
        readable(not (binder in self.scope or binder in reader.names or reserved(binder, False)), f"{binder} is taken")
        if self.take() == "!=":
            readable(reader.n, "tokens cannot be left out for every length")
            excluded.append(self.token(self.take()))
            while self.take(",", ":") == ",":
                excluded.append(self.token(self.take()))
        readable(len(set(excluded)) == len(excluded), "a token is excluded twice")
        readable(name in ("sum", "prod") or not reader.n or len(excluded) < reader.n, f"{name} over no token")
        self.scope.append(binder)
        body = self.nested(lambda: self.chain("+-"))
        self.scope.pop()
        self.take(")")
        return self.node(body.of(("reduce", name, binder, excluded, body.tree)))


def halved(operands, longest, join):
    """A chain: to the left if it is short, else in halves (formats.md, 6.13)."""
    if len(operands) <= longest:
        term = operands[0][1]
        for op, operand in operands[1:]:
            term = join(op, term, operand)
        return term
    left, right = operands[:len(operands) // 2], operands[len(operands) // 2:]
    joint = right[0][0]
    if joint == "-":
        right = [({"+": "-", "-": "+"}[op], operand) for op, operand in right]
    left, right = halved(left, min(longest, 16), join), halved(right, min(longest, 16), join)
    return join(joint, left, right)


# ---- the file
# Strings, comments, and what may open, separate or close.
PIECE = re.compile(r'''"""(?:\\.|[^\\])*?"{3,5}(?!")|"(?:\\.|[^"\\\n])*"|'{3}.*?'{3,5}(?!')|'[^'\n]*'|#[^\n]*|[][{},\n]''', re.S)
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(e)|.)", re.S)


def as_toml_1_0(text):
    """TOML 1.1 in the words of 1.0, which tomllib reads: escapes of two digits, line breaks and a last comma in inline
    tables."""
    parts, at, inside = [], 0, []
    for found in PIECE.finditer(text):
        piece = found[0]
        parts.append(text[at:found.start()])
        at = found.end()
        if piece[0] == '"':
            piece = ESCAPE.sub(lambda e: "\\u00" + e[1] if e[1] else "\\u001b" if e[2] else e[0], piece)
        elif piece in "[{":
            inside.append(piece)
        elif inside and inside[-1] == "{" and (piece == "\n" or piece[0] == "#"):
            piece = " "
        elif piece in "]}" and inside:
            inside.pop()
            filled = (i for i in reversed(range(len(parts))) if parts[i].strip())
            last, before = next(filled, 0), next(filled, 0)
            if piece == "}" and parts[last] == "," and parts[before] != "{":
                parts[last] = ""
        parts.append(piece)
    return "".join(parts) + text[at:]


def exact(value):
    readable(type(value) in (int, str), "an exact number is an integer or a text")
    return number(value) if type(value) is str else Q(value)


def side(value):
    readable(type(value) is list and len(value) == 2, "an interval has two ends")
    low, high = map(exact, value)
    readable(low <= high, "an interval is empty")
    return low, high


def listed(value, most):
    readable(type(value) is list and 1 <= len(value) <= most, "not a list, or too short or too long")
    return value


def read_target(data):
    """(n or None, box, trees, whether tokens are explicit, whether they are symmetrized)"""
    readable(len(data) <= LONGEST_FILE, "the target file is too large")
    try:
        fields = tomllib.loads(as_toml_1_0(data.decode().removeprefix("\ufeff")))
    except RecursionError:
        readable(False, "nested too deep")
    known = set("name tokens domain epsilon output semi_invariant symmetrize where".split())
    readable({"name", "tokens", "domain"} <= set(fields) <= known, "missing or unknown keys")
    name, n, where = fields["name"], fields["tokens"], fields.get("where", {})
    readable(type(name) is str and 1 <= len(name.encode()) <= LONGEST_NAME and name[0] != "."
             and all(c.isalnum() or c in "-_." for c in name), "the name")
    n = None if n == "any" else n
    readable(n is None or type(n) is int and 1 <= n <= MOST_TOKENS, "tokens")
    box = [side(s) for s in listed(fields["domain"], MOST_SIDES)]
    readable("epsilon" not in fields or exact(fields["epsilon"]) > 0, "epsilon")
    explicit, symmetrize = "semi_invariant" in fields, fields.get("symmetrize", False)
    readable(type(symmetrize) is bool and ("output" in fields) != explicit and (n or not explicit)
             and (explicit or "symmetrize" not in fields), "output or semi_invariant")
    readable(type(where) is dict, "where")
    reader = Reader(n, len(box), explicit, where)
    for abbreviation, text in where.items():
        reader.define(abbreviation, text)
    texts = listed(fields["semi_invariant" if explicit else "output"], MOST_OUTPUTS)
    trees = [reader.expression(text).tree for text in texts]
    # All tokens have names then, and each function may become a further coordinate of all of them.
    readable(not explicit or n * (len(box) + sum(map(possible_atoms, trees))) <= MOST_VARIABLES, "too many variables")
    return n, box, trees, explicit, symmetrize


def possible_atoms(tree):
    """How many calls, divisions, and extrema of two a tree has."""
    below = sum(possible_atoms(part) for part in tree[1:] if type(part) is tuple and part and type(part[0]) is str)
    return below + (tree[0] in ("call", "/"))
