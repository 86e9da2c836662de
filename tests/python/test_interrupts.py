"""Ctrl-C, callbacks, threads, processes."""

import _thread
import concurrent.futures
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import sumformer

CONSTRUCTIONS = Path(__file__).parents[2] / "constructions"

# Would take minutes.
LONG = dict(target=CONSTRUCTIONS / "softmax-head", epsilon="1/100000000", max_units=10**9)

PROGRAM = """
import signal, sys, pathlib, sumformer
signal.signal(signal.SIGINT, signal.default_int_handler)
def told(step, share):
    if step.startswith("proving"):
        print("started", flush=True)
try:
    sumformer.prove(pathlib.Path(sys.argv[1]), epsilon="1/100000000", max_units=10**9, progress=told)
except KeyboardInterrupt:
    (proof,) = sumformer.prove('name = "t"\\ntokens = 2\\ndomain = [[0, 1]]\\noutput = ["x[0]"]\\n')
    print("interrupted, and goes on:", proof.check().status, flush=True)
    raise
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
def test_ctrl_c_stops_a_proof():
    command = [sys.executable, "-c", PROGRAM, str(LONG["target"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "started\n"
            time.sleep(0.5)
            asked = time.monotonic()
            process.send_signal(signal.SIGINT)
            said, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert time.monotonic() - asked < 10
    assert said == "interrupted, and goes on: valid\n"
    assert errors.rstrip().endswith("KeyboardInterrupt") and "panick" not in errors
    assert process.returncode in (-signal.SIGINT, 1)


TRIPLES = """
name = "triples"
tokens = "any"
domain = [[0, 1]]
output = ["mean(y: mean(z: exp(x[0]*y[0]*z[0])))"]
"""

# Each would take many seconds.
EVALUATIONS = {
    "network": lambda proof: proof.network(np.zeros((300_000, 6, 2))),
    "interval": lambda proof: proof.network.interval(np.zeros((100_000, 6, 2))),
    "exact": lambda proof: proof.network.exact([[["1/3", "2/7"]] * 6] * 20_000),
    "target": lambda proof: sumformer.Target.parse(TRIPLES)(np.linspace(0, 1, 5000)[:, None]),
}


@pytest.mark.parametrize("name", EVALUATIONS)
def test_ctrl_c_stops_an_evaluation(name):
    (proof,) = sumformer.prove(CONSTRUCTIONS / "covariance", epsilon="1/1000000")
    asked = []

    def interrupt():
        asked.append(time.monotonic())
        _thread.interrupt_main()

    timer = threading.Timer(1, interrupt)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            EVALUATIONS[name](proof)
            pytest.fail("it ended by itself")
    finally:
        timer.cancel()
    assert time.monotonic() - asked[0] < 20


def test_an_error_of_the_callback_ends_the_proof():
    class Enough(Exception):
        pass

    def told(step, share):
        if step.startswith("proving"):
            raise Enough(step)

    start = time.monotonic()
    with pytest.raises(Enough, match="proving the transformer"):
        sumformer.prove(**LONG, progress=told)
    assert time.monotonic() - start < 20


def test_progress_is_told_in_the_calling_thread():
    seen = []
    sumformer.prove(
        CONSTRUCTIONS / "covariance",
        "all",
        progress=lambda step, share: seen.append((threading.current_thread(), step, share)),
    )
    threads, steps, shares = zip(*seen)
    assert set(threads) == {threading.main_thread()}
    assert "proving the linformer" in steps and list(shares) == sorted(shares)
    assert shares[0] == 0 and shares[-1] == 1


def test_a_bar_is_drawn_where_there_is_tqdm(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, **options):
            self.n, self.total, self.closed = 0.0, total, False
            bars.append(self)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.closed = True

        def update(self, more):
            self.n += more

        def set_description_str(self, text, refresh):
            self.text = text

    module = type(sys)("tqdm.auto")
    module.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm", type(sys)("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    assert sumformer.prove(CONSTRUCTIONS / "covariance", progress=True)
    (bar,) = bars
    assert bar.closed and abs(bar.n - bar.total) < 1e-9 and bar.text == "proving the transformer"
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert sumformer.prove(CONSTRUCTIONS / "covariance", progress=True)


def test_other_threads_run_meanwhile():
    beats, done = [], threading.Event()

    def beat():
        while not done.wait(0.005):
            beats.append(time.monotonic())

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        with pytest.raises(sumformer.Incomplete):
            sumformer.prove(**LONG, time_limit=2)
    finally:
        done.set()
        thread.join()
    # Without the lock there are hundreds, on a busy machine tens; with it there would be none.
    assert len(beats) > 5


def test_one_proof_that_ends_leaves_others_alone():
    def one(number):
        if number % 2:
            with pytest.raises(sumformer.Incomplete, match="time limit"):
                sumformer.prove(**LONG, time_limit=0.2)
            return None
        return sumformer.prove(CONSTRUCTIONS / "covariance", epsilon="1/50")[0]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        proofs = list(pool.map(one, range(8)))
    assert len({proof for proof in proofs if proof}) == 1 and all(proof.check() for proof in proofs if proof)


def test_networks_are_shared_by_threads(products):
    X = np.random.default_rng(2).uniform(-1, 1, (500, 4, 2))
    wanted = products.network(X)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for result in pool.map(lambda _: products.network(X), range(32)):
            assert np.array_equal(result, wanted)


def in_a_child(proof):
    X = np.zeros((5000, 4, 2))
    return proof.check().status, proof.network(X).sum(), sumformer.prove(proof.target, activation="relu2") == [proof]


@pytest.mark.parametrize("method", [m for m in ("fork", "spawn") if m in multiprocessing.get_all_start_methods()])
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_processes(products, method):
    products.check()
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        assert pool.submit(in_a_child, products).result(timeout=60) == ("valid", 0.0, True)
