#!/usr/bin/env python3
"""A second checker of sumformer proofs, written from docs/formats.md and docs/target-language.md alone.

    python3 docs/independent_checker.py DIR

Prints the verdict and the derived bound. Exit codes: 0 valid, 1 invalid, 2 unreadable, 3 incomplete.
All arithmetic is on fractions; there is no rounding, except outward in the enclosures of functions. It is slow, has none
of the program's work limits, and shares no code with it.
"""
import hashlib, sys
from fractions import Fraction as Q
from pathlib import Path

sys.dont_write_bytecode = True  # leave no files beside the documentation
sys.setrecursionlimit(20_000)  # expressions are up to 200 nodes high
from independent_cells import check_cells
from independent_files import read_certificate, read_network
from independent_heads import attended
from independent_language import read_target
from independent_network import Network, exp_enclosure, matrix_product, projection, rounded
from independent_surrogates import Surrogate, atom_of, moved as moved_by, near_function
from independent_target import (Refused, Target, add, bernstein, const, constant_of, covered, ipow, mag, mul, need, orbits,
                                poly_range, substitute, times, var)
from independent_witness import check_witness


def supremum(gadget, units, activation, place, function=None):
    """Checks a gadget against its polynomials, or these and the multiples of function(t + shift)."""
    direction = units[0][0]
    lo, hi = gadget["range"]
    outputs = gadget["outputs"]
    slots = [o["slot"] for o in outputs]
    polynomials = [o["polynomial"] for o in outputs]
    need(slots == sorted(set(slots)) and direction, "gadget-units", place, "slots or inputs")
    need(all(len(p) <= 65 and (not p or p[-1]) for p in polynomials), "gadget-units", place, "a leading zero")
    difference = [[-c for c in p] + [Q(0)] * (3 - len(p)) for p in polynomials]
    kinks = []
    for inputs, bias, out in units:
        need(set(inputs) == set(direction), "gadget-units", place, "inputs are not proportional")
        factors = {v / direction[s] for s, v in inputs.items()}
        need(len(factors) == 1 and set(out) <= set(slots), "gadget-units", place, "inputs or slots")
        a = factors.pop()
        piece = [bias, a] if activation == "relu" else [bias * bias, 2 * a * bias, a * a]
        kinks.append((-bias / a, a > 0, piece, out))
    covered(activation != "step", "gadget-units", place, "steps are near no polynomial")
    if function:
        covered(activation == "relu", "gadget-units", place, "not relu")
        need(all(len(p) <= 2 for p in polynomials), "gadget-units", place, "beside an atom only affine functions")
        for slot, p, o in zip(slots, polynomials, outputs):
            lines = [(piece[1], piece[0], out.get(slot, Q(0))) for _, _, piece, out in kinks]
            claim = p, o["factor"]
            near_function(lines, claim, *function, (lo, hi), o["error"], f"{place}, slot {slot}")
        return direction, polynomials, outputs, (lo, hi)
    kinks.sort(key=lambda k: k[0])

    def switch(kink, sign):
        for slot, p in zip(slots, difference):
            for i, c in enumerate(kink[2]):
                p[i] += sign * kink[3].get(slot, 0) * c

    for kink in kinks:
        if (kink[0] <= lo) if kink[1] else (kink[0] > lo):
            switch(kink, 1)
    inner = [k for k in kinks if lo < k[0] < hi]
    worst, left = [Q(0)] * len(slots), lo
    for kink in inner + [None]:
        right = kink[0] if kink else hi
        worst = [max(w, sup_abs(p, left, right)) for w, p in zip(worst, difference)]
        if kink:
            switch(kink, 1 if kink[1] else -1)
            left = right
    for slot, value, output in zip(slots, worst, outputs):
        need(value <= output["error"], "gadget-error", f"{place}, slot {slot}", f"{value} is reached")
    return direction, polynomials, outputs, (lo, hi)


def sup_abs(p, a, b):
    value = lambda t: abs(sum(c * t ** i for i, c in enumerate(p)))
    if any(p[3:]):
        cuts = [a + (b - a) * Q(i, 8) for i in range(9)]
        tensor = {(i,): c for i, c in enumerate(p)}
        return max(max(map(abs, bernstein(tensor, [0], [side]))) for side in zip(cuts, cuts[1:]))
    inside = p[2] and a < -p[1] / (2 * p[2]) < b
    return max(value(a), value(b), value(-p[1] / (2 * p[2])) if inside else 0)


