"""``ifthen verify``: check a public record without trusting who published it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli import options
from ifthen.cli.options import guarded, json_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.verification.anchors import Believed
    from ifthen.verification.memory import Memory
    from ifthen.verification.opening import Package
    from ifthen.verification.trust import Brought
    from ifthen.verification.verifying import Verification

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
EXIT_CODES = {"verified": 0, "failed": 2, "undetermined": 3}


@click.command("verify")
@click.argument("record")
@click.option("--pin", help="Digest of policy and people that you got from elsewhere.")
@click.option("--policy", "policy_file", type=_FILE, help="Log keys and witnesses, from elsewhere.")
@click.option("--people", "people_file", type=_FILE, help="Who may sign, from elsewhere.")
@click.option(
    "--memory", "memory_file", type=_FILE,
    help="File in which what was seen is remembered; made when it is not there.",
)  # fmt: skip
@click.option("--logs", type=_FOLDER, help="Folder of raw logs, to make the numbers again.")
@click.option(
    "--disclosed", "packages", type=_FILE, multiple=True,
    help="Package of withheld parts that you got.",
)  # fmt: skip
@click.option(
    "--identity", type=_FILE, help="Your age or SSH private key, for an encrypted package."
)
@click.option(
    "--tsa-root", "tsa_roots", type=_FILE, multiple=True,
    help="Root certificate of a time-stamping authority that you believe.",
)  # fmt: skip
@click.option(
    "--anchor-log", "anchor_log", type=_FILE,
    help="Policy with other logs, and their witnesses, that you believe as anchors.",
)  # fmt: skip
@click.option("--html", "html_file", type=_FILE, help="Write the verdict as one page.")
@click.option("--offline", is_flag=True, help="Refuse an address: read this machine alone.")
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False),
    help="Keep what is fetched in this folder, and fetch only what is new the next time.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(1), help="Most bytes that are fetched.  [default: 4 GiB]"
)
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    record: str,
    pin: str | None,
    policy_file: Path | None,
    people_file: Path | None,
    memory_file: Path | None,
    logs: Path | None,
    packages: tuple[Path, ...],
    identity: Path | None,
    tsa_roots: tuple[Path, ...],
    anchor_log: Path | None,
    html_file: Path | None,
    offline: bool,
    cache: Path | None,
    most: int | None,
    json_: bool,
) -> int:
    """Verify the public RECORD: signatures, order, numbers, decisions.

    RECORD is a folder, a zip file, or an address (https://host/folder, s3://bucket/folder). One at
    an address is fetched first; verifying itself never uses the network. Each numbered step is
    verified, failed, withheld, not at hand, or has nothing to check. Exit code 0 verified, 2
    failed, 3 undetermined (an essential step could not be done), 1 an error of this program's use.
    """
    from ifthen.cli.output import emit_bytes  # noqa: PLC0415
    from ifthen.cli.verify_files import open_files, show_steps  # noqa: PLC0415
    from ifthen.encoding.canonical import format_canonical  # noqa: PLC0415
    from ifthen.verification.verifying import AtHand, verify_record  # noqa: PLC0415

    memory = _read_memory(memory_file)
    at_hand = AtHand(
        brought=_read_brought(pin, policy_file, people_file),
        memory=memory,
        logs=logs,
        packages=[_read_package(path, identity) for path in packages],
        believed=_read_believed(tsa_roots, anchor_log),
    )
    with (
        show_steps(quiet=json_) as watch,
        open_files(record, offline=offline, cache=cache, most=most, watch=watch) as files,
    ):
        found = verify_record(files, at_hand, now=options.read_now(), watch=watch)
    _keep(found, memory_file, quiet=json_)
    if html_file is not None:
        from ifthen.publication.verdict_page import format_verdict_page  # noqa: PLC0415
        from ifthen.workspace.writing import write_file  # noqa: PLC0415

        write_file(html_file, format_verdict_page(found.verdict).encode(), replace=True)
    if json_:
        emit_bytes(format_canonical(found.verdict.model_dump(mode="json")))
    else:
        from ifthen.cli.verify_text import show_verdict  # noqa: PLC0415

        show_verdict(found.verdict)
    return EXIT_CODES[found.verdict.outcome]


def _read_brought(pin: str | None, policy_file: Path | None, people_file: Path | None) -> "Brought":
    from ifthen.encoding.canonical import format_canonical  # noqa: PLC0415
    from ifthen.encoding.tree import MAX_BYTES, parse_tree  # noqa: PLC0415
    from ifthen.tlog.policy import MAX_POLICY_BYTES  # noqa: PLC0415
    from ifthen.verification.trust import Brought  # noqa: PLC0415

    people = None
    if people_file is not None:
        source = parse_tree(_read(people_file, MAX_BYTES), name=str(people_file))
        people = format_canonical(source.tree)
    policy = None if policy_file is None else _read(policy_file, MAX_POLICY_BYTES)
    return Brought(policy=policy, people=people, pin=pin)


def _read_believed(roots: tuple[Path, ...], anchor_log: Path | None) -> "Believed":
    from ifthen.attestation.timestamp import MAX_ROOTS_BYTES, parse_roots  # noqa: PLC0415
    from ifthen.tlog.policy import MAX_POLICY_BYTES, parse_policy  # noqa: PLC0415
    from ifthen.verification.anchors import Believed  # noqa: PLC0415

    certificates = [each for path in roots for each in parse_roots(_read(path, MAX_ROOTS_BYTES))]
    logs = None if anchor_log is None else parse_policy(_read(anchor_log, MAX_POLICY_BYTES))
    return Believed(tuple(certificates), logs)


def _read_memory(path: Path | None) -> "Memory | None":
    from ifthen.verification.memory import (  # noqa: PLC0415
        MAX_MEMORY_BYTES,
        Memory,
        parse_memory,
    )

    if path is None:
        return None
    return parse_memory(_read(path, MAX_MEMORY_BYTES)) if path.exists() else Memory()


def _read_package(path: Path, identity: Path | None) -> "Package":
    from ifthen.publication.sealing import decrypt, is_encrypted  # noqa: PLC0415
    from ifthen.verification.opening import MAX_PACKAGE_BYTES, parse_package  # noqa: PLC0415

    try:
        data = _read(path, MAX_PACKAGE_BYTES)
        if is_encrypted(data):
            if identity is None:
                raise Error(
                    "disclosure.encrypted", "the package is encrypted", hint="name --identity FILE"
                )
            data = decrypt(data, _read(identity, 1 << 16))
        return parse_package(data)
    except Error as error:
        raise Error(error.code, error.message, where=str(path), hint=error.hint) from error


def _read(path: Path, most: int) -> bytes:
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    return read_bytes(path, str(path), most)


def _keep(found: "Verification", memory_file: Path | None, *, quiet: bool) -> None:
    """Write what is to be remembered, and the proof of a fork, beside it."""
    from ifthen.verification.memory import format_memory  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    if memory_file is None:
        return
    if found.memory is not None:
        write_file(memory_file, format_memory(found.memory), replace=True)
    if found.fork is not None:
        proof = memory_file.with_name(f"{memory_file.name}.fork.json")
        write_file(proof, found.fork, replace=True)
        if not quiet:
            click.echo(f"wrote the proof that two trees were signed: {proof}")
