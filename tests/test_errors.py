import pickle

import pytest

from ifthen.errors import Error, Problems


def test_text_has_place_message_and_code() -> None:
    error = Error("a.b", "something is odd", where="f.yaml:1:2", hint="mend it")
    assert str(error) == "f.yaml:1:2: something is odd [a.b]"
    assert (error.code, error.where, error.hint) == ("a.b", "f.yaml:1:2", "mend it")


def test_text_without_place() -> None:
    assert str(Error("a.b", "odd")) == "odd [a.b]"


def test_plain_data_has_every_part() -> None:
    assert Error("a.b", "odd").to_dict() == {
        "code": "a.b",
        "message": "odd",
        "where": None,
        "hint": None,
    }


def test_problems_shows_every_error() -> None:
    problems = Problems(iter([Error("a.b", "one", where="f:1:1"), Error("a.c", "two")]))
    assert str(problems) == "f:1:1: one [a.b]\ntwo [a.c]"
    assert problems.message == "2 problems"
    assert problems.code == "problems"
    assert [error.code for error in problems.errors] == ["a.b", "a.c"]


def test_one_problem_is_singular() -> None:
    assert Problems([Error("a.b", "one")]).message == "1 problem"


def test_plain_data_of_problems_has_every_error() -> None:
    problems = Problems([Error("a.b", "one"), Error("a.c", "two", where="f:2:1")])
    assert problems.to_dict() == {
        "code": "problems",
        "message": "2 problems",
        "where": None,
        "hint": None,
        "errors": [Error("a.b", "one").to_dict(), Error("a.c", "two", where="f:2:1").to_dict()],
    }


def test_problems_without_error_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Problems([])


@pytest.mark.parametrize(
    "error",
    [Error("a.b", "m"), Error("a.b", "m", where="w", hint="h"), Problems([Error("a.b", "m")])],
)
def test_an_error_goes_from_one_process_to_another(error):
    """Without that, a worker that finds a fault in a log seems to have died."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert again.to_dict() == error.to_dict()
    assert str(again) == str(error)
