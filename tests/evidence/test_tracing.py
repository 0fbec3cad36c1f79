"""Tracing: a kept result is used only while the files beside a log are the same."""

import json
from pathlib import Path

import pytest

from ifthen.errors import Error
from ifthen.evidence.source import read_whole
from ifthen.evidence.tracing import Trace, TracedFile, answers_same


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("main", "a-1", "a-2", "inner/b"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def ask(folder: Path) -> Trace:
    trace = Trace()
    source = TracedFile(folder / "main", trace)
    assert source.list_companions("a-*") == ("a-1", "a-2")
    inner = source.companion("inner/b")
    assert inner is not None
    assert read_whole(inner) == b"inner/b"
    assert source.companion("absent") is None
    assert inner.companion("c") is None
    return trace


def test_what_is_asked_is_noted_as_plain_data(folder):
    trace = ask(folder)
    assert trace.asked == [
        ["main", ["list", "a-*"], ["a-1", "a-2"]],
        ["main", ["file", "inner/b"], True],
        ["main", ["file", "absent"], False],
        ["inner/b", ["file", "c"], False],
    ]
    assert trace.found() == {"inner/b"}
    assert json.loads(json.dumps(trace.asked)) == trace.asked
    assert answers_same(folder / "main", trace.asked)


@pytest.mark.parametrize("name", ["a-3", "absent", "inner/c"])
def test_a_file_that_appears_changes_an_answer(folder, name):
    trace = ask(folder)
    (folder / name).write_bytes(b"")
    assert not answers_same(folder / "main", trace.asked)


@pytest.mark.parametrize("name", ["a-2", "inner/b"])
def test_a_file_that_goes_changes_an_answer(folder, name):
    trace = ask(folder)
    (folder / name).unlink()
    assert not answers_same(folder / "main", trace.asked)


def test_a_file_nobody_asked_for_changes_none(folder):
    trace = ask(folder)
    (folder / "b-1").write_bytes(b"")
    assert answers_same(folder / "main", trace.asked)


@pytest.mark.parametrize(
    "asked",
    [
        7,
        [7],
        [["main", ["file"], True]],
        [["main", ["file", "../x"], False]],
        [["main", ["file", 7], False]],
        [["gone", ["list", "*"], []]],
    ],
)
def test_a_damaged_list_is_not_the_same(folder, asked):
    assert not answers_same(folder / "main", asked)


def test_a_link_that_leads_out_is_refused_as_before(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "x"
    outside.write_bytes(b"")
    (folder / "link").symlink_to(outside)
    with pytest.raises(Error) as caught:
        TracedFile(folder / "main", Trace()).companion("link")
    assert caught.value.code == "log.member-name"
