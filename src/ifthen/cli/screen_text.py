"""Screenings and their plans on the screen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.output import wants_color
from ifthen.screening.outcome import Outcome, Verdict, conclude, list_limits

if TYPE_CHECKING:
    from ifthen.screening.process import Step

COLOURS = {Verdict.RULED_OUT: "green", Verdict.REACHED: "red", Verdict.UNDECIDED: "yellow"}
WIDTH, HEIGHT = 60, 10
LAST = 5
"""Steps that are shown of a long trace."""


def show_plan(found: Mapping[str, Any]) -> None:
    """Print a plan's table, chance of error and order."""
    design = found["design"]
    _say(f"plan {found['plan']}", bold=True)
    for line in _describe_design(design):
        _say(line)
    table = found["table"]
    if table is None:
        _say("  table     none: fractions are tested by a bet at each question, see --json")
    elif not table:
        _say(f"  table     empty: {design['questions']} questions are too few to decide anything")
    else:
        _say(f"  table     {_what(design)} -> decides from question")
        for line in _columns([f"{count} -> {place}" for count, place in enumerate(table)], 8):
            _say(f"            {line}")
        _say(f"            {found['table_sha256']}")
        _say(f"  error     {100 * found['error_rate']:.2f} % at its worst, computed exactly")
        _say("  expect    true rate   decides   mean questions   nine in ten end by")
        for row in found["expected"]:
            _say(
                f"            {row['rate']:>9.3f}   {100 * row['decides']:>5.1f} %"
                f"   {row['mean_questions']:>14.1f}   {row['ninth_in_ten']:>18}"
            )
    order = found["order"]
    if order is None:
        _say("  order     by SHA-256 of seed and id; give the ids with --ids or --log to see it")
    else:
        _say(f"  order     {found['order_sha256']}")
        for line in _columns([f"{place} {name}" for place, name in enumerate(order, 1)], 5):
            _say(f"            {line}")


def _describe_design(design: Mapping[str, Any]) -> Iterator[str]:
    aim = "rules out" if design["direction"] == "rule-out" else "shows that is reached:"
    about = "of these questions" if design["population"] else "of questions drawn like these"
    yield (
        f"  test      {aim} {design['threshold']:g} {about}, wrong in at most"
        f" {100 * design['alpha']:g} % of runs"
    )
    epochs = f", {design['epochs']} epochs each" if design["epochs"] > 1 else ""
    yield f"  questions {design['questions']}{epochs}; the seed of their order: {design['seed']}"
    if design["scores"] == "pass-fail":
        yield "  prior     Beta({:g}, {:g})".format(*design["prior"])


def show_outcome(outcome: Outcome, *, title: str, trace: bool) -> None:
    """Print a screening: verdict, where it stopped, the row of the table, what follows."""
    design, decision = outcome.design, outcome.decision
    word = {"ruled-out": "RULED OUT", "reached": "REACHED", "undecided": "UNDECIDED"}
    head = f"{word[outcome.verdict.value]}: {design.threshold:g}"
    _say(f"{head}   {title}", fg=COLOURS[outcome.verdict], bold=True)
    if decision is not None:
        _say(f"  stopped   at question {decision.place} of {design.questions}: {decision.question}")
    else:
        asked = f"{len(outcome.steps)} of {design.questions} questions counted"
        _say(f"  stopped   {asked}, none decided")
    for line in _row(outcome):
        _say(line)
    worst: dict[str, int] = {}
    for step in outcome.steps:
        if step.why is not None:
            worst[step.why] = worst.get(step.why, 0) + 1
    if worst:
        listed = ", ".join(f"{count} {why}" for why, count in worst.items())
        _say(f"  at worst  {listed}")
    if outcome.trail is not None:
        said = "agrees with" if outcome.agrees else "DIFFERS from"
        _say(f"  replay    {said} the decision in the log")
    for finding in outcome.findings:
        colour = "red" if finding.severity == "contradiction" else None
        _say(f"  {finding.severity} [{finding.code}] {finding.message}", fg=colour)
    _say(f"  follows   {conclude(outcome)}")
    for place, limit in enumerate(list_limits(outcome)):
        _say(f"  {'not' if place == 0 else '':9} {limit}")
    for line in _trace(outcome.steps, whole=trace):
        _say(line)
    for line in draw(outcome):
        _say(line)


def _row(outcome: Outcome) -> Iterator[str]:
    """Yield the row of the table that was used."""
    if not outcome.steps:
        return
    step, design = outcome.steps[-1], outcome.design
    what = "passes" if design.counts_passes else "failures"
    if design.table is None:
        yield f"  counted   {step.against:g} {what} of {step.place}; stakes e^{step.evidence:.2f}"
    elif step.needed is None:
        yield f"  table     {step.against:g} {what}: never few enough"
    else:
        yield f"  table     {step.against:g} {what}: few enough from question {step.needed} on"


def _trace(steps: Sequence["Step"], *, whole: bool) -> Iterator[str]:
    if not steps:
        return
    shown = steps if whole else steps[-LAST:]
    yield "  trace     question   counts   so far   enough at   id"
    if len(shown) < len(steps):
        yield f"            ... {len(steps) - len(shown)} before, see --trace"
    for step in shown:
        needed = "-" if step.needed is None else str(step.needed)
        why = f"   ({step.why})" if step.why else ""
        yield (
            f"            {step.place:>8}   {step.score:>6.3g}   {step.against:>6.4g}"
            f"   {needed:>9}   {step.question}{why}"
        )


def draw(outcome: Outcome) -> Iterator[str]:
    """Yield the path as a picture: ``o`` what was counted, ``.`` from where on it is few enough."""
    table, steps = outcome.design.table, outcome.steps
    if table is None or not table.stops or not steps:
        return
    last = max(len(steps), table.stops[min(int(steps[-1].against) + 1, len(table.stops) - 1)])
    wide = max(1, -(-last // WIDTH))
    top = max(int(max(step.against for step in steps)), 1)
    high = max(1, -(-(top + 1) // HEIGHT))
    grid = [[" "] * (last // wide + 1) for _ in range(top // high + 2)]
    for place in range(1, last + 1):
        few = sum(stop <= place for stop in table.stops) - 1
        if few >= 0 and few // high < len(grid):
            grid[few // high][place // wide] = "."
    for step in steps:
        grid[int(step.against) // high][step.place // wide] = "o"
    what = "passes" if outcome.design.counts_passes else "failures"
    yield f"  {what}, by question; o counted, . few enough"
    for row in range(len(grid) - 1, -1, -1):
        yield f"  {row * high:>5} |{''.join(grid[row]).rstrip()}"
    yield "        +" + "-" * (last // wide + 1)
    yield f"         0{last:>{last // wide}}"


def _columns(items: Sequence[str], count: int) -> Iterator[str]:
    width = max(map(len, items)) + 3
    for start in range(0, len(items), count):
        yield "".join(item.ljust(width) for item in items[start : start + count]).rstrip()


def _what(design: Mapping[str, Any]) -> str:
    return "passes" if design["direction"] == "rule-out" else "failures"


def _say(text: str, *, fg: str | None = None, bold: bool = False) -> None:
    """Print a line of foreign text without anything that could repaint a terminal."""
    clean = "".join(character if character.isprintable() else "?" for character in text)
    if fg or bold:
        clean = click.style(clean, fg=fg, bold=bold)
    click.echo(clean, color=wants_color())
