"""What a filing under one instrument answers under another, and what the texts recognise. Pure.

Two things are kept apart. A crosswalk is somebody's reading of how provisions relate; it has no
legal force. A clause of recognition is the law's own: it is scoped and runs one way, it asks for a
designation and for a declared intent, it can be revoked, and a failure there is a failure here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from ifthen.conformance.basis import Basis, State
from ifthen.conformance.clause import ClauseFinding, Counting
from ifthen.conformance.crosswalk import Crosswalk, Relation, Row
from ifthen.conformance.finding import Finding, Report
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.instrument import Recognition as Clause
from ifthen.conformance.overlay import Designates, Overlay
from ifthen.conformance.overlaying import name_overlay
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Day, Digest, Line, Loaded, Part, Text

Verdict = Literal["answered", "partly", "missing", "undetermined", "unmapped", "not-asked"]
"""answered: what answers the source covers it, by the crosswalk. unmapped: the crosswalk is silent,
and nothing is inferred. not-asked: it is not in force, or does not bind."""

VERDICTS: tuple[Verdict, ...] = (
    "answered", "partly", "undetermined", "missing", "unmapped", "not-asked",
)  # fmt: skip
"""Every verdict; of several rows the first counts."""

INTENT = "recognition-intent"
"""Kind of the document by which a developer declares its intent; it holds ``law.clause``."""
REVOKED = "recognition-revoked"
"""Kind of the document by which it takes the intent back."""

WHOLE: frozenset[Relation] = frozenset({"equal", "equivalent", "superset-of"})
"""Relations in which what answers the source answers the target."""
NOT_ASKED: frozenset[State] = frozenset({"not-in-force", "not-applicable", "pre-empted"})
OPEN: frozenset[State] = frozenset({"undetermined", "needs-judgement", "contested", *NOT_ASKED})


class RowUse(Part):
    """A row of the crosswalk, and how its sources stand."""

    sources: dict[str, Line]
    """State of each source provision under its own instrument."""
    relation: Line
    """What the sources are to the target."""
    verdict: Verdict
    """What follows from this row alone."""
    basis: Text
    """Why they relate so."""
    by: Line
    """Who says so."""


class Recognised(Part):
    """What is already answered of one provision of the target."""

    provision: Line
    """Id of the provision."""
    citation: Line
    """Its place in the target instrument."""
    title: Line
    """What it is about."""
    verdict: Verdict
    """What follows from the crosswalk."""
    why: Text
    """Why, in a sentence."""
    state: Line
    """What the same documents answer to it directly, as ``ifthen conform`` finds."""
    rows: tuple[RowUse, ...]
    """The rows that speak of it."""


class RecognitionReport(Part):
    """What is answered of a target instrument by what answers a source instrument."""

    source: Line
    """Id of the instrument under which it was filed."""
    target: Line
    """Id of the instrument that is asked about."""
    framework: Line | None
    """Id and version of the framework document."""
    on: Day
    """The day that was asked for."""
    crosswalk: Line
    """Id of the crosswalk."""
    crosswalk_sha256: Digest
    """Digest of its file."""
    review: Line
    """Whether somebody reviewed the crosswalk."""
    notices: tuple[Text, ...]
    """What has to be known to read it."""
    counts: dict[str, int]
    """How many provisions have which verdict."""
    provisions: tuple[Recognised, ...]
    """Each provision of the target."""
    clauses: tuple[ClauseFinding, ...]
    """What the target's own text recognises, apart from the crosswalk."""


