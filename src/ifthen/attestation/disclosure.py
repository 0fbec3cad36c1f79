"""Withheld fields as salted commitments, in the encoding of SD-JWT (RFC 9901).

A disclosure is the base64url text of the JSON array [salt, name, value], or [salt, value] for an
element of a list. What stands in the public copy is the SHA-256 over that text, in base64url: in
the ``_sd`` list of the object that lacks the field, or as ``{"...": digest}`` in place of the
element. Each salt has 32 random bytes of its own, so that opening one opens no other, and nothing
can be guessed. Whoever holds all disclosures makes the same public copy as everybody else.

Narrower than the RFC: arrays are canonical JSON, salts have 32 bytes, and a disclosed value has no
commitments inside.
"""

import base64
import binascii
import copy
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifthen.encoding.canonical import format_canonical, parse_canonical
from ifthen.errors import Error

DIGESTS = "_sd"
ELEMENT = "..."
SALT_BYTES = 32
MAX_DISCLOSURE_BYTES = 1 << 24
MAX_DEPTH = 64

Path = tuple[str | int, ...]
RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A field or element that can be opened. ``name`` is None for an element of a list."""

    salt: bytes
    name: str | None
    value: Any

    @property
    def text(self) -> str:
        """The disclosure as it travels, and as it is hashed."""
        return format_disclosure(self)

    @property
    def digest(self) -> str:
        """What stands in the public copy."""
        return digest_disclosure(self.text)


def digest_disclosure(text: str) -> str:
    """Return the base64url of the SHA-256 over the ASCII of a disclosure (RFC 9901, 4.2.3)."""
    return _encode(hashlib.sha256(text.encode("ascii")).digest())


def format_disclosure(disclosure: Disclosure) -> str:
    """Return a disclosure as text; the inverse of :func:`parse_disclosure`."""
    parts = [_encode(disclosure.salt), disclosure.name, disclosure.value]
    if disclosure.name is None:
        del parts[1]
    return _encode(format_canonical(parts))


def parse_disclosure(text: str) -> Disclosure:
    """Return the disclosure of a text in its one spelling.

    Raises:
        Error: ``disclosure.form``, ``disclosure.name``.
    """
    if len(text) > MAX_DISCLOSURE_BYTES:
        raise _form(f"it has {len(text)} characters, expected at most {MAX_DISCLOSURE_BYTES}")
    try:
        array = parse_canonical(_decode(text))
    except Error as error:
        raise _form(error.message) from error
    if not isinstance(array, list) or len(array) not in {2, 3}:
        raise _form("expected [salt, name, value] or [salt, value]")
    salt, value = array[0], array[-1]
    name = array[1] if len(array) == 3 else None
    if not isinstance(salt, str) or len(_decode(salt)) != SALT_BYTES:
        raise _form(f"the salt has to have {SALT_BYTES} bytes")
    if len(array) == 3 and not isinstance(name, str):
        raise _form("the name is no text")
    if name in {DIGESTS, ELEMENT} or _reserved(value):
        raise Error("disclosure.name", f"a disclosure may not hold {DIGESTS!r} or {ELEMENT!r}")
    return Disclosure(_decode(salt), name, value)


def withhold(
    tree: Mapping[str, Any], paths: Iterable[Path], random_bytes: RandomBytes
) -> tuple[dict[str, Any], dict[Path, Disclosure]]:
    """Return the public copy of a document, and the disclosure of each field that it lacks.

    A path inside a withheld part is a part of it. ``random_bytes`` gives the salts.

    Raises:
        Error: ``disclosure.name`` for a document that holds a reserved name, ``disclosure.path``
            for a path that is not there, ``disclosure.salt`` for a source that repeats itself.
    """
    if _reserved(tree):
        raise Error("disclosure.name", f"a document may not hold {DIGESTS!r} or {ELEMENT!r}")
    public: dict[str, Any] = copy.deepcopy(dict(tree))
    outer = _outermost(paths)
    made: dict[Path, Disclosure] = {}
    for path in outer:
        parent, key = _find(tree, path[:-1]), path[-1]
        value = _find(tree, path)
        name = key if isinstance(parent, dict) and isinstance(key, str) else None
        made[path] = Disclosure(random_bytes(SALT_BYTES), name, value)
    if len({x.salt for x in made.values()}) < len(made):
        raise Error("disclosure.salt", "the source of randomness gave one salt twice")
    for path, disclosure in made.items():
        parent, key = _find(public, path[:-1]), path[-1]
        if isinstance(parent, dict):
            del parent[key]
            parent[DIGESTS] = sorted([*parent.get(DIGESTS, ()), disclosure.digest])
        else:
            parent[key] = {ELEMENT: disclosure.digest}
    return public, made


_NESTED = (dict, list)


def list_digests(tree: Any) -> Iterator[tuple[Path, str]]:
    """Yield each commitment of a public copy with the place of what holds it.

    Raises:
        Error: ``disclosure.copy`` for a commitment that is none, ``disclosure.depth``.
    """
    if _may_commit(tree):
        yield from _list_digests(tree, ())


def _may_commit(tree: Any) -> bool:
    """Return whether a tree holds the name of a commitment, or is too deep; quicker than listing.

    Nearly all documents withhold nothing.
    """
    level = [tree] if isinstance(tree, _NESTED) else []
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for part in level:
            values: Iterable[Any] = part
            if isinstance(part, dict):
                if DIGESTS in part or ELEMENT in part:
                    return True
                values = part.values()
            below += [x for x in values if isinstance(x, _NESTED)]
        if not below:
            return False
        level = below
    return True


def verify_copy(tree: Any) -> dict[str, Path]:
    """Return the commitments of a public copy, each with its place.

    Raises:
        Error: ``disclosure.copy``, ``disclosure.depth``, ``disclosure.duplicate`` for a digest that
            stands twice.
    """
    found: dict[str, Path] = {}
    for path, digest in list_digests(tree):
        if digest in found:
            raise Error("disclosure.duplicate", f"the commitment {digest} stands there twice")
        found[digest] = path
    return found


def restore(tree: Mapping[str, Any], disclosures: Sequence[Disclosure]) -> dict[str, Any]:
    """Return a public copy with the disclosed fields back in place; commitments left are kept.

    Raises:
        Error: those of :func:`verify_copy`, ``disclosure.unreferenced`` for one that the copy does
            not hold, ``disclosure.name`` for one whose name is taken or that stands where the
            other form is expected, ``disclosure.duplicate`` for one given twice.
    """
    places = verify_copy(tree)
    restored: dict[str, Any] = copy.deepcopy(dict(tree))
    given: set[str] = set()
    for disclosure in disclosures:
        digest = disclosure.digest
        if digest not in places:
            raise Error(
                "disclosure.unreferenced",
                f"the disclosure of {disclosure.name!r} belongs to nothing in this document",
                hint="it is of another document, or somebody changed it",
            )
        if digest in given:
            raise Error("disclosure.duplicate", f"{disclosure.name!r} is disclosed twice")
        given.add(digest)
        _put_back(restored, places[digest], disclosure)
    return restored


def _put_back(tree: dict[str, Any], path: Path, disclosure: Disclosure) -> None:
    holder = _find(tree, path)
    digest = disclosure.digest
    if disclosure.name is None:
        if holder != {ELEMENT: digest}:
            raise Error("disclosure.name", "an element is disclosed where a field is withheld")
        _find(tree, path[:-1])[path[-1]] = copy.deepcopy(disclosure.value)
        return
    if ELEMENT in holder or disclosure.name in holder:
        raise Error(
            "disclosure.name",
            f"the field {disclosure.name!r} is there already, or an element is withheld there",
        )
    holder[DIGESTS] = [x for x in holder[DIGESTS] if x != digest]
    if not holder[DIGESTS]:
        del holder[DIGESTS]
    holder[disclosure.name] = copy.deepcopy(disclosure.value)


def _list_digests(tree: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if len(path) > MAX_DEPTH:
        raise Error("disclosure.depth", f"the document is nested more than {MAX_DEPTH} deep")
    if isinstance(tree, list):
        for at, value in enumerate(tree):
            if isinstance(value, dict | list):
                yield from _list_digests(value, (*path, at))
    if not isinstance(tree, dict):
        return
    if ELEMENT in tree:
        if len(tree) != 1 or not path or not isinstance(path[-1], int):
            raise Error("disclosure.copy", f"{ELEMENT!r} may only stand for an element of a list")
        yield path, _check_digest(tree[ELEMENT])
        return
    digests = tree.get(DIGESTS, ())
    if DIGESTS in tree and (not isinstance(digests, list) or not digests):
        raise Error("disclosure.copy", f"{DIGESTS!r} has to be a list of commitments")
    checked = [_check_digest(digest) for digest in digests]
    if checked != sorted(checked):
        raise Error("disclosure.copy", f"the commitments of {DIGESTS!r} have to stand in order")
    for digest in checked:
        yield path, digest
    for key, value in tree.items():
        if key != DIGESTS and isinstance(value, dict | list):
            yield from _list_digests(value, (*path, key))


def _check_digest(digest: Any) -> str:
    if not isinstance(digest, str) or len(_decode(digest)) != hashlib.sha256().digest_size:
        raise Error("disclosure.copy", f"{str(digest)[:60]!r} is no commitment")
    return digest


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Return the paths that lie inside no other, in order."""
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda path: (len(path), [str(x) for x in path])):
        if not any(path[: len(outer)] == outer for outer in kept):
            kept.append(path)
    return kept


def _find(tree: Any, path: Path) -> Any:
    for key in path:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError) as error:
            raise Error("disclosure.path", f"there is no {format_place(path)}") from error
    return tree


def format_place(path: Path) -> str:
    """Return a path for people: ``measurements[0].value``."""
    text = "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in path)
    return text.removeprefix(".") or "document"


def _reserved(tree: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        raise Error("disclosure.depth", f"the document is nested more than {MAX_DEPTH} deep")
    if isinstance(tree, Mapping):
        return any(key in {DIGESTS, ELEMENT} or _reserved(x, depth + 1) for key, x in tree.items())
    return isinstance(tree, list | tuple) and any(_reserved(x, depth + 1) for x in tree)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Return the bytes of base64url without padding, in its one spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _form("it is not base64url") from error
    if _encode(data) != text:
        raise _form("it is not base64url in its one spelling")
    return data


def _form(found: str) -> Error:
    return Error("disclosure.form", f"no disclosure: {found}")
