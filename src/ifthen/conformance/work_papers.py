"""Work papers of an independent audit, in the parts that a law asks the report to have. Pure.

Illinois lists seven parts (430 ILCS 185/10(d)(2)(A) to (G)). What documents say is prepared with
its basis; what only an auditor can say has a field of its own that begins empty. Whether something
is a deviation, whether it is material, and whether the section was kept to, is the auditor's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from ifthen.conformance.basis import Basis
from ifthen.conformance.filing import Entry, Source
from ifthen.conformance.finding import Finding, Report
from ifthen.conformance.instrument import ByDocument, Instrument, Provision
from ifthen.encoding.canonical import digest_value
from ifthen.encoding.document import Day, Digest, Document, Line, Loaded, Part, Text
from ifthen.errors import Error

TO_WRITE = "for the auditor: write"
"""How every field begins that the auditor has to write."""

Letter = Literal["A", "B", "C", "D", "E", "F", "G"]

PARTS: Mapping[str, tuple[Letter, str]] = {
    "substance": ("A", "a description of whether the requirements were substantially kept to"),
    "deviations": (
        "B",
        "which deviations are material, of these or others; or that none is",
    ),
    "controls": (
        "C",
        "a detailed assessment of the internal controls, with how senior people are designated and "
        "empowered, and how they reach employees and contractors",
    ),
    "personnel": ("D", "everybody who took part in the audit"),
    "conflicts": ("E", "the procedures for conflicts of interest, and every conflict there is"),
    "methodology": ("F", "the methodology, and what was reviewed beside what is listed here"),
    "signature": ("G", "the signature of the lead auditor over the results"),
}
"""Parts by the name that instruments use for them: the letter, and what the auditor writes."""

_OPEN = ("undetermined", "withheld", "contested", "needs-judgement")


class AuditorField(Part):
    """Something that only the auditor says."""

    value: Text | None = None
    """What the auditor says; absent: not said yet."""
    write: Text | None = None
    """What has to be written; absent once it is."""


class Candidate(Part):
    """A provision to which documents answer nothing, or something else than is asked."""

    provision: Line
    """Id of the provision."""
    citation: Line
    """Its place in the law."""
    title: Line
    """What it is about."""
    asks: Text
    """What it asks, in own words."""
    state: Line
    """What was found: absent, inconsistent; or what could not be told."""
    why: Text
    """Why."""
    basis: tuple[Basis, ...] = ()
    """What was found."""
    material: AuditorField
    """Whether it is a material deviation."""
    explanation: AuditorField
    """What happened."""
    rationale: AuditorField
    """The reason for it."""
    recommendation: AuditorField
    """How policies and processes can be improved."""


class PaperPart(Part):
    """One part of the report."""

    letter: Letter
    """Its letter in the law."""
    citation: Line
    """Its place in the law."""
    title: Line
    """What it is about."""
    asks: Text
    """What the report has to hold there, in own words."""
    prepared: tuple[Entry, ...] = ()
    """What documents say."""
    auditor: AuditorField
    """What the auditor says."""


class WorkPapers(Document):
    """Work papers of an audit, to be completed and signed by the auditor."""

    kind: Literal["work-papers"]
    title: Line
    """What they are called."""
    instrument: Line
    """The law."""
    instrument_sha256: Digest
    """Identity of its file."""
    framework: Line | None
    """The developer's framework, with its version."""
    on: Day
    """The day."""
    notices: tuple[Text, ...]
    """What has to be known to read them."""
    parts: tuple[PaperPart, ...] = Field(min_length=1)
    """Parts A to G."""
    deviations: tuple[Candidate, ...]
    """What may be a deviation: absent or inconsistent."""
    questions: tuple[Candidate, ...]
    """What documents do not settle: undetermined, withheld, contested, for a person."""
    findings_sha256: Digest
    """Digest of the findings that the papers were prepared from."""


