"""``ifthen due``: everything that is or will be due, and how what was due stands."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import (
    Day,
    exit_zero_option,
    guarded,
    json_option,
    open_workspace,
    read_now,
    read_today,
    workspace_option,
)
from ifthen.errors import Problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from ifthen.decision.due import Due, DueList

STYLES = {
    "missed": "bold red",
    "undetermined": "yellow",
    "due": "cyan",
    "late": "magenta",
    "met": "green",
}
_OPEN = ("missed", "undetermined", "due")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("due")
@workspace_option
@click.option("--on", type=Day(), help="Day to ask for.  [default: today]")
@click.option(
    "--within",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help="Of what is due, only so far ahead.",
)
@click.option("--model", "models", multiple=True, help="Only what is about this model; repeatable.")
@click.option(
    "--instrument",
    "instruments",
    multiple=True,
    metavar="NAME",
    help="Also deadlines of this law, beside those that the manifest lists; repeatable.",
)
@click.option("--all", "all_", is_flag=True, help="Also what was done, in time or late.")
@click.option("--ics", type=_FILE, help="Write an iCalendar file.")
@click.option("--feed", type=_FILE, help="Write a JSON feed.")
@exit_zero_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    directory: Path,
    on: date | None,
    within: int | None,
    models: tuple[str, ...],
    instruments: tuple[str, ...],
    all_: bool,
    ics: Path | None,
    feed: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Show what is due: reviews, measurements, statements, approvals, roles, keys, open items.

    Incidents and new versions of a framework start the clocks of the laws that the manifest lists
    under instruments, or that --instrument names. Clocks of its own documents, models and events
    need a document of kind developer; without one they are named as not told. It is no legal
    advice.

    Each entry is met, due, late (done after its day), missed, or undetermined where no day can be
    computed. The counts are of all entries. Exit code 2 when something is missed, 3 when something
    is undetermined, else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415
    from ifthen.workspace.due import (  # noqa: PLC0415
        add_law_due,
        list_workspace_due,
        load_listed,
    )
    from ifthen.workspace.resolving import find_model  # noqa: PLC0415

    day = on or read_today()
    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=day)
    if lint.errors:
        raise Problems(lint.errors)
    for model in models:
        find_model(workspace, model)
    due = list_workspace_due(workspace, on=day)
    due = add_law_due(due, workspace, load_listed(workspace, instruments))
    last = None if within is None else day + timedelta(days=within)
    chosen = [
        x
        for x in due.entries
        if (all_ or x.standing in _OPEN)
        and (not models or x.model in models)
        and not (x.standing == "due" and last and x.last_day and x.last_day > last)
    ]
    _write(due, chosen, workspace.manifest.document.title, ics, feed)
    if json_:
        emit_json(due.model_copy(update={"entries": tuple(chosen)}).model_dump(mode="json"))
    else:
        _show(due, chosen)
    if exit_zero:
        return 0
    return 2 if due.counts["missed"] else 3 if due.counts["undetermined"] else 0


def _write(
    due: "DueList", chosen: "Sequence[Due]", title: str, ics: Path | None, feed: Path | None
) -> None:
    import json  # noqa: PLC0415

    from ifthen.publication.calendar_feed import format_calendar, format_feed  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    if ics is not None:
        write_file(ics, format_calendar(chosen, title=title, now=read_now()), replace=True)
    if feed is not None:
        tree = format_feed(due, chosen, title=title, now=read_now())
        data = json.dumps(tree, indent=1, ensure_ascii=False).encode() + b"\n"
        write_file(feed, data, replace=True)


def _show(due: "DueList", chosen: "Sequence[Due]") -> None:
    from rich.text import Text  # noqa: PLC0415

    from ifthen.cli.output import make_console, print_trimmed  # noqa: PLC0415

    console = make_console()
    for entry in chosen:
        print_trimmed(console, format_due(due.on, entry))
    if due.watched:
        print_trimmed(console, Text("to be noticed by people:", style="bold"))
        for watched in due.watched:
            print_trimmed(console, Text(f"  {watched.text} -> {watched.asks_for} [{watched.id}]"))
    for notice in due.notices:
        print_trimmed(console, Text(f"not told: {notice}", style="yellow"))
    counts = [f"{count} {name}" for name, count in due.counts.items()]
    print_trimmed(console, Text(f"on {due.on}: {', '.join(counts)}"))


def format_due(on: date, entry: "Due") -> "Text":
    """Return an entry on one line: its standing, its last day, what it is."""
    from rich.text import Text  # noqa: PLC0415

    line = Text(f"{entry.standing:<13}", style=STYLES[entry.standing])
    day = "no day" if entry.last_day is None else str(entry.last_day)
    line.append(f"{day:<11}", style="default")
    if entry.standing == "due" and entry.last_day is not None:
        line.append(f"in {(entry.last_day - on).days} days: ", style="default")
    line.append(entry.title, style="default not bold")
    if entry.done_on is not None:
        line.append(f" (done {entry.done_on})", style="default")
    if entry.reason is not None:
        line.append(f": {entry.reason}", style="default")
    line.append(f"  [{entry.source}]", style="dim")
    return line
