"""Tables of logs, written to a file or to standard output."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from ifthen.cli.evidence_text import track
from ifthen.cli.output import show_fault
from ifthen.errors import Error
from ifthen.evidence.table import Outcome, Query, read_batches
from ifthen.evidence.table_file import BINARY, FileFormat, check_writable, write_table
from ifthen.workspace.writing import open_whole


def write_logs(
    logs: Sequence[Path], query: Query, form: FileFormat, output: Path | None, outcome: Outcome
) -> None:
    """Write the rows of logs as they are read; a file takes its place when it is whole."""
    check_writable(form)
    if output is None and form in BINARY and sys.stdout.isatty():
        raise click.UsageError(f"--to {form} is not for a terminal; name a file with --output")
    given: Iterable[Path] = logs
    if output is not None or not sys.stdout.isatty():  # a bar between rows would help nobody
        given = track(logs, "reading logs")
    batches = read_batches(given, query, outcome)
    if output is None:
        stream = sys.stdout.buffer
        write_table(batches, query.columns, form, stream)
        stream.flush()
        return
    with open_whole(output, replace=True) as file:
        write_table(batches, query.columns, form, file)
    runs = "1 run" if outcome.logs == 1 else f"{outcome.logs:,} runs"
    rows = "1 row" if outcome.rows == 1 else f"{outcome.rows:,} rows"
    click.echo(f"{output}: {rows} from {runs}")


def show_faults(query: Query, outcome: Outcome) -> bool:
    """Print which logs contradict themselves and which keys no sample has; say whether any."""
    faults = [
        Error(
            "table.contradiction",
            f"the log contradicts itself in {count} {'place' if count == 1 else 'places'}",
            where=log,
            hint="see where with: ifthen evidence read LOG",
        )
        for log, count in outcome.contradictions.items()
    ]
    faults += [
        Error(
            "table.cluster-key-missing",
            f"no sample has a single value under the metadata key {key!r}",
            hint="look for the key in the samples' metadata, and correct --cluster-by",
        )
        for key in query.cluster_by
        if key not in outcome.keys_found
    ]
    for fault in faults:
        show_fault(fault, "warning")
    return bool(faults)
