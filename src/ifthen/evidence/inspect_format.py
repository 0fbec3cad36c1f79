"""The parts of Inspect's log format, version 2, that are read, and what they mean.

The structures name only the fields in use; every other field of the foreign format is ignored.
Inspect writes the score of a sample without score as the bare constant NaN, which is not JSON: a
part that holds one is read again by the standard library, which accepts it.
"""

import json
from typing import Any, TypeVar

import msgspec

from ifthen.errors import Error

VERSION = 2
UNCHANGED = "UNCHANGED"
"""What Inspect writes for a field that an edit leaves alone."""


NO_JSON = msgspec.Raw()
"""Stands where a raw part is absent."""


class Versioned(msgspec.Struct):
    """The field that says how to read the rest."""

    version: Any = None
    status: Any = None


class MetricJson(msgspec.Struct):
    """A declared metric (``options``) or a stated one (``value``, ``params``)."""

    name: str
    value: float | None = None
    options: dict[str, Any] | None = None
    params: dict[str, Any] | None = None
    group: str | None = None


class ScorerJson(msgspec.Struct):
    """A declared scorer."""

    name: str
    options: dict[str, Any] | None = None
    metrics: Any = None


class ScoreResultJson(msgspec.Struct):
    """Stated metrics of one scorer and reducer."""

    name: str
    scorer: str | None = None
    reducer: str | None = None
    scored_samples: int | None = None
    unscored_samples: int | None = None
    metrics: dict[str, MetricJson] = {}


class ResultsJson(msgspec.Struct):
    """Stated results."""

    total_samples: int | None = None
    completed_samples: int | None = None
    early_stopping: Any = None
    scores: list[ScoreResultJson] = []


class DatasetJson(msgspec.Struct):
    """The dataset that the run used."""

    name: str | None = None
    samples: int | None = None
    sample_ids: list[str | int] | None = None


class ConfigJson(msgspec.Struct):
    """Options of the run."""

    epochs: int | None = None
    epochs_reducer: list[str] | None = None
    limit: Any = None
    sample_id: Any = None
    message_limit: Any = None
    token_limit: Any = None
    turn_limit: Any = None
    time_limit: Any = None
    working_limit: Any = None
    cost_limit: Any = None


class RevisionJson(msgspec.Struct):
    """State of the source code."""

    dirty: bool | None = None


class EvalJson(msgspec.Struct):
    """Identity of the run."""

    task: str
    model: str
    created: str
    task_args: dict[str, Any] = {}
    dataset: DatasetJson = msgspec.field(default_factory=DatasetJson)
    config: ConfigJson = msgspec.field(default_factory=ConfigJson)
    revision: RevisionJson | None = None
    packages: dict[str, Any] = {}
    model_roles: Any = None
    scorers: list[ScorerJson] | None = None
    metadata: dict[str, Any] | None = None


class StatsJson(msgspec.Struct):
    """Usage counts, by model."""

    model_usage: dict[str, Any] = {}


class ProvenanceJson(msgspec.Struct, gc=False):
    """Who changed something."""

    author: str | None = None


class UpdateJson(msgspec.Struct):
    """A change after the run."""

    provenance: ProvenanceJson | None = None


class HeaderJson(msgspec.Struct):
    """A log without its samples."""

    eval: EvalJson
    status: str = "started"
    results: ResultsJson | None = None
    stats: StatsJson = msgspec.field(default_factory=StatsJson)
    plan: Any = None
    error: Any = None
    invalidated: Any = None
    log_updates: list[UpdateJson] | None = None
    config_updates: list[Any] | None = None
    metadata: dict[str, Any] | None = None


class Held:
    """What the decoder takes for a value that it hands over, so that it can be counted."""

    __slots__ = ()
    value: Any


class Value(msgspec.Struct, Held, frozen=True, gc=False):
    """A value of a sample or a score; one is made for each that is decoded.

    It is a structure because those are made in a third of the time.
    """

    value: Any = None


NO_VALUE, NO_CHANGE = Value(), Value(UNCHANGED)
"""Stand where a value is absent."""


class EditJson(msgspec.Struct, gc=False):
    """One entry of a score's history; the first one is the original and has no provenance."""

    value: Held = NO_CHANGE
    provenance: ProvenanceJson | None = None


class ScoreJson(msgspec.Struct, gc=False):
    """A score."""

    value: Held = NO_VALUE
    history: list[EditJson] | None = None


class LimitJson(msgspec.Struct, gc=False):
    """The limit that stopped a sample."""

    type: str


class FallbackJson(msgspec.Struct, gc=False):
    """Another model that answered in place of the one that was asked."""

    model: str = "unknown"
    fallback_model: str = "unknown"


class MessageJson(msgspec.Struct, gc=False):
    """A message of a question; its id is another one in each epoch."""

    content: Any = None
    role: str | None = None


class IgnoredJson(msgspec.Struct, gc=False):
    """An object of which only the presence counts."""


class EventJson(msgspec.Struct, gc=False):
    """An event of a sample; scores, edits of scores, errors and limits are looked at."""

    event: Any = None
    type: Any = None
    scorer: Any = None
    score: Any = None
    intermediate: Any = None
    pending: Any = None
    error: Any = None


