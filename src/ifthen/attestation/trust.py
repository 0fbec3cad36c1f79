"""The trust file: who is who, in signed versions that follow from one another.

A version lists people with their keys and roles, and the keepers who vouch for it. A new one has to
be signed by a threshold of its own keepers and by a threshold of the keepers of the version before,
as the root of TUF is. So nobody becomes somebody by an edit, and lost keepers are replaced by those
who are left.

What a version says of days that are past, a later one keeps: a person, key or role ends by an
``until``, and new ones begin on the day of the version that brings them. Only a revocation and a
conflict of interest reach back; both take away.

Source: The Update Framework, specification 1.0.33, sections 4.3 and 5.3 (root metadata, rotation).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Literal

from pydantic import Field, model_validator

from ifthen.attestation.identity import Identity, parse_signatory
from ifthen.attestation.keys import PublicKey, parse_public_key
from ifthen.attestation.roles import (
    Delegation,
    Key,
    KeyLine,
    Period,
    PersonEntry,
    Register,
    RoleHeld,
    TrustedRoot,
)
from ifthen.attestation.signed import dump_stated, verify_stated
from ifthen.attestation.statement import make_subject
from ifthen.encoding.canonical import digest_value
from ifthen.encoding.document import Day, Digest, Document, Line, Moment, Part
from ifthen.encoding.enveloped import SignedEnvelope
from ifthen.errors import Error


class Keeper(Part):
    """Somebody who vouches for the trust file, with a key for nothing else."""

    name: Line
    """Name of the keeper."""
    public: KeyLine
    """The line of the public key. An identity cannot be a keeper: what it is believed by stands in
    the file that it would vouch for."""


class Trust(Document):
    """One version of who decides: people with their keys and roles, signed by its keepers."""

    kind: Literal["trust"]
    version: int = Field(ge=1, le=100_000)
    """Number of the version: 1, 2, 3, without gaps."""
    previous: Digest | None = None
    """Digest of what the version before states, none for the first."""
    issued_at: Moment
    """When the version was made, in UTC."""
    expires: Day
    """First day on which nothing may be opened by it: a later version has to be there."""
    threshold: int = Field(ge=1)
    """How many of the keepers have to sign this version and the next."""
    keepers: tuple[Keeper, ...] = Field(min_length=1, max_length=64)
    """Who vouches for the file."""
    people: tuple[PersonEntry, ...] = Field(min_length=1)
    """The people, as a document of kind people has them."""
    sigstore: tuple[TrustedRoot, ...] = Field(default=(), max_length=20)
    """Trusted roots, for people who sign by identity."""
    envelope: SignedEnvelope | None = None
    """The signed statement with the keepers' signatures."""

    @model_validator(mode="after")
    def _sound(self) -> "Trust":
        if (self.version == 1) != (self.previous is None):
            raise ValueError("the first version has no previous one, and every other has")
        if self.expires <= self.issued_at.date():
            raise ValueError(f"expires ({self.expires}) has to be later than issued_at")
        if any(isinstance(parse_signatory(x.public), Identity) for x in self.keepers):
            raise ValueError("a keeper signs with a key; an identity cannot be a keeper")
        raw = [parse_public_key(x.public).key for x in self.keepers]
        if len(set(raw)) < len(raw):
            raise ValueError("two keepers have one key")
        if self.threshold > len(raw):
            raise ValueError(f"threshold is {self.threshold} of {len(raw)} keepers")
        theirs = [parse_signatory(k.public).key for p in self.people for k in p.keys]
        ids = [person.id for person in self.people]
        if len(set(ids)) < len(ids) or len(set(theirs)) < len(theirs):
            raise ValueError("a person, or a key of a person, stands there twice")
        if set(theirs) & set(raw):
            raise ValueError("a key of a keeper is a key of a person as well; make one of its own")
        return self

    @property
    def keys(self) -> dict[str, PublicKey]:
        """The keepers' keys by their ids."""
        found = [parse_public_key(keeper.public) for keeper in self.keepers]
        return {key.id: key for key in found}

    @property
    def register(self) -> Register:
        """The people, to be asked about a day."""
        people = tuple(sorted(self.people, key=lambda person: person.id))
        return Register(people, self.sigstore)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Who counts by a trust file, and since when there is one."""

    register: Register
    since: date
    """Day of the first version: what people state from then on has to be signed."""
    id: str
    """Name of the trust file."""
    digest: str
    """Identity of the version that says who counts: of what it states, whoever signed it."""


def make_trusted(versions: Sequence[Trust]) -> Trusted | None:
    """Return who counts by verified versions, the first one first; None where there is none."""
    if not versions:
        return None
    last, since = versions[-1], versions[0].issued_at.astimezone(UTC).date()
    return Trusted(last.register, since, last.id, digest_trust(last))


def digest_trust(trust: Trust) -> str:
    """Return the identity of a version: the digest of what it states, whoever signed it."""
    return digest_value(dump_stated(trust))


def make_trust_subject(trust: Trust) -> dict[str, Any]:
    """Return the version as the subject of a statement."""
    return make_subject(f"{trust.id}-{trust.version}", digest_trust(trust))


def verify_versions(versions: Sequence[Trust], *, first: str | None = None) -> Trust:
    """Return the last of these versions, which are all that there are, from the first on.

    ``first`` is the digest of the first version, where the reader has it from elsewhere. Whether
    the last version has expired is asked with :func:`verify_current`.

    Raises:
        Error: ``trust.none``, ``trust.first``, ``trust.chain`` where one is missing or follows from
            another one, ``trust.threshold`` where keepers have not signed, ``trust.rewrites-past``,
            and those of :func:`~ifthen.attestation.signed.verify_stated`.
    """
    if not versions:
        raise Error("trust.none", "there is no version of the trust file")
    if first is not None and digest_trust(versions[0]) != first:
        raise Error(
            "trust.first",
            f"the first version is {digest_trust(versions[0])}, expected {first}",
            hint="ask whoever gave you the digest; the files may be somebody else's",
        )
    before: Trust | None = None
    for number, trust in enumerate(versions, start=1):
        verify_version(trust, before, number=number)
        before = trust
    return versions[-1]


def verify_version(trust: Trust, before: Trust | None, *, number: int) -> None:
    """Verify one version against the one before it.

    Raises:
        Error: those of :func:`verify_versions`.
    """
    where = f"trust file {trust.id} version {trust.version}"
    expected = (number, None if before is None else digest_trust(before))
    if (trust.version, trust.previous) != expected:
        raise Error(
            "trust.chain",
            f"is version {trust.version} after {trust.previous or 'none'}; expected version"
            f" {number} after {expected[1] or 'none'}",
            where=where,
            hint="put the missing version back",
        )
    if before is not None:
        if before.id != trust.id:
            raise Error(
                "trust.chain", f"follows version {before.version} of {before.id}", where=where
            )
        if trust.issued_at < before.issued_at:
            raise Error("trust.chain", "was made before the version that it replaces", where=where)
        if (rewritten := next(list_rewritten(before, trust), None)) is not None:
            raise Error(
                "trust.rewrites-past",
                rewritten,
                where=where,
                hint="end an entry with until, and begin a new one on the day of the version",
            )
    for vouching in (trust, before):
        if vouching is not None:
            _verify_threshold(trust, vouching, where)


def count_signed(trust: Trust, vouching: Trust) -> int:
    """Return how many keepers of a version signed another, or the same.

    Raises:
        Error: those of :func:`~ifthen.attestation.signed.verify_stated`, except that nobody signed.
    """
    if trust.envelope is None:
        return 0
    try:
        signed = verify_stated(
            trust,
            trust.envelope,
            kind="trust",
            subjects=[digest_trust(trust)],
            issued_at=trust.issued_at,
            keys=vouching.keys,
        )
    except Error as error:
        if error.code == "attestation.no-known-key":
            return 0
        raise
    return len(set(signed))


def _verify_threshold(trust: Trust, vouching: Trust, where: str) -> None:
    found = count_signed(trust, vouching)
    if found < vouching.threshold:
        raise Error(
            "trust.threshold",
            f"{found} of {len(vouching.keepers)} keepers of version {vouching.version} signed;"
            f" expected {vouching.threshold}",
            where=where,
            hint="let keepers sign it with: ifthen keys sign FILE --key KEY",
        )


def verify_current(trust: Trust, on: date) -> None:
    """Verify that a version still counts on a day.

    Raises:
        Error: ``trust.expired``, ``trust.not-yet``.
    """
    where = f"trust file {trust.id} version {trust.version}"
    if on >= trust.expires:
        raise Error(
            "trust.expired",
            f"expired on {trust.expires}; it is {on}",
            where=where,
            hint="let the keepers sign the next version: ifthen keys release",
        )
    if on < trust.issued_at.date():
        raise Error("trust.not-yet", f"was made on {trust.issued_at.date()}", where=where)


def list_rewritten(before: Trust, after: Trust) -> Iterator[str]:
    """Yield where a version says otherwise than the one before what was on days that are past."""
    day = after.issued_at.date()
    entries = {person.id: person for person in after.people}
    yield from _compare("a trusted root", before.sigstore, after.sigstore, _of_root, day)
    for old in before.people:
        if (new := entries.get(old.id)) is None:
            yield f"{old.id} is gone"
            continue
        yield from _compare(f"a key of {old.id}", old.keys, new.keys, _of_key, day)
        yield from _compare(f"a role of {old.id}", old.roles, new.roles, _of_role, day)
        yield from _compare(
            f"a stand-in of {old.id}", old.stands_in, new.stands_in, _of_delegation, day
        )
        revoked = {key.public: key.revoked for key in new.keys}
        for key in old.keys:
            if key.revoked is not None and revoked.get(key.public) != key.revoked:
                yield f"a revocation of a key of {old.id} is changed"
        for conflict in old.conflicts:
            about = (conflict.about, conflict.from_)
            if not any(
                (x.about, x.from_) == about and _lasts(conflict, x, day) for x in new.conflicts
            ):
                yield f"a conflict of interest of {old.id} is gone or changed"
    known = {person.id for person in before.people}
    for person in after.people:
        if person.id not in known:
            for period in (*person.keys, *person.roles, *person.stands_in):
                if period.from_ < day:
                    yield f"{person.id} is new, with an entry from {period.from_}, before {day}"


def _of_key(key: Key) -> tuple[Any, ...]:
    return (key.public, key.from_)


def _of_root(root: TrustedRoot) -> tuple[Any, ...]:
    return (root.root, root.from_)


def _of_role(role: RoleHeld) -> tuple[Any, ...]:
    return (role.role, role.from_)


def _of_delegation(delegation: Delegation) -> tuple[Any, ...]:
    return (delegation.role, delegation.for_, delegation.from_)


def _compare(
    what: str,
    old: Sequence[Any],
    new: Sequence[Any],
    identify: Callable[[Any], tuple[Any, ...]],
    day: date,
) -> Iterator[str]:
    later = {identify(x): x for x in new}
    if len(later) < len(new):
        yield f"{what} stands there twice from one day"
    for entry in old:
        found = later.pop(identify(entry), None)
        if found is None:
            yield f"{what} from {entry.from_} is gone"
        elif not _lasts(entry, found, day):
            ends = [x.until or "open" for x in (entry, found)]
            yield f"{what} from {entry.from_} had the end {ends[0]}, and now {ends[1]}"
    for entry in later.values():
        if entry.from_ < day:
            yield f"{what} is new from {entry.from_}, before {day}"


def _lasts(old: Period, new: Period, day: date) -> bool:
    """Return whether two periods say the same of all days before one."""
    return old.until == new.until or all(x.until is None or x.until >= day for x in (old, new))
