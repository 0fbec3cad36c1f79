"""Witnesses asked on the way: a checkpoint is shown once the quorum of its policy has cosigned."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ifthen.errors import Error

CLOCK_SECONDS = 60
"""How far a witness's clock may be ahead."""


def make_cosign(record: Path, policy_file: bytes, now: datetime) -> Callable[[bytes], bytes] | None:
    """Return what has a checkpoint cosigned by the witnesses of a policy that have an address.

    None where the policy names none: then nobody is asked. ``record`` is the folder of the tiles.

    Raises:
        Error: those of ``parse_policy``. What is returned raises ``portal.no-quorum``, and those
            of ``feeding.gather``.
    """
    from ifthen.portal.feeding import gather  # noqa: PLC0415
    from ifthen.portal.following import follow_tree  # noqa: PLC0415
    from ifthen.portal.source import post  # noqa: PLC0415
    from ifthen.tlog.checkpoint import parse_checkpoint  # noqa: PLC0415
    from ifthen.tlog.note import parse_note  # noqa: PLC0415
    from ifthen.tlog.policy import parse_policy  # noqa: PLC0415
    from ifthen.tlog.stores import DirectoryStore  # noqa: PLC0415

    policy = parse_policy(policy_file)
    if all(witness.url is None for witness in policy.witnesses):
        return None
    latest = int(now.timestamp()) + CLOCK_SECONDS

    def cosign(note: bytes) -> bytes:
        read = DirectoryStore(record).read
        now = follow_tree(read, policy, parse_checkpoint(parse_note(note).text))
        fed = gather(read, note, now, post, latest=latest)
        if fed.problem is not None:
            reasons = "; ".join(f"{x.name}: {x.error.message}" for x in fed.asked if x.error)
            raise Error(
                "portal.no-quorum",
                f"the checkpoint has no quorum of witnesses: {reasons or fed.problem.message}",
                hint="nothing was shown; try again when the witnesses answer",
            )
        return fed.note

    return cosign
