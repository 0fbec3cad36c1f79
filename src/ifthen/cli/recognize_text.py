"""What is already answered, as text in the terminal."""

import textwrap

import click

from ifthen.cli.conform_text import wrap
from ifthen.cli.output import make_console
from ifthen.conformance.clause import ClauseFinding
from ifthen.conformance.recognising import Recognised, RecognitionReport

COLOURS = {"answered": "green", "missing": "red", "not-asked": None}


def show_recognition(report: RecognitionReport) -> None:
    """Print what the crosswalk says of each provision, and then what the text recognises."""
    width = make_console().width
    click.echo(
        f"{report.source} -> {report.target} · {report.framework} · {report.on} · "
        f"{report.crosswalk} ({report.review})"
    )
    for notice in report.notices:
        wrap(notice, width, "  ")
    for x in report.provisions:
        _show(x, width)
    click.echo("")
    wrap(", ".join(f"{n} {x}" for x, n in report.counts.items() if n), width, "")
    click.echo("")
    if report.clauses:
        wrap(f"What {report.target} itself recognises, whatever the crosswalk says:", width, "")
    else:
        wrap(f"{report.target} recognises no other law.", width, "")
    for clause in report.clauses:
        _show_clause(clause, width)


def _show(found: Recognised, width: int) -> None:
    click.echo("")
    colour = COLOURS.get(found.verdict, "yellow")
    verdict = click.style(found.verdict, fg=colour, bold=True)
    room = max(width - len(found.verdict) - len(found.citation) - 4, 10)
    title = textwrap.shorten(found.title, room, placeholder="…")
    click.echo(f"{verdict}  {found.citation}  {title}")
    wrap(found.why, width, "  ")
    if found.verdict != "not-asked":
        wrap(f"directly: {found.state}", width, "  ")


def _show_clause(clause: ClauseFinding, width: int) -> None:
    wrap(f"{clause.state}  {clause.citation}  {clause.regime}", width, "  ")
    for text in clause.because:
        wrap(text, width, "    ")
    for text in clause.conditions:
        wrap(f"asked for: {text}", width, "    ")
    wrap(clause.effect, width, "    ")
    if clause.ends:
        wrap(f"ends: {clause.ends}", width, "    ")
