"""The questions of a log: what every epoch of each question scored, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ifthen.evidence.log import Log, Sample, SampleScore
from ifthen.evidence.rules import rules_of
from ifthen.evidence.scores import Reducer, Unusable, value_to_float


@dataclass(frozen=True, slots=True)
class Question:
    """One question under one scorer."""

    id: str
    epochs: int
    """How often it should have been asked; 0 where no number is stated."""
    asked: list[tuple[Sample, SampleScore | None]] = field(default_factory=list)
    """Its samples in the order of the run, each with its score, if it has one."""

    @property
    def values(self) -> list[Any]:
        """Values of the epochs that have a score, usable or not."""
        return [score.value for _, score in self.asked if score is not None]

    def every_value(self) -> Iterator[Any]:
        """Yield the values of the scores and of their histories."""
        for _, score in self.asked:
            if score is not None:
                yield score.value
                yield from score.history

    def bounds(self, reducer: Reducer) -> tuple[float, float]:
        """Return the least and the greatest score that the question can have, within [0, 1]."""
        pairs = [sample_bounds(sample, score) for sample, score in self.asked]
        missing = max(self.epochs, 1) - len({sample.epoch for sample, _ in self.asked})
        pairs += [(0.0, 1.0)] * missing
        if reducer.name == "mode" and all(low == high for low, high in pairs):
            exact = reducer.reduce(self.values)
            return exact, exact
        return reducer.bounds([low for low, _ in pairs], [high for _, high in pairs])

    def label(self, key: str) -> Any:
        """Return a metadata value as the producer takes it: that of the first epoch with a score.

        None where there is none.
        """
        first = next((sample for sample, score in self.asked if score is not None), None)
        return None if first is None else first.metadata.get(key)

    def cluster(self, key: str) -> str | None:
        """Return the text of a metadata value that all its samples share; None if there is none."""
        found = {_cluster_text(sample.metadata.get(key)) for sample, _ in self.asked}
        return found.pop() if len(found) == 1 else None


def _cluster_text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None


def sample_bounds(sample: Sample, score: SampleScore | None) -> tuple[float, float]:
    """Return the least and the greatest score that one sample can have.

    That is 0 and 1 for an invalidated sample, for one that ended in an error (whatever score it was
    given) and for one without a usable score, and for an edited one the least and the greatest of
    the values that the score ever had.
    """
    if sample.invalidated or sample.error or score is None:
        return 0.0, 1.0
    numbers = [value_to_float(value) for value in (score.value, *score.history)]
    usable = [number for number in numbers if not isinstance(number, Unusable)]
    if len(usable) < len(numbers):
        return 0.0, 1.0
    return min(usable), max(usable)


def score_of(sample: Sample, scorer: str, key: str | None) -> SampleScore | None:
    """Return a sample's score by ``scorer``, or that of one key of a mapping-valued score."""
    score = sample.scores.get(scorer)
    if score is None or key is None:
        return score
    return SampleScore(
        value=_value_at(score.value, key),
        history=tuple(_value_at(value, key) for value in score.history),
        authors=score.authors,
    )


def _value_at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def group_questions(log: Log, scorer: str, key: str | None) -> tuple[Question, ...]:
    """Return the questions in the order of the run, with those that the log says exist first.

    The producer tells questions apart by the text of their id.
    """
    epochs = 0 if log.run.epochs_vary else log.run.epochs
    rules = rules_of(log.run.producer)
    questions = {
        str(identifier): Question(str(identifier), epochs) for identifier in log.sample_ids or ()
    }
    for sample in log.samples:
        identifier = str(sample.id)
        question = questions.get(identifier)
        if question is None:
            question = questions[identifier] = Question(identifier, epochs)
        counts = rules.counts_scored_errors or not sample.error
        question.asked.append((sample, score_of(sample, scorer, key) if counts else None))
    return tuple(questions.values())
