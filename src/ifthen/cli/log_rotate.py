"""``ifthen log rotate``: change the key that signs a record's log."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli import options
from ifthen.cli.options import guarded, json_option, open_workspace, workspace_option
from ifthen.cli.record_place import FILE, log_key_option, make_place, record_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ifthen.publication.releasing import Place
    from ifthen.tlog.key import VerifierKey
    from ifthen.tlog.succession import KeyChange
    from ifthen.verification.verdict import Verdict


@click.command("rotate")
@workspace_option
@record_option
@log_key_option
@click.option("--add", "new_file", type=FILE, help="Private key that is to count from now on.")
@click.option("--withdraw", help="Key that is to count no more: its id, of eight digits.")
@click.option("--yes", is_flag=True, help="Do it. Without it, only show what would be done.")
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    directory: Path,
    record: Path,
    log_key_files: tuple[Path, ...],
    new_file: Path | None,
    withdraw: str | None,
    yes: bool,
    json_: bool,
) -> int:
    """Change the key that signs the log of a record; without --add and --withdraw, list the keys.

    First --add the new key, with the old one as --log-key: the log says so, and both sign. Then
    publish with the new key, or with both until every witness knows it. At last --withdraw the old
    one, with the new one as --log-key. The pin stays. Whoever verifies follows by themselves.
    """
    from ifthen.publication.assembling import find_publication  # noqa: PLC0415
    from ifthen.publication.ledger import FOLDER, Ledger  # noqa: PLC0415
    from ifthen.publication.publishing import finish_pending  # noqa: PLC0415
    from ifthen.publication.rotating import change_log_key, list_log_keys  # noqa: PLC0415

    if not log_key_files or (new_file is not None and withdraw is not None):
        raise click.UsageError("name --log-key, and either --add or --withdraw")
    now = options.read_now()
    workspace = open_workspace(directory)
    ledger = Ledger(workspace.root / FOLDER)
    files = (*log_key_files, new_file) if new_file is not None else log_key_files
    place = make_place(
        record=record, ledger=ledger, origin=find_publication(workspace).origin, log_keys=files,
        policy_file=None, now=now,
    )  # fmt: skip
    if not yes:
        keys = list_log_keys(place)
        _show(keys, _find_change(place, keys, new_file, withdraw), None, json_)
        return 0
    with ledger.alone():
        verdict = finish_pending(place, now=now)
        change = None
        if verdict is None:
            change = _find_change(place, list_log_keys(place), new_file, withdraw)
            if change is not None:
                verdict = change_log_key(place, change, now=now)
        _show(list_log_keys(place), change, verdict, json_)
    return 0


def _find_change(
    place: "Place", keys: "Sequence[VerifierKey]", new_file: Path | None, withdraw: str | None
) -> "KeyChange | None":
    """Return the change that the options ask for, None where they ask for none."""
    from ifthen.tlog.succession import KeyChange  # noqa: PLC0415

    if new_file is not None:
        new = place.signers[-1].key
        if new in keys:
            raise Error("publication.log-key", f"the key {new.key_id.hex()} counts already")
        return KeyChange("add", new)
    if withdraw is None:
        return None
    found = [key for key in keys if key.key_id.hex() == withdraw]
    if len(found) != 1:
        ids = ", ".join(key.key_id.hex() for key in keys)
        raise Error(
            "publication.log-key",
            f"no key of the log that counts has the id {withdraw[:16]!r}",
            hint=f"name one of {ids}",
        )
    return KeyChange("withdraw", found[0])


def _show(
    keys: "Sequence[VerifierKey]",
    change: "KeyChange | None",
    verdict: "Verdict | None",
    json_: bool,
) -> None:
    """Show which keys count, what was or would be changed, and what comes next."""
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.tlog.key import format_vkey  # noqa: PLC0415

    if json_:
        said = None if change is None else {"act": change.act, "key": format_vkey(change.key)}
        emit_json(
            {
                "keys": [format_vkey(key) for key in keys],
                "change": said,
                "published": verdict is not None,
                "size": verdict and verdict.size,
                "pin": verdict and verdict.pin,
            }
        )
        return
    for key in keys:
        click.echo(f"counts    {key.key_id.hex()}  {format_vkey(key)}")
    if change is not None:
        id = change.key.key_id.hex()
        done = {"add": "added    ", "withdraw": "withdrawn"}[change.act]
        click.echo(f"{done} {id}" if verdict else f"would {change.act} {id}; to do it: --yes")
    elif verdict is not None:
        click.echo("finished what an earlier run had begun; run it again for the change")
    if verdict is not None:
        click.echo(f"pin       {verdict.pin}, as it was")
        click.echo("next: tell witnesses and mirrors: ifthen log follow makes their next policy")
