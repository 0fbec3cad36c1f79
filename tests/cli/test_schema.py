"""``ifthen schema``."""

import json

import pytest

from ifthen.workspace.schema import format_document_schema, list_kinds


def test_all_kinds(ifthen):
    result = ifthen("schema")
    assert (result.code, result.err) == (0, "")
    assert result.json == json.loads(json.dumps(format_document_schema()))


@pytest.mark.parametrize("kind", list_kinds())
def test_one_kind(kind, ifthen):
    assert ifthen("schema", kind).json == json.loads(json.dumps(format_document_schema(kind)))


def test_unknown_kind(ifthen):
    result = ifthen("schema", "modle")
    assert result.code == 1
    assert "there is no kind 'modle'; kinds: workspace, framework" in result.err


def test_the_shipped_schema_is_current(ifthen, sound):
    assert json.loads((sound / "ifthen.schema.json").read_text()) == ifthen("schema").json
