"""How the events of an Inspect sample say that it ended, beside what the sample states.

A sample that ended in an error or at a limit counts by the framework's rule for these. Whoever
takes that statement away, or adds it, changes how the sample counts, and leaves every score as it
was; the events tell of it all the same. Facts from runs of releases 0.3.58, 0.3.130, 0.3.210 and
0.3.285: an error of a sample is an event of it, and so is every limit that Inspect itself enforces.
"""

from collections.abc import Sequence
from typing import Literal

from ifthen.evidence.inspect_format import NO_VALUE, EventJson, SampleJson

_GOES_ON = ("model", "tool")
_SCORING = ("score", "score_edit")


def find_other_end(
    sample: SampleJson, telling: Sequence[EventJson]
) -> Literal["error", "limit", "neither"] | None:
    """Return how the events of a sample say that it ended, or None where the sample says the same.

    ``telling`` are its events of errors, limits and scores. A scorer that fails after an operator
    ended the sample leaves an event and no error; that the operator did is an event before it. A
    stated limit that the events do not end at, such as one of a part of the sample, did not end it.
    """
    kinds = {event.event for event in telling}
    limit = sample.limit if sample.held_limit is not NO_VALUE else None
    is_error = sample.held_error is not NO_VALUE and sample.is_error
    if is_error:
        return None if "error" in kinds else "neither"
    if "error" in kinds:
        by_hand = any(
            event.event == "sample_limit" and event.type == "operator" for event in telling
        )
        return None if by_hand and limit is not None and limit.type == "operator" else "error"
    at_limit = "sample_limit" in kinds and _ends_at_limit(sample.events or ())
    if limit is not None:
        return None if at_limit else "neither"
    return "limit" if at_limit else None


def _ends_at_limit(events: Sequence[EventJson]) -> bool:
    """Return whether nothing but scoring comes after the last limit.

    A limit on a part of a sample, such as the work of one agent, lets the rest go on. Releases that
    write steps in place of spans know no such limits, and asked a model on after one of the whole.
    What agents asked beside the one that met the limit was broken off: it is pending or an error.
    """
    if any(event.event == "step" for event in events):
        return True
    last = max(row for row, event in enumerate(events) if event.event == "sample_limit")
    for event in events[last + 1 :]:
        if event.event in _SCORING or (event.event == "span_begin" and event.type == "scorers"):
            return True
        if event.event in _GOES_ON and not event.pending and event.error is None:
            return False
    return True
