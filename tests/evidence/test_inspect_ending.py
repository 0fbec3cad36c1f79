"""How a sample's events say it ended: events of real samples, and logs in which one was changed.

The kinds of events are those of samples that inspect-ai 0.3.58, 0.3.130 and 0.3.285 ran with a mock
model: errors of the solver and of the scorer, limits of the sample, of a part of it, and of its own
code. The logs have an event for every score.
"""

import json

import pytest
from tests.evidence.tampering import codes, result

from ifthen.evidence.inspect_ending import find_other_end
from ifthen.evidence.inspect_samples import SampleDecoder
from ifthen.evidence.record import CountingRule

TOKENS = {"type": "token", "limit": 5}
CODE = "log.ending-differs"


def end_of(events, left=None, **fields):
    """Return the end that events tell; what ``left`` says is of the first after the limit."""
    tree = {"id": 1, "epoch": 1, **fields}
    tree["events"] = [
        dict(zip(("event", "type"), name.split(":"), strict=False)) for name in events
    ]
    if left is not None:
        tree["events"][3] |= left
    sample = SampleDecoder("x").decode(json.dumps(tree).encode(), "x")
    kinds = {"error", "sample_limit", "score", "score_edit"}
    return find_other_end(sample, [event for event in sample.events if event.event in kinds])


SCORING = ("span_begin:scorers", "span_begin:scorer", "score")
SCORED = ("span_begin:solvers", "model", *SCORING)
FAILED = ("span_begin:solvers", "model", "logger", "error")
UNGRADED = ("span_begin:solvers", "model", *SCORING[:2], "logger", "error")
STOPPED = ("span_begin:solvers", "model", "sample_limit:message", *SCORING)
ASKED_ON = ("span_begin:solvers", "model", "sample_limit:message", "model", *SCORING)
GRADED = ("span_begin:solvers", "sample_limit:token", *SCORING[:2], "model", "score")
OLD = ("step", "model", "sample_limit:message", "model", "step", "score", "step")
ENDED = ("span_begin:solvers", "model", "sample_limit:operator", *SCORING)
FAILED_AFTER = (*ENDED[:5], "model", "error")
PART_FAILED = (*STOPPED[:3], "model", "logger", "error")
ERROR, LIMIT = {"error": {"message": "x"}}, {"limit": TOKENS}
BY_HAND = {"limit": {"type": "operator", "limit": 1}}


@pytest.mark.parametrize(
    ("events", "fields", "end"),
    [
        (SCORED, {}, None), (SCORED, {"error": None, "limit": None}, None),
        (FAILED, ERROR, None), (UNGRADED, ERROR, None), ((*FAILED, *SCORING), ERROR, None),
        (STOPPED, LIMIT, None), (GRADED, LIMIT, None), (OLD, LIMIT, None),
        (ASKED_ON, {}, None), ((), ERROR, None), ((), LIMIT, None),
        (ENDED, BY_HAND, None), (FAILED_AFTER, BY_HAND, None),
        (FAILED, BY_HAND, "error"), (UNGRADED, BY_HAND, "error"), (PART_FAILED, BY_HAND, "error"),
        ((*STOPPED[:5], "error"), BY_HAND, "error"), (FAILED_AFTER, LIMIT, "error"),
        (FAILED_AFTER, {}, "error"),
        (FAILED, {}, "error"), (UNGRADED, {}, "error"), ((*FAILED, *SCORING), {}, "error"),
        (FAILED, {"error": []}, "error"), (UNGRADED, LIMIT, "error"),
        (STOPPED, {}, "limit"), (GRADED, {}, "limit"), (OLD, {}, "limit"),
        (STOPPED[:3], {}, "limit"), ((*ASKED_ON[:4], "sample_limit:time"), {}, "limit"),
        (SCORED, ERROR, "neither"), (STOPPED, ERROR, "neither"), (SCORED, LIMIT, "neither"),
        (ASKED_ON[3:], LIMIT, "neither"), (SCORED, BY_HAND, "neither"),
        (ASKED_ON, LIMIT, "neither"), (ASKED_ON, BY_HAND, "neither"),
    ],
)  # fmt: skip
def test_how_a_sample_ended(events, fields, end):
    assert (end_of(events, **fields) if events else None) == end


@pytest.mark.parametrize("left", [{"pending": True}, {"error": "model call cancelled"}])
@pytest.mark.parametrize(("fields", "end"), [(LIMIT, None), ({}, "limit")])
def test_what_agents_beside_asked_when_the_limit_was_met_was_broken_off(left, fields, end):
    """As in runs of 0.3.210 and 0.3.285 in which five agents asked a model at a time."""
    assert end_of(ASKED_ON, left, **fields) == end
    assert end_of((*ASKED_ON[:4], "model", *SCORING), left, **fields) == (
        "neither" if fields else None
    )


def take_away(log, field):
    """Take a field out of the first sample and of everything that says it again."""
    first = log.samples[0]
    first.pop(field, None)
    for item in (*log.summaries, *log.journal):
        if (item["id"], item["epoch"]) == (first["id"], first["epoch"]):
            item.pop(field, None)
    return first


def state(log, field, value, short):
    take_away(log, field)[field] = value
    first = log.samples[0]
    for item in (*log.summaries, *log.journal):
        if (item["id"], item["epoch"]) == (first["id"], first["epoch"]):
            item[field] = short


INCORRECT = CountingRule(error="incorrect", limit="incorrect")
with_events = pytest.mark.parametrize("name", ["plain", "epochs"])


@with_events
def test_error_taken_away_everywhere_but_in_the_events(log):
    before = result(log.to_bytes()).measurements[0]
    log.samples[0]["events"].append({"event": "error", "error": {"message": "x"}})
    assert codes(log) == {CODE}
    after = result(log.to_bytes()).measurements[0]
    share = 1 / len({sample["epoch"] for sample in log.samples})
    assert after.high - after.low == pytest.approx(before.high - before.low + share)


@with_events
@pytest.mark.parametrize(
    ("field", "value", "short"), [("error", {"message": "x"}, "x"), ("limit", TOKENS, "token")]
)
def test_end_that_a_sample_was_given_counts_from_0_to_1(log, field, value, short):
    """A framework can say that samples with an error or a limit count as incorrect."""
    before = result(log.to_bytes(), counting=INCORRECT).measurements[0]
    state(log, field, value, short)
    if field == "error":
        log.header["results"]["completed_samples"] -= 1
    assert codes(log) == set()
    assert CODE in codes(log, "notice")
    after = result(log.to_bytes(), counting=INCORRECT).measurements[0]
    assert after.low <= before.low == before.high <= after.high
    assert after.low < after.high
    log.samples[0]["events"] = []  # the log does not tell: the framework's rule holds
    after = result(log.to_bytes(), counting=INCORRECT).measurements[0]
    assert after.low == after.high


@with_events
def test_limit_taken_away_everywhere_but_in_the_events(log):
    first = log.samples[0]
    place = next(at for at, each in enumerate(first["events"]) if each["event"] == "score")
    first["events"].insert(place, {"event": "sample_limit", "type": "token", "message": "x"})
    assert codes(log) == set()
    assert CODE in codes(log, "notice")
    after = result(log.to_bytes()).measurements[0]
    assert after.low < after.high
    log.samples[0]["limit"] = TOKENS
    for item in (*log.summaries, *log.journal):
        if (item["id"], item["epoch"]) == (first["id"], first["epoch"]):
            item["limit"] = "token"
    assert CODE not in codes(log, "notice") | codes(log)
