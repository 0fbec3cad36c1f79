import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ifthen.framework.anchor import Anchor, digest_span, find_span, normalise

TEXT = """\
4.1 Bread rises when yeast is fed and the room is warm.\f
    The baker will close the pantry at night, and will say so within
    five days to the landlord."""


def anchor(span):
    chars, sha256 = digest_span(span)
    return Anchor(section="4.1", chars=chars, sha256=sha256)


@pytest.mark.parametrize(
    "span",
    [
        "The baker will close the pantry at night",
        "will say so within five days to the landlord.",
        "Bread rises when yeast is fed and the room is warm. The baker",
        normalise(TEXT),
    ],
)
def test_a_span_is_found_whatever_the_line_breaks(span):
    plain = normalise(TEXT)
    at = find_span(anchor(span), plain)
    assert plain[at : at + len(normalise(span))] == normalise(span)


def test_ligatures_and_spaces_do_not_count():
    assert digest_span("the ﬁrst\n  loaf of the morning") == digest_span(
        "the first loaf of the morning"
    )


def test_one_changed_letter_is_not_the_span():
    found = anchor("The baker will close the pantry at night")
    assert find_span(found, normalise(TEXT.replace("will close", "may close"))) is None


def test_without_digest_nothing_is_found():
    assert find_span(Anchor(section="4.1"), normalise(TEXT)) is None


@pytest.mark.parametrize("key", [{"chars": 3}, {"chars": 10**9}, {"page": 0}, {"sha256": "abc"}])
def test_anchors_that_cannot_be(key):
    with pytest.raises(ValidationError):
        Anchor(section="4.1", **key)


@given(
    st.lists(st.text(alphabet="abcdef", min_size=1, max_size=6), min_size=12, max_size=60),
    st.data(),
)
def test_every_stretch_of_words_is_found(words, data):
    text = " ".join(words)
    begin = data.draw(st.integers(0, len(words) - 12))
    span = " ".join(words[begin : begin + 12])
    if len(span) >= 20:
        at = find_span(anchor(span), text)
        assert text[at : at + len(span)] == span
