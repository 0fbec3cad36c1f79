"""Who may speak in which role, with which keys, and from when until when.

A person holds a role from a day on and until a day, or stands in for somebody who holds it. What is
asked is always a day: who held the role then, whose key was it then. Nothing is passed on twice: a
person who stands in cannot name another one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ifthen.attestation.identity import (
    Identity,
    RootOnDays,
    parse_signatory,
    verify_root,
)
from ifthen.attestation.keys import PublicKey
from ifthen.encoding.document import Day, Document, Id, Line, Loaded, Part, Text
from ifthen.errors import Error

PUBLISHER = "publisher"
"""The role in which statements are published; no framework has to name it."""


def _is_key(line: str) -> str:
    try:
        parse_signatory(line)
    except Error as error:
        raise ValueError(error.message) from error
    return line


def _is_root(text: str) -> str:
    try:
        verify_root(text)
    except Error as error:
        raise ValueError(error.message) from error
    return text


KeyLine = Annotated[Line, AfterValidator(_is_key)]
RootText = Annotated[Text, AfterValidator(_is_root)]


class Period(Part):
    """Days from the first on, and until the first that no longer counts."""

    from_: Day = Field(alias="from")
    """First day that counts."""
    until: Day | None = None
    """First day that no longer counts; open when absent."""

    @model_validator(mode="after")
    def _ordered(self) -> "Period":
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"until ({self.until}) has to be later than from ({self.from_})")
        return self

    def covers(self, on: date) -> bool:
        """Return whether a day counts."""
        return self.from_ <= on and (self.until is None or on < self.until)

    def overlaps(self, other: "Period") -> bool:
        """Return whether some day counts in both."""
        return self.covers(other.from_) or other.covers(self.from_)


class Revocation(Part):
    """Why a key no longer counts, not even for what it signed before."""

    on: Day
    """Day on which it was revoked."""
    reason: Text
    """Why: lost, stolen, used by somebody else."""


class Key(Period):
    """A key of a person. One that was replaced gets an ``until``, one that leaked is revoked."""

    public: KeyLine
    """The line of the public key, as ``ifthen keys show`` or a ``.pub`` file gives it; or of an
    identity: sigstore ISSUER SUBJECT."""
    revoked: Revocation | None = None
    """A revoked key counts for nothing: nobody can tell when a signature was made with it."""


class TrustedRoot(Period):
    """What is believed about signatures by identity that were made on some days."""

    root: RootText
    """The trusted_root.json of a Sigstore: keys of its certificate authority and its logs."""


class RoleHeld(Period):
    """A role that a person holds."""

    role: Id
    """Role of the framework."""


class Delegation(Period):
    """A role of somebody else in which a person speaks."""

    role: Id
    """Role of the framework."""
    for_: Id = Field(alias="for")
    """Who holds the role."""
    reason: Text
    """Why, for example leave."""


class ConflictOfInterest(Period):
    """A conflict of interest that a person declared: their approval does not count."""

    about: Id | Literal["*"]
    """The model that it is about, or ``*`` for every one."""
    text: Text
    """What the conflict is."""


class PersonEntry(Part):
    """A person with their keys and roles."""

    id: Id
    """Name by which sign-offs refer to the person."""
    name: Line
    """Name of the person."""
    organisation: Line | None = None
    """Where it is not the developer."""
    keys: tuple[Key, ...] = ()
    """Keys with which the person signs."""
    roles: tuple[RoleHeld, ...] = ()
    """Roles that the person holds or held."""
    stands_in: tuple[Delegation, ...] = ()
    """Roles in which the person stands in for somebody."""
    conflicts: tuple[ConflictOfInterest, ...] = ()
    """Conflicts of interest that the person declared."""


class People(Document):
    """Who decides: people with their keys, roles, stand-ins and conflicts of interest."""

    kind: Literal["people"]
    people: tuple[PersonEntry, ...] = Field(min_length=1)
    """The people."""
    sigstore: tuple[TrustedRoot, ...] = Field(default=(), max_length=20)
    """Trusted roots, for those who sign by identity."""


@dataclass(frozen=True)
class Register:
    """All people, and what may be asked about them on a day."""

    people: tuple[PersonEntry, ...] = ()
    sigstore: tuple[TrustedRoot, ...] = ()
    """What is believed about signatures by identity."""

    @cached_property
    def by_id(self) -> dict[str, PersonEntry]:
        """People by their ids."""
        return {person.id: person for person in self.people}

    @cached_property
    def keys(self) -> dict[str, tuple[PersonEntry, Key, PublicKey | Identity]]:
        """Every key and identity that anybody ever had, by its id."""
        roots = [RootOnDays(x.root, x.from_, x.until) for x in self.sigstore]
        found: dict[str, tuple[PersonEntry, Key, PublicKey | Identity]] = {}
        for person in self.people:
            for key in person.keys:
                public = parse_signatory(key.public)
                if isinstance(public, Identity):
                    public = public.believing(roots)
                found[public.id] = (person, key, public)
        return found

    @property
    def signatories(self) -> dict[str, PublicKey | Identity]:
        """What verifies each signature, by its id."""
        return {id: public for id, (_, _, public) in self.keys.items()}

    @property
    def public_keys(self) -> dict[str, PublicKey]:
        """Those of the keys that are no identities, by their ids."""
        return {id: x for id, x in self.signatories.items() if isinstance(x, PublicKey)}

    def holds(self, person: str, role: str, on: date) -> bool:
        """Return whether a person held a role themselves on a day."""
        entry = self.by_id.get(person)
        return entry is not None and any(x.role == role and x.covers(on) for x in entry.roles)

    def find_seat(self, person: str, role: str, on: date) -> str | None:
        """Return whose seat a person filled in a role on a day: their own, or another's."""
        if self.holds(person, role, on):
            return person
        entry = self.by_id.get(person)
        for x in entry.stands_in if entry else ():
            if x.role == role and x.covers(on) and self.holds(x.for_, role, on):
                return x.for_
        return None

    def list_seats(self, role: str, on: date) -> tuple[tuple[str, str], ...]:
        """Return who may speak in a role on a day, each with the seat that they fill."""
        found = ((person.id, self.find_seat(person.id, role, on)) for person in self.people)
        return tuple((person, seat) for person, seat in found if seat is not None)

    def find_conflict(self, person: str, model: str, on: date) -> ConflictOfInterest | None:
        """Return a conflict of interest about a model that a person had declared for a day."""
        entry = self.by_id.get(person)
        about = (x for x in (entry.conflicts if entry else ()) if x.about in ("*", model))
        return next((x for x in about if x.covers(on)), None)


