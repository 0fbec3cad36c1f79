"""What documents say of the developer: its own document, completed by its models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ifthen.decision.computing import tally_compute
from ifthen.dossier.developer import Amount, Developer, DeveloperDocument, DeveloperModel
from ifthen.dossier.model import Model
from ifthen.encoding.document import Loaded, dump_document
from ifthen.encoding.tree import Source
from ifthen.errors import Error
from ifthen.workspace.loading import Workspace

NO_LIMIT: Final = 1e300
"""Upper end of an amount of which only the lower end is known: above every line of a law."""
NOTICE: Final = (
    "Facts of the developer were made of its models; revenue, places, what it signed and what it "
    "filed stand in a document of kind developer, and there is none."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the developer, and whether its documents are listed."""

    developer: Loaded[Developer]
    register: bool
    notices: tuple[str, ...] = ()


def know_developer(
    declared: Sequence[Loaded[Developer]],
    models: Sequence[Loaded[Model]],
    title: str,
    more: Sequence[DeveloperDocument] = (),
) -> Known:
    """Return the developer's own document, completed by its models, or what the models say.

    A model that the document lists keeps what it says; compute and days of release that it lacks
    come from the model. ``more`` are documents that are seen without being listed.

    Raises:
        Error: ``developer.several``.
    """
    if len(declared) > 1:
        raise Error(
            "developer.several",
            f"there are {len(declared)} documents of kind developer: "
            f"{', '.join(x.document.id for x in declared)}",
            where=declared[1].where(),
            hint="keep one: everything is judged by it",
        )
    found = {x.document.id: _model(x.document, models) for x in models}
    if not declared:
        developer = Developer(
            kind="developer",
            id="developer",
            title=title,
            notice=NOTICE,
            models=tuple(found.values()),
            documents=tuple(more),
        )
        source = Source(name="models", tree=dump_document(developer), places={})
        return Known(Loaded(developer, source), register=False, notices=(NOTICE,))
    loaded, said = declared[0], declared[0].document
    listed = [_complete(x, found.pop(x.id, None)) for x in said.models]
    names = {x.id for x in said.documents}
    whole = said.model_copy(
        update={
            "models": (*listed, *found.values()),
            "documents": (*said.documents, *(x for x in more if x.id not in names)),
        }
    )
    return Known(replace(loaded, document=whole), register=True)


def know_workspace(workspace: Workspace, declared: Sequence[Loaded[Developer]] = ()) -> Known:
    """Return what a workspace says; ``declared`` takes the place of its own document.

    Raises:
        Error: ``developer.several``.
    """
    manifest = workspace.manifest.document.title
    title = next((x.document.developer for x in workspace.models), manifest)
    return know_developer(declared or workspace.developers, workspace.models, title)


def _complete(said: DeveloperModel, found: DeveloperModel | None) -> DeveloperModel:
    if found is None:
        return said
    lacking = {
        key: value
        for key in ("compute", "deployed")
        if getattr(said, key) is None and (value := getattr(found, key)) is not None
    }
    return said.model_copy(update=lacking)


def _model(model: Model, models: Sequence[Loaded[Model]]) -> DeveloperModel:
    tally = tally_compute(model, {x.document.id: x.document for x in models})
    compute = None
    if tally.known is not None:
        low, _, high = tally.known
        compute = Amount(low=low, high=high if tally.complete else NO_LIMIT)
    # Named outsiders may be evaluators only, which laws do not call deployment.
    open_ = [x.from_ for x in model.releases if x.channel in ("external-api", "open-weights")]
    return DeveloperModel(id=model.id, compute=compute, deployed=min(open_, default=None))
