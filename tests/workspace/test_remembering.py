"""Bounds remembered between decisions are those that would be computed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.decision.bounds import COMPUTED
from ifthen.encoding.canonical import digest_bytes
from ifthen.stats.benchmark import Benchmark
from ifthen.stats.clusters import ClusterSums
from ifthen.stats.estimate import Undefined
from ifthen.workspace import remembering
from ifthen.workspace.remembering import FILE, RememberedBounds

ASKED = {"questions": 50, "low": 3.0, "high": 4.0, "alpha": 0.05, "clusters": None}
MORE = {"questions": 50, "high": 1.0, "threshold": 0.05, "alpha": 0.05, "allowed": 1}


class Forbidden:
    def estimate(self, **_):
        raise AssertionError("computed again")

    further = estimate


def remember(root):
    bounds = RememberedBounds(root)
    found = bounds.estimate(**ASKED), bounds.further(**MORE)
    bounds.save()
    return found


def test_a_second_decision_computes_nothing(tmp_path, monkeypatch) -> None:
    first = remember(tmp_path)
    assert first == (COMPUTED.estimate(**ASKED), COMPUTED.further(**MORE))
    monkeypatch.setattr(remembering, "COMPUTED", Forbidden())
    assert remember(tmp_path) == first


@pytest.mark.parametrize("name", ["questions", "low", "high", "alpha"])
def test_another_number_is_computed_anew(tmp_path, name) -> None:
    remember(tmp_path)
    other = ASKED | {name: ASKED[name] * 1.01 if name == "alpha" else ASKED[name] - 1}
    assert RememberedBounds(tmp_path).estimate(**other) == COMPUTED.estimate(**other)


def test_other_clusters_are_computed_anew(tmp_path) -> None:
    bounds = RememberedBounds(tmp_path)
    for share in (5, 10):
        clusters = [ClusterSums(questions=10, low=float(n % share), high=5.0) for n in range(5)]
        low = sum(c.low for c in clusters)
        asked = {"questions": 50, "low": low, "high": 25.0, "alpha": 0.05, "clusters": clusters}
        assert bounds.estimate(**asked) == COMPUTED.estimate(**asked)


@pytest.mark.parametrize("size", [50, 60])
def test_a_benchmark_is_remembered_and_another_computed_anew(tmp_path, monkeypatch, size) -> None:
    asked = ASKED | {"benchmark": Benchmark(size=size, attempts=3)}
    bounds = RememberedBounds(tmp_path)
    population, first = bounds.estimate(**ASKED), bounds.estimate(**asked)
    assert population == COMPUTED.estimate(**ASKED) != first == COMPUTED.estimate(**asked)
    other = asked | {"benchmark": Benchmark(size=size, attempts=2)}
    assert bounds.estimate(**other) == COMPUTED.estimate(**other) != first
    bounds.save()
    monkeypatch.setattr(remembering, "COMPUTED", Forbidden())
    assert RememberedBounds(tmp_path).estimate(**asked) == first


def test_an_impossible_sum_is_not_remembered(tmp_path) -> None:
    bounds = RememberedBounds(tmp_path)
    assert isinstance(bounds.estimate(**ASKED | {"high": 99.0}), Undefined)
    bounds.save()
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'["sha256:0", "{}"]',
        b"\xff",
        b"[1, 2]",
        b"null",
        b'["a", null]',
        b"[" * 100_000,
    ],
)
def test_a_broken_cache_is_as_none(tmp_path, content) -> None:
    expected = remember(tmp_path)
    (tmp_path / FILE).write_bytes(content)
    assert remember(tmp_path) == expected


def test_an_entry_that_was_changed_is_computed_again(tmp_path) -> None:
    expected = remember(tmp_path)
    digest, body = json.loads((tmp_path / FILE).read_bytes())
    (tmp_path / FILE).write_text(json.dumps([digest, body.replace("0.0", "0.1")]))
    assert remember(tmp_path) == expected


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_in_its_place_is_as_none(tmp_path_factory, text) -> None:
    root = tmp_path_factory.mktemp("cache")
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_text(text, "utf-8", "replace")
    assert RememberedBounds(root).estimate(**ASKED) == COMPUTED.estimate(**ASKED)


def test_a_workspace_that_cannot_be_written_to_still_decides(tmp_path) -> None:
    (tmp_path / ".ifthen").write_text("a file where a folder should be")
    assert remember(tmp_path)[1] == COMPUTED.further(**MORE)


@pytest.mark.parametrize(
    "change",
    [
        {"upper": 0.01},
        {"n": 49},
        {"point_low": 0.05},
        {"point_high": 0.09},
        {"alpha": 0.06},
        {"lower": None},
        {"another": 1},
    ],
)
def test_a_sealed_entry_that_is_no_estimate_of_these_numbers_is_computed_again(
    tmp_path, change
) -> None:
    expected = remember(tmp_path)
    known = json.loads(json.loads((tmp_path / FILE).read_bytes())[1])
    for entry in known.values():
        if isinstance(entry, dict):
            entry.update(change)
    body = json.dumps(known)
    (tmp_path / FILE).write_text(json.dumps([digest_bytes(body.encode()), body]))
    assert remember(tmp_path) == expected
