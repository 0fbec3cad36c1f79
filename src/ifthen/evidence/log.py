"""What an evaluation log holds, independent of the reader that read it.

These values say what stands in the file. Nothing in them is believed: the numbers are recomputed
in :mod:`ifthen.evidence.recompute` and compared in :mod:`ifthen.evidence.consistency`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Severity = Literal["contradiction", "notice"]
SampleId = str | int

MAX_LINE = 300


def format_line(text: str) -> str:
    """Return ``text`` as one line of 1 to 300 characters that can be written as UTF-8.

    Log content is foreign: it can hold line breaks, lone surrogates, or megabytes.
    """
    clipped = text if len(text) <= MAX_LINE else text[: MAX_LINE - 3] + "..."
    clean = clipped.encode("utf-8", "replace").decode("utf-8")
    line = "".join(character if character.isprintable() else " " for character in clean)
    return line if line.strip() else "(empty)"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the reader of a log has to know.

    A ``contradiction`` means that the numbers cannot be trusted; a ``notice`` does not.
    """

    code: str
    severity: Severity
    message: str
    where: str | None = None


def contradiction(code: str, message: str, where: str | None = None) -> Finding:
    """Return a finding that makes the log unusable as evidence."""
    return Finding(code, "contradiction", message, where)


def notice(code: str, message: str, where: str | None = None) -> Finding:
    """Return a finding that leaves the log usable."""
    return Finding(code, "notice", message, where)


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleScore:
    """The score that one scorer gave one sample."""

    value: Any
    """The value as it stands in the log: text, number, truth value, list or mapping."""
    history: tuple[Any, ...] = ()
    """Values that the score had, oldest first and the current one last; empty if never edited."""
    authors: tuple[str, ...] = ()
    """Who edited it, one name for each edit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One question asked once."""

    id: SampleId
    epoch: int
    """Which asking of the question this is, from 1."""
    place: str
    """Member or part of the file it stands in."""
    error: bool = False
    """Whether it ended in an error."""
    limit: str | None = None
    """Type of the limit that stopped it, such as ``token``."""
    invalidated: bool = False
    """Whether somebody declared it invalid."""
    invalidated_by: str | None = None
    """Who declared it invalid."""
    scores: Mapping[str, SampleScore] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    """Models that the sample's usage counts name."""
    sha256: bytes | None = None
    """SHA-256 of the bytes that hold the sample: 32 bytes; None where no bytes are its alone."""
    question_sha256: bytes | None = None
    """SHA-256 of the question's id, input and target as JSON; 32 bytes."""
    uuid: str | None = None
    """Name that the producer gave to this attempt at the question alone."""
    superseded: tuple[Mapping[str, SampleScore], ...] = ()
    """Scores of earlier attempts at this sample that the log holds besides the one that counts."""
    told: Mapping[str, SampleScore] = field(default_factory=dict)
    """Other scores than its own that the sample's events tell, by scorer."""
    told_end: Literal["error", "limit", "neither"] | None = None
    """How the sample's events say that it ended, where the sample itself says otherwise."""
    fallbacks: tuple[str, ...] = ()
    """Models in whose place another answered: ``NAME by OTHER``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogFile:
    """One of the files that a log consists of."""

    path: str
    """Path relative to the folder of the main file, with forward slashes."""
    sha256: str
    """``sha256:`` and 64 hex digits."""
    bytes: int
    """Size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """A metric as the log names it, with its options and, in results, its value."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    """The stated value; None where none is stated or where it is not a number (NaN)."""
    group: str | None = None
    """Metric of several values that this one is a part of, where the log names it."""
    is_nan: bool = False
    """Whether the log states the value as no number: NaN, or null in its place."""

    @property
    def is_plain(self) -> bool:
        """Whether no option changes what the metric computes."""
        return all(option is None for option in self.options.values())


def state_metric(name: str, value: float | None) -> Metric:
    """Return a metric with its stated value; NaN and infinity are stated, but no number."""
    finite = value is not None and math.isfinite(value)
    return Metric(
        name=name, value=value if finite else None, is_nan=value is not None and not finite
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorer:
    """A scorer that the log declares before the run."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    """Metrics of the whole score. Metrics of single keys of a score appear in results only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Metrics that the log states for one scorer and one way to reduce epochs."""

    scorer: str
    key: str | None = None
    """Key of a mapping-valued score that the metrics run over; None for the whole score."""
    reducer: str | None = None
    metrics: tuple[Metric, ...] = ()
    scored: int | None = None
    """Questions with a score, as stated."""
    unscored: int | None = None
    """Questions without a score, as stated."""

    @property
    def label(self) -> str:
        """Name of the scorer, with the key after a slash."""
        return self.scorer if self.key is None else f"{self.scorer}/{self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reduction:
    """The scores per question that the log states for one scorer and reducer."""

    scorer: str
    reducer: str | None
    values: Sequence[tuple[SampleId | None, Any]]
    """Pairs of sample id and reduced value."""
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What the log says was set for the model: solvers, tools, limits, options of generation."""

    steps: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    """Tools that the arguments of the solvers name; tools inside other code are not seen."""
    limits: Mapping[str, float] = field(default_factory=dict)
    generation: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopping:
    """What a log says of the program that was allowed to end the run early."""

    manager: str
    """Name of the program."""
    left_out: frozenset[tuple[str, int]] = frozenset()
    """Id, as text, and epoch of every sample that was left out."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What it left for others to read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFacts:
    """Statements of the log about the run: the fields of ``record.Run``, and a few more."""

    task: str
    model: str
    created: datetime
    """When the run was started, with its time zone."""
    status: str
    producer: str
    epochs: int
    weights_sha256: str | None = None
    engine: str | None = None
    elicitation: str | Mapping[str, Any] | None = None
    """How the model was elicited: words, or the keys of an elicitation record, as logged."""
    setup: Setup | None = None
    """What was set for the model; None where the format says nothing of it."""
    task_args: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the task, as logged."""
    dataset: str | None = None
    questions: int | None = None
    reducers: tuple[str, ...] | None = None
    """Declared epoch reducers; None where the producer's default (mean) holds."""
    dirty: bool = False
    """Whether the code that ran had uncommitted changes."""
    packages: Mapping[str, Any] = field(default_factory=dict)
    """Versions of packages by their names, as stated; the producer's own may be among them."""
    models: tuple[str, ...] = ()
    """Every model that usage counts or roles name."""
    stopping: Stopping | None = None
    """What was allowed to leave samples out; None where nothing was."""
    updates: tuple[str, ...] = ()
    """Authors of changes to the log's tags and metadata after the run."""
    retuned: int = 0
    """Number of configuration changes during the run."""
    epochs_vary: bool = False
    """Whether questions were asked different numbers of times, as found: no number is stated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """One evaluation log, as read."""

    format: str
    """Name of the format, as :data:`ifthen.evidence.formats.FORMATS` has it."""
    sha256: str
    """Digest of the file, ``sha256:`` and 64 hex digits; of several files, of their list."""
    bytes: int
    """Size of the file, or of all files."""
    files: tuple[LogFile, ...] = ()
    """Every file, main file first, where the log consists of several."""
    part: str | None = None
    """Which of several results in the file this is."""
    claim: Literal["samples", "counts", "stated"] = "samples"
    """What stands behind the numbers: samples, counts for each item, or the statement alone."""
    run: RunFacts
    scorers: tuple[Scorer, ...]
    sample_ids: tuple[SampleId, ...] | None
    """Ids of the questions that the run covers, as stated; None where the log states none."""
    total: int | None
    """Stated number of samples (questions times epochs)."""
    completed: int | None
    """Stated number of samples without error."""
    results: tuple[Result, ...]
    samples: Sequence[Sample]
    """Ordered by epoch, then by the place of the id in the dataset, as the producer runs them."""
    summaries: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
    """What parts with summaries say of the samples, by part: errors, scores, kept metadata."""
    reductions: tuple[Reduction, ...] = ()
    repeats: frozenset[Literal["summaries", "reductions"]] = frozenset()
    """Parts in which a log of this format always says its scores again."""
    start_differs: tuple[str, ...] = ()
    """Parts of the header that differ from what was written when the run began."""
    findings: tuple[Finding, ...] = ()
    """Faults in the structure of the file."""
