"""Whether an assessment that calls a safeguard effective bears that out.

Its tests have to be met, by the bounds where an evaluation measures them; every pathway that the
framework names has to be covered, the security level reached, the controls of the menu in place.
What is missing leaves the assessment's result open; it does not turn it around.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ifthen.decision.facts import Facts, reference
from ifthen.decision.model import EvaluationFinding, Reason
from ifthen.decision.reopening import Matter, OpenMatters
from ifthen.decision.wording import format_finding
from ifthen.dossier.model import Assessment
from ifthen.dossier.safeguard import SECURITY_LEVELS, AcceptanceTest
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Safeguard
from ifthen.framework.predicate import format_number


def add_lacks(
    open: OpenMatters, facts: Facts, findings: Mapping[str, EvaluationFinding], on: date
) -> OpenMatters:
    """Return what is open, with what the assessments of the day lack.

    ``facts`` are those that count: nothing withdrawn among them.
    """
    demanding = facts.framework.document.demanding
    lacking: dict[str, tuple[Matter, ...]] = {}
    for loaded in _find_effective(facts):
        assessment = loaded.document
        if not assessment.made_on <= on < assessment.expires:
            continue
        safeguard = demanding.get(assessment.safeguard)
        found = tuple(
            Matter(
                reason=Reason(code=f"assessment.{code}", text=f"{assessment.id}: {text}"),
                change=f"an assessment of {assessment.safeguard} that shows it ({text})",
                facts=(reference("assessment", loaded),),
            )
            for code, text in _find_lacks(assessment, safeguard, findings)
        )
        if found:
            lacking[assessment.safeguard] = (*lacking.get(assessment.safeguard, ()), *found)
    return replace(open, lacking=lacking) if lacking else open


def _find_effective(facts: Facts) -> tuple[Loaded[Assessment], ...]:
    """Return the assessments that find a safeguard effective and have to show more."""
    remembered = facts.memory.demanding
    if not remembered:
        model, demanding = facts.model.document.id, facts.framework.document.demanding
        mine = [
            x
            for x in facts.assessments
            if (x.document.tests or x.document.safeguard in demanding)
            and x.document.model == model
            and x.document.result == "effective"
        ]
        in_order = sorted(mine, key=lambda x: (x.document.made_on, x.document.id, x.digest))
        remembered.append(tuple(in_order))
    return remembered[0]


def _find_lacks(
    assessment: Assessment,
    safeguard: Safeguard | None,
    findings: Mapping[str, EvaluationFinding],
) -> Iterator[tuple[str, str]]:
    for test in assessment.tests:
        if said := _check_test(test, findings):
            yield "test-open", f"test {test.id} ({test.title}): {said}"
    if safeguard is None:
        return
    covered = {x.pathway: x.covered for x in assessment.pathways}
    for pathway in safeguard.pathways:
        if (how := covered.get(pathway.id, "not-examined")) != "yes":
            yield "pathway-open", f"pathway {pathway.id} is covered: {how}"
    if safeguard.security_level is not None:
        stated = assessment.security_level
        if stated is None or _rank(stated) < _rank(safeguard.security_level):
            text = f"security level {safeguard.security_level} is asked for, found {stated or '-'}"
            yield "level-open", text
    if safeguard.menu is not None:
        yield from _check_menu(assessment, safeguard)


def _check_menu(assessment: Assessment, safeguard: Safeguard) -> Iterator[tuple[str, str]]:
    menu = safeguard.menu
    if menu is None:
        return
    used = {x.control: x.status for x in assessment.controls if x.catalogue == menu.catalogue}
    in_place = [x for x in menu.controls if used.get(x) in ("in-place", "alternative")]
    needed = len(menu.controls) if menu.at_least is None else menu.at_least
    if len(in_place) < needed:
        missing = ", ".join(x for x in menu.controls if x not in in_place)
        text = f"{len(in_place)} of {needed} controls of {menu.catalogue} are in place"
        yield "menu-open", f"{text}; not: {missing}"


def _check_test(test: AcceptanceTest, findings: Mapping[str, EvaluationFinding]) -> str | None:
    """Return why a test is not shown to be met; None where it is."""
    if test.result != "met":
        return test.result
    if test.evaluation is None:
        return None
    finding = findings.get(test.evaluation)
    if finding is None:
        return f"the framework has no evaluation {test.evaluation}"
    if finding.outcome == "undetermined" or finding.lower is None or finding.upper is None:
        return f"evaluation {test.evaluation} is undetermined: {_first(finding.reasons)}"
    if test.at_most is not None and finding.upper > test.at_most:
        return _fails(finding, f"at most {format_number(test.at_most)}")
    if test.at_least is not None and finding.lower < test.at_least:
        return _fails(finding, f"at least {format_number(test.at_least)}")
    return None


def _fails(finding: EvaluationFinding, asked: str) -> str:
    return f"{finding.title}: {format_finding(finding)} does not show {asked}"


def _first(reasons: Sequence[Reason]) -> str:
    return reasons[0].text if reasons else "no reason is stated"


def _rank(level: str) -> int:
    return [str(x) for x in SECURITY_LEVELS].index(level)
