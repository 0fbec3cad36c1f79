"""The evidence document: what one evaluation log holds, recomputed from its samples.

A record pins a log by its SHA-256 and says what was found in it. It is a convenience for readers
and for the public record; a decision recomputes it from the log and refuses a record that differs.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, StrictBool

from ifthen.encoding.document import (
    Digest,
    Id,
    Line,
    Moment,
    Part,
    Salted,
    Text,
    dump_document,
)
from ifthen.encoding.elicitation import Elicitation

UNSTATED = frozenset({"metr-runs", "metr-counts"})
"""Formats that state no mean: what is recomputed has nothing to agree with."""


class FileReference(Part):
    """One of several files that a log consists of."""

    path: Line
    """Path relative to the folder of the log's main file, with forward slashes."""
    sha256: Digest
    """Digest of the whole file."""
    bytes: int = Field(ge=0)
    """Size of the file."""


class LogReference(Part):
    """Which file the record was made from."""

    path: Line
    """Path of the log, relative to the workspace, with forward slashes."""
    sha256: Digest
    """Digest of the whole file; of several files, that of the canonical JSON of their list."""
    bytes: int = Field(ge=0)
    """Size of the file, or of all files."""
    format: Line
    """Which reader read it."""
    part: Line | None = None
    """Which of several results in the file it is."""
    claim: Literal["samples", "counts", "stated"] = "samples"
    """What stands behind the numbers: samples, counts for each item, or the statement alone."""
    files: tuple[FileReference, ...] = ()
    """Every file, the main file first, where the log consists of several."""


class Setup(Part):
    """What the log says was set for the model. A tool or limit inside other code is not seen."""

    steps: tuple[Line, ...] = ()
    """Solvers in their order."""
    tools: tuple[Line, ...] = ()
    """Tools that the arguments of the solvers name."""
    limits: dict[str, float] = Field(default_factory=dict)
    """Limits for one sample, such as message_limit and token_limit; times in seconds."""
    generation: dict[str, StrictBool | float | Line] = Field(default_factory=dict)
    """Options of generation that are single values, such as temperature and reasoning_effort."""


class EarlyStopping(Part):
    """The run could end early. What it left out counts 0 to 1; its metrics are no estimate."""

    manager: Line
    """Program that decided when the run ended."""
    left_out: int = Field(ge=0)
    """Number of samples that it left out."""


class Run(Part):
    """What the log says about the run. These are statements of the log, not checked facts."""

    task: Line
    """Name of the task."""
    task_args: dict[str, StrictBool | float | Line] = Field(default_factory=dict)
    """Arguments of the task that are single values (text, number, true or false)."""
    model: Line
    """Name of the model as the run called it."""
    weights_sha256: Digest | None = None
    """Digest of the weights, where the log's metadata states one under ``weights_sha256``."""
    engine: Line | None = None
    """Inference engine and version, from the log's metadata key ``engine``."""
    elicitation: Line | Elicitation | None = None
    """How the model was elicited, from the log's metadata key ``elicitation``: words, or keys."""
    setup: Setup | None = None
    """What the log says was set for the model; null where its format says nothing of it."""
    created: Moment
    """When the run was started."""
    status: Line
    """Status of the run: success, error, cancelled, started."""
    producer: Line
    """Software that wrote the log, with version."""
    packages: dict[str, Line] = Field(default_factory=dict)
    """Versions of further packages that the log names, such as the one that holds the task."""
    dirty: bool = False
    """Whether the log says that the code that ran had changes that no commit holds."""
    dataset: Line | None = None
    """Name of the dataset."""
    questions: int | None = Field(default=None, ge=0)
    """Number of questions that the log says the run covers, after its limit."""
    epochs: int = Field(ge=1)
    """How often each question was asked."""
    early_stopping: EarlyStopping | None = None
    """What ended the run early; null where every question was to be asked."""


class SampleCounts(Part):
    """How many samples have which status. A sample counts once under each status that it has."""

    total: int = Field(ge=0)
    """Samples in the log (questions times epochs)."""
    ok: int = Field(ge=0)
    """Scored, and none of the states below."""
    error: int = Field(ge=0)
    """Ended in an error."""
    limit: int = Field(ge=0)
    """Stopped by a message, token, time or other limit."""
    invalidated: int = Field(ge=0)
    """Declared invalid by somebody, with provenance."""
    unscored: int = Field(ge=0)
    """Without a usable score of at least one scorer."""
    edited: int = Field(ge=0)
    """With a score that was changed after the run."""


class CountingRule(Part):
    """How samples count that ended otherwise than by an answer, as the framework says it.

    ``either``: 0 at worst, 1 at best; ``incorrect``: 0; ``as-scored``: what the scorer gave.
    """

    error: Literal["either", "incorrect", "as-scored"] = "either"
    """Samples that ended in an error."""
    limit: Literal["either", "incorrect", "as-scored"] = "either"
    """Samples that a limit stopped."""
    unscored: Literal["either", "incorrect"] = "either"
    """Samples without a usable score."""


class Exclusion(Part):
    """A question that somebody holds to be unfit, and why.

    It still counts in the bounds, with any score that it could have had.
    """

    question: Line
    """Id of the question."""
    reason: Text
    """Why it is unfit."""


