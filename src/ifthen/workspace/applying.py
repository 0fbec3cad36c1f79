"""Which instruments of the library apply to a developer, by its file or by answers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ifthen.conformance.instrument import Instrument
from ifthen.conformance.questions import Ask, ask_developer
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Loaded, load_document
from ifthen.encoding.tree import MAX_BYTES, format_tree, parse_tree
from ifthen.workspace.instruments import load_instruments, load_several
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.loading import read_bytes


def load_chosen(names: Sequence[str], root: Path = LIBRARY) -> tuple[Loaded[Instrument], ...]:
    """Return the instruments that ids and files name; without names, all of the library.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``instrument.*``, ``file.*``.
    """
    if not names:
        return load_instruments(root)
    return load_several(tuple(dict.fromkeys(names)), root)


def load_developer(path: Path) -> Loaded[Developer]:
    """Return a developer file.

    Raises:
        Problems: every fault of the file, with its place.
        Error: ``file.*``.
    """
    name = path.as_posix()
    return load_document(parse_tree(read_bytes(path, name, MAX_BYTES), name=name), Developer)


def make_developer(
    laws: Sequence[Loaded[Instrument]], on: date, ask: Ask
) -> tuple[Loaded[Developer], bytes]:
    """Return the developer document that answers make, and its text.

    Raises:
        Problems: where an answer makes no document, such as an empty name.
        Error: ``answer.*``, where ``ask`` lets one through.
    """
    text = format_tree(ask_developer([x.document for x in laws], on, ask)).encode()
    return load_document(parse_tree(text, name="answers"), Developer), text