def recognise(
    source: Report,
    target: Report,
    crosswalk: Loaded[Crosswalk],
    clauses: Sequence[ClauseFinding],
) -> RecognitionReport:
    """Return what the answers to ``source`` answer of ``target``, both of one day and framework.

    ``clauses`` come from :func:`judge_clauses`.
    """
    if (source.on, source.framework) != (target.on, target.framework):
        raise ValueError("two reports of different days or frameworks")
    walk = crosswalk.document
    rows, gaps = walk.seen_from(source.instrument)
    reasons = {p: x.because for x in gaps if x.side == "to" for p in x.provisions}
    found = {x.provision: x for x in source.findings}
    provisions = tuple(_recognised(x, rows, reasons, found, walk.by) for x in target.findings)
    counted = Counter(x.verdict for x in provisions)
    return RecognitionReport(
        source=source.instrument,
        target=target.instrument,
        framework=source.framework,
        on=source.on,
        crosswalk=walk.id,
        crosswalk_sha256=crosswalk.digest,
        review=walk.review,
        notices=tuple(dict.fromkeys([*_notices(walk), *source.notices, *target.notices])),
        counts={x: counted[x] for x in VERDICTS},
        provisions=provisions,
        clauses=tuple(clauses),
    )


def _notices(walk: Crosswalk) -> Iterator[str]:
    if walk.review == "official":
        yield f"The crosswalk was published by {walk.reviewed_by}."
    else:
        said = (
            "reviewed by nobody" if walk.reviewed_by is None else f"reviewed by {walk.reviewed_by}"
        )
        yield f"The crosswalk is unofficial: by {walk.by}, {said}. No text gives it legal force."


def _recognised(
    finding: Finding,
    rows: Iterable[Row],
    gaps: Mapping[str, str],
    found: Mapping[str, Finding],
    by: str,
) -> Recognised:
    uses = tuple(_use(x, found, by) for x in rows if finding.provision in x.to)
    verdict, why = _verdict(finding, uses, gaps)
    return Recognised(
        provision=finding.provision,
        citation=finding.citation,
        title=finding.title,
        verdict=verdict,
        why=why,
        state=finding.state,
        rows=uses,
    )


def _verdict(
    finding: Finding, uses: Sequence[RowUse], gaps: Mapping[str, str]
) -> tuple[Verdict, str]:
    if finding.state in NOT_ASKED:
        return "not-asked", f"{finding.state}: {finding.why}"
    if finding.provision in gaps:
        return "missing", f"nothing there asks for it: {gaps[finding.provision]}"
    if not uses:
        return "unmapped", "the crosswalk does not speak of it; nothing is inferred"
    best = min(uses, key=lambda x: VERDICTS.index(x.verdict))
    sources = ", ".join(f"{id} {state}" for id, state in best.sources.items())
    return best.verdict, f"{sources}; {best.relation}: {best.basis}"


def _use(row: Row, found: Mapping[str, Finding], by: str) -> RowUse:
    # An overlay may have taken nothing away, but a crosswalk of the user may name what is gone.
    states: dict[str, State] = {
        x: found[x].state if x in found else "undetermined" for x in row.from_
    }
    return RowUse(
        sources=dict(states),
        relation=row.relation,
        verdict=_judge_row(row.relation, tuple(states.values())),
        basis=row.basis,
        by=row.by or by,
    )


def _judge_row(relation: Relation, states: Sequence[State]) -> Verdict:
    if relation == "no-relationship":
        return "missing"
    if all(x == "present" for x in states):
        return "answered" if relation in WHOLE else "partly"
    if "present" in states:
        return "partly"
    return "undetermined" if OPEN & set(states) else "missing"


def judge_clauses(
    law: Instrument,
    overlays: Sequence[Loaded[Overlay]],
    developer: Loaded[Developer] | None,
    reports: Mapping[str, Report],
    on: date,
) -> tuple[ClauseFinding, ...]:
    """Return how each clause of recognition of a law stands on a day.

    ``reports`` are findings under designated instruments, by id. A designation is a change of an
    overlay; without one nothing counts, whatever a developer declares.
    """
    return tuple(_clause(law, x, overlays, developer, reports, on) for x in law.recognition)


