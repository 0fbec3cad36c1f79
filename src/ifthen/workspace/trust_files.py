"""The files of a trust file's versions: made from the people, signed by keepers, then in force.

A version that lacks signatures lies in ``trust/<n>.yaml.unsigned``, which no command takes for
a document. The signature that completes it moves it to ``trust/<n>.yaml``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ifthen.attestation.keys import Signer
from ifthen.attestation.trust import (
    Keeper,
    Trust,
    count_signed,
    list_rewritten,
    verify_version,
)
from ifthen.attestation.trust_making import endorse, make_version
from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import MAX_BYTES, format_tree, parse_tree
from ifthen.errors import Error
from ifthen.workspace.loading import Workspace, read_bytes
from ifthen.workspace.recording import SCHEMA_FILE
from ifthen.workspace.trusting import find_trust
from ifthen.workspace.writing import write_file

FOLDER = "trust"
PENDING = ".unsigned"


@dataclass(frozen=True, slots=True)
class Signed:
    """A version after a signature."""

    trust: Trust
    path: Path
    """Where it lies now."""
    missing: tuple[tuple[int, int, int], ...]
    """Version whose keepers have to sign, how many did, how many have to; empty when complete."""


def release_version(
    workspace: Workspace,
    *,
    now: datetime,
    expires: date,
    keepers: Sequence[Keeper] | None = None,
    threshold: int | None = None,
) -> tuple[Trust, Path]:
    """Write the next version of the trust file from the people as they are written, unsigned.

    Raises:
        Error: ``trust.no-people``, ``trust.value``, ``trust.rewrites-past``, ``file.exists``.
    """
    people = [person for loaded in workspace.people for person in loaded.document.people]
    if not people:
        raise Error(
            "trust.no-people",
            "no document of kind people says who is who",
            hint="write one first",
        )
    before = find_trust(workspace)
    trust = make_version(
        before,
        people,
        now=now,
        expires=expires,
        sigstore=[root for loaded in workspace.people for root in loaded.document.sigstore],
        keepers=keepers or None,
        threshold=threshold,
    )
    if before is not None and (found := next(list_rewritten(before, trust), None)) is not None:
        raise Error(
            "trust.rewrites-past",
            found,
            hint="end an entry with until, and begin a new one on the day of the version",
        )
    path = workspace.root / FOLDER / f"{trust.version}.yaml{PENDING}"
    _write(path, trust, replace=False)
    return trust, path


def sign_version(workspace: Workspace, path: Path, signer: Signer) -> Signed:
    """Add a keeper's signature to a version; the one that completes it puts it in force.

    Raises:
        Error: ``trust.not-pending``, ``trust.no-keeper``, ``trust.chain``, ``file.*``, and those of
            :func:`~ifthen.attestation.trust_making.endorse`.
        Problems: the file is no version of a trust file.
    """
    if not path.name.endswith(PENDING):
        raise Error(
            "trust.not-pending",
            f"a version that waits for signatures ends in {PENDING}",
            where=path.as_posix(),
        )
    data = read_bytes(path, path.name, MAX_BYTES)
    trust = load_document(parse_tree(data, name=path.name), Trust).document
    before = find_trust(workspace)
    vouching = [trust] if before is None else [trust, before]
    if not any(signer.key_id in each.keys for each in vouching):
        raise Error(
            "trust.no-keeper",
            f"the key {signer.key_id} is no keeper's",
            where=path.name,
            hint=f"keepers: {', '.join(x.name for each in vouching for x in each.keepers)}",
        )
    trust = endorse(trust, signer)
    counts = [(x.version, count_signed(trust, x), x.threshold) for x in vouching]
    missing = tuple(x for x in counts if x[1] < x[2])
    if missing:
        _write(path, trust, replace=True)
        return Signed(trust, path, missing)
    verify_version(trust, before, number=1 if before is None else before.version + 1)
    final = path.with_name(path.name.removesuffix(PENDING))
    _write(final, trust, replace=False)
    path.unlink()
    return Signed(trust, final, ())


def _write(path: Path, trust: Trust, *, replace: bool) -> None:
    header = f"# yaml-language-server: $schema=../{SCHEMA_FILE}\n"
    note = "# The envelope signs every word above it: do not edit.\n"
    tree = json.loads(json.dumps(dump_document(trust)))
    write_file(path, (header + note + format_tree(tree)).encode(), replace=replace)
