"""The workspace document and the kinds of documents that a workspace holds."""

from typing import Literal

from ifthen.attestation.publication import Publication
from ifthen.attestation.roles import People
from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import Trust
from ifthen.decision.case import Case
from ifthen.dossier.catalogue import Catalogue
from ifthen.dossier.comparison import SafetyComparison
from ifthen.dossier.developer import Developer
from ifthen.dossier.erratum import Erratum, Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model, Plan
from ifthen.dossier.series import Series
from ifthen.encoding.document import Document, Id, Line
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework


class Manifest(Document):
    """Marks the root directory of a workspace (``ifthen.yaml``)."""

    kind: Literal["workspace"]
    title: Line
    """What the workspace is called where people read it."""
    instruments: tuple[Id, ...] = ()
    """Laws and codes of the library whose deadlines ``ifthen due`` lists."""


KINDS: dict[str, type[Document]] = {
    "workspace": Manifest,
    "framework": Framework,
    "model": Model,
    "plan": Plan,
    "evidence": EvidenceRecord,
    "declaration": Declaration,
    "assessment": Assessment,
    "determination": Determination,
    "exception": GrantedException,
    "incident": Incident,
    "erratum": Erratum,
    "withdrawal": Withdrawal,
    "catalogue": Catalogue,
    "series": Series,
    "comparison": SafetyComparison,
    "case": Case,
    "developer": Developer,
    "people": People,
    "trust": Trust,
    "signoff": Signoff,
    "publication": Publication,
}
"""Kinds that a person writes or that are recorded for them, by the word after ``kind:``."""