def _clause(  # noqa: PLR0917 - what a clause depends on, one by one
    law: Instrument,
    clause: Clause,
    overlays: Sequence[Loaded[Overlay]],
    developer: Loaded[Developer] | None,
    reports: Mapping[str, Report],
    on: date,
) -> ClauseFinding:
    made = [
        (x.document, change.does)
        for x in overlays
        for change in x.document.working(on)
        if isinstance(change.does, Designates)
        and (change.does.instrument, change.does.recognition) == (law.id, clause.id)
    ]
    state: Counting
    declared: date | None = None
    if not made:
        state, because = "does-not-count", ["no designation was given that works on the day"]
    else:
        overlay, designation = made[-1]
        because = [f"{designation.regime} is designated by {name_overlay(overlay)}"]
        state, said, declared = _declared(f"{law.id}.{clause.id}", developer, on)
        because.append(said)
        if state == "counts":
            state, said = _kept(designation, reports.get(designation.regime))
            because.append(said)
    return ClauseFinding(
        clause=clause.id,
        citation=clause.citation,
        regime=clause.regime,
        designated=made[-1][1].regime if made else None,
        scope=clause.provisions or tuple(x.id for x in law.provisions),
        state=state,
        declared_on=declared,
        because=tuple(because),
        conditions=clause.conditions,
        effect=clause.effect,
        ends=clause.ends,
    )


def _declared(
    name: str, developer: Loaded[Developer] | None, on: date
) -> tuple[Counting, str, date | None]:
    if developer is None:
        said = "no documents of the developer were given: its intent is not known"
        return "undetermined", said, None
    held = [x for x in developer.document.documents if name in x.holds and x.on <= on]
    declared = max((x.on for x in held if x.document == INTENT), default=None)
    revoked = max((x.on for x in held if x.document == REVOKED), default=None)
    if declared is None:
        return "does-not-count", f"no {INTENT} that holds {name} was given", None
    if revoked is not None and revoked >= declared:
        return "does-not-count", f"the intent was taken back on {revoked}", None
    return "counts", f"intent declared on {declared}", declared


def _kept(designation: Designates, report: Report | None) -> tuple[Counting, str]:
    if report is None:
        return "undetermined", f"{designation.regime} is not at hand, so nobody can tell it is kept"
    chosen = [
        x
        for x in report.findings
        if not designation.provisions or x.provision in designation.provisions
    ]
    failed = [x.citation for x in chosen if x.state in ("absent", "inconsistent")]
    if failed:
        return "failed-there", f"a failure there is a failure here: {', '.join(failed)}"
    unmet = [x.citation for x in chosen if x.state != "present"]
    if unmet or not chosen:
        return "undetermined", f"not shown to be kept there: {', '.join(unmet) or 'nothing asked'}"
    return (
        "counts",
        "something answers each provision there; whether that is enough is not judged",
    )


def apply_clauses(report: Report, clauses: Sequence[ClauseFinding]) -> Report:
    """Return findings in which keeping to a recognised law counts, and a failure there is one here.

    Only what a clause can answer changes, and only while the developer relies on it. Whether it is
    kept there and nobody can tell, is undetermined here, whatever was filed here.
    """
    relied = [x for x in clauses if x.declared_on is not None]
    findings = report.findings
    for clause in relied:
        findings = tuple(_recognise(x, clause) for x in findings)
    return report.model_copy(update={"findings": findings, "clauses": tuple(clauses)})


def _recognise(finding: Finding, clause: ClauseFinding) -> Finding:
    if finding.provision not in clause.scope or finding.state in NOT_ASKED:
        return finding
    states: dict[Counting, State] = {
        "counts": "present", "failed-there": "inconsistent", "undetermined": "undetermined",
    }  # fmt: skip
    state = states[clause.state]
    said = "; ".join(clause.because)
    basis = Basis(document=clause.designated or clause.regime, path=clause.clause, says=said)
    conditions = f"whether the conditions of {clause.citation} hold: {'; '.join(clause.conditions)}"
    judgement = "; ".join(x for x in (finding.judgement, conditions) if x)
    return finding.model_copy(
        update={
            "state": state,
            "why": f"by {clause.citation}: {said}. Without that: {finding.state}, {finding.why}",
            "basis": (basis, *finding.basis),
            "would_satisfy": None if state == "present" else f"keeping to {clause.designated}",
            "judgement": judgement,
        }
    )
