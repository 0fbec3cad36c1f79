"""The schema for editors."""

import json
import re

from ifthen.workspace.schema import format_document_schema, list_kinds


def test_every_kind_has_a_schema():
    kinds = list_kinds()
    assert kinds[0] == "workspace"
    assert kinds[-1] == "decision"
    assert {"instrument", "developer"} <= set(kinds)
    one, every = format_document_schema(kinds[0]), json.dumps(format_document_schema())
    assert kinds_of(json.dumps(one)) == {kinds[0]}
    assert set(kinds) <= kinds_of(every)


def kinds_of(schema: str) -> set[str]:
    """Return the values that some ``kind`` in the schema has to have."""
    return set(re.findall(r'"kind": \{[^{}]*"const": "([^"]+)"', schema))
