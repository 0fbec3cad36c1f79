"""``ifthen demo``: the main job on the shipped example, with real evaluation logs."""

import shlex
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import click

from ifthen.cli.options import guarded
from ifthen.errors import Error

DEMO_DAY = date(2026, 12, 1)
"""Day of the demo's decision: the same for everybody, so that everybody sees the same result."""

MODELS = ("aurora-1", "aurora-2")


@click.command("demo")
@click.argument(
    "directory", type=click.Path(path_type=Path, file_okay=False), default=Path("ifthen-demo")
)
@guarded
def command(directory: Path) -> int:
    """Copy the example to DIRECTORY (default: ifthen-demo), decide, and write the report.

    Two generations of a fictional developer's model under its framework. The evaluations are real
    runs of small open models on harmless proxy tasks. Exit code 0: the demo ran; its gates differ.
    """
    from ifthen.cli.deciding import make_decisions  # noqa: PLC0415
    from ifthen.cli.decision_text import show_decision  # noqa: PLC0415
    from ifthen.cli.output import make_console  # noqa: PLC0415
    from ifthen.publication.report import format_report  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    workspace = directory / "aurora"
    copy_example(workspace)
    decisions = make_decisions(workspace, MODELS, on=DEMO_DAY, framework_id=None)
    console = make_console()
    for decision in decisions:
        show_decision(decision, console)
    report = directory / "report.html"
    write_file(report, format_report(decisions).encode(), replace=True)
    click.echo(f"workspace: {workspace}")
    click.echo(f"report:    {report}")
    place = shlex.quote(str(workspace))
    click.echo(f"next:      ifthen explain aurora-2 deploy-external -C {place} --on {DEMO_DAY}")
    return 0


def copy_example(target: Path) -> None:
    """Copy the example workspace; files of the same names are replaced, others are left.

    Raises:
        Error: ``demo.not-shipped``, ``file.unwritable``.
    """
    try:
        shutil.copytree(find_example(), target, dirs_exist_ok=True, ignore=_generated)
    except OSError as error:
        raise Error(
            "file.unwritable", f"the example cannot be copied: {error}", where=str(target)
        ) from error


def _generated(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in {".ifthen", "__pycache__"}}


def find_example() -> Path:
    """Return the example's directory: inside the installed package, or in the source checkout.

    Raises:
        Error: ``demo.not-shipped``.
    """
    package = Path(str(files("ifthen")))
    for place in (package / "examples" / "aurora", package.parents[1] / "examples" / "aurora"):
        if (place / "ifthen.yaml").is_file():
            return place
    raise Error(
        "demo.not-shipped",
        "this installation has no example",
        hint="install ifthen from its wheel or its source checkout",
    )