class Excluded(Part):
    """A metric without the excluded questions, to show what they change."""

    questions: int = Field(ge=0)
    """Number of questions that are left."""
    value: float | None
    """The metric over them, by the producer's own rule."""
    low: float = Field(ge=0)
    """Least possible sum of their scores."""
    high: float = Field(ge=0)
    """Greatest possible sum of their scores."""


class Integrity(Part):
    """Digests that bind the samples and the questions."""

    samples_root: Digest | None = None
    """Root of the Merkle tree (RFC 6962) over the SHA-256 of each sample's bytes, in the order of
    the run: a single sample can be shown to belong to it."""
    dataset_sha256: Digest | None = None
    """SHA-256 over the digests of the questions (id, input, target), each once, in the order of
    the run: another data set has another one, whatever it is called."""


class ClusterTally(Part):
    """Questions of one cluster (a family of related questions) and the sums of their scores."""

    cluster: Line
    """Value of the cluster key in the samples' metadata."""
    questions: int = Field(ge=1)
    """Number of questions."""
    low: float = Field(ge=0)
    """Least possible sum of the question scores."""
    high: float = Field(ge=0)
    """Greatest possible sum of the question scores."""


class Measurement(Part):
    """One metric of one scorer, recomputed from the samples.

    Each question has one score in [0, 1] after its epochs are reduced. A sample without a usable
    score could have had any, so it counts 0 in ``low`` and 1 in ``high``; an edited score counts
    with the lesser of its values in ``low`` and the greater in ``high``.
    """

    scorer: Line
    """Name of the scorer."""
    metric: Line
    """Name of the metric, such as accuracy."""
    reducer: Line
    """How the epochs of a question become one score."""
    value: float | None
    """The metric recomputed by the producer's own rule; null where it has none."""
    stated: float | None = None
    """The metric as the log's header states it; null where it states none."""
    agrees: bool
    """Whether the stated value is the recomputed one."""
    questions: int = Field(ge=0)
    """Number of questions that the sums below run over."""
    low: float = Field(ge=0)
    """Least possible sum of the question scores."""
    high: float = Field(ge=0)
    """Greatest possible sum of the question scores."""
    excluding: Excluded | None = None
    """The same without the excluded questions; null where none is excluded."""
    clusters: tuple[ClusterTally, ...] | None = None
    """The same sums by cluster, ordered by cluster name; null without a cluster key."""


class LogFinding(Part):
    """Something that the reader of the log has to know."""

    code: Line
    """Stable dotted code, such as ``log.header-differs``."""
    severity: Literal["contradiction", "notice"]
    """A contradiction makes the log unusable as evidence; a notice does not."""
    message: Line
    """What was found, what was expected."""
    where: Line | None = None
    """Member or part of the log."""


class EvidenceRecord(Salted):
    """What one log holds, for one evaluation of one model."""

    kind: Literal["evidence"]
    evaluation: Id
    """The framework's evaluation that the log answers."""
    model: Id
    """The model that it was run on."""
    plan: Id | None = None
    """The plan registered before the run."""
    recorded_by: Line
    """Who added the log."""
    recorded_at: Moment
    """When it was added."""
    cluster_by: Line | None = None
    """Key of the samples' metadata that groups related questions."""
    counting: CountingRule = CountingRule()
    """How samples count that ended otherwise than by an answer."""
    exclusions: tuple[Exclusion, ...] = ()
    """Questions that somebody holds to be unfit; the numbers are shown with and without them."""
    elicitation: Elicitation | None = None
    """How the model was elicited, as whoever added the log states it."""
    log: LogReference
    """The log that the record was made from."""
    run: Run
    """What the log says about the run."""
    samples: SampleCounts
    """How many samples have which status."""
    integrity: Integrity = Integrity()
    """Digests that bind the samples and the questions."""
    measurements: tuple[Measurement, ...]
    """Metrics recomputed from the samples."""
    findings: tuple[LogFinding, ...] = ()
    """What the reader of the log has to know."""


RECOMPUTED = ("log", "run", "samples", "integrity", "measurements", "findings")
"""Parts of a record that come from the log and are compared with it (of log, all but the path)."""


def dump_parts(record: EvidenceRecord) -> dict[str, Any]:
    """Return the parts of a record that its log yields, as plain data."""
    dumped = dump_document(record)
    parts = {part: dumped[part] for part in RECOMPUTED if part in dumped}
    return parts | {"log": {key: parts["log"][key] for key in parts["log"] if key != "path"}}


ADDED = frozenset({"packages", "dirty"})
"""Keys of a run that records of earlier versions do not have."""


def list_differing(stated: Mapping[str, Any], recomputed: Mapping[str, Any]) -> list[str]:
    """Return the names of the parts that a record states otherwise than its log.

    A record whose run has none of the keys :data:`ADDED` was made before there were any: it says
    less than its log, not something else. One that has any has to have all that the log yields.
    """
    run = recomputed.get("run")
    if isinstance(run, Mapping) and not ADDED & stated.get("run", {}).keys():
        run = {key: value for key, value in run.items() if key not in ADDED}
    found = {**recomputed, "run": run}
    return [part for part in RECOMPUTED if stated.get(part) != found.get(part)]
