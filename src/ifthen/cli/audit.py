"""``ifthen audit``: printed figures, and a risk-limiting audit of a log's grading."""

from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click

from ifthen.cli.options import (
    Day,
    exit_zero_option,
    framework_option,
    guarded,
    json_option,
    open_sound_workspace,
    part_option,
    read_today,
)
from ifthen.cli.public_record import public_record_options, read_public_record

_PATH = click.Path(path_type=Path)
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
NOT_COVERED = (
    "not covered: whether the log is whole, which model answered, how it was elicited, and whether"
    " it knew the questions"
)


@click.group("audit", no_args_is_help=True)
def command() -> None:
    """Check other people's numbers."""


@command.command("figure")
@click.argument("percentage")
@click.option("--questions", type=int, required=True, help="Questions of the benchmark.")
@click.option("--epochs", type=int, default=1, show_default=True, help="Times each was asked.")
@click.option("--stderr", type=float, help="Printed standard error, in percentage points.")
@json_option
@guarded
def figure(percentage: str, questions: int, epochs: int, stderr: float | None, json_: bool) -> int:
    """Say whether a printed PERCENTAGE can come from so many questions.

    What cannot is a question to the author: how many answers were there? Exit code 2 where it
    cannot, else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.stats.granularity import (  # noqa: PLC0415
        detection_power,
        fewest_epochs,
        find_counts,
        least_standard_error,
        parse_percentage,
    )

    printed = parse_percentage(percentage)
    counts = find_counts(printed, questions * epochs)
    fewest = fewest_epochs(printed, questions)
    power = detection_power(questions * epochs, printed.decimals) if printed.decimals <= 3 else None
    floor = least_standard_error(printed, questions) * 100
    low = stderr is not None and epochs == 1 and stderr < floor * 0.99
    if json_:
        emit_json(
            {
                "fits": bool(counts), "counts": list(counts[:20]), "fewest_epochs": fewest,
                "wrong_values_noticed": power, "least_stderr": floor, "stderr_too_small": low,
            }
        )  # fmt: skip
        return 0 if counts and not low else 2
    answers = f"{questions * epochs} answers"
    if counts:
        click.echo(f"{percentage} fits {answers}: {counts[0]}" + (" and more" * (len(counts) > 1)))
    else:
        more = "no number of epochs up to 100" if fewest is None else f"{fewest} epochs or more"
        click.echo(f"{percentage} fits no count of {answers}; of {questions} questions: {more}")
        click.echo("ask for the number of answers, the epochs, or which questions these were")
    if power is not None:
        click.echo(f"of wrong values with so many decimals {power:.0%} would be noticed")
    if low:
        click.echo(
            f"standard error {stderr:g} is less than {floor:.2f}, what {questions} single answers"
            " give: ask how it was computed"
        )
    return 0 if counts and not low else 2


@command.command("sample")
@click.argument("log", type=str)
@part_option
@click.option("--scorer", required=True, help="Scorer whose grades are audited.")
@click.option(
    "--scope", type=click.Choice(["all", "failures"]), default="all", show_default=True,
    help="Which answers are graded again.",
)  # fmt: skip
@click.option("--checkpoint", required=True, help="Checkpoint that commits to the log (hex).")
@click.option("--committed-at", type=_MOMENT, required=True, help="When, as witnessed.")
@click.option("--beacon", required=True, help="NAME:ROUND:VALUE of a public beacon.")
@click.option("--beacon-at", type=_MOMENT, required=True, help="When the beacon was drawn.")
@click.option("--nonce", required=True, help="The auditor's own random digits (hex).")
@click.option("-o", "--output", type=_PATH, required=True, help="Sheet to write, FILE.json.")
@json_option
@guarded
def sample(  # noqa: PLR0917 - click passes options by name
    log: str,
    part: str | None,
    scorer: str,
    scope: Literal["all", "failures"],
    checkpoint: str,
    committed_at: datetime,
    beacon: str,
    beacon_at: datetime,
    nonce: str,
    output: Path,
    json_: bool,
) -> int:
    """Draw the answers of LOG that an auditor grades again, in an order that nobody could choose.

    The seed binds the checkpoint, a beacon that was drawn after it, and the auditor's nonce; with
    the checkpoint alone whoever writes the log could try until the bad answers come last. Writes
    the sheet as FILE.json and the table to fill in as FILE.csv beside it.
    """
    import json  # noqa: PLC0415

    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.evidence.audit_sample import Beacon, Seed, draw_sheet  # noqa: PLC0415
    from ifthen.evidence.reading import read_log  # noqa: PLC0415
    from ifthen.workspace.auditing import format_grades, format_sheet  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    name, number, value = _split_beacon(beacon)
    seed = Seed(
        checkpoint=checkpoint,
        committed_at=committed_at,
        beacon=Beacon(name=name, round=number, value=value, drawn_at=beacon_at),
        nonce=nonce,
    )
    read = read_log(log, part=part)
    sheet = draw_sheet(read, seed, id=_id_of(output), scorer=scorer, scope=scope)
    table = output.with_suffix(".csv")
    write_file(output, (json.dumps(format_sheet(sheet), indent=1) + "\n").encode(), replace=False)
    write_file(table, format_grades(sheet), replace=False)
    if json_:
        emit_json({"sheet": str(output), "grades": str(table), "answers": len(sheet.items)})
    else:
        click.echo(f"wrote {output} and {table}: {len(sheet.items)} answers in order")
        click.echo(f"next: grade from the top, then: ifthen audit confirm {output} --log {log} ...")
    return 0


@command.command("confirm")
@click.argument("sheet", type=_PATH)
@click.option("--log", "log_", required=True, help="The log that the sheet was drawn from.")
@click.option("--threshold", type=float, required=True, help="The claim is: mean score below this.")
@click.option("--risk", type=float, default=0.05, show_default=True, help="Risk limit.")
@json_option
@guarded
def confirm(sheet: Path, log_: str, threshold: float, risk: float, json_: bool) -> int:
    """Say whether the grades beside SHEET confirm that the log's mean score lies below a threshold.

    The audit never contradicts a claim: it confirms it, or goes on until everything is graded. Exit
    code 0 when the claim is confirmed, 3 when the audit goes on.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.encoding.tree import MAX_BYTES  # noqa: PLC0415
    from ifthen.evidence.reading import read_log  # noqa: PLC0415
    from ifthen.workspace.auditing import (  # noqa: PLC0415
        confirm_grading,
        load_sheet,
        parse_grades,
    )
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    drawn = load_sheet(sheet)
    table = sheet.with_suffix(".csv")
    grades = parse_grades(read_bytes(table, str(table), MAX_BYTES), drawn, name=str(table))
    log = read_log(log_, part=drawn.part)
    found = confirm_grading(drawn, log, grades, threshold=threshold, risk=risk)
    done = found.confirmed_at is not None
    if json_:
        emit_json(asdict(found) | {"confirmed": done, "not_covered": NOT_COVERED})
        return 0 if done else 3
    click.echo(
        f"{found.graded} of {len(drawn.items)} answers graded:"
        f" {found.raised} scored higher than in the log, {found.lowered} lower"
    )
    if done:
        click.echo(
            f"CONFIRMED after {found.confirmed_at}: below {threshold:g} at a risk of {risk:g}"
        )
    else:
        further = "no number of" if found.further is None else f"{found.further}"
        click.echo(
            f"GO ON: {further} more answers confirm it if every grade agrees"
            f" (p = {found.p_value:.3g})"
        )
    click.echo(NOT_COVERED)
    return 0 if done else 3


