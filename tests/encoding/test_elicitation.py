import pytest
from pydantic import ValidationError

from ifthen.encoding.elicitation import Elicitation
from ifthen.encoding.tree import parse_tree


@pytest.mark.parametrize("empty", ["{}", '{"scaffold": null, "tools": null}'])
def test_a_record_that_says_nothing_is_refused(empty):
    with pytest.raises(ValidationError, match="says nothing"):
        Elicitation.model_validate_json(empty)


def test_no_tools_is_a_statement():
    assert Elicitation.model_validate_json('{"tools": []}').tools == ()


def test_yes_and_no_are_words_in_yaml():
    tree = parse_tree(b"helpful_only: yes\nfine_tuned: no\n", name="x.yaml").tree
    assert tree == {"helpful_only": "yes", "fine_tuned": "no"}


@pytest.mark.parametrize(
    "wrong",
    ['{"attempts": 0}', '{"attempts": true}', '{"helpful_only": "maybe"}', '{"attemps": 1}'],
)
def test_what_is_not_known_is_refused(wrong):
    with pytest.raises(ValidationError):
        Elicitation.model_validate_json(wrong)
