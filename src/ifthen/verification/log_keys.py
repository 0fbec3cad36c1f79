"""Which keys of the log count for a tree of how many entries.

The policy names the keys with which a log began. From then on the log itself says which key comes
and which goes (:mod:`ifthen.tlog.succession`). A change counts for every tree that holds its entry,
so that a checkpoint is judged by the keys of its own size, and neither by older nor by newer ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.tlog.key import VerifierKey
from ifthen.tlog.policy import Policy, parse_policy
from ifthen.tlog.succession import (
    follow_policy,
    is_key_change,
    parse_key_change,
    parse_policy_version,
)


@dataclass(frozen=True, slots=True)
class KeysInForce:
    """The policies of a log's life, each with the size of the first tree for which it counts."""

    versions: tuple[tuple[int, Policy], ...]

    def at(self, size: int) -> Policy:
        """Return the policy that counts for a tree of ``size`` entries."""
        return next(policy for start, policy in reversed(self.versions) if start <= size)

    @property
    def keys(self) -> frozenset[VerifierKey]:
        """Every key of a log that counted at any time."""
        return frozenset(log.key for _, policy in self.versions for log in policy.logs)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of following the changes: keys, what was said, and the fault that ended it."""

    keys: KeysInForce
    said: tuple[tuple[int, str], ...]
    """Index of each entry, and what it changes, in words."""
    fault: Error | None


def follow_keys(policy: Policy, origin: str, entries: Sequence[bytes]) -> Followed:
    """Return which keys of the log ``origin`` count when; ``policy`` says with which it began.

    A change that does not hold ends it, with the entry as the place of the fault: what follows
    would rest on it.
    """
    versions, said = [(0, policy)], list[tuple[int, str]]()
    fault = None
    for index, entry in enumerate(entries):
        if not is_key_change(entry):
            continue
        try:
            known = [log.key for log in policy.logs if log.key.name == origin]
            change = parse_key_change(entry, known)
            if change.key.name != origin:
                raise Error("tlog.origin", f"the key is of the log {change.key.name[:80]!r}")
            policy = follow_policy(policy, [entry])
        except Error as error:
            fault = Error(error.code, error.message, where=f"entry {index}", hint=error.hint)
            break
        versions.append((index + 1, policy))
        does = "counts from here on" if change.act == "add" else "counts no more from here on"
        said.append((index, f"the log's key {change.key.key_id.hex()} {does}"))
    return Followed(KeysInForce(tuple(versions)), tuple(said), fault)


def continues(brought: bytes, own: bytes, origin: str, entries: Sequence[bytes]) -> bool:
    """Return whether a policy that was brought is what the record's own became by then.

    It is a later version, made by following the log, and says up to which entry that was done.
    """
    try:
        version, later = parse_policy_version(brought), parse_policy(brought)
        size = version.followed.get(origin)
        if version.number < 2 or size is None or size > len(entries):
            return False
        return follow_policy(parse_policy(own), entries[:size]) == later
    except Error:
        return False
