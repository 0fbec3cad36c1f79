"""Whether what ran and scored an evaluation was of the same version in its logs and its plan."""

from collections.abc import Collection, Iterable, Iterator

from ifthen.dossier.model import Plan
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.evidence.packages import Versions, list_versions
from ifthen.evidence.record import EvidenceRecord
from ifthen.workspace.loading import Workspace

HINT = "run it again with one version, or say beside the result why they make no difference"


def check_packages(workspace: Workspace) -> Iterator[Error]:
    """Yield the faults of :func:`find_differences` as warnings, each at a record."""
    places = {loaded.document.id: loaded for loaded in workspace.evidence}
    for id, fault in find_differences(
        [loaded.document for loaded in workspace.evidence], workspace.plans
    ):
        yield Error(fault.code, fault.message, where=places[id].where("run"), hint=fault.hint)


def find_differences(
    records: Iterable[EvidenceRecord],
    plans: Iterable[Loaded[Plan]],
    *,
    of: Collection[str] | None = None,
) -> Iterator[tuple[str, Error]]:
    """Yield ``plan.versions-differ`` and ``evidence.versions-differ`` with a record's id.

    The first is between a record and its plan; the second between the records of one evaluation of
    one model, with the id of the last. With ``of`` only what concerns one of these records.
    """
    known = {loaded.document.id: loaded.document for loaded in plans}
    results: dict[tuple[str, str], list[EvidenceRecord]] = {}
    for record in sorted(records, key=lambda each: each.id):
        results.setdefault((record.evaluation, record.model), []).append(record)
        plan = known.get(record.plan or "")
        if plan is None or (of is not None and record.id not in of):
            continue
        said = _versions([record])
        said.add(f"plan {plan.id}", plan.packages)
        for text in said.differences():
            yield record.id, Error("plan.versions-differ", text, hint=HINT)
    for same in results.values():
        if of is None or any(record.id in of for record in same):
            for text in _versions(same).differences():
                yield same[-1].id, Error("evidence.versions-differ", text, hint=HINT)


def _versions(records: Iterable[EvidenceRecord]) -> Versions:
    said = Versions()
    for record in records:
        said.add(f"record {record.id}", list_versions(record.run))
    return said
