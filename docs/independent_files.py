"""Reading network.json and certificate.json for independent_checker.py, from docs/formats.md, sections 1 to 5 alone.

What the page does not allow is unreadable, and found out before any rule: readers turn JSON values into fractions, and
objects into dictionaries with exactly the listed keys.
"""
import json, unicodedata

from independent_target import number, readable

LARGEST_FILE = 1 << 30
LARGEST = {"tokens": 10 ** 6, "dimension": 4096, "outputs": 4096}


# ---- JSON without what other readers may understand differently
def once(pairs):
    value = dict(pairs)
    readable(len(value) == len(pairs), "a key is repeated")
    return value


def digits(text):
    readable(text.isdigit(), f"an integer with a sign: {text[:40]}")
    return int(text)


def refused(text):
    readable(False, f"not an integer: {text[:40]}")


def parsed(data):
    readable(len(data) <= LARGEST_FILE, "a file is too large")
    try:
        return json.loads(data.decode(), object_pairs_hook=once, parse_int=digits, parse_float=refused,
                          parse_constant=refused)
    except RecursionError:
        readable(False, "nested too deep")


# ---- readers
def natural(value, bits=64):
    readable(type(value) is int and value < 1 << bits, f"not a number of at most {bits} bits")
    return value


def short(value):
    return natural(value, 32)


def boolean(value):
    readable(type(value) is bool, "neither true nor false")
    return value


def text(value):
    readable(type(value) is str, "not a text")
    value.encode()  # halves of surrogate pairs are no characters
    return value


def label(value):
    readable(not any(unicodedata.category(c) == "Cc" for c in text(value)), "control characters in a name")
    return value


def one_of(*values):
    def read(value):
        readable(type(value) is str and value in values, f"none of {values}")
        return value
    return read


def list_of(item, length=None):
    def read(value):
        readable(type(value) is list and length in (None, len(value)), "not a list, or of another length")
        return [item(v) for v in value]
    return read


def record(optional={}, **required):
    known = required | optional

    def read(value):
        readable(type(value) is dict and set(required) <= set(value) <= set(known), f"not an object with {set(required)}")
        return {key: known[key](v) for key, v in value.items()}
    return read


def maybe(reader):
    return lambda value: None if value is None else reader(value)


def interval(value):
    low, high = list_of(number, 2)(value)
    readable(low <= high, "an interval is empty")
    return low, high


def tagged(key, **kinds):
    """An object with one more key, which says what the others are."""
    def read(value):
        readable(type(value) is dict and type(value.get(key)) is str and value[key] in kinds, f"not one of {set(kinds)}")
        return kinds[value[key]](value)
    return read


def single(**kinds):
    """An object with one key, which says what its value is."""
    def read(value):
        readable(type(value) is dict and len(value) == 1 and set(value) <= set(kinds), f"not one of {set(kinds)}")
        return {key: kinds[key](v) for key, v in value.items()}
    return read


def entry(indices):
    def read(value):
        readable(type(value) is list and len(value) == indices + 1, "an entry has another length")
        return *map(natural, value[:-1]), number(value[-1])
    return read


def two(value):
    readable(type(value) is list and len(value) == 2, "a pair has another length")
    return True


def power(value):
    two(value)
    return natural(value[0]), short(value[1])


VECTOR, MATRIX = list_of(entry(1)), list_of(entry(2))
AFFINE = record(weights=MATRIX, bias=VECTOR)
UNIFORM = record(rank=natural, value=lambda value: value if value == "1/n" else number(value))
PROJECTION = single(uniform=UNIFORM, rows=list_of(list_of(number)))
MECHANISM = tagged("kind", softmax=record(kind=text), linformer=record(kind=text, e=PROJECTION, f=PROJECTION),
                   performer=record(kind=text, normalized=boolean, features=list_of(VECTOR)))
HEAD = record(mechanism=MECHANISM, query=MATRIX, key=MATRIX, value=MATRIX)
UNIT = record(**{"in": VECTOR, "bias": number, "out": VECTOR})
BLOCK = record(label=label, attention=maybe(record(heads=list_of(HEAD), output=MATRIX)),
               activation=one_of("relu", "relu2", "step"), units=list_of(UNIT), bias=VECTOR)
NETWORK = record(format=one_of("sumformer-network/1"), tokens=lambda n: None if n == "any" else natural(n),
                 dimension=natural, outputs=natural, slots=list_of(label), embedding=AFFINE, blocks=list_of(BLOCK),
                 readout=AFFINE)

