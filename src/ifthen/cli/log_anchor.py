"""``ifthen log anchor``: have a log's head stamped by clocks of others, and keep the answers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option

if TYPE_CHECKING:
    from ifthen.publication.anchoring import Head

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("anchor")
@click.argument("record", type=click.Path(path_type=Path))
@click.option("--size", type=click.IntRange(1), help="An earlier checkpoint, by its entries.")
@click.option("--tsr", "stamps", type=_FILE, multiple=True, help="Time stamp (RFC 3161) to keep.")
@click.option("--rekor", "entries", type=_FILE, multiple=True, help="Entry of Rekor 2 to keep.")
@json_option
@guarded
def command(
    record: Path,
    size: int | None,
    stamps: tuple[Path, ...],
    entries: tuple[Path, ...],
    json_: bool,
) -> int:
    """Show what to have stamped of RECORD, or keep the answers beside it.

    Without --tsr and --rekor: the digest, and the commands that ask an authority. Nothing is asked
    over the network. What is kept has to be over this head of the log; who verifies says with
    --tsa-root and --anchor-log whose clocks they believe.
    """
    from ifthen.attestation.timestamp import MAX_TOKEN_BYTES  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.publication.anchoring import attach_anchor, read_anchored_head  # noqa: PLC0415
    from ifthen.verification.anchors import ENTRY, STAMP  # noqa: PLC0415
    from ifthen.verification.rekor import MAX_ENTRY_BYTES  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    head = read_anchored_head(record, size)
    given = [(path, STAMP, MAX_TOKEN_BYTES) for path in stamps]
    given += [(path, ENTRY, MAX_ENTRY_BYTES) for path in entries]
    kept = [
        attach_anchor(record, head, read_bytes(path, str(path), most), kind)
        for path, kind, most in given
    ]
    if json_:
        emit_json(
            {
                "origin": head.checkpoint.origin,
                "size": head.checkpoint.size,
                "sha256": head.digest,
                "kept": kept,
            }
        )
        return 0
    for path in kept:
        click.echo(f"kept {path}")
    if not kept:
        _show_request(record, head, size)
    return 0


def _show_request(record: Path, head: "Head", size: int | None) -> None:
    """Show what to ask an authority for."""
    again = f"ifthen log anchor {record}" + ("" if size is None else f" --size {size}")
    click.echo(f"{head.checkpoint.origin}, {head.checkpoint.size} entries")
    click.echo(f"SHA-256 of the head: {head.digest}")
    click.echo("ask an authority that you choose, at its address URL:")
    click.echo(f"  openssl ts -query -digest {head.digest} -sha256 -cert -out head.tsq")
    click.echo("  curl -H 'Content-Type: application/timestamp-query' \\")
    click.echo("    --data-binary @head.tsq URL -o head.tsr")
    click.echo(f"  {again} --tsr head.tsr")
