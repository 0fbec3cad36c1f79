"""What a person states about a run whose own files leave it out.

The file stands beside the main file: ``gpt.run1.facts.yaml`` beside ``gpt.run1.json``. It counts
as one of the log's files, so that its digest is pinned like theirs.
"""

from pydantic import Field

from ifthen.encoding.document import Digest, Line, Moment, Part
from ifthen.evidence.file_set import FileSet
from ifthen.evidence.strict_yaml import parse_part

MAX_QUESTIONS = 100_000


class StatedFacts(Part):
    """Statements about a run, each to be left out where the run's own files say it."""

    task: Line | None = None
    """Name of the task."""
    model: Line | None = None
    """Name of the model."""
    created: Moment | None = None
    """When the run was started."""
    split: Line | None = None
    """Which split of the benchmark was run."""
    questions: int | None = Field(default=None, ge=1, le=MAX_QUESTIONS)
    """Number of questions (SWE-bench: instances) that the split holds."""
    producer: Line | None = None
    """Which software made the results, with its version."""
    engine: Line | None = None
    """Inference engine and version."""
    elicitation: Line | None = None
    """How the model was elicited."""
    weights_sha256: Digest | None = None
    """Digest of the weights."""


def facts_name(main: str) -> str:
    """Return the name of the facts file that belongs to a main file."""
    stem, dot, _ = main.rpartition(".")
    return f"{stem if dot else main}.facts.yaml"


def read_facts(files: FileSet) -> StatedFacts:
    """Return the facts beside a main file; without such a file, none.

    Raises:
        Error: those of :func:`~ifthen.evidence.strict_yaml.parse_part`.
    """
    name = facts_name(files.source.name)
    data = files.read(name)
    return StatedFacts() if data is None else parse_part(data, StatedFacts, name=name)[0]
