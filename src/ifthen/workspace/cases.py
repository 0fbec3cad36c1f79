"""Worked cases beside a framework: each is tried whenever the documents are checked."""

from collections.abc import Iterator, Sequence

from ifthen.decision.case import Case, CaseResult, check_case, check_case_names
from ifthen.encoding.document import Loaded
from ifthen.errors import Error, Problems
from ifthen.framework.model import Framework


def check_cases(
    cases: Sequence[Loaded[Case]], frameworks: Sequence[Loaded[Framework]]
) -> tuple[tuple[CaseResult, ...], tuple[Error, ...]]:
    """Return how each case turns out, and the faults of cases that cannot be tried."""
    results: list[CaseResult] = []
    faults: list[Error] = []
    versions = {(x.document.id, x.document.version): x for x in frameworks}
    for case in cases:
        named = (case.document.framework, case.document.version)
        framework = versions.get(named)
        if framework is None:
            known = ", ".join(" ".join(x) for x in versions) or "none"
            faults.append(
                Error(
                    "case.unknown-framework",
                    f"there is no framework {' '.join(named)} here",
                    where=case.where("framework"),
                    hint=f"known: {known}",
                )
            )
            continue
        unknown = list(check_case_names(case, framework.document))
        faults.extend(unknown)
        if unknown:
            continue
        try:
            results.append(check_case(case, framework))
        except Problems as problems:
            faults.extend(problems.errors)
        except Error as error:
            faults.append(error)
    return tuple(results), tuple(faults)


def find_differences(
    results: Sequence[CaseResult], cases: Sequence[Loaded[Case]]
) -> Iterator[Error]:
    """Yield a fault for each way in which a case turns out otherwise than expected."""
    places = {x.document.id: x for x in cases}
    for result in results:
        for difference in result.differences:
            yield Error(
                "case.differs",
                f"{result.framework} {result.version}: {difference}",
                where=places[result.case].where("expect"),
                hint="mend the framework, or the case if it was wrong",
            )
