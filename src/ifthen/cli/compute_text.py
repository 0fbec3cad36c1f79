"""A compute tally in words, as bars, and as plain data."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ifthen.decision.computing import ComputeTally, Passing

if TYPE_CHECKING:
    from rich.text import Text

COLUMNS = 56
LEVEL = 0.9
STYLES = {"above": "bold", "below": "bold", "undetermined": "yellow"}


def to_plain(tally: ComputeTally) -> dict[str, Any]:
    """Return the tally as plain data; compute in FLOP, chances as fractions, null for unknown."""
    known = tally.known
    return {
        "model": tally.model,
        "lineage": list(tally.lineage),
        "complete": tally.complete,
        "items": [
            {
                "model": item.model,
                "stage": item.stage,
                "title": item.title,
                "method": item.method,
                "flop": None if item.estimate is None else item.estimate.median,
                "sd": None if item.estimate is None else item.estimate.sd,
                "reason": item.reason,
            }
            for item in tally.items
        ],
        "known": None if known is None else {"p05": known[0], "p50": known[1], "p95": known[2]},
        "values": [_plain_passing(passing, "flop") for passing in tally.passings],
        "modification": None
        if tally.third is None
        else _plain_passing(tally.third, "share_of_original"),
        "gaps": list(tally.gaps),
    }


def _plain_passing(passing: Passing, unit: str) -> dict[str, Any]:
    chance = passing.chance
    return {
        unit: passing.value,
        "outcome": passing.outcome,
        "chance": {
            "independent_errors": chance.independent,
            "shared_errors": chance.shared,
            "least": chance.least,
            "greatest": chance.greatest,
        },
    }


def describe(tally: ComputeTally) -> Iterator["Text"]:
    """Yield the lines for a person: the sum, each entry as a bar, the answers."""
    from rich.text import Text  # noqa: PLC0415

    yield Text(f"{tally.model}: training compute", style="bold")
    yield Text(f"  {'lineage':<13} {' > '.join(tally.lineage)}")
    name = "sum" if tally.complete else "known part"
    if tally.known is None:
        yield Text(f"  {name:<13} nothing", style="yellow")
    else:
        low, middle, high = tally.known
        yield Text(f"  {name:<13} {middle:.2e} FLOP, 90 % interval {low:.2e} to {high:.2e}")
    for gap in tally.gaps:
        yield Text(f"  {'missing':<13} {gap}", style="yellow")
    yield Text("")
    yield from _draw(tally)
    yield Text("")
    for passing in tally.passings:
        yield _answer(f"above {passing.value:.3g} FLOP", passing)
    if tally.third is not None:
        yield _answer("modification above a third of the original", tally.third)


def _answer(name: str, passing: Passing) -> "Text":
    from rich.text import Text  # noqa: PLC0415

    chance = passing.chance
    word = {"above": "YES", "below": "NO", "undetermined": "UNDETERMINED"}[passing.outcome]
    ends = dict.fromkeys((_percent(chance.least), _percent(chance.greatest)))
    text = Text(f"  {name}: ")
    text.append(word, style=STYLES[passing.outcome])
    text.append(f" (chance {' to '.join(ends)})")
    return text


def _percent(chance: float) -> str:
    if 0 < chance < 0.001:
        return "<0.1 %"
    return ">99.9 %" if 0.999 < chance < 1 else f"{chance * 100:.3g} %"


def _draw(tally: ComputeTally) -> Iterator["Text"]:
    """Yield a bar for each estimate, on one logarithmic axis with the values asked for."""
    from rich.text import Text  # noqa: PLC0415

    rows: list[tuple[str, tuple[float, float, float] | None]] = []
    for item in tally.items:
        label = f"{item.model}, {item.title or item.stage} ({item.method})"
        ends = None
        if item.estimate is not None:
            low, high = item.estimate.interval(LEVEL)
            ends = (low, item.estimate.median, high)
        rows.append((label, ends))
    rows.append(("sum" if tally.complete else "known part", tally.known))
    values = [passing.value for passing in tally.passings]
    shown = [end for _, ends in rows if ends is not None for end in ends] + values
    if not shown:
        return
    first, last = math.floor(math.log10(min(shown))), math.ceil(math.log10(max(shown)))
    span = max(last - first, 1)

    def column(flop: float) -> int:
        return round((math.log10(flop) - first) / span * (COLUMNS - 1))

    for label, ends in rows:
        line = ["|" if place in {column(v) for v in values} else " " for place in range(COLUMNS)]
        if ends is not None:
            low, middle, high = (column(end) for end in ends)
            line[low : high + 1] = "=" * (high - low + 1)
            line[middle] = "o"
        yield Text(f"  {'' if ends is not None else '?':>1} {''.join(line)}  {label[:46]}")
    labels = ""
    for power in range(first, first + span + 1):
        place = min(column(10.0**power), COLUMNS - 4)
        if place >= len(labels) + (1 if labels else 0):
            labels = labels.ljust(place) + f"1e{power}"
    yield Text(f"    {labels}  o median, = 90 % interval, | asked for")
