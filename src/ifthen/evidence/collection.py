"""Python's cyclic garbage collector, paused while many small values are made that stay.

The collector looks through all living values again and again while their number grows: for a log of
thousands of samples that takes longer than reading it. Nothing that is read here has cycles.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pause the collector, and let it run again afterwards if it ran before."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
