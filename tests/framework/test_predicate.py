import json
from typing import Any

import pytest
from pydantic import ValidationError

from ifthen.framework.predicate import (
    VOCABULARY,
    Predicate,
    format_number,
    format_sentence,
)

LEAF = {"ge": {"evaluation": "e", "value": 0.25}}
PRESENT = {"present": {"declaration": "d"}}


def predicate(data: Any) -> Predicate:
    return Predicate.model_validate_json(json.dumps(data))


def refusal(data: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        predicate(data)
    (fault,) = caught.value.errors()
    return str(fault["msg"])


SENTENCES = [
    (LEAF, "evaluation e is at least 0.25"),
    ({"le": {"declaration": "d", "value": 3}}, "declaration d is at most 3"),
    ({"in": {"assessment": "s", "values": ["effective"]}}, "assessment s is effective"),
    (
        {"in": {"declaration": "d", "values": [True, False, 1.5, "x", "true"]}},
        'declaration d is true or false or 1.5 or x or "true"',
    ),
    ({"in": {"declaration": "d", "values": ["2", 2]}}, 'declaration d is "2" or 2'),
    ({"present": {"determination": "t"}}, "determination t is at hand"),
    ({"not": PRESENT}, "not (declaration d is at hand)"),
    ({"not": {"not": PRESENT}}, "not (not (declaration d is at hand))"),
    ({"all": [LEAF, PRESENT]}, "evaluation e is at least 0.25 and declaration d is at hand"),
    ({"any": [LEAF, PRESENT]}, "evaluation e is at least 0.25 or declaration d is at hand"),
    (
        {"all": [{"any": [LEAF, PRESENT]}, PRESENT]},
        "(evaluation e is at least 0.25 or declaration d is at hand) and declaration d is at hand",
    ),
    (
        {"k_of": {"k": 1, "of": [LEAF, PRESENT]}},
        "at least 1 of: evaluation e is at least 0.25; declaration d is at hand",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), SENTENCES)
def test_sentence(data: Any, sentence: str) -> None:
    assert format_sentence(predicate(data)) == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.25, "0.25"),
        (3, "3"),
        (3.0, "3"),
        (1e25, "1e+25"),
        (-0.5, "-0.5"),
        (0.1234567, "0.1234567"),
        (1234567.0, "1234567"),
        (1e-7, "1e-07"),
    ],
)
def test_format_number(value: float, text: str) -> None:
    assert format_number(value) == text
    assert float(text) == value


@pytest.mark.parametrize("data", [data for data, _ in SENTENCES])
def test_key_parts_and_subject_agree(data: Any) -> None:
    found = predicate(data)
    assert [found.key] == list(data) == found.keys()
    assert (found.subject is None) == bool(found.parts)


@pytest.mark.parametrize("data", [{}, {"all": None}, {**LEAF, **PRESENT}])
def test_a_condition_has_exactly_one_key(data: Any) -> None:
    assert "a condition has one of all, any, not" in refusal(data)


@pytest.mark.parametrize("subject", [{}, {"evaluation": "e", "declaration": "d"}])
def test_a_leaf_names_exactly_one_fact(subject: Any) -> None:
    assert "name one fact (evaluation, declaration" in refusal({"present": subject})


@pytest.mark.parametrize(
    "data",
    [
        {"all": []},
        {"any": []},
        {"k_of": {"k": 1, "of": []}},
        {"k_of": {"k": 0, "of": [LEAF]}},
        {"in": {"declaration": "d", "values": []}},
        {"ge": {"declaration": "d", "value": "3"}},
        {"ge": {"declaration": "d", "value": True}},
        {"gt": {"declaration": "d", "value": 3}},
    ],
)
def test_refused(data: Any) -> None:
    refusal(data)


def test_k_is_not_more_than_there_are() -> None:
    assert refusal({"k_of": {"k": 2, "of": [LEAF]}}).endswith(
        "k is 2, but only 1 condition is listed"
    )
    refusal({"k_of": {"k": 3, "of": [LEAF, LEAF]}})


def test_leaves_have_their_paths() -> None:
    tree = {
        "all": [
            LEAF,
            {"not": PRESENT},
            {"k_of": {"k": 1, "of": [PRESENT, {"any": [LEAF]}]}},
        ]
    }
    found = [path for path, _ in predicate(tree).leaves(("also",))]
    assert found == [
        ("also", "all", 0, "ge"),
        ("also", "all", 1, "not", "present"),
        ("also", "all", 2, "k_of", "of", 0, "present"),
        ("also", "all", 2, "k_of", "of", 1, "any", 0, "ge"),
    ]
    for path in found:
        node: Any = {"also": tree}
        for part in path:
            node = node[part]
        assert {"evaluation", "declaration"} & set(node)


def test_leaves_carry_their_condition() -> None:
    ((path, leaf),) = predicate(LEAF).leaves()
    assert path == ("ge",)
    assert leaf.subject is not None
    assert (leaf.subject.kind, leaf.subject.name) == ("evaluation", "e")


def test_vocabulary_is_every_field() -> None:
    assert set(VOCABULARY.values()) == set(Predicate.model_fields)