def prepare_papers(
    law: Loaded[Instrument],
    report: Report,
    controls: Sequence[Entry] = (),
    reviewed: Sequence[Entry] = (),
) -> WorkPapers:
    """Return the work papers for findings about the audited section of a law.

    ``controls`` is what documents say of internal controls, ``reviewed`` which ones there were.

    Raises:
        Error: ``papers.not-asked`` where the law asks for no audit report with these parts.
    """
    asked = {
        x.answered_by.field: x
        for x in law.document.provisions
        if isinstance(x.answered_by, ByDocument)
        and x.answered_by.document == "audit-report"
        and x.answered_by.field
    }
    if set(asked) != set(PARTS):
        raise Error(
            "papers.not-asked",
            f"{law.document.id} asks for no audit report with parts A to G",
            where=law.document.id,
            hint="il-430-ilcs-185 does",
        )
    provisions = {x.id: x for x in law.document.provisions}
    section = asked["substance"].citation.split("(")[0] + "("
    audited = [x for x in report.findings if x.citation.startswith(section)]
    prepared = {
        "substance": list(_count(law, report, audited)),
        "controls": list(controls),
        "methodology": [*_method(law, report), *reviewed],
    }
    return WorkPapers(
        kind="work-papers",
        id=f"audit-{law.document.id}-{report.on}"[:80],
        title=f"Work papers: audit of section {section.rstrip('(')}",
        instrument=law.document.id,
        instrument_sha256=law.digest,
        framework=report.framework,
        on=report.on,
        notices=tuple(_list_notices(law.document, asked.values(), report)),
        parts=tuple(_part(asked[name], name, prepared.get(name, ())) for name in PARTS),
        deviations=tuple(
            _candidate(x, provisions) for x in audited if x.state in ("absent", "inconsistent")
        ),
        questions=tuple(_candidate(x, provisions) for x in audited if x.state in _OPEN),
        findings_sha256=digest_value(report.model_dump(mode="json", by_alias=True)),
    )


def _list_notices(law: Instrument, asked: Iterable[Provision], report: Report) -> Iterator[str]:
    yield (
        "Prepared from documents, to be completed by the auditor. What is listed as a possible "
        "deviation is what documents do not answer; whether it is one is the auditor's to say."
    )
    yield from report.notices
    late = [x for x in asked if not law.applies(x, report.on)]
    if late:
        days = late[0].in_force or law.in_force
        begins = f"from {days.from_}" if days else "on no day"
        yield f"The audit is asked for {begins}; prepared for {report.on}."


def _field(what: str) -> AuditorField:
    return AuditorField(write=f"{TO_WRITE} {what}")


def _part(provision: Provision, name: str, prepared: Sequence[Entry]) -> PaperPart:
    letter, what = PARTS[name]
    return PaperPart(
        letter=letter,
        citation=provision.citation,
        title=provision.title.removeprefix("Report: ").capitalize(),
        asks=provision.text,
        prepared=tuple(prepared),
        auditor=_field(what),
    )


def _candidate(finding: Finding, provisions: Mapping[str, Provision]) -> Candidate:
    provision = provisions.get(finding.provision)
    return Candidate(
        provision=finding.provision,
        citation=finding.citation,
        title=finding.title,
        asks=provision.text if provision else finding.title,
        state=finding.state,
        why=finding.why,
        basis=finding.basis,
        material=_field("whether it is a material deviation"),
        explanation=_field("what happened"),
        rationale=_field("the reason for it"),
        recommendation=_field("how policies and processes can be improved"),
    )


def _count(law: Loaded[Instrument], report: Report, audited: Sequence[Finding]) -> Iterator[Entry]:
    source = Source(document=f"instrument/{law.document.id}", sha256=law.digest)
    states: dict[str, list[str]] = {}
    for x in audited:
        states.setdefault(x.state, []).append(x.citation)
    for state, citations in states.items():
        text = f"{state}: {len(citations)} of {len(audited)} provisions: {', '.join(citations)}"
        yield Entry(text=text, basis=(source,))
    for scope in report.scopes:
        text = f"{scope.subject}, covered: {scope.covered}; {'; '.join(scope.because)}"
        yield Entry(text=text, basis=(source,))


def _method(law: Loaded[Instrument], report: Report) -> Iterator[Entry]:
    yield Entry(
        text=f"Documents were compared with each provision of {law.document.id} for {report.on}; a "
        "finding of 'present' says that something of the kind is there, not that it is enough",
        basis=(Source(document=f"instrument/{law.document.id}", sha256=law.digest),),
    )
    for layer in report.overlays:
        source = Source(document=f"overlay/{layer.overlay}", sha256=layer.sha256)
        yield Entry(text=f"Laid over it: {layer.overlay}, {layer.status}", basis=(source,))
