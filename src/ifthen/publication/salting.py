"""Salts of documents: a digest in a published decision must not tell whether a guess is right.

A decision names the digest of each document that it rests on, of all of it. Where a part is
withheld, whoever guesses that part could compute the digest and know. A salt in the document, which
is withheld with the part, stops that. It has to be there before the decision is signed, so that it
stands in the document and is not added when it is published.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence

from ifthen.attestation.disclosure import SALT_BYTES, RandomBytes
from ifthen.attestation.publication import SALT, SALTED, find_withheld
from ifthen.attestation.publication import Publication as Rules
from ifthen.errors import Error
from ifthen.publication.assembling import Item


def make_salt(random_bytes: RandomBytes) -> str:
    """Return 32 random bytes as a document holds them."""
    return base64.urlsafe_b64encode(random_bytes(SALT_BYTES)).rstrip(b"=").decode()


def list_unsalted(
    items: Sequence[Item], rules: Rules, everything: Sequence[Item], random_bytes: RandomBytes
) -> Iterator[Error]:
    """Yield why a part of a document that is to be stated would not be hidden.

    ``everything`` is every document of the workspace: a salt that another one has, too, is none,
    nor is one that another version shows.
    """
    users = _count_salts(everything)
    shown = {x.tree[SALT] for x in everything if SALT in x.tree and not _withholds(rules, x)}
    for item in items:
        if item.kind not in SALTED or not find_withheld(
            rules.withhold, item.kind, item.id, item.tree
        ):
            continue
        salt = item.tree.get(SALT)
        if salt is None:
            yield Error(
                "publication.unsalted",
                f"{item.name} is withheld in part and has no salt: decisions name its digest, by"
                " which everybody could find out whether a guess is right",
                hint=f"add this line to it, and decide and sign anew: salt: {_spell(random_bytes)}",
            )
        elif users[salt] > 1:
            yield Error(
                "publication.salt-twice",
                f"{item.name} has the salt of another document",
                hint=f"give it one of its own: salt: {_spell(random_bytes)}",
            )
        elif salt in shown:
            yield Error(
                "publication.salt-shown",
                f"{item.name} has the salt of a version that is published whole, where all see it",
                hint=f"give it one of its own: salt: {_spell(random_bytes)}",
            )


def _withholds(rules: Rules, item: Item) -> bool:
    """Return whether anything of a document is withheld, and with it the salt."""
    try:
        return bool(find_withheld(rules.withhold, item.kind, item.id, item.tree))
    except Error:  # a rule names a field that it lacks: it cannot be told, so all may be shown
        return False


def _spell(random_bytes: RandomBytes) -> str:
    """Return a new salt as YAML reads it back, whatever it begins with."""
    return f'"{make_salt(random_bytes)}"'


def _count_salts(items: Sequence[Item]) -> Mapping[str, int]:
    names: dict[str, set[str]] = {}
    for item in items:
        salt = item.tree.get(SALT)
        if isinstance(salt, str):
            names.setdefault(salt, set()).add(f"{item.kind}/{item.id}")
    return {salt: len(users) for salt, users in names.items()}
