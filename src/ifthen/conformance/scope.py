"""Whether a subject of an instrument covers a developer on a day; three-valued, with reasons."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from ifthen.conformance.instrument import Subject
from ifthen.dossier.developer import Amount, Developer, DeveloperModel
from ifthen.encoding.document import Line, Part, Text

Covered = Literal["yes", "no", "undetermined"]


class Scope(Part):
    """Whether a subject covers the developer, and why."""

    subject: Line
    """Id of the subject."""
    covered: Covered
    """Whether it does."""
    because: tuple[Text, ...]
    """One sentence for each condition."""


def judge_scope(subject: Subject, instrument: str, developer: Developer | None, on: date) -> Scope:
    """Return whether ``subject`` covers the developer on a day.

    What is not known is undetermined; that a list may have gaps, too.
    """
    if developer is None:
        return Scope(
            subject=subject.id,
            covered="undetermined",
            because=("no facts of the developer were given",),
        )
    parts = tuple(_conditions(subject, instrument, developer, on))
    return Scope(
        subject=subject.id,
        covered=_all(x for x, _ in parts),
        because=tuple(text for _, text in parts) or ("it sets no condition",),
    )


def _conditions(
    subject: Subject, instrument: str, developer: Developer, on: date
) -> Iterable[tuple[Covered, str]]:
    if subject.signatory:
        signed = developer.signed
        if signed is None:
            yield "undetermined", "whether it has signed is not stated"
        else:
            has = instrument in signed
            yield ("yes" if has else "no"), f"it has {'' if has else 'not '}signed"
    if subject.compute_above is not None or subject.place is not None:
        yield _models(subject, instrument, developer)
    if subject.revenue_above_usd is not None:
        year = on.year - 1
        amount = next((x for x in developer.revenue if x.year == year), None)
        state = _above(amount, subject.revenue_above_usd)
        said = "is not stated" if amount is None else f"is ${amount.low:.3g} to ${amount.high:.3g}"
        yield state, f"gross revenue of {year} {said}; the line is ${subject.revenue_above_usd:.3g}"
    if subject.to_judge is not None:
        yield "undetermined", f"only a person can tell whether {subject.to_judge}"


def _models(subject: Subject, instrument: str, developer: Developer) -> tuple[Covered, str]:
    states = {x.id: judge_model(subject, instrument, x) for x in developer.models}
    line = "" if subject.compute_above is None else f" above {subject.compute_above:.3g} operations"
    place = f" in {subject.place}" if subject.place else ""
    order: tuple[Covered, ...] = ("yes", "undetermined")
    for state in order:
        found = [id for id, value in states.items() if value == state]
        if found:
            word = "is" if state == "yes" else "may be"
            return state, f"{', '.join(found)}: {word} a model{line}{place}"
    if developer.all_models:
        return "no", f"no model{line}{place}"
    return "undetermined", f"no model{line}{place} is stated, and the list of models may have gaps"


def judge_model(subject: Subject, instrument: str, model: DeveloperModel) -> Covered:
    """Return whether a model is one that makes its developer the subject of an instrument."""
    states: list[Covered] = []
    if subject.compute_above is not None:
        large = _above(model.compute, subject.compute_above)
        if subject.designation and large != "yes":
            named = model.designated
            if named is None:
                large = "undetermined"
            elif instrument in named:
                large = "yes"
        states.append(large)
    if subject.place is not None:
        if model.places is None:
            states.append("undetermined")
        else:
            states.append("yes" if subject.place in model.places else "no")
    return _all(states)


def _above(amount: Amount | None, line: float) -> Covered:
    if amount is None:
        return "undetermined"
    if amount.low > line:
        return "yes"
    return "no" if amount.high <= line else "undetermined"


def _all(states: Iterable[Covered]) -> Covered:
    held = tuple(states)
    if "no" in held:
        return "no"
    return "undetermined" if "undetermined" in held else "yes"
