"""The library as a table in the terminal."""

from collections.abc import Sequence

from ifthen.cli.output import make_console
from ifthen.workspace.library import Summary


def show_library(rows: Sequence[Summary]) -> None:
    """Print one line for each version, under its developer."""
    from rich.table import Table  # noqa: PLC0415 - only when something is shown

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("framework", "version", "in force from", "read"):
        table.add_column(title)
    for title in ("clauses", "anchored", "left out", "cases"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(
            f"{row.developer}/{row.id}",
            row.version,
            row.in_force_from.isoformat(),
            row.standing,
            str(row.clauses),
            str(row.anchored),
            str(row.left_out),
            str(row.cases),
        )
    make_console().print(table)
