import pytest

from ifthen.decision.completeness import Reported
from ifthen.encoding.elicitation import Elicitation
from ifthen.errors import Error, Problems
from ifthen.workspace.stating import load_statement


def test_a_statement(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("attempts: 2\ntools: []\nhelpful_only: no\n")
    assert load_statement(path, Elicitation) == Elicitation(attempts=2, tools=(), helpful_only="no")
    path.write_text('{"reported": {"result": "table 1"}}')
    assert load_statement(path, Reported).reported == {"result": "table 1"}


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("atempts: 2\n", "document.unknown-key", "e.yaml:1:1"),
        ("tools: []\nattempts: many\n", "document.wrong-type", "e.yaml:2:1"),
        ("[]\n", "document.wrong-type", "e.yaml:1:1"),
        ("", "yaml.empty", "e.yaml"),
        ("a: 1\na: 2\n", "yaml.duplicate-key", "e.yaml:2:1"),
    ],
)
def test_faults_are_at_their_place(tmp_path, text, code, where):
    path = tmp_path / "e.yaml"
    path.write_text(text)
    with pytest.raises(Error) as caught:
        load_statement(path, Elicitation)
    error = caught.value.errors[0] if isinstance(caught.value, Problems) else caught.value
    assert (error.code, error.where) == (code, where)


def test_no_file(tmp_path):
    with pytest.raises(Error) as caught:
        load_statement(tmp_path / "none.yaml", Elicitation)
    assert caught.value.code == "file.missing"
    with pytest.raises(Error) as caught:
        load_statement(tmp_path, Elicitation)
    assert caught.value.code == "file.unreadable"
