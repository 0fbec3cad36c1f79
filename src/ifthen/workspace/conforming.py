"""What the documents of a workspace, or of a published record, answer to instruments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifthen.attestation.disclosure import list_digests
from ifthen.conformance.basis import Hidden, Holding
from ifthen.conformance.finding import Report
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.overlaying import judge_under, lay_over
from ifthen.conformance.recognising import apply_clauses, judge_clauses
from ifthen.dossier.developer import Developer, DeveloperDocument
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Model
from ifthen.encoding.document import Document, Loaded
from ifthen.encoding.tree import Source
from ifthen.errors import Error
from ifthen.framework.dated import load_on
from ifthen.framework.model import Framework
from ifthen.workspace.developers import Known, know_developer, know_workspace
from ifthen.workspace.instruments import (
    load_calendars,
    load_instruments,
    load_overlays,
    load_several,
)
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.loading import Workspace
from ifthen.workspace.redacted import load_rest

if TYPE_CHECKING:
    from ifthen.verification.copies import Copy
    from ifthen.verification.statements import Entry
    from ifthen.verification.verdict import Verdict
    from ifthen.verification.verifying import Verification

READ: dict[str, type[Document]] = {
    "framework": Framework, "model": Model, "developer": Developer, "incident": Incident,
}  # fmt: skip
"""Kinds of published documents that provisions ask for."""

STATED_REASONS = frozenset(
    {"trade-secret", "security", "public-safety", "national-security", "law"}
)
"""Reasons for which the three state laws let a developer redact (22757.12(f)(1), 1421(5)(a),
185/10(g)(1))."""


MOST_REASONS = 3
"""So many open steps of a verification are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What a workspace or a record holds that provisions ask for."""

    frameworks: Sequence[Loaded[Framework]]
    incidents: Sequence[Loaded[Incident]]
    known: Known
    models: Sequence[Loaded[Model]] = ()
    hidden: Sequence[Hidden] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked: instruments by id or file, on a day, under layers of law."""

    instruments: Sequence[str]
    on: date
    framework: str | None = None
    """Id of the framework, where several are in force."""
    overlays: Sequence[str] = ()
    regimes: Sequence[str] = ()
    """Laws that overlays designate, beside those of the library."""


def read_documents(workspace: Workspace, developer: Sequence[Loaded[Developer]] = ()) -> Documents:
    """Return what a workspace holds; ``developer`` takes the place of its own document.

    Raises:
        Error: ``developer.several``.
    """
    known = know_workspace(workspace, developer)
    return Documents(
        frameworks=workspace.frameworks, incidents=workspace.incidents, known=known,
        models=workspace.models, notices=known.notices,
    )  # fmt: skip


def read_record(found: "Verification", developer: Sequence[Loaded[Developer]] = ()) -> Documents:
    """Return what a verified record holds, as far as it is public.

    Raises:
        Error: ``conform.record-failed`` for a record that does not verify, or that nobody could
            read; ``developer.several``.
    """
    contents, verdict = found.contents, found.verdict
    if contents is None or verdict.outcome == "failed":
        raise Error(
            "conform.record-failed",
            "the record does not verify, so that nothing in it can be relied on",
            hint="see which step failed: ifthen verify RECORD",
        )
    loaded: dict[str, list[Loaded[Any]]] = {kind: [] for kind in READ}
    hidden: list[Hidden] = []
    manifests: list[DeveloperDocument] = []
    for copy in contents.standing(len(contents.entries), READ):
        hidden += _list_hidden(copy)
        document = _load(copy)
        if document is not None:
            loaded[copy.entry.stated.kind].append(document)
    for entry in contents.entries:
        if entry.stated.withheld:
            manifests.append(_make_manifest(entry))
    title = next((x.document.developer for x in loaded["model"]), "the developer")
    known = know_developer(developer or loaded["developer"], loaded["model"], title, manifests)
    checked = f"The record ({verdict.origin}) is {verdict.outcome} by ifthen verify"
    checked += _why_undetermined(verdict)
    return Documents(
        frameworks=loaded["framework"], incidents=loaded["incident"], known=known, hidden=hidden,
        models=loaded["model"], notices=(checked, *known.notices),
    )  # fmt: skip


def _why_undetermined(verdict: "Verdict") -> str:
    """Return why a record is not verified: nobody said whom to trust, or what is open."""
    if verdict.outcome == "verified":
        return "."
    from ifthen.verification.verdict import MAY_BE_EMPTY  # noqa: PLC0415 - only for records

    steps = [
        x
        for x in verdict.steps
        if x.essential
        and x.status != "verified"
        and not (x.status == "nothing-to-check" and x.id in MAY_BE_EMPTY)
    ]
    if any(x.id == "trust" for x in steps):
        return ": give --pin to check it against whom to trust."
    said = [
        f"{x.title}: {x.findings[0].text if x.findings else x.status}" for x in steps[:MOST_REASONS]
    ]
    more = f"; and {len(steps) - MOST_REASONS} more steps" if len(steps) > MOST_REASONS else ""
    return f", by the trust that was given: {'; '.join(said)}{more}."


