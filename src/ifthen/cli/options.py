"""Options that several commands share, and what they stand for."""

import functools
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ifthen.errors import Error, Problems

if TYPE_CHECKING:
    from ifthen.workspace.loading import Workspace

Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "json_", is_flag=True, help="Print JSON for programs.")
workspace_option = click.option(
    "-C",
    "--workspace",
    "directory",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Workspace directory, or one inside it.  [default: here]",
)
framework_option = click.option(
    "--framework", "framework_id", help="Framework id, where several are in force."
)
exit_zero_option = click.option(
    "--exit-zero", is_flag=True, help="Exit 0 also on hold and undetermined; errors still exit 1."
)


class Day(click.ParamType[date]):
    """A day as ``YYYY-MM-DD``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # fromisoformat takes 2026-W47-5 as well
            self.fail(f"{value!r} is not a day; write it as 2026-11-20", param, ctx)
        return day


on_option = click.option(
    "--on", type=Day(), help="Day to decide for; another day than today is hypothetical."
)

part_option = click.option(
    "--part", metavar="NAME", help="Which result, of a file that holds several."
)
no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Read every log again, whatever the cache holds."
)
made_on_option = click.option(
    "--made-on",
    type=Day(),
    help="Day on which the decision was made, to replay one.  [default: today]",
)


def read_now() -> datetime:
    """Return the present moment: with :func:`read_today` the only place that reads the clock."""
    return datetime.now(UTC)  # noqa: TID251


def read_today() -> date:
    """Return today in UTC."""
    return read_now().date()


def open_workspace(directory: Path) -> "Workspace":
    """Return the workspace at or above a directory."""
    from ifthen.workspace.loading import find_root, load_workspace  # noqa: PLC0415

    return load_workspace(find_root(directory.resolve()))


def open_sound_workspace(directory: Path, on: date) -> "Workspace":
    """Return the workspace at or above a directory, without a fault on a day.

    Raises:
        Problems: the documents have faults; nothing is made from them.
    """
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415

    workspace = open_workspace(directory)
    if faults := check_workspace(workspace, on=on).errors:
        raise Problems(faults)
    return workspace


def guarded(command: Command) -> Command:
    """Make a command show its errors with their source lines, or as JSON, and exit 1."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Error as error:
            from ifthen.cli.output import show_error  # noqa: PLC0415

            show_error(
                error,
                as_json=bool(kwargs.get("json_")),
                root=_root_or_none(kwargs.get("directory")),
            )
            raise click.exceptions.Exit(1) from error

    return wrapped  # type: ignore[return-value]


def _root_or_none(directory: Path | None) -> Path | None:
    from ifthen.workspace.loading import find_root  # noqa: PLC0415

    try:
        return None if directory is None else find_root(directory.resolve())
    except Error:
        return None
