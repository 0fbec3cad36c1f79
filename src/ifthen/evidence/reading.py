"""Reading an evaluation log: the file's content, not its name, says which reader reads it."""

from collections.abc import Collection
from pathlib import Path

from ifthen.errors import Error
from ifthen.evidence.collection import paused_collection
from ifthen.evidence.formats import FORMATS, Request, find_format
from ifthen.evidence.log import Log
from ifthen.evidence.source import FileSource, Source
from ifthen.evidence.store import is_address, open_address


def read_log(
    path: Path | str,
    *,
    part: str | None = None,
    keep: Collection[str] = (),
    workers: int | None = None,
) -> Log:
    """Return the log in a file, or in a folder with the main file of a known format.

    ``path`` can be the address of an object in a store, such as ``s3://bucket/logs/a.eval``.

    ``part`` names one of several results in the file, ``keep`` the keys of the samples' metadata
    that are needed, ``workers`` how many processes read it (None: as many as can run at once).

    Raises:
        Error: ``log.missing``, ``log.unreadable``, ``log.empty``, ``log.too-large``,
            ``log.not-a-log``, ``log.changed``, ``log.several-parts``, ``log.part-unknown``, those
            of the reader, and for an address those of
            :func:`~ifthen.evidence.store.open_address`; nothing else, whatever the file holds.
    """
    return read_source(open_source(path), part=part, keep=keep, workers=workers)


def read_source(
    source: Source,
    *,
    part: str | None = None,
    keep: Collection[str] = (),
    workers: int | None = None,
) -> Log:
    """Return the log of a source; see :func:`read_log`."""
    entry = find_format(source)
    parts = entry.list_parts(source)
    if parts:
        part = _choose(part, parts, source.name)
    elif part is not None:
        raise Error(
            "log.part-unknown",
            "the log holds one result only",
            where=source.name,
            hint="leave out --part",
        )
    with paused_collection():
        log = entry.read(source, Request(part=part, keep=frozenset(keep), workers=workers))
    source.check_unchanged()
    return log


def list_parts(path: Path | str) -> tuple[str, ...]:
    """Return the names of the results in a file; empty where it holds one.

    Raises:
        Error: as :func:`read_log`.
    """
    source = open_source(path)
    return find_format(source).list_parts(source)


def open_source(path: Path | str) -> Source:
    """Return the file of that path, or the one main file of a known format in that folder.

    Text with a scheme, such as ``s3://``, is the address of an object; other text is a path.

    Raises:
        Error: ``log.missing``, ``log.unreadable``, ``log.several-logs``, and for an address those
            of :func:`~ifthen.evidence.store.open_address`.
    """
    if isinstance(path, str) and is_address(path):
        return open_address(path)
    return FileSource(main_file(Path(path)))


def main_file(path: Path) -> Path:
    """Return the path, or that of the one main file of a known format in the folder.

    Raises:
        Error: ``log.unreadable``, ``log.several-logs``.
    """
    if not path.is_dir():
        return path
    names = [name for entry in FORMATS.values() for name in entry.main]
    found = sorted({file for name in names for file in path.glob(name) if file.is_file()})
    if len(found) == 1:
        return found[0]
    what = "several main files of logs" if found else "no main file of a log"
    raise Error(
        "log.several-logs" if found else "log.unreadable",
        f"the folder holds {what}",
        where=path.name,
        hint="name the files, or read all below with: ifthen evidence read --recursive",
    )


def _choose(part: str | None, parts: tuple[str, ...], name: str) -> str:
    if part is None and len(parts) == 1:
        return parts[0]
    if part in parts:
        return part
    listed = ", ".join(parts[:8]) + (", ..." if len(parts) > 8 else "")
    if part is None:
        raise Error(
            "log.several-parts",
            f"the file holds {len(parts)} results",
            where=name,
            hint=f"name one with --part: {listed}",
        )
    raise Error(
        "log.part-unknown",
        f"the file holds no result {part[:80]!r}",
        where=name,
        hint=f"it holds: {listed}",
    )
