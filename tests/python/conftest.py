"""What several tests use."""

import signal
from pathlib import Path

import pytest

import sumformer

# What a shell starts in the background ignores interrupts, and these tests are about them.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[2]

# The network computes it exactly: squares of relu, and few bits everywhere.
PRODUCTS = """
name = "products"
tokens = 4
domain = [[-1, 1], [-1, 1]]
output = ["mean(y: y[0]*y[1]) - x[0]", "x[0]*x[1] + mean(y: y[0])"]
"""

EVERY_LENGTH = """
name = "every-length"
tokens = "any"
domain = [[0, 1]]
output = ["mean(y: y[0]^2) - x[0]"]
"""


@pytest.fixture(scope="session")
def products() -> sumformer.Proof:
    (proof,) = sumformer.prove(PRODUCTS, activation="relu2")
    return proof


@pytest.fixture(scope="session")
def every_length() -> sumformer.Proof:
    (proof,) = sumformer.prove(EVERY_LENGTH, epsilon="1/100")
    return proof


@pytest.fixture(scope="session")
def constructions() -> Path:
    return ROOT / "constructions"
