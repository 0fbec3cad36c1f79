"""A Dask cluster as an executor, for :mod:`ifthen.evidence.many`. distributed is optional.

Work and results travel as pickles: a scheduler and its workers are to be trusted as the own machine
is. Each worker needs the same version of ifthen, and has to find the logs under the same paths or
addresses.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any
from weakref import WeakSet

from ifthen.errors import Error
from ifthen.evidence.sharing import available_workers

EXTRA = "dask"
LOCAL = "local"
WAIT_SECONDS = 10
ALONE_SECONDS = 60
"""How long a cluster may be without any worker before what it was asked for is given up."""


@contextmanager
def open_cluster(
    address: str, *, workers: int | None = None, wait: float = WAIT_SECONDS
) -> Iterator[tuple[Executor, int]]:
    """Yield an executor on the cluster of a scheduler, and how many logs that reads at once.

    ``address`` is that of a scheduler (``tcp://host:8786``), or ``local``: a cluster of ``workers``
    processes is started here and ended afterwards. ``wait`` is in seconds.

    Raises:
        Error: ``scheduler.needs-extra``, ``scheduler.address``, ``scheduler.unreachable``,
            ``scheduler.no-workers``.
    """
    distributed = load_distributed()
    if address != LOCAL and "://" not in address:
        raise Error(
            "scheduler.address",
            f"{address[:80]!r} is no address of a scheduler",
            hint="write it as tcp://host:8786, or local",
        )
    if address == LOCAL:
        count = workers or available_workers()
        with (
            distributed.LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                dashboard_address=":0",
                silence_logs=logging.ERROR,  # it warns of a worker that is slow to end
            ) as cluster,
            distributed.Client(cluster) as client,
            _executor(client) as executor,
        ):
            yield executor, count
        return
    with _connect(distributed, address, wait) as client:
        slots = sum(client.nthreads().values())
        if not slots:
            raise Error(
                "scheduler.no-workers",
                "the scheduler has no workers",
                where=address,
                hint=f"start one with: dask worker {address}",
            )
        with _executor(client) as executor:
            yield executor, slots


def load_distributed() -> Any:
    """Return the module.

    Raises:
        Error: ``scheduler.needs-extra``.
    """
    try:
        import distributed  # noqa: PLC0415 - optional, slow
    except ImportError as error:
        raise Error(
            "scheduler.needs-extra",
            "reading on a Dask cluster needs the Python package distributed",
            hint=f"pip install 'ifthen[{EXTRA}]', or leave out --scheduler",
        ) from error
    return distributed


def _connect(distributed: Any, address: str, wait: float) -> Any:
    try:
        return distributed.Client(address, timeout=wait, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise Error(
            "scheduler.unreachable",
            f"no scheduler answers within {wait:g} s",
            where=address,
            hint="check the address; start a scheduler with: dask scheduler",
        ) from error


@contextmanager
def _executor(client: Any) -> Iterator[Executor]:
    """Yield the client's executor; logs change, so that no result is taken for another's."""
    executor = _Watched(client.get_executor(pure=False))
    ended = Event()

    def watch() -> None:
        """Give up what waits for workers that do not come back: it would wait for ever."""
        alone_since: float | None = None
        while not ended.wait(1):
            try:
                alone = not client.nthreads()
            except Exception:  # noqa: BLE001 - a scheduler that does not answer has no workers
                alone = True
            if not alone:
                alone_since = None
            elif alone_since is None:
                alone_since = monotonic()
            elif monotonic() - alone_since > ALONE_SECONDS:
                executor.give_up()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield executor
    finally:
        ended.set()
        thread.join(timeout=WAIT_SECONDS)


class _Watched(Executor):
    """An executor that knows what it still waits for."""

    def __init__(self, inner: Executor) -> None:
        self._inner = inner
        self._waiting: WeakSet[Future[Any]] = WeakSet()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return the future of a call."""
        future = self._inner.submit(fn, *args, **kwargs)
        self._waiting.add(future)
        return future

    def give_up(self) -> None:
        """Cancel what has not been done."""
        for future in list(self._waiting):
            future.cancel()
