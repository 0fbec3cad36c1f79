"""``ifthen conform``: what documents answer to a law or code."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ifthen.cli.options import (
    Day,
    exit_zero_option,
    framework_option,
    guarded,
    json_option,
    open_workspace,
    read_today,
    workspace_option,
)
from ifthen.cli.public_record import public_record_options, read_public_record
from ifthen.errors import Error, Problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ifthen.conformance.finding import Report
    from ifthen.dossier.developer import Developer
    from ifthen.encoding.document import Loaded
    from ifthen.workspace.conforming import Documents


@click.command("conform")
@click.argument("instrument", required=False)
@click.argument("framework", required=False)
@click.option(
    "--instrument", "instruments", multiple=True, metavar="NAME",
    help="Law or code, by id or file; repeatable.",
)  # fmt: skip
@workspace_option
@public_record_options
@framework_option
@click.option(
    "--developer",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of what is known of the developer: compute, revenue, models, documents.",
)
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME",
    help="Layer of law to lay over it, such as us-federal-preemption, or a file; repeatable.",
)
@click.option(
    "--regime", "regimes", multiple=True, metavar="FILE",
    help="Law that an overlay designates, where the library has it not; repeatable.",
)  # fmt: skip
@click.option("--on", type=Day(), help="Day to ask for.  [default: today]")
@click.option("--only", multiple=True, metavar="STATE", help="Show only this state; repeatable.")
@exit_zero_option
@json_option
@guarded
def command(*, only: tuple[str, ...], exit_zero: bool, json_: bool, **asked: Any) -> int:
    """Show, per provision of INSTRUMENT, what documents answer.

    INSTRUMENT is an id of 'ifthen instruments list', or a file. Without FRAMEWORK the documents are
    those of a workspace, or of a published record with --record; the instruments may be those that
    the workspace's manifest lists. FRAMEWORK names one of the library, such as
    anthropic/frontier-compliance-framework@2, or a file: then nothing else is asked.

    A finding says what documents hold. It is no legal advice and no legal conclusion. Of a record,
    what stands in a part that is withheld is shown as withheld. An overlay is a layer of law: its
    changes work on its days, and only where it is asked for.

    Exit code 2 where something is absent or inconsistent, 3 where only something is undetermined,
    withheld, contested or for a person to judge, else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.conformance.basis import State  # noqa: PLC0415

    known = get_args(State)
    if wrong := [x for x in only if x not in known]:
        raise Error("command.usage", f"{wrong[0]} is no state", hint=f"states: {', '.join(known)}")
    reports = _judge(**asked)
    if json_:
        shown = [_dump(x, only) for x in reports]
        emit_json(shown[0] if len(shown) == 1 else {"reports": shown})
    else:
        from ifthen.cli.conform_text import show_findings  # noqa: PLC0415

        for index, report in enumerate(reports):
            if index:
                click.echo("")
            show_findings(report, only)
    states = {x.state for report in reports for x in report.findings}
    if exit_zero:
        return 0
    if states & {"absent", "inconsistent"}:
        return 2
    return 3 if states & {"undetermined", "withheld", "contested", "needs-judgement"} else 0


def _dump(report: "Report", only: tuple[str, ...]) -> dict[str, Any]:
    tree = report.model_dump(mode="json", by_alias=True)
    return tree | {"findings": [x for x in tree["findings"] if not only or x["state"] in only]}


def _judge(
    *,
    instrument: str | None,
    framework: str | None,
    instruments: tuple[str, ...],
    directory: Path,
    record: str | None,
    pin: str | None,
    framework_id: str | None,
    developer: Path | None,
    overlays: tuple[str, ...],
    regimes: tuple[str, ...],
    on: date | None,
) -> "Sequence[Report]":
    day = on or read_today()
    named = list(dict.fromkeys([*([instrument] if instrument else []), *instruments]))
    if framework is not None:
        if record is not None or framework_id is not None or instruments or regimes:
            raise Error(
                "command.usage",
                "a framework is given, and documents of a workspace or record too",
                hint="leave FRAMEWORK out, or give only INSTRUMENT and FRAMEWORK",
            )
        from ifthen.workspace.instruments import judge_files  # noqa: PLC0415

        return [judge_files(named[0], framework, developer, day, overlays=overlays)]
    from ifthen.workspace.conforming import Asking, conform  # noqa: PLC0415

    documents, listed = _read(directory, record, pin, developer, day)
    asked = Asking(
        instruments=named or listed,
        on=day,
        framework=framework_id,
        overlays=overlays,
        regimes=regimes,
    )
    if not asked.instruments:
        raise Error(
            "command.usage",
            "no instrument is named",
            hint="name one of 'ifthen instruments list', or list some in ifthen.yaml",
        )
    return conform(asked, documents)


def _read(
    directory: Path, record: str | None, pin: str | None, developer: Path | None, on: date
) -> "tuple[Documents, tuple[str, ...]]":
    """Return the documents, and the instruments that a workspace lists."""
    from ifthen.workspace.applying import load_developer  # noqa: PLC0415
    from ifthen.workspace.conforming import read_documents  # noqa: PLC0415

    given: tuple[Loaded[Developer], ...] = (load_developer(developer),) if developer else ()
    if record is None:
        from ifthen.workspace.checking import check_workspace  # noqa: PLC0415

        workspace = open_workspace(directory)
        if faults := check_workspace(workspace, on=on).errors:
            raise Problems(faults)
        return read_documents(workspace, given), workspace.manifest.document.instruments
    return read_public_record(record, pin, given), ()