class SampleJson(msgspec.Struct, gc=False):
    """A sample. Raw parts are decoded where they are needed.

    What is held is a :class:`Value` so that it can be counted: of a key that stands twice, the
    first value is lost. What that could hide elsewhere, the summaries tell.
    """

    held_id: Held = msgspec.field(name="id")
    held_epoch: Held = msgspec.field(name="epoch")
    input: str | list[MessageJson] = ""
    target: str | list[str] = ""
    held_error: Held = msgspec.field(name="error", default=NO_VALUE)
    error_retries: msgspec.Raw = NO_JSON
    held_limit: Held = msgspec.field(name="limit", default=NO_VALUE)
    held_invalidation: Held = msgspec.field(name="invalidation", default=NO_VALUE)
    scores: dict[str, ScoreJson] | None = None
    metadata: msgspec.Raw = NO_JSON
    model_usage: dict[str, IgnoredJson] | None = None
    model_fallbacks: list[FallbackJson] | None = None
    events: list[EventJson] | None = None
    uuid: str | None = None

    @property
    def id(self) -> str | int:
        """Name of the question."""
        found: str | int = self.held_id.value
        return found

    @property
    def epoch(self) -> int:
        """Which asking of the question it is."""
        found: int = self.held_epoch.value
        return found

    @property
    def is_error(self) -> bool:
        """Whether it ended in an error."""
        return self.held_error.value not in (None, [])

    @property
    def limit(self) -> LimitJson | None:
        """The limit that stopped it."""
        return msgspec.convert(self.held_limit.value, LimitJson | None)

    @property
    def invalidation(self) -> ProvenanceJson | None:
        """Who declared it invalid."""
        return msgspec.convert(self.held_invalidation.value, ProvenanceJson | None)

    def check_types(self) -> None:
        """Refuse held values of another type.

        Raises:
            msgspec.ValidationError: as the decoder does it for values that are not held.
        """
        if type(self.held_id.value) is not str and type(self.held_id.value) is not int:
            raise msgspec.ValidationError("Expected `str | int` - at `$.id`")
        if type(self.held_epoch.value) is not int:
            raise msgspec.ValidationError("Expected `int` - at `$.epoch`")
        if self.held_limit is not NO_VALUE or self.held_invalidation is not NO_VALUE:
            self.limit, self.invalidation  # noqa: B018 - they are checked where they are converted

    def count_values(self) -> int:
        """Return how many values it holds."""
        count = 2 + (self.held_error is not NO_VALUE)  # id and epoch are always there
        count += (self.held_limit is not NO_VALUE) + (self.held_invalidation is not NO_VALUE)
        if self.scores:
            for score in self.scores.values():
                count += score.value is not NO_VALUE
                if score.history:
                    for edit in score.history:
                        count += edit.value is not NO_CHANGE
        return count


class SummaryScoreJson(msgspec.Struct, gc=False):
    """The value of a score in a summary."""

    value: Any = None


class SummaryJson(msgspec.Struct, gc=False):
    """A summary of a sample."""

    id: str | int
    epoch: int
    input: str | list[MessageJson] | None = None
    target: str | list[str] = ""
    error: Any = None
    limit: str | None = None
    scores: dict[str, SummaryScoreJson] | None = None
    metadata: dict[str, Any] | None = None
    model_usage: dict[str, IgnoredJson] | None = None
    model_fallbacks: list[FallbackJson] | None = None
    uuid: str | None = None


class StartJson(msgspec.Struct):
    """The parts of a header, and of what was written when the run began, that have to be equal."""

    eval: dict[str, Any]
    plan: Any = None
    config_updates: list[Any] | None = None


CHOICES = ("epochs", "epochs_reducer", "limit", "sample_id")
"""Options of a run that cannot be changed while it goes on: which questions were asked, how often,
and how their scores are reduced."""


class ReducedJson(msgspec.Struct, gc=False):
    """The score of one question after its epochs were reduced."""

    sample_id: str | int | None = None
    value: Any = None


class ReductionJson(msgspec.Struct):
    """The scores per question of one scorer and reducer."""

    scorer: str
    reducer: str | None = None
    samples: list[ReducedJson] = []


class LogJson(HeaderJson):
    """A whole log in the JSON format."""

    samples: list[msgspec.Raw] | None = None
    reductions: list[ReductionJson] | None = None


T = TypeVar("T")
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(data: bytes, kind: type[T], *, where: str) -> T:
    """Return ``data`` as the structure ``kind``.

    Raises:
        Error: ``log.not-json``, or ``log.wrong-shape`` for a field of another type.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        try:
            value: T = decoder.decode(data)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            value = msgspec.convert(json.loads(data.decode("utf-8")), kind)
    except msgspec.ValidationError as error:
        raise Error("log.wrong-shape", str(error), where=where) from error
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except (ValueError, OverflowError) as error:
        raise Error("log.not-json", f"not JSON: {error}", where=where) from error
    return value


def is_equal(one: Any, other: Any) -> bool:
    """Return whether two JSON values are the same, true apart from 1 and NaN the same as NaN.

    Values nested too deep to be written are not.
    """
    try:
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    except RecursionError:
        return False


def check_version(data: bytes, *, where: str, known: tuple[int, ...] = (VERSION,)) -> Versioned:
    """Return the version and status of a header.

    Raises:
        Error: ``log.unknown-version`` for a version that is not ``known``, and those of
            :func:`decode`.
    """
    versioned = decode(data, Versioned, where=where)
    if type(versioned.version) is not int or versioned.version not in known:
        found = repr(versioned.version)[:40]
        expected = " and ".join(map(str, known))
        raise Error(
            "log.unknown-version",
            f"log format version {found}; {expected} can be read",
            where=where,
            hint="use an ifthen version that reads this format",
        )
    return versioned