@command.command("papers")
@click.argument("framework", required=False)
@click.option(
    "--instrument", default="il-430-ilcs-185", show_default=True, help="Law that asks for it."
)
@click.option(
    "--developer",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of what is known of the developer.",
)
@click.option("--overlay", "overlays", multiple=True, metavar="NAME", help="Layer of law.")
@click.option(
    "-C",
    "--workspace",
    "directory",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Workspace that is audited.  [default: here, where no FRAMEWORK is given]",
)
@public_record_options
@framework_option
@click.option("--on", type=Day(), help="Day to prepare for.  [default: today]")
@click.option(
    "--to",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: .md or .json.  [default: Markdown on standard output]",
)
@exit_zero_option
@json_option
@guarded
def papers(  # noqa: PLR0917 - click passes options by name
    framework: str | None,
    instrument: str,
    developer: Path | None,
    overlays: tuple[str, ...],
    directory: Path | None,
    record: str | None,
    pin: str | None,
    framework_id: str | None,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Prepare the work papers of an independent audit, in the law's parts A to G.

    They are about all documents of a workspace, about what is public of a record, or about
    FRAMEWORK alone, of the library or a file. Of a record, what is withheld is named, with the
    reason and the digest of the public copy: the law gives an auditor the unredacted text.

    What documents say is filled in with its basis; every judgement is left to the auditor, and so
    are the reasons and recommendations for each possible deviation. Exit code 2 where something is
    absent or inconsistent, else 3: an auditor has to complete them.
    """
    from ifthen.cli.drafts import give_draft  # noqa: PLC0415
    from ifthen.publication.papers_text import format_papers  # noqa: PLC0415
    from ifthen.workspace.applying import load_developer  # noqa: PLC0415
    from ifthen.workspace.conforming import Asking  # noqa: PLC0415
    from ifthen.workspace.papers import (  # noqa: PLC0415
        prepare_from_files,
        prepare_from_record,
        prepare_from_workspace,
    )

    day = on or read_today()
    if framework is not None:
        if directory is not None or record is not None:
            raise click.UsageError("give FRAMEWORK, or a workspace with -C, or a record")
        found = prepare_from_files(
            instrument, framework, day, developer=developer, overlays=overlays
        )
    else:
        asked = Asking(instruments=[instrument], on=day, framework=framework_id, overlays=overlays)
        facts = (load_developer(developer),) if developer else ()
        if record is not None:
            found = prepare_from_record(read_public_record(record, pin, facts), asked, facts)
        else:
            found = prepare_from_workspace(
                open_sound_workspace(directory or Path(), day), asked, facts
            )
    give_draft(found, format_papers(found), output, json_, len(found.parts))
    if exit_zero:
        return 0
    return 2 if found.deviations else 3


def _split_beacon(text: str) -> tuple[str, int, str]:
    name, _, rest = text.partition(":")
    number, _, value = rest.partition(":")
    if not name or not number.isdecimal() or not value:
        raise click.BadParameter("write it as NAME:ROUND:VALUE", param_hint="--beacon")
    return name, int(number), value


def _id_of(path: Path) -> str:
    kept = "".join(x if x.isascii() and x.isalnum() else "-" for x in path.stem.lower())
    return kept.strip("-")[:80] or "audit"
