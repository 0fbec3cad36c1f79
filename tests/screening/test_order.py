"""The order by a seed: what anybody can compute, and what it refuses."""

import hashlib
import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.screening.order import digest_order, rank_ids

IDS = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True, max_size=30)


def test_by_hand():
    ids = ["a", "b", "c", 10]
    by_hand = sorted(map(str, ids), key=lambda i: hashlib.sha256(b"seed-1" + i.encode()).digest())
    assert rank_ids(ids, "seed-1") == tuple(by_hand)
    assert rank_ids(ids, "seed-2") != rank_ids(ids, "seed-1")


def test_with_tools_of_the_shell():
    hashed = "printf %s%s seed $i | sha256sum | cut -c1-64 | sed s/$/\\ $i/"
    script = f"for i in q1 q2 q3; do {hashed}; done | sort"
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert tuple(line.split()[1] for line in found.stdout.splitlines()) == rank_ids(
        ["q1", "q2", "q3"], "seed"
    )


@given(IDS, st.randoms(use_true_random=False))
def test_the_order_of_the_dataset_has_no_part_in_it(ids, rng):
    shuffled = ids[:]
    rng.shuffle(shuffled)
    assert rank_ids(ids, "s") == rank_ids(shuffled, "s")
    assert sorted(rank_ids(ids, "s")) == sorted(ids)


@given(IDS.filter(lambda ids: len(ids) > 1))
def test_another_question_moves_no_other(ids):
    fewer = [i for i in rank_ids(ids, "s") if i != ids[0]]
    assert tuple(fewer) == rank_ids(ids[1:], "s")


def test_the_digest_is_that_of_plain_json():
    data = json.dumps(["b", "ä"], separators=(",", ":")).encode()
    assert digest_order(["b", "ä"]) == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert digest_order(["ä", "b"]) != digest_order(["b", "ä"])


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        (["a", "a"], "screening.duplicate-id"),
        ([1, "1"], "screening.duplicate-id"),
        (["\ud800"], "screening.id"),
        ([""], "screening.id"),
    ],
)
def test_ids_that_cannot_be_ranked(ids, code):
    with pytest.raises(Error) as caught:
        rank_ids(ids, "s")
    assert caught.value.code == code
