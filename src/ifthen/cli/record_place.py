"""Where a record is published, and with which keys, as options name it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.attestation.keys import FileSigner
    from ifthen.publication.ledger import Ledger
    from ifthen.publication.releasing import Place

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)

record_option = click.option(
    "--record", type=FOLDER, required=True, help="Folder of the public record."
)
log_key_option = click.option(
    "--log-key", "log_key_files", type=FILE, multiple=True,
    help="A private key of the log, another one than the publisher's; all that are named sign.",
)  # fmt: skip


def make_place(
    *,
    record: Path,
    ledger: "Ledger",
    origin: str,
    log_keys: Sequence[Path],
    policy_file: Path | None,
    now: datetime,
) -> "Place":
    """Return where to publish, with whoever is asked to cosign.

    Raises:
        Error: those of reading keys and policies.
    """
    from ifthen.cli.cosigning import make_cosign  # noqa: PLC0415
    from ifthen.publication.releasing import Place  # noqa: PLC0415
    from ifthen.tlog.signer import Ed25519Signer  # noqa: PLC0415

    signers = [Ed25519Signer(origin, load_key(path).seed) for path in log_keys]
    place = Place(record=record, ledger=ledger, signers=signers)
    policy = read_record_policy(policy_file, place)
    return replace(place, cosign=make_cosign(record, policy, now))


def read_record_policy(policy_file: Path | None, place: "Place") -> bytes:
    """Return the policy named, else the record's, else that of the log's key alone.

    Raises:
        Error: those of reading and parsing it.
    """
    from ifthen.tlog.policy import (  # noqa: PLC0415
        MAX_POLICY_BYTES,
        Policy,
        TrustedLog,
        format_policy,
        parse_policy,
    )
    from ifthen.verification.files import POLICY_PATH, FolderFiles  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    if policy_file is not None:
        data = read_bytes(policy_file, str(policy_file), MAX_POLICY_BYTES)
        parse_policy(data)
        return data
    known = FolderFiles(place.record).read(POLICY_PATH, MAX_POLICY_BYTES)
    keys = tuple(TrustedLog(signer.key) for signer in place.signers)
    return known or format_policy(Policy(keys))


def load_key(path: Path) -> "FileSigner":
    """Return the private key in a file.

    Raises:
        Error: those of reading it.
    """
    from ifthen.attestation.keyfile import parse_key, read_key_file  # noqa: PLC0415
    from ifthen.cli.signers import ask_passphrase  # noqa: PLC0415

    try:
        return parse_key(read_key_file(path), ask_passphrase)
    except Error as error:
        raise Error(error.code, error.message, where=str(path), hint=error.hint) from error
