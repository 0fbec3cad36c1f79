"""The mapping file: what the columns of somebody's table mean."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from ifthen.encoding.document import Digest, Line, Moment, Part

MAX_EPOCHS = 10_000
MAX_QUESTIONS = 5_000_000

Number = Annotated[float, Field(allow_inf_nan=False)]


class ColumnName(Part):
    """A column that says something else in each row."""

    column: Line
    """Name of the column."""


class ErrorColumn(Part):
    """A column that says whether a row ended in an error."""

    column: Line
    """Name of the column."""
    values: dict[str, StrictBool] = Field(min_length=1)
    """What each text in the column means: true for an error. Every other text is refused."""


class Columns(Part):
    """Which column holds what; text in ``error`` and ``limit`` means that there was one."""

    id: Line
    """Name of the question."""
    epoch: Line | None = None
    """Which asking of the question this is, from 1."""
    error: Line | ErrorColumn | None = None
    """The error that the row ended in; empty for none."""
    limit: Line | None = None
    """Type of the limit that stopped the model; empty for none."""
    metadata: tuple[Line, ...] = ()
    """Facts about the question, such as the family that it belongs to."""


class ScoreColumn(Part):
    """A score."""

    column: Line
    """Name of the column. An empty cell means that there is no score."""
    metric: Literal["accuracy", "mean"]
    """How the scores of the questions become one number; both are their mean."""
    reducer: Line | None = None
    """How the epochs of a question become one score: mean unless stated."""
    values: dict[str, Number | None] | None = None
    """What each text in the column means; null for no score. Every other text is refused."""
    stated: Number | None = None
    """The number that was published, to be compared."""


class Mapping(Part):
    """A mapping file."""

    kind: Literal["mapping"]
    """What the file is."""
    data: Line
    """Name of the table beside it: a .csv, .tsv or .parquet file."""
    sha256: Digest | None = None
    """Digest of the table, to be compared."""
    task: Line
    """Name of the task."""
    model: Line | ColumnName
    """Name of the model, or the column that holds it; then each model is a part."""
    created: Moment
    """When the run was started."""
    producer: Line
    """Which software made the results, with its version."""
    columns: Columns
    """Which column holds what."""
    scores: dict[Line, ScoreColumn] = Field(min_length=1)
    """Scores by name."""
    epochs: int | None = Field(default=None, ge=1, le=MAX_EPOCHS)
    """How often each question was asked; left out, it is as found."""
    questions: int | None = Field(default=None, ge=1, le=MAX_QUESTIONS)
    """Number of questions that were asked, so that a lost row is noticed."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """What separates the columns of a CSV file; by its name where it is left out."""
    dataset: Line | None = None
    """The dataset that the questions come from."""
    engine: Line | None = None
    """Inference engine and version."""
    elicitation: Line | None = None
    """How the model was elicited."""
    weights_sha256: Digest | None = None
    """Digest of the weights."""
