"""The kinds of documents that a record can hold, with what each has to look like."""

from typing import Literal

from pydantic import Field

from ifthen.attestation.roles import People
from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import Trust
from ifthen.decision.model import Decision
from ifthen.dossier.catalogue import Catalogue
from ifthen.dossier.comparison import SafetyComparison
from ifthen.dossier.developer import Developer
from ifthen.dossier.erratum import Erratum, Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model, Plan
from ifthen.dossier.series import Series
from ifthen.encoding.document import Day, Digest, Document, Id, Line, Moment
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework


class GateStatement(Document):
    """Whether a gate is open on a day: a decision, and who signed it."""

    kind: Literal["gate"]
    model: Id
    """Model that was decided about."""
    gate: Id
    """Gate of the framework."""
    framework: Id
    """Framework in force."""
    framework_version: Line
    """Its version, in quotes."""
    on: Day
    """Day for which this holds."""
    decision: Digest
    """Digest of the decision of the day."""
    decided: Literal["go", "hold", "undetermined"]
    """What the decision says."""
    outcome: Literal["go", "hold", "undetermined"]
    """go only where the decision is go and the sign-offs are there."""
    signoff: Literal["open", "closed", "undetermined"]
    """What the sign-offs say."""
    approvals: tuple[Id, ...] = ()
    """Sign-offs that count as approval."""
    dissents: tuple[Id, ...] = ()
    """Sign-offs that dissent."""
    abstentions: tuple[Id, ...] = ()
    """Sign-offs by which somebody abstains or takes no part."""
    exceptions: tuple[Id, ...] = ()
    """Exceptions that set aside something which is not in place."""


class Heartbeat(Document):
    """A sign of life: nothing else was to be published."""

    kind: Literal["heartbeat"]
    at: Moment
    """When it was given."""
    statements: int = Field(ge=0)
    """How many statements the publisher has made before."""


PUBLISHED: dict[str, type[Document]] = {
    "trust": Trust,
    "people": People,
    "framework": Framework,
    "model": Model,
    "developer": Developer,
    "plan": Plan,
    "declaration": Declaration,
    "assessment": Assessment,
    "determination": Determination,
    "catalogue": Catalogue,
    "series": Series,
    "comparison": SafetyComparison,
    "evidence": EvidenceRecord,
    "exception": GrantedException,
    "incident": Incident,
    "erratum": Erratum,
    "withdrawal": Withdrawal,
    "decision": Decision,
    "signoff": Signoff,
    "gate": GateStatement,
    "heartbeat": Heartbeat,
}
"""Kinds by name, in the order in which they are published: what is rested on comes first."""
