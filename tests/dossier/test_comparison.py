"""The comparison document refuses what is no comparison."""

from typing import Any

import pytest

from ifthen.dossier.comparison import SafetyComparison
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Problems

BY_COUNT = {
    "id": "trivia",
    "title": "Trivia",
    "relevance": "A proxy.",
    "model_count": {"correct": 10, "questions": 50},
    "reference_count": {"correct": 12, "questions": 50},
}
BY_RECORD = {key: BY_COUNT[key] for key in ("id", "title", "relevance")} | {
    "model_evidence": "two-trivia",
    "reference_evidence": "one-trivia",
    "scorer": "match",
}
VALID: dict[str, Any] = {
    "kind": "comparison",
    "id": "two-like-one",
    "model": "two",
    "reference": {"model": "one", "basis": "before-the-code", "since": "2025-01-01"},
    "made_by": {"name": "A. Person", "role": "Safety officer"},
    "made_on": "2026-06-01",
    "expires": "2026-12-01",
    "margin": 0.02,
    "margin_reason": "A rerun moves scores by one point.",
    "benchmarks": [BY_COUNT],
}


def load(tree: dict[str, Any]) -> SafetyComparison:
    return load_document(
        parse_tree(format_tree(tree).encode(), name="c.yaml"), SafetyComparison
    ).document


@pytest.mark.parametrize("benchmark", [BY_COUNT, BY_RECORD])
def test_is_read(benchmark):
    found = load(VALID | {"benchmarks": [benchmark]})
    assert found.same_scenarios is None
    assert found.capability_step is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "one"}, "not its own reference"),
        ({"benchmarks": []}, "at least 1"),
        ({"benchmarks": [BY_COUNT, BY_RECORD]}, "two benchmarks have one id"),
        ({"benchmarks": [BY_COUNT | BY_RECORD]}, "or else model_count"),
        ({"benchmarks": [BY_RECORD | {"scorer": None}]}, "or else model_count"),
        ({"benchmarks": [BY_COUNT | {"model_evidence": "x"}]}, "or else model_count"),
        ({"benchmarks": [BY_COUNT | {"reference_count": None}]}, "or else model_count"),
        (
            {"benchmarks": [BY_COUNT | {"model_count": {"correct": 51, "questions": 50}}]},
            "is no result",
        ),
        ({"margin": -0.01}, "at least 0"),
        ({"margin": 0.5}, "less than 0.5"),
        ({"reference": VALID["reference"] | {"lost_on": "2024-01-01"}}, "before since"),
        ({"capability_step": {"factor": 1}}, "greater than 1"),
        (
            {"capability_step": {"effective_compute": {"low": 2, "high": 1, "source": "x"}}},
            "less than low",
        ),
        ({"expires": "2026-06-01"}, "later than made_on"),
    ],
)
def test_is_refused(change, said):
    with pytest.raises(Problems) as caught:
        load(VALID | change)
    assert said in str(caught.value)
