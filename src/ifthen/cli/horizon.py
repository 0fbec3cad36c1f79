"""``ifthen evidence horizon``: METR's time horizon, recomputed from runs or per-task counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ifthen.cli.options import guarded, json_option

if TYPE_CHECKING:
    from rich.text import Text

    from ifthen.evidence.horizon import Weighting
    from ifthen.evidence.horizon_log import Horizon
    from ifthen.evidence.log import Log


@click.command("horizon")
@click.argument("log", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--part", metavar="ALIAS", help="Which agent, where the file holds several.")
@click.option(
    "--weights",
    "weighting",
    type=click.Choice(["invsqrt", "equal"]),
    default="invsqrt",
    show_default=True,
    help="Weight of a task: 1/sqrt(tasks of its family), or the same for each.",
)
@click.option(
    "--regularisation",
    type=float,
    default=1e-5,
    show_default="1e-5",
    help="L2 penalty on the slope. METR used 0.1 before March 2026.",
)
@json_option
@guarded
def command(log: Path, part: str | None, weighting: str, regularisation: float, json_: bool) -> int:
    """Fit success against human time, for METR's runs or per-task counts; writes nothing.

    Shows the human working time at which the agent's chance of success is 50 % and 80 %. Exit code
    2 when the file contradicts itself, or when there is no horizon.
    """
    from ifthen.cli.output import emit_json, make_console, print_trimmed  # noqa: PLC0415
    from ifthen.evidence.horizon_log import KEEP, measure_horizon  # noqa: PLC0415
    from ifthen.evidence.reading import read_log  # noqa: PLC0415

    read = read_log(log, part=part, keep=KEEP)
    horizon = measure_horizon(
        read, weighting=cast("Weighting", weighting), regularisation=regularisation
    )
    if json_:
        emit_json(to_plain(read, horizon))
    else:
        console = make_console()
        for line in describe(read, horizon):
            print_trimmed(console, line)
    broken = any(finding.severity == "contradiction" for finding in read.findings)
    return 2 if broken or horizon.p50 is None else 0


def to_plain(log: "Log", horizon: "Horizon") -> dict[str, Any]:
    """Return the result as plain data; times are human minutes."""
    from ifthen.evidence.log import format_line  # noqa: PLC0415

    curve = horizon.curve
    return {
        "log": {
            "format": log.format,
            "sha256": log.sha256,
            "part": log.part,
            "claim": log.claim,
            "task_set": {key: str(value) for key, value in log.run.task_args.items()},
        },
        "weighting": horizon.weighting,
        "regularisation": horizon.regularisation,
        "p50_minutes": horizon.p50,
        "p80_minutes": horizon.p80,
        "slope": None if curve is None else curve.slope,
        "intercept": None if curve is None else curve.intercept,
        "steps": None if curve is None else curve.steps,
        "undefined": None if horizon.undefined is None else horizon.undefined.value,
        "average": horizon.average,
        "runs": horizon.runs,
        "tasks": len(horizon.tallies),
        "families": horizon.families,
        "limited": {"runs": horizon.limited, "successes": horizon.limited_successes},
        "errored": {"runs": horizon.errored, "successes": horizon.errored_successes},
        "stated_weights_differ_by": horizon.weights_gap,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "message": format_line(finding.message),
                "where": finding.where,
            }
            for finding in log.findings
        ],
    }


def describe(log: "Log", horizon: "Horizon") -> Iterator["Text"]:
    """Yield the lines for a person."""
    from rich.text import Text  # noqa: PLC0415

    from ifthen.cli.horizon_plot import draw_plot, format_minutes  # noqa: PLC0415
    from ifthen.evidence.log import format_line  # noqa: PLC0415

    curve = horizon.curve
    yield Text(format_line(log.part or log.run.model), style="bold")
    if curve is None:
        yield Text(f"  no horizon: {horizon.undefined}", style="red")
    else:
        for name, minutes in (("p50", horizon.p50), ("p80", horizon.p80)):
            yield Text(f"  {name}       {format_minutes(minutes)}", style="green")
        yield Text(
            f"  fit       slope {curve.slope:.4f}, intercept {curve.intercept:.4f} "
            f"for log2(human minutes), {curve.steps} steps"
        )
    yield Text(
        f"  method    weights {horizon.weighting}, regularisation {horizon.regularisation:g}"
    )
    yield Text(
        f"  data      {horizon.runs:,} runs of {len(horizon.tallies)} tasks in "
        f"{horizon.families} families, weighted average {horizon.average:.4f}"
    )
    if horizon.limited or horizon.errored:
        yield Text(
            f"  ended by  a limit: {horizon.limited} runs, {horizon.limited_successes} of them "
            f"successes; an error: {horizon.errored}, {horizon.errored_successes}"
        )
    yield Text(f"  weights   {_weights(horizon)}")
    yield Text(f"  claim     {_CLAIMS[log.claim]}")
    yield Text(f"  log       {log.sha256[:19]}…   {log.bytes:,} bytes   {log.format}")
    for key, value in log.run.task_args.items():
        yield Text(f"  task set  {key} {format_line(str(value))}")
    for finding in log.findings:
        style = "red" if finding.severity == "contradiction" else "yellow"
        message = format_line(finding.message)
        yield Text(f"  {finding.severity} [{finding.code}] {message}", style=style)
    yield Text("")
    yield from draw_plot(horizon)


_CLAIMS = {
    "samples": "recomputed from single runs",
    "counts": "recomputed from counts for each task; the single runs are not in the file",
    "stated": "stated only",
}


def _weights(horizon: "Horizon") -> str:
    gap = horizon.weights_gap
    if gap is None:
        return f"recomputed from the ids; the file states no {horizon.weighting} weights"
    return f"recomputed from the ids; the stated ones differ by at most {gap:.1g}"
