"""Clauses that do not apply on a day."""

from datetime import date
from pathlib import Path

import pytest

from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.clause_days import DATED, check_days
from ifthen.framework.model import Framework

VALID = (Path(__file__).parent / "data" / "valid.yaml").read_text(encoding="utf-8")
ON = date(2026, 7, 1)


def found(text, on=ON):
    loaded = load_document(parse_tree(text.encode(), name="f.yaml"), Framework)
    return [(x.code, x.where, x.message) for x in check_days(loaded, on)]


def test_clauses_without_days_apply_as_long_as_their_version():
    assert found(VALID) == []


@pytest.mark.parametrize(
    ("old", "indent"),
    [
        ("  - id: inventions\n", 4),
        ("  - id: oven-timer\n", 4),
        ("  - id: serve\n", 4),
        ("      - id: baking-1\n", 8),
        ("  - id: baking\n", 4),
    ],
)
def test_every_kind_of_clause_is_looked_at(old, indent):
    assert VALID.count(old) == 1
    text = VALID.replace(old, f"{old}{' ' * indent}effective_until: 2026-07-01\n")
    ((code, where, message),) = found(text)
    name = old.strip().removeprefix("- id: ")
    line = text[: text.index("effective_until")].count("\n") + 1
    assert (code, message) == (
        "framework.expired-clause", f"'{name}' applied until 2026-07-01, not on 2026-07-01"
    )  # fmt: skip
    assert where.startswith(f"f.yaml:{line}:")
    assert found(text, date(2026, 6, 30)) == []


def test_a_clause_to_come_is_no_fault_and_is_named():
    text = VALID.replace("  - id: serve\n", "  - id: serve\n    effective_from: 2026-07-02\n")
    ((code, where, message),) = found(text)
    line = text[: text.index("effective_from")].count("\n") + 1
    assert (code, message) == (
        "framework.clause-not-yet", "'serve' applies from 2026-07-02, not on 2026-07-01"
    )  # fmt: skip
    assert where.startswith(f"f.yaml:{line}:")
    assert found(text, date(2026, 7, 2)) == []


def test_every_list_of_clauses_of_a_framework_is_known():
    fields = Framework.model_fields
    lists = {name for name in fields if "Clause" in _bases(fields[name].annotation)}
    assert lists == {*DATED, "domains", "references", "inheritance"}


def test_a_clause_that_stands_alone_is_looked_at():
    clause = (
        "inheritance:\n  relations: [fine-tune]\n  below_share: 0.3\n  text: Small changes.\n"
        "  effective_until: 2026-07-01\n"
    )
    ((code, _, message),) = found(VALID + clause)
    assert code == "framework.expired-clause"
    assert message == "'inheritance' applied until 2026-07-01, not on 2026-07-01"


def _bases(annotation):
    kinds = getattr(annotation, "__args__", ())
    return {base.__name__ for kind in kinds for base in getattr(kind, "__mro__", ())}
