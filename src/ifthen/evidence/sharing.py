"""Work on one log shared out over processes, each forked from this one.

A forked worker starts in a few milliseconds because it imports nothing again. Each process draws
the number of its next share from one pipe, so that none waits for a slow one. Where a fork is
unsafe (other threads, other platforms) the work is done here: it takes longer and gives the same.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from ifthen.errors import Error

if TYPE_CHECKING:  # 20 ms that most commands do without
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

R = TypeVar("R")

WORTH_SHARING = 8 << 20
"""Inflated bytes from which on a second process is faster."""
MOST_SHARES = 15_000
"""What a pipe takes at once, at four bytes each, on every Linux."""


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


def cut(sizes: Iterable[int], share: float, most: int) -> list[int]:
    """Return where shares of consecutive items end: each is of about the size ``share``.

    None has more than ``most`` items; every item is in one.
    """
    ends: list[int] = []
    place = begin = 0
    size = 0.0
    for place, each in enumerate(sizes, 1):
        size += each
        if size >= share or place - begin >= most:
            ends.append(place)
            begin, size = place, 0.0
    if place > begin:
        ends.append(place)
    return ends


def cut_shrinking(sizes: Sequence[int], part: float, least: float, most: int) -> list[int]:
    """Return where shares of consecutive items end, each smaller than the one before it.

    Each is ``part`` of what is left, at least ``least``, and has at most ``most`` items: few
    shares, since each costs something, and small ones last, so that no process waits for long.
    """
    ends: list[int] = []
    begin, size, left = 0, 0.0, float(sum(sizes))
    for place, each in enumerate(sizes, 1):
        size += each
        if size >= max(part * left, least) or place - begin >= most:
            ends.append(place)
            begin, size, left = place, 0.0, left - size
    if len(sizes) > begin:
        ends.append(len(sizes))
    return ends


def share_out(
    work: Callable[[int], R], shares: int, workers: int, here: Callable[[], None], where: str
) -> list[R]:
    """Return what ``work`` makes of each of the shares 0, 1, ... up to ``shares``, in their order.

    This process does ``here`` first and its part of the work then; ``workers`` counts it. Of
    several faults the one of the first share is raised, as if one process had done all.

    Raises:
        Error: ``log.worker-died``, and what ``work`` and ``here`` raise.
    """
    from multiprocessing import get_context  # noqa: PLC0415 - small logs do without

    if shares > MOST_SHARES:
        raise ValueError(f"{shares:,} shares; a pipe takes {MOST_SHARES:,}")
    context = get_context("fork")
    numbers, fill = os.pipe()
    others: list[tuple[ForkProcess, Connection]] = []
    try:
        os.write(fill, b"".join(number.to_bytes(4, "little") for number in range(shares)))
        os.close(fill)
        for _ in range(min(workers, shares) - 1):
            receive, send = context.Pipe(duplex=False)
            process = context.Process(target=_work_elsewhere, args=(work, numbers, send))
            process.start()
            send.close()
            others.append((process, receive))
        here()
        done = dict(_work_off(work, numbers))
        for _, receive in others:
            done.update(_receive(receive, where))
    finally:
        os.close(numbers)
        for process, receive in others:
            receive.close()
            process.kill()  # one that has sent everything has nothing left to do
            process.join()
    results: list[R] = []
    for number in sorted(done):
        found = done[number]
        if isinstance(found, Exception):
            raise found
        results.append(found)
    return results


def _work_off(work: Callable[[int], R], numbers: int) -> Iterator[tuple[int, R | Exception]]:
    """Yield the results of the shares that this process draws, the last one perhaps a fault."""
    while drawn := os.read(numbers, 4):
        number = int.from_bytes(drawn, "little")
        try:
            found: R | Exception = work(number)
        except Exception as error:  # noqa: BLE001 - raised where all results are known
            while os.read(numbers, 1 << 16):
                pass  # nobody begins another share
            found = error
        yield number, found


def _work_elsewhere(work: Callable[[int], R], numbers: int, send: "Connection") -> None:
    """Do a worker's part: what it finds is sent at its end, when the other process listens."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the one that is interrupted says so
    for item in [*_work_off(work, numbers), None]:
        send.send(item)


def _receive(receive: "Connection", where: str) -> Iterator[tuple[int, R | Exception]]:
    try:
        while (item := receive.recv()) is not None:
            yield item
    except (EOFError, OSError) as error:
        raise Error(
            "log.worker-died",
            "a process that read a part of the log was ended from outside",
            where=where,
            hint="free memory and read it again, or read it with --workers 1",
        ) from error