class Run:
    """Every slot as [polynomial in the own token (0, k) and the latents (-2, i), error]."""

    def __init__(self, target, network, stream, surrogate=None):
        self.target, self.network, self.stream, self.n = target, network, stream, target.n
        self.surrogate, self.computed = surrogate, set()
        self.box = {(0, k): side for k, side in enumerate(surrogate.box if surrogate else target.box)}
        self.latents, self.attends = [], False
        weights, bias = network.embedding
        self.state = [(const(bias.get(s, Q(0))), Q(0)) for s in range(network.width)]
        centre = stream and stream.get("centre") or [Q(0)] * network.d
        for (k, s), v in weights.items():
            self.state[s] = add(self.state[s][0], add(var((0, k)), const(centre[k])), v), Q(0)

    def combination(self, weights, constant=Q(0)):
        p, error = const(constant), Q(0)
        for s, v in weights.items():
            p, error = add(p, self.state[s][0], v), error + abs(v) * self.state[s][1]
        return p, error

    def product(self, a, b):
        error = a[1] * b[1]
        error += b[1] and b[1] * mag(poly_range(a[0], self.box))
        error += a[1] and a[1] * mag(poly_range(b[0], self.box))
        return times(a[0], b[0]), error

    def reach(self, p):
        return poly_range(p, self.box)

    def gadgets(self, index, block, range_of, atoms=True):
        """The claims of a block, each verified: (direction, output slot, polynomial, error, multiple of an atom)."""
        _, activation, units, _ = block
        at = 0
        for g, gadget in enumerate(self.stream["blocks"][index]):
            place = f"block {index}, gadget {g}"
            of_atom = "atom" in gadget
            count = gadget["units"]
            need(all(("factor" in o) == of_atom for o in gadget["outputs"]), "gadget-units", place, "atoms have factors")
            need(1 <= count <= len(units) - at, "gadget-units", place, "units")
            covered(atoms or not of_atom, "gadget-units", place, "an atom in the attention block")
            function, moved = None, Q(0)
            lo, hi = gadget["range"]
            if of_atom:
                atom, shift, (low, high), error = atom_of(self, gadget, units[at][0], place)
                function = atom["function"], shift
            else:
                low, high = range_of(units[at][0])
            need(lo <= low and high <= hi, "gadget-range", place, f"t reaches [{low}, {high}]")
            direction, polynomials, outputs, _ = supremum(gadget, units[at:at + count], activation, place, function)
            if of_atom and error:
                around, reach = (lo + shift, hi + shift), atom["reach"]
                exact = max(around[0], reach[0]), min(around[1], reach[1])
                moved = moved_by(atom["function"], around, exact, error)
                covered(moved is not None, "gadget-range", place, "slopes are not bounded")
            for p, o in zip(polynomials, outputs):
                factor = o["factor"] if of_atom else Q(0)
                multiple = {(((0, self.surrogate.d + gadget["atom"]), 1),): factor} if factor else {}
                yield direction, o["slot"], p, o["error"] + abs(factor) * moved, multiple
            at += count
        need(at == len(units), "gadget-units", f"block {index}", "units without a gadget")

    def block(self, index, block):
        claims = [claim for claim in self.stream.get("heads", []) if claim["block"] == index]
        own = {claim["head"] for claim in claims}
        need(block[0] or not claims, "attention", f"block {index}", "heads are claimed, but there is no attention")
        values, spread = self.attention([head for h, head in enumerate(block[0]) if h not in own])
        if values or spread or claims:
            covered(not self.attends, "attention", f"block {index}", "a second attention layer")
            self.attends, added = True, []
            for claim in claims:
                place = f"block {index}, head {claim['head']}"
                need(claim["head"] < len(block[0]), "attention", place, "there is no such head")
                added += attended(self, block[0][claim["head"]], claim, place).items()
            return self.attention_block(index, block, values, spread, added)
        local, errors, multiples = {s: const(v) for s, v in block[3].items()}, {}, {}

        def range_of(direction):
            p, error = self.combination(direction)
            low, high = poly_range(p, self.box)
            return low - error, high + error

        for direction, slot, p, error, multiple in self.gadgets(index, block, range_of):
            multiples[slot] = add(multiples.get(slot, {}), multiple)
            t, power = {((((-3, s), 1),)): v for s, v in direction.items()}, const(Q(1))
            for c in p:
                local[slot] = add(local.get(slot, {}), power, c)
                power = times(power, t)
            errors[slot] = errors.get(slot, 0) + error
        state = list(self.state)
        for slot in set(local) | set(errors):
            p, total = state[slot]
            for m, c in local.get(slot, {}).items():
                term = const(Q(1)), Q(0)
                for (_, s), e in m:
                    for _ in range(e):
                        term = self.product(term, self.state[s])
                p, total = add(p, term[0], c), total + abs(c) * term[1]
            state[slot] = add(p, multiples.get(slot, {})), total + errors.get(slot, 0)
        self.state = state

    def attention(self, heads):
        """Att(X)_i = mean_j X_j values, up to the given radius times |mean_j X_j W| for each spread (W, radius)."""
        values, spread = {}, []
        for mechanism, query, key, value in heads:
            if value:
                low, high = self.multiple(mechanism, query, key)
                centre = rounded((low + high) / 2, False, 128) if low < high else low
                for place, v in value.items():
                    values[place] = values.get(place, 0) + v * centre
                spread += [(value, max(high - centre, centre - low))] if low < high else []
        return {place: v for place, v in values.items() if v}, spread

    def constant(self, slot):
        p, error = self.state[slot]
        return constant_of(p) if error == 0 else None

    def constant_row(self, matrix):
        row = {}
        for (s, c), v in matrix.items():
            covered(self.constant(s) is not None, "attention", "attention", f"slot {s} is not constant")
            row[c] = row.get(c, 0) + self.constant(s) * v
        return row

    def multiple(self, mechanism, query, key):
        """An interval that contains mu with head(X)_i = mu mean_j V_j."""
        kind, n = mechanism["kind"], self.n or 1
        scores = matrix_product(query, {(c, r): v for (r, c), v in key.items()})
        constant_scores = all(self.constant(s) is not None for _, s in scores)
        if kind == "softmax":
            covered(constant_scores, "attention", "attention", "the scores differ")
            return Q(1), Q(1)
        if kind == "linformer":
            (k, e), (_, f) = projection(mechanism["e"], n), projection(mechanism["f"], n)
            k_e, k_f = (k if "rows" in mechanism[p] else 1 for p in "ef")
            if any(f(r, j) != f(0, j) for r in range(k_f) for j in range(n)):
                covered(constant_scores, "attention", "attention", "the scores differ")
                sums = {sum(e(r, j) for j in range(n)) for r in range(k_e)}
                covered(not scores or len(sums) == 1, "attention", "attention", "row sums of E")
            column = [sum(f(r, j) for r in range(k_f)) / k_f for j in range(n)]
            need(len(set(column)) == 1, "attention", "attention", "F weighs the tokens differently")
            fixed = "uniform" in mechanism["f"] and mechanism["f"]["uniform"]["value"] != "1/n"
            need(self.n or not fixed, "attention", "attention", "F is not 1/n for every length")
            return column[0] * n, column[0] * n
        k = self.constant_row(key)
        if mechanism["normalized"]:
            return Q(1), Q(1)
        q = self.constant_row(query)
        covered(self.n, "attention", "attention", "sums for every length")
        norms = sum(v * v for row in (q, k) for v in row.values()) / 2
        low = high = Q(0)
        for omega in mechanism["features"]:
            a, b = exp_enclosure(sum(omega.get(s, 0) * v for row in (q, k) for s, v in row.items()) - norms)
            low, high = low + a, high + b
        return tuple(v * n / len(mechanism["features"]) for v in (low, high))

    def attention_block(self, index, block, values, spread, added):
        """Slots as [own coefficients, constant, mean coefficients, error] in the slots before the block, and what heads with scores
        of their own have added."""
        w = self.network.width
        split = [[{s: Q(1)}, Q(0), {}, Q(0), {}] for s in range(w)]
        for slot, (p, error) in added:
            split[slot][3] += error
            split[slot][4] = add(split[slot][4], p)
        for (s, c), v in values.items():
            split[c][2][s] = v
        for matrix, radius in spread:
            for (s, c), v in matrix.items():
                p, error = self.combination({s: v})
                split[c][3] += radius * (mag(poly_range(p, self.box)) + error)

        def linear(direction):
            total = [{}, Q(0), {}, Q(0), {}]
            for s, v in direction.items():
                accumulate(total, split[s], v)
            return total

        def range_of(direction):
            _, _, (low, high), error = self.latent(linear(direction))
            return low - error, high + error

        after = [[{s: Q(1)}, block[3].get(s, Q(0)), {}, Q(0), {}] for s in range(w)]
        for direction, slot, p, error, _ in self.gadgets(index, block, range_of, atoms=False):
            covered(len(p) <= 2, "gadget-units", f"block {index}", "not affine in the attention block")
            c, slope = (p + [Q(0)] * 2)[:2]
            accumulate(after[slot], linear(direction), slope)
            after[slot][1] += c
            after[slot][3] += error
        state, derived = [], []
        for slot, s in enumerate(after):
            others, own, reach, error = self.latent(s)
            if s[2] and self.n != 1:
                derived.append((slot, others, own[0], reach, error))
            state.append(own)
        claims = self.stream["latents"]
        need([c["slot"] for c in claims] == [d[0] for d in derived], "latent-range", "latents", "slots")
        for i, (claim, (slot, others, own, reach, error)) in enumerate(zip(claims, derived)):
            (lo, hi), claimed = claim["range"], claim["error"]
            need(lo <= reach[0] and reach[1] <= hi, "latent-range", f"slot {slot}", f"[{reach[0]}, {reach[1]}]")
            need(claimed >= error, "latent-error", f"slot {slot}", f"{error} is derived")
            self.box[-2, i] = lo, hi
            state[slot] = var((-2, i)), claimed
            self.latents.append((others, own))
        self.state = state

    def latent(self, split):
        """(others, own as a Taylor model, range of the exact latent, error of the slot)"""
        own, constant, mean, error, known = split
        copies = self.n - 1 if self.n else 1
        each = {s: v / (self.n or 1) for s, v in mean.items()}
        if self.n:
            own = {s: v for s in {**own, **each} if (v := own.get(s, 0) + each.get(s, 0))}
        (p, own_error), (q, each_error) = self.combination(own, constant), self.combination(each)
        p = add(p, known)
        a, b = poly_range(p, self.box), poly_range(q, self.box)
        reach = a[0] + copies * b[0], a[1] + copies * b[1]
        return q, (p, own_error + error), reach, own_error + copies * each_error + error

    def unfolded(self, psi):
        """psi with every latent replaced by its definition: a polynomial in explicit tokens, or in means."""
        def image(v):
            if v[0] != -2:
                return var(v)
            others, own = self.latents[v[1]]
            if self.n:
                for j in range(1, self.n):
                    own = add(own, substitute(others, lambda u: var((j, u[1]))))
                return own
            for m, c in others.items():
                gamma = tuple((k, e) for (_, k), e in m)
                own = add(own, var((-1, gamma)) if gamma else const(Q(1)), c)
            return own
        return substitute(psi, image)


