"""``ifthen forecast``: when a capability may reach a value, or why nobody can say."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option, open_workspace, workspace_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.dossier.series import Series


@click.command("forecast")
@click.argument("target", metavar="SERIES")
@workspace_option
@click.option(
    "--to", "values", type=float, multiple=True, metavar="VALUE", help="Value to reach; repeatable."
)
@click.option(
    "--level",
    type=float,
    default=0.9,
    show_default=True,
    help="Level of the prediction intervals.",
)
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write the plot as SVG."
)
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    target: str,
    directory: Path,
    values: tuple[float, ...],
    level: float,
    plot: Path | None,
    json_: bool,
) -> int:
    """Show when a series of models may reach a value, by two windows and by a model of no change.

    SERIES is a file, or the id of a series in the workspace. VALUE is a share, or a time in the
    series' unit; without it, the values that the series names. Exit code 3 when the series cannot
    carry a forecast, with every reason.
    """
    from ifthen.cli.forecast_text import describe, to_plain  # noqa: PLC0415
    from ifthen.cli.output import emit_json, make_console, print_trimmed  # noqa: PLC0415
    from ifthen.decision.forecasting import make_forecast  # noqa: PLC0415

    forecast = make_forecast(_find(target, directory), values or None, level=level)
    if plot is not None:
        from ifthen.cli.forecast_plot import draw_chart  # noqa: PLC0415
        from ifthen.workspace.writing import write_file  # noqa: PLC0415

        write_file(plot, draw_chart(forecast).encode(), replace=True)
    if json_:
        emit_json(to_plain(forecast))
    else:
        console = make_console()
        for line in describe(forecast):
            print_trimmed(console, line)
    return 3 if forecast.outcome == "insufficient" else 0


def _find(target: str, directory: Path) -> "Series":
    from ifthen.dossier.series import Series  # noqa: PLC0415
    from ifthen.workspace.loading import load_file  # noqa: PLC0415

    path = Path(target)
    if path.suffix in (".yaml", ".yml", ".json") or path.is_file():
        return load_file(path, Series).document
    workspace = open_workspace(directory)
    for loaded in workspace.series:
        if loaded.document.id == target:
            return loaded.document
    known = ", ".join(x.document.id for x in workspace.series) or "none"
    raise Error(
        "forecast.unknown",
        f"there is no series '{target}' in this workspace",
        hint=f"give a file, or one of: {known}",
    )