def make_register(documents: Iterable[Loaded[People]]) -> Register:
    """Return the people of all documents; :func:`check_people` says whether they fit together."""
    documents = list(documents)
    found = [person for loaded in documents for person in loaded.document.people]
    roots = [root for loaded in documents for root in loaded.document.sigstore]
    return Register(tuple(sorted(found, key=lambda person: person.id)), tuple(roots))


def check_people(documents: Iterable[Loaded[Any]]) -> Iterator[Error]:
    """Yield every fault across the people (codes ``people.*``), each with both places.

    ``documents`` are of kind people, or one version of the trust file, which has people as well.
    """
    documents = list(documents)
    places: dict[str, str] = {}
    keys: dict[bytes, str] = {}
    ids = {person.id for loaded in documents for person in loaded.document.people}
    for loaded in documents:
        for p, person in enumerate(loaded.document.people):
            path = ("people", p)
            where = loaded.where(*path, "id")
            if person.id in places:
                yield Error(
                    "people.duplicate",
                    f"'{person.id}' stands here again; first in {places[person.id]}",
                    where=where,
                    hint="keep all about one person in one place",
                )
            places.setdefault(person.id, where)
            for k, key in enumerate(person.keys):
                raw = parse_signatory(key.public).key
                here = loaded.where(*path, "keys", k, "public")
                if raw in keys:
                    yield Error(
                        "people.shared-key",
                        f"this key stands in {keys[raw]} already",
                        where=here,
                        hint="each key belongs to one person and is listed once",
                    )
                keys.setdefault(raw, here)
            yield from _check_delegations(loaded, path, person, ids)


def _check_delegations(
    loaded: Loaded[Any], path: tuple[Any, ...], person: PersonEntry, ids: set[str]
) -> Iterator[Error]:
    for d, mine in enumerate(person.stands_in):
        where = loaded.where(*path, "stands_in", d)
        if mine.for_ not in ids:
            yield Error(
                "people.unknown",
                f"there is no person '{mine.for_}'",
                where=loaded.where(*path, "stands_in", d, "for"),
                hint=f"known: {', '.join(sorted(ids))}",
            )
        others: list[RoleHeld | Delegation] = [*person.roles, *person.stands_in[:d]]
        if mine.for_ == person.id or any(mine.role == x.role and mine.overlaps(x) for x in others):
            yield Error(
                "people.two-seats",
                f"'{person.id}' would fill two seats of the role '{mine.role}' on one day",
                where=where,
                hint="one person has one vote in a role; give the stand-in to somebody else",
            )