def accumulate(total, split, factor):
    for part in (0, 2):
        for s, v in split[part].items():
            total[part][s] = total[part].get(s, 0) + factor * v
            if not total[part][s]:
                del total[part][s]
    total[1] += factor * split[1]
    total[3] += abs(factor) * split[3]
    total[4] = add(total[4], split[4], factor)


def magnitude(form, box):
    """An upper bound of the sum of a normal form, |coefficient| times the largest |monomial| each."""
    bound = Q(0)
    size = lambda part: mag(product_range([ipow(box[k], e) for k, e in part]))
    for (own, others, means), c in form.items():
        term = abs(c) * size(own)
        for part in others:
            term *= size(part)
        for gamma, e in means:
            term *= size(gamma) ** e
        bound += term
    return bound


def product_range(sides):
    total = Q(1), Q(1)
    for side in sides:
        total = mul(total, side)
    return total


def check(directory):
    files = [(Path(directory) / name).read_bytes() for name in ("target.toml", "network.json", "certificate.json")]
    target, network = Target(*read_target(files[0])), Network(read_network(files[1]))
    certificate = read_certificate(files[2])
    for name, data in zip(("target", "network"), files):
        need(hashlib.sha256(data).hexdigest() == certificate[name + "_sha256"], "hash", name)
    (route, claims), = certificate["route"].items()
    sizes = network.n, network.d, network.c, len(certificate["outputs"])
    need(sizes == (target.n, len(target.box), len(target.trees), network.c), "shape", "sizes")
    blocks = claims["stream"]["blocks"] if "stream" in claims else []
    need("stream" not in claims or len(blocks) == len(network.blocks), "shape", "blocks")
    heads = [(claim["block"], claim["head"]) for claim in claims.get("stream", {}).get("heads", [])]
    need(all(p < q for p, q in zip(heads, heads[1:])), "shape", "heads", "order")
    need(all(b < len(network.blocks) for b, _ in heads), "shape", "heads", "no such block")
    slots = [o["slot"] for gadgets in blocks for g in gadgets for o in g["outputs"]]
    need(all(s < network.width for s in slots), "shape", "gadgets", "no such slot")
    epsilon, certified = certificate["epsilon"], certificate["certified"]
    need(epsilon > 0, "shape", "epsilon")
    check_witness(target, network, certificate)
    covered(route != "boxes", "boxes", "certificate", "trees of boxes (6.12) are not part of this checker")
    covered(route != "given", "given", "certificate", "given networks (6.15) are not part of this checker")
    covered(not certificate.get("floats"), "floats", "certificate", "floating point (6.14) is not part of this checker")
    parts, ramps = (derive_on_cells if route == "cells" else derive)(target, network, certificate)
    bound = Q(0)
    for o, (claim, derived) in enumerate(zip(certificate["outputs"], parts)):
        claimed = [claim[part] for part in ("lowering", "residual")]
        need(claimed[0] >= derived[0], "lowering", f"output {o}", f"{derived[0]} is derived")
        need(claimed[1] >= derived[1], "residual", f"output {o}", f"{derived[1]} is derived")
        need(sum(claimed) <= certified, "total", f"output {o}")
        bound = max(bound, sum(derived))
    need(certified <= epsilon or ramps and ramps["bound"] <= epsilon, "total", "certified")
    return bound, certified, certified > epsilon and ramps


