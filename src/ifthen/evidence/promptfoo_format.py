"""The parts of promptfoo's results file, version 3, that are read, and what they mean.

Facts from promptfoo/promptfoo (``src/types/index.ts``, ``src/evaluator.ts``,
``src/assertions/assertionsResult.ts``): each prompt of each provider is one column with metrics;
``failureReason`` 2 is an error of the run, 1 an assertion that failed (whose text stands in
``error`` too); ``score`` and ``namedScores`` of the metrics are sums over the column's rows.
"""

from typing import Any

import msgspec

from ifthen.evidence.strict_json import Count

VERSION = 3
ERROR = 2


class AssertionJson(msgspec.Struct):
    """What was asserted."""

    type: str | None = None


class ComponentJson(msgspec.Struct):
    """The outcome of one assertion."""

    passed: bool = msgspec.field(name="pass")
    score: float | None = None
    assertion: AssertionJson | None = None


class GradingJson(msgspec.Struct):
    """The outcome of all assertions of a row."""

    passed: bool = msgspec.field(name="pass")
    score: float | None = None
    named_score_weights: dict[str, float] | None = msgspec.field(
        name="namedScoreWeights", default=None
    )
    components: list[ComponentJson] | None = msgspec.field(name="componentResults", default=None)


class TestCaseJson(msgspec.Struct):
    """The test of a row."""

    threshold: float | None = None
    scoring: Any = msgspec.field(name="assertScoringFunction", default=None)
    asserts: list[AssertionJson] | None = msgspec.field(name="assert", default=None)
    metadata: dict[str, Any] | None = None


class ProviderJson(msgspec.Struct):
    """Who answered."""

    id: str = ""
    label: str | None = None

    @property
    def name(self) -> str:
        """What the columns call it."""
        return self.label or self.id


class RowJson(msgspec.Struct):
    """One test asked of one provider with one prompt."""

    prompt_index: int = msgspec.field(name="promptIdx")
    test_index: int = msgspec.field(name="testIdx")
    success: bool
    score: float
    provider: ProviderJson
    failure: int | None = msgspec.field(name="failureReason", default=None)
    error: str | None = None
    grading: GradingJson | None = msgspec.field(name="gradingResult", default=None)
    named_scores: dict[str, float] | None = msgspec.field(name="namedScores", default=None)
    vars: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    test: TestCaseJson | None = msgspec.field(name="testCase", default=None)

    @property
    def is_error(self) -> bool:
        """Whether the run failed here, as opposed to an assertion."""
        if self.failure is not None:
            return self.failure == ERROR
        return self.error is not None and self.grading is None

    @property
    def components(self) -> list[ComponentJson]:
        """Outcomes of the assertions."""
        return (self.grading.components if self.grading else None) or []

    @property
    def is_rated(self) -> bool:
        """Whether a person overrode the outcome."""
        return any(kind == "human" for kind in _kinds(self.components))

    @property
    def is_compared(self) -> bool:
        """Whether the row was judged against other rows, after the sums were made."""
        asserts = (self.test.asserts if self.test else None) or []
        kinds = {*_kinds(self.components), *(item.type for item in asserts)}
        return bool(kinds & {"select-best", "max-score"})


def _kinds(components: list[ComponentJson]) -> list[str | None]:
    return [item.assertion.type if item.assertion else None for item in components]


class MetricsJson(msgspec.Struct):
    """Sums over a column."""

    score: float
    passed: Count = msgspec.field(name="testPassCount")
    failed: Count = msgspec.field(name="testFailCount")
    errors: Count = msgspec.field(name="testErrorCount", default=0)
    named_scores: dict[str, float] = msgspec.field(name="namedScores", default={})

    @property
    def total(self) -> int:
        """Number of rows."""
        return self.passed + self.failed + self.errors


class PromptJson(msgspec.Struct):
    """A column: one prompt of one provider."""

    provider: str
    label: str = ""
    raw: str = ""
    metrics: MetricsJson | None = None


class StatsJson(msgspec.Struct):
    """Counts over all rows."""

    successes: Count
    failures: Count
    errors: Count = 0


class ResultsJson(msgspec.Struct):
    """The results."""

    version: Any
    timestamp: str
    prompts: list[PromptJson]
    results: list[RowJson]
    stats: StatsJson


class MetadataJson(msgspec.Struct):
    """Who wrote the file."""

    version: str | None = msgspec.field(name="promptfooVersion", default=None)


class FileJson(msgspec.Struct):
    """A whole results file."""

    results: ResultsJson
    config: dict[str, Any] = {}
    metadata: MetadataJson = msgspec.field(default_factory=MetadataJson)


def recompute_pass(row: RowJson) -> bool | None:
    """Return whether a row passes by the outcomes of its assertions.

    Without a threshold or a scoring function of its own, a row passes where every assertion does.
    None where that cannot be said: sets of assertions and guardrails have rules of their own.
    """
    test = row.test
    components = [
        item for item in row.components if item.assertion is None or item.assertion.type != "human"
    ]
    if not components or test is None or test.threshold is not None or test.scoring is not None:
        return None
    kinds = {*_kinds(components), *(item.type for item in test.asserts or ())}
    if kinds & {"assert-set", "guardrails"}:
        return None
    return all(item.passed for item in components)


def count_repeats(config: dict[str, Any]) -> int:
    """Return how often the configuration says that each test is asked; 1 if it does not say."""
    for key in ("evaluateOptions", "commandLineOptions"):
        options = config.get(key)
        repeat = options.get("repeat") if isinstance(options, dict) else None
        if type(repeat) is int and repeat > 1:
            return repeat
    return 1