def _load(copy: "Copy") -> Loaded[Any] | None:
    """Return a published document, or what is public of it; its digest is that of the copy."""
    if copy.document is not None:
        return copy.document
    stated = copy.entry.stated
    document = load_rest(READ[stated.kind], copy.tree)
    source = Source(name=stated.name, tree=copy.tree, places={})
    return None if document is None else Loaded(document, source)


def _list_hidden(copy: "Copy") -> list[Hidden]:
    stated = copy.entry.stated
    left = {digest for _, digest in list_digests(copy.tree)} if copy.document is None else set()
    return [
        Hidden(
            kind=stated.kind,
            document=stated.name,
            sha256=stated.copy_.sha256,
            place=x.place,
            reason=x.reason,
            note=x.note,
        )
        for x in stated.withheld
        if x.digest in left
    ]


def _make_manifest(entry: "Entry") -> DeveloperDocument:
    """Return the redactions of a statement as the list of redactions that laws ask for."""
    reasons = {x.reason for x in entry.stated.withheld}
    return DeveloperDocument(
        id=f"redactions-{entry.index}",
        document="redaction-manifest",
        on=entry.day,
        holds=("reasons",) if reasons <= STATED_REASONS else (),
        sha256=entry.digest,
    )


def conform(asked: Asking, documents: Documents, root: Path = LIBRARY) -> tuple[Report, ...]:
    """Return what documents answer to each instrument, with what it recognises of other laws.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``instrument.*``, ``overlay.*``, ``file.*``, ``framework.several``.
    """
    laws = load_several(asked.instruments, root)
    extra = load_several(asked.regimes, root)
    at_hand = {x.document.id: x for x in (*extra, *laws)}
    layers = load_overlays(asked.overlays, [x.document for x in at_hand.values()], root)
    if _designated(layers) - set(at_hand):
        at_hand = {x.document.id: x for x in load_instruments(root)} | at_hand
    conforming = _Conforming(asked, documents, layers, at_hand, root)
    return tuple(conforming.judge(x) for x in laws)


def _designated(layers: Sequence[Loaded[Overlay]]) -> set[str]:
    changes = [c.does for x in layers for c in x.document.changes]
    return {x.regime for x in changes if x.change == "designates"}


class _Conforming:
    """One run over documents."""

    def __init__(
        self,
        asked: Asking,
        documents: Documents,
        layers: Sequence[Loaded[Overlay]],
        at_hand: dict[str, Loaded[Instrument]],
        root: Path,
    ) -> None:
        self.asked = asked
        self.documents = documents
        self.layers = layers
        self.at_hand = at_hand
        self.happened = Happened(
            on=asked.on,
            incidents=documents.incidents,
            frameworks=documents.frameworks,
            developer=documents.known.developer if documents.known.register else None,
            calendars=load_calendars(root),
        )

    def judge(self, law: Loaded[Instrument]) -> Report:
        """Return the findings of a law, with what it recognises."""
        reports = {
            id: self._judge(self.at_hand[id])
            for id in sorted(_designated(self.layers))
            if law.document.recognition and id in self.at_hand
        }
        developer = self.documents.known.developer if self.documents.known.register else None
        clauses = judge_clauses(law.document, self.layers, developer, reports, self.asked.on)
        return apply_clauses(self._judge(law), clauses)

    def _judge(self, law: Loaded[Instrument]) -> Report:
        documents, on = self.documents, self.asked.on
        laid = lay_over(law, self.layers, on).law if self.layers else law
        held = Holding(
            whole=True,
            register=documents.known.register,
            hidden=documents.hidden,
            due=tuple(list_law_due([laid], self.happened)),
            notices=documents.notices,
        )
        framework = self._framework(law.document)
        return judge_under(law, framework, documents.known.developer, self.layers, on, held)

    def _framework(self, law: Instrument) -> Loaded[Framework] | None:
        """Return the framework in force on the day; of several, the one for the law."""
        on, id = self.asked.on, self.asked.framework
        found = [x for x in self.documents.frameworks if x.document.in_force.covers(on)]
        if id is not None:
            found = [x for x in found if x.document.id == id]
        elif len(found) > 1:
            found = [x for x in found if law.legal_role in x.document.legal_roles] or found
        if len(found) > 1:
            names = ", ".join(f"{x.document.id} {x.document.version}" for x in found)
            raise Error(
                "framework.several",
                f"several frameworks are in force on {on}: {names}",
                hint="choose one with --framework",
            )
        return load_on(found[0], on) if found else None
