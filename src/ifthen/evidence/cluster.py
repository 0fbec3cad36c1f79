"""A Dask cluster as an executor, for :mod:`ifthen.evidence.many`. distributed is optional.

Work and results travel as pickles: a scheduler and its workers are to be trusted as the own machine
is. Each worker needs the same version of ifthen, and has to find the logs under the same paths or
addresses.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from ifthen.errors import Error
from ifthen.evidence.sharing import available_workers

EXTRA = "dask"
LOCAL = "local"
WAIT_SECONDS = 10


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
        ):
            yield _executor(client), count
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
        yield _executor(client), slots


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


def _executor(client: Any) -> Executor:
    """Return the client's executor; logs change, so that no result is taken for another's."""
    found: Executor = client.get_executor(pure=False)
    return found
