"""The power of an evaluation as a table, as a plot in text, as a picture, and as plain data."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ifthen.decision.clearing import Power
from ifthen.stats.power import Design, find_outcomes

if TYPE_CHECKING:
    from rich.text import Text

ROWS, COLUMNS = 11, 64
OUT, IN, BOTH = "o", "x", "@"


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """An evaluation to be run, with what it could show."""

    name: str
    title: str
    power: Power
    notes: tuple[str, ...] = ()


def to_plain(planned: Planned) -> dict[str, Any]:
    """Return the result as plain data; rates and chances are fractions."""
    power = planned.power
    return {
        "evaluation": planned.name,
        "design": asdict(power.design)
        | {"design_effect": power.design.design_effect, "trials": power.design.trials},
        "can_decide": power.can_decide(),
        "clears_at_most": power.clears_at_most,
        "reached_from": power.reached_from,
        "clearing_range": {"0.8": power.cleared[0], "0.9": power.cleared[1]},
        "reaching_range": {"0.8": power.reached[0], "0.9": power.reached[1]},
        "floor": power.floor,
        "needed": {
            "unit": "questions" if power.design.clusters is None else "clusters",
            "rate": power.needed_rate,
            "0.8": power.needed[0],
            "0.9": power.needed[1],
        },
        "outcomes": [asdict(outcomes) for outcomes in power.outcomes],
        "notes": list(planned.notes),
    }


def describe(planned: Planned) -> Iterator["Text"]:
    """Yield the lines for a person: the design, what it clears, the table, the plot."""
    from rich.text import Text  # noqa: PLC0415

    power, design = planned.power, planned.power.design
    yield Text(f"{planned.name}: {planned.title}", style="bold")
    for name, value in _facts(power):
        style = "red" if value.startswith("CANNOT") else "default"
        yield Text(f"  {name:<15} {value}", style=style)
    for note in planned.notes:
        yield Text(f"  {'note':<15} {note}", style="yellow")
    if design.below is not None or design.at_least is not None:
        yield Text("")
        yield from _table(power)
        yield Text("")
        yield from _draw(design)
    yield Text("")


def _facts(power: Power) -> Iterator[tuple[str, str]]:
    design = power.design
    unit = "question" if design.clusters is None else "cluster"
    asked = f"{design.questions:,} questions"
    if design.clusters is not None:
        asked += (
            f" in {design.clusters} clusters, worth about {design.trials:,} independent ones"
            f" (design effect {design.design_effect:.2f})"
        )
    yield "design", asked
    of = f"of {design.trials:,}"
    if design.below is not None:
        level = f"below {design.below:g} at {_confidence(design.upper_alpha)}"
        if power.clears_at_most is None:
            yield "ruled out", f"CANNOT: {level} takes {power.floor} {unit}s or more"
        else:
            yield "ruled out", f"{level}: with at most {power.clears_at_most} {of}"
            ranges = (f"{x:.3f}" if x is not None else "nothing" for x in power.cleared)
            first, second = ranges
            yield (
                "clearing range",
                f"true rates up to {first} with 80 % chance, up to {second} with 90 %",
            )
            yield "floor", f"{power.floor} {unit}s without a success rule it out; fewer never do"
    if design.at_least is not None:
        level = f"at least {design.at_least:g} at {_confidence(design.lower_alpha)}"
        if power.reached_from is None:
            yield "reached", f"CANNOT: {level} is not shown by {of.removeprefix('of ')} successes"
        else:
            yield "reached", f"{level}: from {power.reached_from} {of} on"
    if power.needed_rate is not None:
        yield "needed", _needed(power, unit)


def _needed(power: Power, unit: str) -> str:
    aim, (first, second) = f"{power.needed_rate:g}", power.needed
    if first is None:
        return f"no number of {unit}s clears a true rate of {aim} with 80 % chance"
    about = "" if unit == "question" else "about "
    text = f"{about}{first:,} {unit}s clear a true rate of {aim} with 80 % chance"
    return text if second is None else f"{text}, {about}{second:,} with 90 %"


def _confidence(alpha: float) -> str:
    return f"{round(100 * (1 - alpha), 6):g} % confidence"


def _table(power: Power) -> Iterator["Text"]:
    from rich.text import Text  # noqa: PLC0415

    yield Text("  true rate   ruled out   undecided   reached", style="bold")
    for at in power.outcomes:
        asked = (power.design.below, 1.0, power.design.at_least)
        chances = "".join(
            f"{'-' if value is None else _percent(chance):>12}"
            for chance, value in zip((at.ruled_out, at.undecided, at.reached), asked, strict=True)
        )
        yield Text(f"  {at.rate:<9g}{chances[1:]}")


def _percent(chance: float) -> str:
    if 0 < chance < 0.001:
        return "<0.1 %"
    return ">99.9 %" if 0.999 < chance < 1 else f"{chance * 100:.1f} %"


def find_span(design: Design) -> float:
    """Return up to which true rate the plots go: well past the greatest value, at most 1."""
    values = [value for value in (design.below, design.at_least) if value is not None]
    return min(1.0, round(2 * max(values), 2))


def _draw(design: Design) -> Iterator["Text"]:
    """Yield the plot: the chances of ruling out and of reaching, over the true rate."""
    from rich.text import Text  # noqa: PLC0415

    span = find_span(design)
    grid = [[" "] * COLUMNS for _ in range(ROWS)]
    for column in range(COLUMNS):
        at = find_outcomes(design, span * column / (COLUMNS - 1))
        for chance, value, mark in (
            (at.ruled_out, design.below, OUT),
            (at.reached, design.at_least, IN),
        ):
            if value is not None:
                row = grid[round((1 - chance) * (ROWS - 1))]
                row[column] = mark if row[column] == " " else BOTH
    yield Text(f"  chance   {OUT} ruled out, {IN} reached, {BOTH} both, over the true rate")
    styles = {OUT: "green", IN: "red", BOTH: "magenta"}
    for index, row in enumerate(grid):
        line = Text(f"  {100 - 10 * index:>4} % |" if index % 5 == 0 else "         |")
        for character in row:
            line.append(character, style=styles.get(character, ""))
        yield line
    yield Text("         +" + "-" * COLUMNS)
    labels = ""
    for quarter in range(5):
        place = round(quarter * (COLUMNS - 1) / 4)
        labels = labels.ljust(place) + f"{span * quarter / 4:.3g}"
    yield Text("          " + labels)


def draw_chart(planned: Planned) -> str:
    """Return the picture of the three outcomes over the true rate, as SVG."""
    from ifthen.publication.chart import (  # noqa: PLC0415
        Axis,
        Line,
        Mark,
        format_chart,
        format_percent,
    )

    design = planned.power.design
    if design.below is None and design.at_least is None:
        from ifthen.errors import Error  # noqa: PLC0415

        raise Error("power.nothing", f"{planned.name} is compared with no value: nothing to draw")
    span = find_span(design)
    found = [find_outcomes(design, span * k / 240) for k in range(241)]
    named = [
        ("ruled out", [x.ruled_out for x in found], design.below),
        ("undecided", [x.undecided for x in found], 1.0),
        ("reached", [x.reached for x in found], design.at_least),
    ]
    marks = []
    if design.below is not None:
        marks.append(Mark(value=design.below, label=f"to rule out: below {design.below:g}"))
    if design.at_least is not None and design.at_least != design.below:
        marks.append(Mark(value=design.at_least, label=f"to reach: {design.at_least:g}"))
    clusters = "" if design.clusters is None else f" in {design.clusters} clusters"
    return format_chart(
        [
            Line(label=label, points=[(x.rate, y) for x, y in zip(found, chances, strict=True)])
            for label, chances, value in named
            if value is not None
        ],
        title=f"{planned.title}: {design.questions:,} questions{clusters}",
        description=" ".join(
            f"At a true rate of {x.rate:g}: ruled out {_percent(x.ruled_out)}, undecided"
            f" {_percent(x.undecided)}, reached {_percent(x.reached)}."
            for x in planned.power.outcomes
        ),
        x=Axis(label="true rate of success", ticks=[span * k / 4 for k in range(5)]),
        y=Axis(label="chance", ticks=[0, 0.25, 0.5, 0.75, 1], format=format_percent),
        marks=marks,
    )
