"""Findings and instruments as text in the terminal."""

import textwrap
from collections import Counter
from collections.abc import Sequence

import click

from ifthen.cli.output import make_console, print_trimmed
from ifthen.conformance.finding import Finding, Report
from ifthen.conformance.instrument import Instrument
from ifthen.workspace.instruments import InstrumentSummary

COLOURS = {"present": "green", "absent": "red", "inconsistent": "red", "withheld": "magenta"}
QUIET = ("not-in-force", "not-applicable", "pre-empted")
"""States in which nothing is asked."""
SHOWN_CLAUSES = 3


def show_findings(report: Report, only: Sequence[str] = ()) -> None:
    """Print the findings, each with what it rests on; ``only``: those of these states."""
    width = make_console().width
    click.echo(f"{report.instrument} · {report.framework or 'no framework'} · {report.on}")
    for notice in report.notices:
        wrap(notice, width, "  ")
    for scope in report.scopes:
        wrap(f"{scope.subject}: {scope.covered} - {'; '.join(scope.because)}", width, "  ")
    for clause in report.clauses:
        said = "; ".join(clause.because)
        wrap(f"{clause.citation} recognises {clause.regime}: {clause.state} - {said}", width, "  ")
    for finding in report.findings:
        if not only or finding.state in only:
            _show(finding, width)
    counts = Counter(x.state for x in report.findings)
    click.echo("")
    wrap(", ".join(f"{n} {state}" for state, n in counts.most_common()), width, "")


def _show(finding: Finding, width: int) -> None:
    click.echo("")
    state = click.style(finding.state, fg=COLOURS.get(finding.state, "yellow"), bold=True)
    room = max(width - len(finding.state) - len(finding.citation) - 4, 10)
    title = textwrap.shorten(finding.title, room, placeholder="…")
    click.echo(f"{state}  {finding.citation}  {title}")
    wrap(finding.why, width, "  ")
    for basis in finding.basis[:SHOWN_CLAUSES]:
        place = f" (section {basis.section})" if basis.section else ""
        wrap(f"{basis.path or basis.document}{place}: {basis.says}", width, "    ")
    if len(finding.basis) > SHOWN_CLAUSES:
        click.echo(f"    and {len(finding.basis) - SHOWN_CLAUSES} more")
    if finding.would_satisfy and finding.state != "needs-judgement":
        wrap(f"would answer: {finding.would_satisfy}", width, "  ")
    if finding.judgement and finding.state not in QUIET:
        wrap(f"to judge: {finding.judgement}", width, "  ")
    for under in finding.under if finding.state != "pre-empted" else ():
        wrap(f"under {under}", width, "  ")
    for reading in finding.readings:
        wrap(f"one reading: {reading}", width, "  ")


def wrap(text: str, width: int, indent: str) -> None:
    """Print a text, indented and broken at the width."""
    for line in textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    ):
        click.echo(line)


def show_instruments(rows: Sequence[InstrumentSummary]) -> None:
    """Print one line for each instrument."""
    from rich.table import Table  # noqa: PLC0415 - only when something is shown

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("instrument", "jurisdiction", "status", "in force from", "read"):
        table.add_column(title)
    for title in ("provisions", "anchored", "clocks"):
        table.add_column(title, justify="right")
    for x in rows:
        begins = x.in_force_from.isoformat() if x.in_force_from else "never"
        table.add_row(
            x.id, x.jurisdiction, x.status, begins, x.standing,
            str(x.provisions), str(x.anchored), str(x.clocks),
        )  # fmt: skip
    print_trimmed(make_console(), table)


def show_instrument(law: Instrument) -> None:
    """Print the provisions of an instrument in own words, with their clocks."""
    width = make_console().width
    wrap(f"{law.title} ({law.citation})", width, "")
    begins = f"from {law.in_force.from_}" if law.in_force else "in force on no day"
    wrap(f"{law.status}, {begins}; read: {law.coverage.standing}", width, "  ")
    for caution in law.cautions():
        wrap(caution, width, "  ")
    for subject in law.subjects:
        wrap(f"{subject.id}: {subject.text}", width, "  ")
    for term in law.terms:
        click.echo("")
        wrap(f"{term.citation}  {term.term}", width, "")
        wrap(term.text, width, "  ")
    for provision in law.provisions:
        click.echo("")
        wrap(f"{provision.citation}  {provision.title}", width, "")
        wrap(provision.text, width, "  ")
        wrap(f"{provision.binds}, {provision.checkability}", width, "  ")
        if provision.in_force:
            wrap(f"in force from {provision.in_force.from_}", width, "  ")
        for clock in provision.clocks:
            again = ", again and again" if clock.repeats else ""
            wrap(
                f"clock {clock.id}: {clock.amount} {clock.unit} from: {clock.event}{again}",
                width,
                "  ",
            )
    for item in law.recognition:
        click.echo("")
        wrap(f"{item.citation}  recognises {item.regime}", width, "")
        for text in (*item.conditions, item.effect):
            wrap(text, width, "  ")
