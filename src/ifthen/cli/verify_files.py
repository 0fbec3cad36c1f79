"""The files that ``ifthen verify`` reads, and the bar that it shows on long records."""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ifthen.errors import Error

if TYPE_CHECKING:
    from rich.progress import Progress

    from ifthen.verification.files import Files
    from ifthen.verification.verdict import Watch

BAR_AFTER = 1.0
"""Seconds from which on a bar is shown: most records are verified before."""
EVERY = 0.1
"""Seconds from one picture of the bar to the next."""
WORDS = {
    "fetching": "fetching",
    "tiles": "reading entries",
    "envelopes": "signatures",
    "copies": "documents",
    "logs": "raw logs",
    "replay": "decisions",
}


@contextlib.contextmanager
def open_files(
    record: str, *, offline: bool, cache: Path | None, most: int | None, watch: "Watch"
) -> "Iterator[Files]":
    """Yield the files of a record in a folder, in an archive, or fetched from an address.

    Without ``cache`` what was fetched is removed at the end.

    Raises:
        Error: ``record.offline`` for an address that must not be asked, ``record.cache``, and those
            of ``open_record`` and of ``fetch_record``.
    """
    from ifthen.verification.files import open_record  # noqa: PLC0415

    if "://" not in record:
        if cache is not None or most is not None:
            raise Error(
                "record.cache",
                "nothing is fetched of a record on this machine",
                where=record[:200],
                hint="leave out --cache and --most",
            )
        yield open_record(record)
        return
    if offline:
        raise Error(
            "record.offline",
            "the record is at an address, and --offline forbids to ask",
            where=record[:200],
            hint="fetch it on another machine with --cache FOLDER, and verify that folder",
        )
    import tempfile  # noqa: PLC0415

    from ifthen.portal.fetching import (  # noqa: PLC0415
        MOST_BYTES,
        fetch_record,
        open_record_address,
    )

    get = open_record_address(record)
    with tempfile.TemporaryDirectory(prefix="ifthen-record-") as temporary:
        folder = cache or Path(temporary)
        limit = MOST_BYTES if most is None else most
        yield fetch_record(get, folder, record, most_bytes=limit, watch=watch)


@contextlib.contextmanager
def show_steps(*, quiet: bool) -> "Iterator[Watch]":
    """Yield what is told of the work, and shows a bar on a terminal when it takes long.

    The bar has no thread of its own, goes to standard error, and is gone at the end.
    """
    if quiet or not sys.stderr.isatty():
        from ifthen.verification.verdict import say_nothing  # noqa: PLC0415

        yield say_nothing
        return
    bar = _Bar()
    try:
        yield bar.watch
    finally:
        bar.close()


class _Bar:
    """A bar that appears after a while, with the step that is worked on."""

    def __init__(self) -> None:
        self._next = time.monotonic() + BAR_AFTER
        self._bar: Progress | None = None

    def watch(self, step: str, done: int, count: int) -> None:
        """Show how far a step is, now and then."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY
        from rich.progress import MofNCompleteColumn, Progress  # noqa: PLC0415

        from ifthen.cli.output import make_console  # noqa: PLC0415

        if self._bar is None:
            self._bar = Progress(
                *Progress.get_default_columns(),
                MofNCompleteColumn(),
                console=make_console(stderr=True),
                transient=True,
                auto_refresh=False,
                redirect_stdout=sys.stdout.isatty(),
            )
            self._bar.add_task("")
            self._bar.start()
        text = WORDS.get(step, step)
        self._bar.update(self._bar.task_ids[0], description=text, completed=done, total=count)
        self._bar.refresh()

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
