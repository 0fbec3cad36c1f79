"""Whether people, roles and sign-offs fit together; each fault names both places."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from ifthen.attestation.roles import PUBLISHER, Register
from ifthen.attestation.signoff import Signoff
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.workspace.loading import Workspace
from ifthen.workspace.references import find_dangling
from ifthen.workspace.trusting import find_register


def check_signatories(workspace: Workspace) -> Iterator[Error]:
    """Yield unknown roles and people, and sign-offs by who did not hold the role on the day."""
    models = {x.document.id: x for x in workspace.models}
    roles = {role.id for x in workspace.frameworks for role in x.document.roles}
    stated = [x.where("roles") for x in workspace.frameworks[:1]]
    documents: list[Loaded[Any]] = [*workspace.people, *workspace.trust[-1:]]
    for loaded in documents:
        for p, person in enumerate(loaded.document.people):
            for key in ("roles", "stands_in"):
                for i, held in enumerate(getattr(person, key)):
                    path = ("people", p, key, i, "role")
                    known = {*roles, PUBLISHER}
                    yield from find_dangling(loaded, path, "role", held.role, known, stated=stated)
            for i, conflict in enumerate(person.conflicts):
                if conflict.about != "*":
                    path = ("people", p, "conflicts", i, "about")
                    yield from find_dangling(loaded, path, "model", conflict.about, models)
    register = find_register(workspace)
    counting = documents[-1:] if workspace.trust else documents
    places = _list_places(counting)
    lists = [x.where("people") for x in counting]
    yield from _approvals(workspace, register, lists)
    for signoff in workspace.signoffs:
        document = signoff.document
        yield from find_dangling(signoff, ("model",), "model", document.model, models)
        yield from find_dangling(signoff, ("role",), "role", document.role, roles, stated=stated)
        yield from find_dangling(
            signoff, ("person",), "person", document.person, register.by_id, stated=lists
        )
        if document.person in places and document.role in roles:
            day = document.signed_at.astimezone(UTC).date()
            if register.find_seat(document.person, document.role, day) is None:
                yield _no_role(signoff, places[document.person], day)
        if document.model in models:
            yield from _before_birth(signoff, models[document.model])


def _approvals(workspace: Workspace, register: Register, lists: Sequence[str]) -> Iterator[Error]:
    """Yield approvals of exceptions by people whom nobody knows."""
    for loaded in workspace.exceptions:
        for i, approval in enumerate(loaded.document.approved_by):
            if (person := approval.person) is not None:
                path = ("approved_by", i, "person")
                known = register.by_id
                yield from find_dangling(loaded, path, "person", person, known, stated=lists)


def _list_places(documents: Sequence[Loaded[Any]]) -> dict[str, str]:
    return {
        person.id: loaded.where("people", index, "roles" if person.roles else "id")
        for loaded in documents
        for index, person in enumerate(loaded.document.people)
    }


def _no_role(signoff: Loaded[Signoff], place: str, day: Any) -> Error:
    document = signoff.document
    return Error(
        "workspace.signed-without-role",
        f"{document.person} signed as {document.role} on {day}, and did not hold that role then, as"
        f" {place} says",
        where=signoff.where("role"),
        hint="let somebody sign who holds the role, and take this sign-off out of the workspace",
    )


def _before_birth(signoff: Loaded[Signoff], model: Loaded[Any]) -> Iterator[Error]:
    born, decided = model.document.born_on, signoff.document.decided_on
    if born is not None and decided < born:
        yield Error(
            "workspace.before-birth",
            f"a decision of {decided} was signed; there was no {model.document.id} before {born},"
            f" as {model.where('trained_on')} says",
            where=signoff.where("decided_on"),
            hint="correct one of the days",
        )
