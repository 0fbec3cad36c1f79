"""Work on one log shared out over processes, with the standard library's process pool.

Forked workers start in a few milliseconds because they import nothing again. Where a fork is unsafe
(other threads, other platforms) the work is done here: it takes longer and gives the same.
"""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from ifthen.errors import Error

T = TypeVar("T")
R = TypeVar("R")

WORTH_SHARING = 8 << 20
"""Inflated bytes from which on a second process is faster."""


def available_workers() -> int:
    """Return how many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Return whether forked workers are safe here.

    The library that reads from stores has threads that Python does not count.
    """
    return (
        sys.platform == "linux" and threading.active_count() == 1 and "obstore" not in sys.modules
    )


def split(items: Sequence[T], size: Callable[[T], int], shares: Sequence[float]) -> list[list[T]]:
    """Return the items as consecutive shares whose sizes stand to each other as ``shares`` do."""
    total = sum(map(size, items))
    whole = sum(shares)
    found: list[list[T]] = [[] for _ in shares]
    place, done, bound = 0, 0.0, total * shares[0] / whole
    for item in items:
        while done >= bound and place < len(shares) - 1:
            place += 1
            bound += total * shares[place] / whole
        found[place].append(item)
        done += size(item)
    return found


def share_out(
    work: Callable[[list[T]], R], others: Sequence[list[T]], here: Callable[[], None], where: str
) -> list[R]:
    """Return the results of ``work`` on ``others``, each in a process, while ``here`` runs.

    Raises:
        Error: ``log.worker-died``, and what ``work`` and ``here`` raise.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - small logs do without
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    try:
        with ProcessPoolExecutor(len(others), mp_context=get_context("fork")) as pool:
            futures = [pool.submit(work, items) for items in others]
            here()
            return [future.result() for future in futures]
    except BrokenProcessPool as error:
        raise Error(
            "log.worker-died",
            "a process that read a part of the log was ended from outside",
            where=where,
            hint="free memory and read it again, or read it with --workers 1",
        ) from error
