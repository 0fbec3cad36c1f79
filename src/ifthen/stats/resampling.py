"""Standard error and bootstrap of a mean over clusters, fast enough for many at a time.

For reports and comparisons with other software. Neither decides anything: the standard error is 0
when every question failed, and below about 60 clusters intervals from either are too narrow.
"""

from typing import TYPE_CHECKING, Any

from ifthen.errors import Error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

MAX_DRAWS = 1_000_000
"""More bootstrap samples than this are not drawn."""
MAX_SUPPORT = 4_000_000
"""Greatest number of totals whose chances are computed at once."""
_FEW_KINDS = 16
"""Up to here it is faster to draw how often each kind occurs than to draw clusters."""
_CELLS_AT_ONCE = 100_000
"""Clusters drawn at once; more would not fit the processor's cache."""


def clustered_standard_error(scores: "ArrayLike", clusters: "ArrayLike") -> float:
    """Return the standard error of the mean score when whole clusters are the independent draws.

    Its square is the sum over clusters of (sum of score - mean)^2, over n^2 (Miller, arXiv
    2411.00640): the unit is that of the scores. There is no factor C/(C-1); multiply by its root
    where other software has it. ``clusters`` numbers the cluster of each score 0, 1, ..., C-1.

    Raises:
        Error: ``stats.scores`` unless every score is a finite number; ``stats.clusters`` unless
            there are as many whole numbers, two different ones at least and none left out.
    """
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    values, sizes, sums = _sum_clusters(scores, clusters)
    residuals = sums - sizes * (sums.sum() / len(values))
    return float(np.sqrt(residuals @ residuals)) / len(values)


def bootstrap_cluster_means(
    scores: "ArrayLike", clusters: "ArrayLike", *, draws: int, rng: "np.random.Generator"
) -> "NDArray[Any]":
    """Return the mean score of ``draws`` bootstrap samples of whole clusters, in no order.

    Each sample draws C clusters with replacement and divides the sum of their scores by the number
    of their questions. Three ways give the same distribution:

    - All sizes equal, all sums whole: the total is distributed as the C-fold convolution of one
      cluster's, computed by Fourier transform (off by less than 1e-10 in total), and drawn from.
    - Few kinds of clusters by size and sum: how often each occurs is multinomial.
    - Otherwise clusters are drawn one by one.

    Raises:
        Error: those of :func:`clustered_standard_error`; ``stats.draws`` unless ``draws`` is a
            whole number from 1 to ``MAX_DRAWS``.
    """
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    _, sizes, sums = _sum_clusters(scores, clusters)
    if not isinstance(draws, int) or not 1 <= draws <= MAX_DRAWS:
        raise Error(
            "stats.draws", f"needs a whole number of draws from 1 to {MAX_DRAWS}, found {draws!r}"
        )
    least, spread = sums.min(), np.ptp(sums)
    whole = bool((sums == np.rint(sums)).all())
    if whole and sizes.min() == sizes.max() and spread * len(sums) < MAX_SUPPORT:
        totals = _draw_totals((sums - least).astype(int), draws, rng)
        return np.asarray((totals + least * len(sums)) / sizes.sum())
    kinds, counts = np.unique(sizes + 1j * sums, return_counts=True)
    if len(kinds) <= _FEW_KINDS:
        drawn = rng.multinomial(len(sizes), counts / len(sizes), size=draws) @ kinds
    else:
        drawn = _draw_clusters(sizes + 1j * sums, draws, rng)
    return np.asarray(drawn.imag / drawn.real)


def _draw_clusters(
    clusters: "NDArray[Any]", draws: int, rng: "np.random.Generator"
) -> "NDArray[Any]":
    """Return sums of as many draws with replacement from the clusters as there are."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    count = len(clusters)
    code = np.uint16 if count <= 2**16 else np.int64
    rows = max(1, _CELLS_AT_ONCE // count)
    drawn = np.empty(draws, dtype=complex)
    for start in range(0, draws, rows):
        chosen = rng.integers(0, count, (min(rows, draws - start), count), dtype=code)
        drawn[start : start + rows] = clusters.take(chosen).sum(axis=1)
    return drawn


def _draw_totals(sums: "NDArray[Any]", draws: int, rng: "np.random.Generator") -> "NDArray[Any]":
    """Return totals of as many draws with replacement from whole numbers >= 0 as there are."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s
    from scipy import fft  # noqa: PLC0415 - importing it costs 0.1 s

    support = int(sums.max()) * len(sums) + 1
    length = fft.next_fast_len(support, real=True)
    of_one = np.bincount(sums) / len(sums)
    chances = fft.irfft(fft.rfft(of_one, length) ** len(sums), length)[:support]
    reached = np.cumsum(np.clip(chances, 0.0, None))
    return np.asarray(np.searchsorted(reached, rng.random(draws) * reached[-1], side="right"))


def _sum_clusters(
    scores: "ArrayLike", clusters: "ArrayLike"
) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """Return the scores, and the size and the sum of each cluster."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    try:
        values = np.asarray(scores, dtype=float)
    except (TypeError, ValueError):
        raise Error("stats.scores", "the scores are not numbers") from None
    if values.ndim != 1:
        raise Error("stats.scores", "needs one score after another, in one dimension")
    codes = np.asarray(clusters)
    if codes.shape != values.shape or codes.dtype.kind not in "iu" or len(codes) < 2:
        raise Error(
            "stats.clusters",
            f"needs the number of a cluster for each of {len(values)} scores, two scores at least",
        )
    least, greatest = int(codes.min()), int(codes.max())
    if least < 0 or not 1 <= greatest < len(codes):
        raise Error(
            "stats.clusters",
            f"needs clusters numbered 0, 1, and so on, found {least} to {greatest}"
            f" for {len(codes)} scores",
        )
    sizes = np.bincount(codes)
    if not sizes.all():
        raise Error("stats.clusters", "a cluster number between the least and the greatest is free")
    sums = np.bincount(codes, weights=values)
    if not np.isfinite(sums).all():
        raise Error("stats.scores", "a score is not a finite number")
    return values, sizes, sums
