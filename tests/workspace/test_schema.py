"""The schema for editors."""

from ifthen.workspace.schema import format_document_schema, list_kinds


def test_every_kind_has_a_schema():
    kinds = list_kinds()
    assert kinds[0] == "workspace"
    assert kinds[-1] == "decision"
    assert {"instrument", "developer"} <= set(kinds)
    for kind in kinds:
        assert kind in str(format_document_schema(kind))
    assert all(kind in str(format_document_schema()) for kind in kinds)
