"""The criteria as data, and the page that explains them."""

import re
from pathlib import Path

from ifthen.decision.answering import CHECKS
from ifthen.decision.stream import CRITERIA, GROUPS, STREAM_COUNT

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "stream.md"


def test_ids_are_unique_and_every_group_has_a_minimum():
    ids = [criterion.id for criterion in CRITERIA]
    assert len(set(ids)) == len(ids)
    assert list(CHECKS) == ids
    for group in GROUPS:
        assert {"minimum"} <= {c.tier for c in CRITERIA if c.group == group}
    assert [c.group for c in CRITERIA] == sorted(
        (c.group for c in CRITERIA), key=list(GROUPS).index
    )


def test_the_numbers_are_those_that_were_read():
    read = {"1(i)", "1(ii)", "1(iii)", "2(i)", "2(ii)", "2(iii)", "2(iv-a)", "2(v-a)"}
    numbered = [criterion for criterion in CRITERIA if criterion.stream]
    assert {criterion.stream for criterion in numbered} == read
    assert len(numbered) == len(read) < STREAM_COUNT
    for criterion in numbered:
        assert int(criterion.stream[0]) == list(GROUPS).index(criterion.group) + 1


def test_the_page_has_a_row_for_each_criterion_and_no_other():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \|$", PAGE.read_text(), re.M)
    assert rows == [(c.id, c.tier, c.stream or "ours", c.asks) for c in CRITERIA]


def test_the_page_says_how_much_of_stream_it_is():
    text = " ".join(PAGE.read_text().split())
    assert "arXiv 2508.09853" in text
    assert "eight of the 28" in text
    for title in GROUPS.values():
        assert f"**{title}**" in text
