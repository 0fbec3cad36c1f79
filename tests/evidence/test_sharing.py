"""Shares of one log's work: every one is done once, and the first fault counts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.sharing import cut, cut_shrinking

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os
from ifthen.errors import Error
from ifthen.evidence.sharing import share_out

before = os.getpid()
begun = []

def square(number):
    return number * number, os.getpid()

found = share_out(square, 200, 3, lambda: begun.append(1), "x")
assert begun == [1]
assert [value for value, _ in found] == [n * n for n in range(200)]

def fail(number):
    if number in {7, 11, 90}:
        raise Error("log.x", f"share {number}")
    return number

for _ in range(5):
    try:
        share_out(fail, 200, 3, lambda: None, "x")
    except Error as error:
        assert error.message == "share 7", error
    else:
        raise SystemExit("no fault")

def die(number):
    if os.getpid() != before:
        os._exit(9)
    return number

def wait_for_the_other():
    import time
    time.sleep(1)

try:
    share_out(die, 3, 2, wait_for_the_other, "x.eval")
except Error as error:
    assert (error.code, error.where) == ("log.worker-died", "x.eval"), error
else:
    raise SystemExit("nobody noticed")

def stop():
    raise Error("log.y", "here")

try:
    share_out(square, 3, 2, stop, "x")
except Error as error:
    assert error.code == "log.y"
else:
    raise SystemExit("no fault here")
print("done", len(os.listdir("/proc/self/fd")))
"""


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 100), st.integers(1, 9))
def test_every_item_is_in_one_share(sizes, share, most):
    ends = cut(sizes, share, most)
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(sizes)
    for begin, end in zip([0, *ends], ends, strict=False):
        assert end - begin <= most
        assert sum(sizes[begin : end - 1]) < share


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(2, 6), st.integers(1, 9))
def test_every_item_is_in_one_share_of_what_is_left(sizes, parts, most):
    least = sum(sizes) / 20
    ends = cut_shrinking(sizes, 1 / parts, least, most)
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(sizes)
    for begin, end in zip([0, *ends], ends, strict=False):
        assert end - begin <= most
        assert sum(sizes[begin : end - 1]) < max(sum(sizes[begin:]) / parts, least, 1e-9)


@pytest.mark.skipif(sys.platform != "linux", reason="work is shared out on Linux only")
def test_shares_are_done_once_and_the_first_fault_counts():
    """In a process of its own: a fork is safe in one without threads only."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.startswith("done"), done.stderr[-2000:]
    assert done.stderr == ""