def derive_on_cells(target, network, certificate):
    """(lowering, residual) per output, and the claim about ramps."""
    def mean_layer(heads, constant):
        run = Run(target, network, None)
        run.constant = constant
        return run.attention(heads)
    bounds, ramps = check_cells(target, network, certificate, mean_layer)
    return [(Q(0), residual) for residual in bounds], ramps


def derive(target, network, certificate):
    """(lowering, residual) per output, and None."""
    return list(residuals(target, network, certificate)), None


def residuals(target, network, certificate):
    claims = certificate["route"]["polynomial"]
    centre = claims["stream"].get("centre", [])
    if centre:
        need(len(centre) == len(target.box), "shape", "centre")
        target = target.seen_from(centre)
    surrogate = Surrogate(target, claims.get("approximations", []))
    run = Run(target, network, claims["stream"], surrogate)
    for index, block in enumerate(network.blocks):
        run.block(index, block)
    need(run.latents or not claims["stream"]["latents"], "latent-range", "latents", "no attention layer makes any")
    weights, bias = network.readout
    for o, (form, deviation) in enumerate(zip(surrogate.forms, surrogate.deviations)):
        psi, lowering = run.combination({s: v for (s, c), v in weights.items() if c == o}, bias.get(o, Q(0)))
        yield lowering, magnitude(orbits(add(run.unfolded(psi), form, Q(-1))), surrogate.box) + deviation


CODES = {"valid": 0, "invalid": 1, "unreadable": 2, "incomplete": 3}


def verdict(directory):
    """(exit code, a sentence)"""
    try:
        bound, certified, ramps = check(directory)
    except Refused as refused:
        return CODES[refused.verdict], str(refused)
    except (OSError, UnicodeError, ValueError) as error:  # not a file, not UTF-8, neither JSON nor TOML
        return CODES["unreadable"], f"unreadable: {type(error).__name__}: {error}"
    text = f"valid: derived bound {float(bound):.6e}, certified {certified}"
    if ramps:
        share = f"{ramps['bound']} but on a share {ramps['measure']} of the box"
        text += f"\nepsilon holds off the ramps only: {share}"
    return CODES["valid"], text


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python3 docs/independent_checker.py DIR")
    code, text = verdict(sys.argv[1])
    print(text)
    sys.exit(code)


if __name__ == "__main__":
    main()
