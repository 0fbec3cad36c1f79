"""What a published record holds that laws ask for, as ``--record`` and ``--pin`` name it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ifthen.cli import options

if TYPE_CHECKING:
    from ifthen.dossier.developer import Developer
    from ifthen.encoding.document import Loaded
    from ifthen.workspace.conforming import Documents

Command = TypeVar("Command", bound=Callable[..., Any])


def public_record_options(command: Command) -> Command:
    """Add a record to be read instead of a workspace, and what to trust it by."""
    for option in (
        click.option("--pin", help="Digest of policy and people that you got from elsewhere."),
        click.option(
            "--record", help="Published record to read instead of a workspace: folder or zip."
        ),
    ):
        command = option(command)
    return command


def read_public_record(
    record: str, pin: str | None, developer: "Sequence[Loaded[Developer]]" = ()
) -> "Documents":
    """Return what a record holds, as far as it is public and verifies.

    Raises:
        Error: ``conform.record-failed``, ``developer.several``, and those of reading a record.
    """
    from ifthen.verification.files import open_record  # noqa: PLC0415
    from ifthen.verification.trust import Brought  # noqa: PLC0415
    from ifthen.verification.verifying import AtHand, verify_record  # noqa: PLC0415
    from ifthen.workspace.conforming import read_record  # noqa: PLC0415

    at_hand = AtHand(brought=Brought(policy=None, people=None, pin=pin))
    found = verify_record(open_record(record), at_hand, now=options.read_now())
    return read_record(found, developer)
