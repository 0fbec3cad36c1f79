"""A verdict for people in a terminal."""

import click

from ifthen.cli.output import wants_color
from ifthen.verification.verdict import StepResult, Verdict

SHOWN = 5
"""Most findings of a step that are listed."""
_COLOURS = {"verified": "green", "failed": "red", "withheld": "yellow", "not-at-hand": "yellow",
            "nothing-to-check": None}  # fmt: skip
_OUTCOMES = {"verified": "green", "failed": "red", "undetermined": "yellow"}


def show_verdict(verdict: Verdict) -> None:
    """Print each step with its counts, then what it comes to."""
    for step in verdict.steps:
        _show_step(step)
    colour = wants_color()
    click.echo()
    if verdict.origin is not None:
        root = (verdict.root or "")[:16]
        click.echo(f"log {verdict.origin}, {verdict.size} statements, root {root}…")
    if verdict.pin is not None:
        click.echo(f"pin {verdict.pin}")
    for proven in verdict.proven:
        at = f"{proven.at:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"proven the first {proven.statements} entries were there at {at}: {proven.by}")
    for said in verdict.decisions:
        click.echo(f"says {said}")
    word = click.style(verdict.outcome.upper(), fg=_OUTCOMES[verdict.outcome], bold=True)
    click.echo(f"{word}: {_explain(verdict)}", color=colour)


def _explain(verdict: Verdict) -> str:
    failed = [step for step in verdict.steps if step.status == "failed"]
    if failed:
        return "do not rely on this record; failed: " + ", ".join(step.id for step in failed)
    open_ = [x.id for x in verdict.steps if x.essential and x.status in {"not-at-hand", "withheld"}]
    if verdict.outcome == "undetermined":
        return "nothing is wrong, and not everything could be checked: " + ", ".join(open_)
    return "every essential step holds"


def _show_step(step: StepResult) -> None:
    counts = [f"{step.verified} verified"] * (step.status != "nothing-to-check")
    counts += [f"{step.failed} failed"] * bool(step.failed)
    counts += [f"{step.withheld} withheld"] * bool(step.withheld)
    counts += [f"{step.not_at_hand} not at hand"] * bool(step.not_at_hand)
    status = click.style(f"{step.status:16}", fg=_COLOURS[step.status])
    line = f"{step.number:2} {status} {step.title}{': ' if counts else ''}{', '.join(counts)}"
    click.echo(line, color=wants_color())
    for finding in step.findings[:SHOWN]:
        where = f"{finding.where}: " if finding.where else ""
        click.echo(f"     {where}{finding.text} [{finding.code}]")
    if len(step.findings) > SHOWN:
        click.echo(f"     and {len(step.findings) - SHOWN} more")
