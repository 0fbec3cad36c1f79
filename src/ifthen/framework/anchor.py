"""Where a clause stands in the published text: section, page, and the digest of its span.

The text itself is not copied. Whoever has it can find the span again: among all stretches of that
many characters, it is the one with that digest.
"""

import hashlib
import unicodedata

from pydantic import Field

from ifthen.encoding.document import Day, Digest, Line, Part, Text


class Anchor(Part):
    """A place in the published text."""

    section: Line
    """Section as the document numbers or names it."""
    page: int | None = Field(default=None, ge=1)
    """Page of the published file, counted from 1."""
    source: Line | None = None
    """Id of the source text, where the document has several."""
    chars: int | None = Field(default=None, ge=20, le=20_000)
    """Length of the span in characters, after :func:`normalise`."""
    sha256: Digest | None = None
    """Digest of the span in UTF-8, after :func:`normalise`."""


class SourceText(Part):
    """A published document that clauses were written from."""

    id: Line
    """Name by which anchors refer to it."""
    title: Line
    """Title of the document."""
    published: Day | None = None
    """Day of publication."""
    url: Line | None = None
    """Where the developer published it."""
    sha256: Digest | None = None
    """Digest of the text file that was read, as bytes."""
    from_: Line | None = Field(default=None, alias="from")
    """Where that text file can be had."""
    read: Text
    """Which parts were read; clauses of other parts are left out."""


class LeftOut(Part):
    """What the source says and the file does not."""

    section: Line
    """Section of the published document."""
    why: Text
    """Why it was left out."""


class Coverage(Part):
    """How much of the published document the file holds."""

    sources: tuple[SourceText, ...] = Field(min_length=1)
    """The texts that were read."""
    standing: str = Field(pattern="^(primary|partly-primary|secondary)$")
    """primary: every clause was written from the published text; secondary: from reports on it."""
    left_out: tuple[LeftOut, ...] = ()
    """What was left out."""
    written_by: Line
    """Who wrote the file."""
    reviewed_by: Line | None = None
    """Who compared it with the text; absent: nobody has."""


def normalise(text: str) -> str:
    """Return the text as spans are measured: NFKC, white space as single spaces.

    Copies of one document differ in line breaks, page feeds and ligatures; these do not count.
    Hyphens at the end of a line are kept, since nobody can tell which ones belong to the word.
    """
    return " ".join(unicodedata.normalize("NFKC", text).split())


def digest_span(span: str) -> tuple[int, str]:
    """Return the length and the digest of a span, for an anchor."""
    plain = normalise(span)
    return len(plain), f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}"


def find_span(anchor: Anchor, text: str) -> int | None:
    """Return where in the normalised ``text`` the anchor's span begins, or None.

    ``text`` has gone through :func:`normalise`. Each stretch that begins a word is tried.
    """
    if anchor.sha256 is None or anchor.chars is None:
        return None
    wanted, length = bytes.fromhex(anchor.sha256[7:]), anchor.chars
    at = 0
    while at + length <= len(text):
        if hashlib.sha256(text[at : at + length].encode()).digest() == wanted:
            return at
        following = text.find(" ", at)
        if following < 0:
            return None
        at = following + 1
    return None
