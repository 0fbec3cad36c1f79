"""Strict documents: pydantic models that refuse what they do not know, with located errors.

``Part`` fixes the three settings that a signed document needs (frozen, strict, unknown keys
refused) once, so that no model can forget them. Validation goes through JSON, in which pydantic's
strict mode takes dates as ISO text and arrays as tuples and coerces nothing else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Generic, Self, TypeVar, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)

from ifthen.encoding.fault import explain_faults
from ifthen.encoding.tree import Source
from ifthen.errors import Error, Problems

FORMAT = 1

_ID = r"^[a-z0-9][a-z0-9._-]{0,79}$"
_DIGEST = r"^sha256:[0-9a-f]{64}$"
# No control characters, and none that turn the direction of text or hide: a title must not be able
# to repaint the terminal of whoever reads a decision.
_HIDDEN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LINE = rf"^[^{_HIDDEN}\t\n]+$"
_TEXT = rf"^[^{_HIDDEN}]+$"
_SALT = r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"  # the last of 43 characters holds four bits
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT = _DAY[:-1] + (
    r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"  # RFC 3339
)

PATTERNS = {
    _ID: "has to be a name of small letters, digits, '.', '_' and '-', at most 80 long",
    _DIGEST: "has to be 'sha256:' and 64 hexadecimal digits in small letters",
    _LINE: "has to stand on one line, without hidden or control characters",
    _SALT: "has to be 43 random characters: 32 bytes in base64url, without '='",
    _TEXT: "may hold no hidden or control characters",
}


def _spelled(pattern: str, parse: Callable[[str], date], example: str) -> BeforeValidator:
    """Return a reader of one spelling: pydantic alone takes "1719792000" for a date too."""

    spelled = re.compile(pattern)

    def read(value: Any, info: ValidationInfo) -> Any:
        if info.mode != "json" or not isinstance(value, str):
            return value
        if not spelled.fullmatch(value):
            raise ValueError(f"write it like {example}; found {json.dumps(value)[:80]}")
        return parse(value)

    return BeforeValidator(read)


Id = Annotated[str, StringConstraints(pattern=_ID)]
Digest = Annotated[str, StringConstraints(pattern=_DIGEST)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=_TEXT)]
Day = Annotated[
    date,
    _spelled(_DAY, date.fromisoformat, "2026-07-01"),
    Field(json_schema_extra={"pattern": _DAY}),
]
Moment = Annotated[
    AwareDatetime,
    _spelled(_MOMENT, datetime.fromisoformat, "2026-07-01T12:00:00Z"),
    Field(json_schema_extra={"pattern": _MOMENT}),
]


Salt = Annotated[str, StringConstraints(pattern=_SALT)]


class Part(BaseModel):
    """A frozen, strict piece of a document; unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        validate_by_name=False,
        ser_json_inf_nan="constants",  # what JSON cannot hold is refused there, never null
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other contents; what was remembered of the old ones stays behind."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


class Document(Part):
    """The root of a document: says its format and carries a human id."""

    format: int = Field(default=FORMAT, json_schema_extra={"const": FORMAT})
    """Version of the document format."""
    id: Id
    """Name of the document, unique among its kind in a workspace."""


class Salted(Document):
    """A document whose digest stands in what is published, so that it could be guessed."""

    salt: Salt | None = None
    """43 random characters (32 bytes in base64url), where a part is going to be withheld: without
    it, whoever guesses the part can tell from the digest of the document that it is right."""


DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[DocumentT]):
    """A validated document together with the file it came from."""

    document: DocumentT
    source: Source

    @property
    def digest(self) -> str:
        """The document's identity."""
        return self.source.digest

    def where(self, *path: str | int) -> str:
        """Return ``file:line:column`` of a part of the document."""
        return self.source.where(path)


_LONG_NUMBER = re.compile(rb"[0-9]{16}")
"""Such a number is a float in a canonical tree, and may be an integer to another reader."""


def load_document(
    source: Source,
    model: type[DocumentT],
    *,
    context: dict[str, Any] | None = None,
    data: bytes | None = None,
) -> Loaded[DocumentT]:
    """Return the validated document; ``context`` is for validators that ask for it.

    ``data`` is JSON of the source's tree, where that is at hand already.

    Raises:
        Problems: every fault of the document, each with its place (codes ``document.*``).
    """
    tree = source.tree
    if not isinstance(tree, dict):
        raise Problems(
            [
                Error(
                    "document.not-mapping",
                    "a document is a mapping of keys",
                    where=source.where(),
                    hint=f"start with kind: {_kind(model)}",
                )
            ]
        )
    # The kind and the format come first: of a document that is something else, or that a later
    # version wrote, every other key would be a fault, and none of them the one to mend.
    if isinstance(tree.get("kind"), str) and tree["kind"] != _kind(model):
        raise Problems(
            [
                Error(
                    "document.kind",
                    f"a document of kind '{_kind(model)}' is expected; this is '{tree['kind']}'",
                    where=source.where(("kind",)),
                    hint=f"write kind: {_kind(model)}, or give the file that is meant",
                )
            ]
        )
    if type(tree.get("format")) is int and tree["format"] != FORMAT:
        raise Problems(
            [
                Error(
                    "document.format",
                    f"format {tree['format']} is not known; this version reads format {FORMAT}",
                    where=source.where(("format",)),
                    hint="use the ifthen version that wrote the document",
                )
            ]
        )
    if data is None or _LONG_NUMBER.search(data):
        data = json.dumps(tree).encode()
    try:
        document = model.model_validate_json(data, context=context)
    except ValidationError as error:
        raise Problems(explain_faults(error, source, model, PATTERNS)) from error
    return Loaded(document=document, source=source)


@cache
def _kind(model: type[Document]) -> str:
    kind: str = get_args(model.model_fields["kind"].annotation)[0]
    return kind


def dump_document(document: Document) -> dict[str, Any]:
    """Return the document as plain data, without keys that hold their default."""
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
