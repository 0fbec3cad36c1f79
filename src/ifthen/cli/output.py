"""What commands share on the screen: the console, errors with their source line, JSON."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.errors import Error, Problems

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PLAIN_WIDTH = 110


def wants_color() -> bool | None:
    """Return what the environment asks for; None leaves it to whether this is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def make_console(*, stderr: bool = False) -> "Console":
    """Return a console that drops colour where none is wanted and has a fixed width in a pipe."""
    from rich.console import Console  # noqa: PLC0415 - slow to import

    console = Console(
        stderr=stderr,
        highlight=False,
        soft_wrap=False,
        emoji=False,
        markup=False,
        color_system=None if wants_color() is False else "auto",  # no bold and no dim either
    )
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    return console


def print_trimmed(console: "Console", renderable: "RenderableType") -> None:
    """Print what rich lays out, without the spaces that fill its lines up."""
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), color=True)


def emit_json(value: Any) -> None:
    """Print one JSON value, readable and with a fixed key order."""
    emit_bytes(json.dumps(value, indent=2, ensure_ascii=False).encode())


def emit_bytes(data: bytes, *, end: bool = True) -> None:
    """Print JSON as UTF-8 whatever the terminal's encoding is: a program reads it."""
    click.echo(data if hasattr(sys.stdout, "buffer") else data.decode(), nl=end)


def list_errors(error: Error) -> tuple[Error, ...]:
    """Return the errors inside an error."""
    return error.errors if isinstance(error, Problems) else (error,)


def show_error(error: Error, *, as_json: bool = False, root: Path | None = None) -> None:
    """Print an error for a person on standard error, or as JSON on standard output."""
    errors = list_errors(error)
    if as_json:
        emit_json({"errors": [each.to_dict() for each in errors]})
        return
    for each in errors:
        show_fault(each, "error", root)
    if len(errors) > 1:
        count = click.style(f"{len(errors)} errors", fg="red", bold=True)
        click.echo(count, err=True, color=wants_color())


def show_fault(fault: Error, word: str, root: Path | None = None) -> None:
    """Print one error or warning with its source line and the next step."""
    colour = "red" if word == "error" else "yellow"
    lines = [click.style(f"{word}[{fault.code}]", fg=colour, bold=True) + f": {fault.message}"]
    if fault.where:
        lines.append(click.style("  at ", dim=True) + fault.where)
        lines += [click.style(line, dim=True) for line in _source_line(fault.where, root)]
    if fault.hint:
        lines.append(click.style("  next: ", fg="cyan") + fault.hint)
    click.echo("\n".join(lines), err=True, color=wants_color())


def _source_line(where: str, root: Path | None) -> Iterable[str]:
    name, _, rest = where.partition(":")
    line, _, column = rest.partition(":")
    if root is None or not line.isdecimal() or not column.isdecimal():
        return
    try:
        text = (root / name).read_text("utf-8", "replace").splitlines()[int(line) - 1]
    except (OSError, IndexError):
        return
    yield f"  {line:>4} | {text[:100]}"
    yield f"       | {' ' * (int(column) - 1)}^" if int(column) <= 100 else "       |"
