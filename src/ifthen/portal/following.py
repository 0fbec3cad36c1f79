"""A policy that follows a log through its changes of keys."""

from ifthen.portal.status import read_note
from ifthen.tlog.auditing import audit
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.growing import Read
from ifthen.tlog.note import parse_note
from ifthen.tlog.policy import Policy, parse_policy, verify_checkpoint
from ifthen.tlog.succession import (
    follow_policy,
    format_policy_version,
    parse_policy_version,
)


def follow_log(read: Read, policy_file: bytes, *, latest: int) -> bytes | None:
    """Return the next version of a policy's file, None where the log announces no further change.

    What the file says that it has followed is passed over. The checkpoint has to be accepted by the
    new policy: the log's own new key, announced by the old one, signs it. ``latest`` is the latest
    time that a cosignature may state, in POSIX seconds.

    Raises:
        Error: ``portal.no-checkpoint``, and those of ``verify_checkpoint``, of ``audit``, of
            ``follow_policy`` and of ``parse_policy_version``.
    """
    policy = parse_policy(policy_file)
    note = parse_note(read_note(read))
    checkpoint = parse_checkpoint(note.text)
    start = parse_policy_version(policy_file).followed.get(checkpoint.origin, 0)
    new = follow_tree(read, policy, checkpoint, start)
    verify_checkpoint(note, new, latest=latest)
    if new == policy:
        return None
    return format_policy_version(new, policy_file, {checkpoint.origin: checkpoint.size})


def follow_tree(read: Read, policy: Policy, checkpoint: Checkpoint, start: int = 0) -> Policy:
    """Return the policy after the changes of keys in a tree from the entry ``start`` on.

    Nobody's signature of the checkpoint is verified here.

    Raises:
        Error: those of ``audit`` and of ``follow_policy``.
    """
    for bundle in audit(read, checkpoint, start=start):
        policy = follow_policy(policy, bundle.entries[max(0, start - bundle.first) :])
    return policy
