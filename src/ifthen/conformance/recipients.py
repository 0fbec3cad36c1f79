"""Who gets what an instrument has sent: names, other names, and whether a document went there.

One document may answer several laws that ask for the same kind: to each it has to be sent apart.
"""

from typing import Literal

from ifthen.conformance.instrument import Clock, Instrument, Provision
from ifthen.dossier.developer import DeveloperDocument


def canonical_name(law: Instrument, name: str) -> str:
    """Return the name of a recipient by which an instrument calls it; an unknown one stays."""
    plain = plain_name(name)
    for recipient in law.recipients:
        if plain in {plain_name(x) for x in (recipient.name, *recipient.also)}:
            return plain_name(recipient.name)
    return plain


def plain_name(name: str) -> str:
    """Return a name without article, case and doubled spaces."""
    words = " ".join(name.split()).casefold()
    for article in ("the ", "an ", "a "):
        words = words.removeprefix(article)
    return words


def split_recipients(law: Instrument, clock: Clock) -> list[str]:
    """Return the recipients that a clock names, each by its name in the instrument."""
    parts = (clock.recipient or "").replace(", ", " and ").split(" and ")
    return [canonical_name(law, x) for x in parts if x.strip()]


def list_authorities(law: Instrument, clock: Clock) -> list[str]:
    """Return the recipients of a clock that are authorities which the instrument lists."""
    known = {plain_name(x.name) for x in law.recipients}
    return [x for x in split_recipients(law, clock) if x in known]


def judge_sent(
    law: Instrument, authorities: list[str], document: DeveloperDocument
) -> Literal["yes", "no", "unknown"]:
    """Return whether a document went to the authorities: what it does not say is unknown.

    A document that names instruments went under these and no others.
    """
    if not authorities:
        return "yes"
    if document.instruments and law.id not in document.instruments:
        return "no"
    to = {canonical_name(law, x) for x in document.to}
    if to >= set(authorities) or (document.instruments and not to):
        return "yes"
    return "unknown"


def list_provision_authorities(law: Instrument, provision: Provision) -> list[str]:
    """Return the authorities that get the document which answers a provision, each once."""
    clocks = [x for x in provision.clocks if x.asks == "act" and x.done_by is None]
    return list(dict.fromkeys(name for x in clocks for name in list_authorities(law, x)))


def say_unsent(law: Instrument, authorities: list[str]) -> str:
    """Return why a document does not answer that names no recipient, and what to write in it."""
    names = [x.name for x in law.recipients if plain_name(x.name) in authorities]
    return (
        f"it does not say that it went to {' and '.join(names)}: if it did, write "
        f"'instruments: [{law.id}]', or 'to: [{', '.join(names)}]', at the document"
    )
