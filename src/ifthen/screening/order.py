"""The order in which questions count, fixed by a seed before anybody knows how they end.

Rank is SHA-256 of the seed and the id, one after the other as UTF-8: anybody can compute it in any
language, adding a question moves no other, and the order of the dataset (often by difficulty or by
topic) has no part in it.
"""

import hashlib
from collections.abc import Iterable

from ifthen.errors import Error
from ifthen.screening.design import digest_list


def rank_ids(ids: Iterable[str | int], seed: str) -> tuple[str, ...]:
    """Return the ids as text, in the order that the seed gives them.

    Raises:
        Error: ``screening.duplicate-id``, ``screening.id`` for one that is not UTF-8 or is empty.
    """
    texts = [str(identifier) for identifier in ids]
    known: set[str] = set()
    for text in texts:
        if text in known:
            raise Error(
                "screening.duplicate-id",
                f"the question {text[:80]!r} stands there twice",
                hint="give each question an id of its own",
            )
        known.add(text)
    return tuple(sorted(texts, key=lambda text: (rank_of(text, seed), text)))


def rank_of(identifier: str, seed: str) -> bytes:
    """Return the 32 bytes by which a question is ranked.

    Raises:
        Error: ``screening.id``.
    """
    try:
        data = seed.encode() + identifier.encode()
    except UnicodeEncodeError as error:
        raise Error("screening.id", f"{identifier[:80]!r} cannot be written as UTF-8") from error
    if not identifier:
        raise Error("screening.id", "a question has an empty id")
    return hashlib.sha256(data).digest()


def digest_order(order: Iterable[str]) -> str:
    """Return ``sha256:`` and the digest of the ids in their order."""
    return digest_list(list(order))