POLYNOMIAL = record(centre=number, coefficients=list_of(number))
POWERS = list_of(lambda entry: two(entry) and (list_of(power)(entry[0]), number(entry[1])))
KNOTS = record(token=natural, coordinate=natural, pieces=short)
REPLACEMENT = single(polynomial=POLYNOMIAL, product=POLYNOMIAL, hats=KNOTS, grid=KNOTS,
                     pair=record(terms=list_of(record(first=POWERS, second=POWERS))),
                     composite=record(inner=natural, centre=number, coefficients=list_of(number)),
                     logarithms=record(base=list_of(power), shift=number, least=short),
                     thresholds=record(low=number, high=number, levels=short), head=record({"sharpness": number}))
APPROXIMATION = record({"cuts": text}, output=natural, node=natural, error=number,
                       by=lambda by: by if by == "name" else REPLACEMENT(by))
GADGET = record({"atom": natural}, units=natural, range=interval, outputs=list_of(
    record({"factor": number, "cuts": text}, slot=natural, polynomial=list_of(number), error=number)))
HEADS = list_of(record(block=natural, head=natural, outputs=list_of(record(slot=natural, mean=natural, factor=number))))
STREAM = record({"centre": list_of(number), "heads": HEADS}, latents=list_of(record(slot=natural, range=interval, error=number)), blocks=list_of(list_of(GADGET)))
ROUTE = single(polynomial=record({"approximations": list_of(APPROXIMATION)}, stream=STREAM),
               boxes=record(tree=text, stream=STREAM), given=record(tree=text),
               cells=record({"ramps": record(bound=number, measure=number)}, count=natural, entries=natural, keys=natural))
FLOAT_TYPE = one_of("f64", "f32", "f16", "bf16")
FLOATS = record({"tokens": natural, "staged": natural}, type=FLOAT_TYPE, accumulate=FLOAT_TYPE, bounds=list_of(number))
CERTIFICATE = record(
    {"floats": list_of(FLOATS)},
    format=one_of("sumformer-certificate/2"), target_sha256=text, network_sha256=text, epsilon=number, certified=number,
    outputs=list_of(record(lowering=number, residual=number)),
    witness=maybe(record({"copies": list_of(natural), "kind": one_of("exact", "lower bound")},
                         input=list_of(list_of(number)), token=natural, output=natural, error=number)),
    route=ROUTE)


# ---- shapes inside the network
def sparse(entries, *shape):
    """{index or (row, column): value}"""
    places = [e[:-1] for e in entries]
    readable(all(p < q for p, q in zip(places, places[1:])), "sparse entries repeated or out of order")
    readable(all(i < s for p in places for i, s in zip(p, shape)), "a sparse index is out of bounds")
    readable(all(e[-1] for e in entries), "a zero is stored")
    return {e[0] if len(shape) == 1 else e[:-1]: e[-1] for e in entries}


def read_network(data):
    network = NETWORK(parsed(data))
    n, width = network["tokens"], len(network["slots"])
    sizes = {"tokens": n or 1 if n is None else n, "dimension": network["dimension"], "outputs": network["outputs"]}
    readable(width >= 1 and all(1 <= size <= LARGEST[name] for name, size in sizes.items()), "sizes")
    readable(len(set(network["slots"])) == width, "slot names")
    for map_, shape in ("embedding", (sizes["dimension"], width)), ("readout", (width, sizes["outputs"])):
        network[map_] = sparse(network[map_]["weights"], *shape), sparse(network[map_]["bias"], shape[1])
    for block in network["blocks"]:
        block["units"] = [(sparse(u["in"], width), u["bias"], sparse(u["out"], width)) for u in block["units"]]
        block["bias"] = sparse(block["bias"], width)
        if block["attention"] is not None:
            shaped_attention(block["attention"], n, width)
    return network


def shaped_attention(attention, n, width):
    heads = attention["heads"]
    readable(heads, "no head")
    attention["output"] = sparse(attention["output"], len(heads) * width, width)
    for head in heads:
        for name in ("query", "key", "value"):
            head[name] = sparse(head[name], width, width)
        mechanism = head["mechanism"]
        if mechanism["kind"] == "linformer":
            ranks = [len(p["rows"]) if "rows" in p else p["uniform"]["rank"] for p in (mechanism["e"], mechanism["f"])]
            readable(ranks[0] == ranks[1] >= 1, "ranks of E and F")
            rows = [row for p in "ef" for row in mechanism[p].get("rows", ())]
            readable(all(len(row) == n for row in rows), "a row of a projection")
        if mechanism["kind"] == "performer":
            readable(mechanism["features"], "no feature")
            mechanism["features"] = [sparse(omega, width) for omega in mechanism["features"]]


def read_certificate(data):
    return CERTIFICATE(parsed(data))
