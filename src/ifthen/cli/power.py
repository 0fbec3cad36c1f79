"""``ifthen power``: what an evaluation could show, before it is run."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.options import (
    guarded,
    json_option,
    on_option,
    open_workspace,
    read_today,
    workspace_option,
)

if TYPE_CHECKING:
    from ifthen.cli.power_text import Planned
    from ifthen.dossier.model import Plan
    from ifthen.framework.model import Framework
    from ifthen.stats.power import Design


@click.command("power")
@click.argument("target", metavar="[FRAMEWORK_OR_PLAN]", required=False)
@workspace_option
@on_option
@click.option("--evaluation", metavar="ID", help="Only this evaluation of the framework.")
@click.option("--questions", type=int, metavar="N", help="How many questions are asked.")
@click.option("--threshold", type=float, metavar="T", help="Value to stay below, as a share.")
@click.option("--margin", type=float, metavar="M", help="Safety margin, taken off the threshold.")
@click.option("--rule-in", type=float, metavar="R", help="Value to reach.  [default: threshold]")
@click.option("--alpha", type=float, metavar="A", help="Level of each bound.  [default: 0.05]")
@click.option("--clusters", type=int, metavar="C", help="In how many clusters the questions come.")
@click.option("--icc", type=float, metavar="R", help="Correlation inside a cluster, 0 to 1.")
@click.option(
    "--assessment",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of the assessment, under an error budget.",
)
@click.option("--rate", type=float, metavar="P", help="True rate to clear.  [default: half of T]")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Write the plot as SVG."
)
@json_option
@guarded
def command(
    target: str | None, directory: Path, on: date | None, json_: bool, **options: Any
) -> int:
    """Show what an evaluation could rule out or reach, at which true rates, before it is run.

    FRAMEWORK_OR_PLAN is the id of a framework or plan in the workspace, or its file. Without it,
    give --questions and --threshold. Exit code 2 when an evaluation cannot decide what is asked.
    """
    from ifthen.cli.output import emit_json, make_console, print_trimmed  # noqa: PLC0415
    from ifthen.cli.power_text import describe, draw_chart, to_plain  # noqa: PLC0415

    if target is None:
        planned = [_from_numbers(options)]
    else:
        planned = _from_documents(target, directory, on or read_today(), options)
    if options["plot"] is not None:
        from ifthen.workspace.writing import write_file  # noqa: PLC0415

        if len(planned) != 1:
            names = ", ".join(each.name for each in planned)
            raise click.UsageError(
                f"--plot draws one evaluation; choose with --evaluation: {names}"
            )
        write_file(options["plot"], draw_chart(planned[0]).encode(), replace=True)
    if json_:
        emit_json([to_plain(each) for each in planned])
    else:
        console = make_console()
        for each in planned:
            for line in describe(each):
                print_trimmed(console, line)
    return 0 if all(each.power.can_decide() for each in planned) else 2


def _from_numbers(options: dict[str, Any]) -> "Planned":
    from ifthen.cli.power_text import Planned  # noqa: PLC0415
    from ifthen.decision.clearing import ICC, find_power  # noqa: PLC0415
    from ifthen.stats.power import Design  # noqa: PLC0415
    from ifthen.stats.threshold import subtract_margin  # noqa: PLC0415

    questions, threshold = options["questions"], options["threshold"]
    if questions is None or threshold is None or options["evaluation"] is not None:
        raise click.UsageError("name a framework or plan, or give --questions and --threshold")
    clusters, icc = options["clusters"], options["icc"]
    if clusters is None and icc is not None:
        raise click.UsageError("--icc is the correlation inside a cluster; give --clusters too")
    alpha = 0.05 if options["alpha"] is None else options["alpha"]
    design = Design(
        questions=questions,
        below=subtract_margin(threshold, options["margin"] or 0.0),
        at_least=threshold if options["rule_in"] is None else options["rule_in"],
        upper_alpha=alpha,
        lower_alpha=alpha,
        clusters=clusters,
        icc=0.0 if clusters is None else ICC if icc is None else icc,
    )
    return Planned(
        name="design",
        title="An evaluation to be planned",
        power=find_power(design, options["rate"]),
        notes=_notes(design, assumed=clusters is not None and icc is None),
    )


def _from_documents(
    target: str, directory: Path, on: date, options: dict[str, Any]
) -> "list[Planned]":
    from ifthen.cli.power_text import Planned  # noqa: PLC0415
    from ifthen.decision.clearing import find_power, plan_design  # noqa: PLC0415

    for name in ("threshold", "margin", "rule_in", "alpha"):
        if options[name] is not None:
            flag = name.replace("_", "-")
            raise click.UsageError(f"--{flag} is what {target} says; give it without a document")
    framework, plan = _find(target, directory, on)
    asked = plan.evaluation if plan is not None else options["evaluation"]
    chosen = [x for x in framework.evaluations if asked in (None, x.id)]
    if not chosen:
        known = ", ".join(x.id for x in framework.evaluations)
        raise click.UsageError(f"there is no evaluation '{asked}'; there are: {known}")
    planned = []
    for evaluation in chosen:
        design = plan_design(
            evaluation,
            framework,
            plan=plan,
            questions=options["questions"],
            clusters=options["clusters"] if evaluation.cluster_by else None,
            icc=options["icc"],
            assessment=options["assessment"],
        )
        grouped = evaluation.cluster_by is not None
        notes = _notes(
            design,
            assumed=design.clusters is not None and options["icc"] is None,
            unstated=evaluation.cluster_by if grouped and design.clusters is None else None,
        )
        planned.append(
            Planned(
                name=evaluation.id,
                title=evaluation.title,
                power=find_power(design, options["rate"]),
                notes=notes,
            )
        )
    return planned


def _notes(design: "Design", *, assumed: bool, unstated: str | None = None) -> tuple[str, ...]:
    from ifthen.decision.clearing import FEW_CLUSTERS  # noqa: PLC0415

    notes = []
    if unstated is not None:
        notes.append(
            f"questions come in clusters by {unstated}, but nothing says in how many: counted as"
            " independent, the best case; give --clusters, or min_clusters in the framework"
        )
    if assumed:
        notes.append(f"a correlation of {design.icc:g} inside clusters is assumed; give --icc")
    if design.clusters is not None:
        notes.append("with clusters the chances are approximate")
        if design.clusters < FEW_CLUSTERS:
            notes.append(f"bounds from fewer than {FEW_CLUSTERS} clusters err more than they state")
    if design.below is None and design.at_least is None:
        notes.append("the framework compares it with no value of its own: nothing to decide")
    return tuple(notes)


def _find(target: str, directory: Path, on: date) -> "tuple[Framework, Plan | None]":
    """Return the framework that is meant, and the plan where one is."""
    from ifthen.errors import Error  # noqa: PLC0415
    from ifthen.framework.dated import load_on  # noqa: PLC0415
    from ifthen.workspace.resolving import find_framework  # noqa: PLC0415

    path = Path(target)
    is_file = path.suffix in (".yaml", ".yml")
    workspace = open_workspace(path.resolve().parent if is_file else directory)
    name = path.resolve().relative_to(workspace.root).as_posix() if is_file else None
    for framework in workspace.frameworks:
        if framework.source.name == name:
            return load_on(framework, on).document, None
    for plan in workspace.plans:
        if target == plan.document.id or name == plan.source.name:
            document = plan.document
            for framework in workspace.frameworks:
                found = load_on(framework, on).document
                if (found.id, found.version) == (document.framework, document.framework_version):
                    return found, document
            return find_framework(workspace, document.framework, on).document, document
    if name is not None or target not in {x.document.id for x in workspace.frameworks}:
        ids = sorted({x.document.id for x in workspace.frameworks})
        ids += [plan.document.id for plan in workspace.plans]
        raise Error(
            "power.unknown",
            f"there is no framework and no plan '{target}' in this workspace",
            hint=f"known: {', '.join(ids) or 'none'}",
        )
    return find_framework(workspace, target, on).document, None
