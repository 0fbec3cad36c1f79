"""Bounds remembered between decisions.

A bound is a pure function of a few numbers, but importing the library that computes it takes
longer than everything else in a decision. Its values are kept in ``.ifthen/cache/bounds.json``
under the numbers they were computed from. Like the rest of the cache it may be deleted at any time,
belongs to whoever runs the program, and is not used with ``--no-cache``.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ifthen import __version__
from ifthen.decision.bounds import COMPUTED
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.errors import Error
from ifthen.stats.benchmark import Benchmark, count_unasked
from ifthen.stats.clusters import ClusterSums
from ifthen.stats.estimate import Estimate, Undefined
from ifthen.workspace.confirming import CACHE
from ifthen.workspace.writing import write_file

FILE = CACHE / "bounds.json"


class RememberedBounds:
    """Computes a bound once for a workspace; call :meth:`save` when the decision is made."""

    def __init__(self, root: Path) -> None:
        self._path = root / FILE
        self._known = _load(self._path)
        self._before = len(self._known)

    def estimate(
        self,
        *,
        questions: int,
        low: float,
        high: float,
        alpha: float,
        clusters: Sequence[ClusterSums] | None,
        benchmark: Benchmark | None = None,
    ) -> Estimate | Undefined:
        """Return the share with one-sided bounds, remembered or computed."""
        sizes = None if clusters is None else [[c.questions, c.low, c.high] for c in clusters]
        frame = () if benchmark is None else (asdict(benchmark),)
        key = _key("estimate", questions, low, high, alpha, sizes, *frame)
        known = _read_estimate(self._known.get(key))
        n, most = (questions, high) if not benchmark else count_unasked(benchmark, questions, high)
        asked = (n, low / n, most / n, alpha) if n else None
        if known and asked == (known.n, known.point_low, known.point_high, known.alpha):
            return known
        found = COMPUTED.estimate(
            questions=questions,
            low=low,
            high=high,
            alpha=alpha,
            clusters=clusters,
            benchmark=benchmark,
        )
        if isinstance(found, Estimate):
            self._known[key] = asdict(found)
        return found

    def further(
        self, *, questions: int, high: float, threshold: float, alpha: float, allowed: int
    ) -> int | None:
        """Return how many further questions would do, remembered or computed."""
        key = _key("further", questions, high, threshold, alpha, allowed)
        if key in self._known and isinstance(known := self._known[key], int | None):
            return known
        found = COMPUTED.further(
            questions=questions, high=high, threshold=threshold, alpha=alpha, allowed=allowed
        )
        self._known[key] = found
        return found

    def save(self) -> None:
        """Write what was computed anew; a workspace that cannot be written to stays as it is."""
        if len(self._known) == self._before:
            return
        body = json.dumps(self._known, sort_keys=True)
        try:
            write_file(
                self._path, json.dumps([digest_bytes(body.encode()), body]).encode(), replace=True
            )
        except Error:
            return


def _read_estimate(known: Any) -> Estimate | None:
    """Return the estimate that :meth:`RememberedBounds.save` wrote, or None if it is none."""
    try:
        return Estimate(**known)
    except (TypeError, ValueError):
        return None


def _key(*arguments: Any) -> str:
    return digest_bytes(format_canonical([__version__, *arguments]))


def _load(path: Path) -> dict[str, Any]:
    """Return what was remembered, or nothing where the file is absent or not whole."""
    try:
        digest, body = json.loads(path.read_bytes())
        known = json.loads(body) if digest_bytes(body.encode()) == digest else {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
