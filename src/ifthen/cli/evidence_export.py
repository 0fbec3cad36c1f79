"""``ifthen evidence export``: a log as a record of another format, in files of its own."""

import json
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import click

from ifthen.cli.evidence_many import Place
from ifthen.cli.options import guarded, json_option, part_option, read_now

Relationship = Literal["first_party", "third_party", "collaborative", "other"]
Deployment = Literal["self_deployed", "externally_managed", "unknown"]
Availability = Literal["open_weights", "closed_weights", "unknown"]


@click.command("export")
@click.argument("log", metavar="LOG", type=Place())
@click.option(
    "--to",
    "form",
    type=click.Choice(["every-eval-ever"]),
    required=True,
    help="Format of the record.",
)
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the collection; the record lies below its data/.",
)
@click.option("--organization", required=True, help="Who gives the record out.")
@click.option(
    "--relationship",
    type=click.Choice(["first_party", "third_party", "collaborative", "other"]),
    required=True,
    help="Between whoever evaluated and the model.",
)
@click.option(
    "--developer", help="Of the model.  [default: what stands before a slash in its name]"
)
@click.option(
    "--deployment",
    type=click.Choice(["self_deployed", "externally_managed", "unknown"]),
    default="unknown",
    show_default=True,
    help="Who ran the model.",
)
@click.option(
    "--availability",
    type=click.Choice(["open_weights", "closed_weights", "unknown"]),
    default="unknown",
    show_default=True,
    help="Of the model's weights.",
)
@click.option("--file-id", metavar="UUID", help="Name of the files.  [default: a random one]")
@part_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    log: Path | str,
    form: str,
    folder: Path,
    organization: str,
    relationship: Relationship,
    developer: str | None,
    deployment: Deployment,
    availability: Availability,
    file_id: str | None,
    part: str | None,
    json_: bool,
) -> int:
    """Write LOG as a record for collections of results: an aggregate and a file of its rows.

    Every number is the recomputed one. A log that contradicts itself is not written; neither are
    the texts of questions and answers.
    """
    from uuid import uuid4  # noqa: PLC0415

    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.evidence.every_eval_ever_export import (  # noqa: PLC0415
        Publisher,
        export_every_eval_ever,
    )
    from ifthen.evidence.reading import read_log  # noqa: PLC0415

    aggregate, rows = export_every_eval_ever(
        read_log(log, part=part),
        publisher=Publisher(
            organization=organization,
            relationship=relationship,
            developer=developer,
            deployment=deployment,
            availability=availability,
        ),
        file_id=str(uuid4()) if file_id is None else file_id,
        retrieved_at=read_now(),
    )
    written = _write(folder, aggregate, rows)
    if json_:
        emit_json(_describe(form, aggregate, written))
    else:
        _show(aggregate, written)
    return 0


def _write(folder: Path, aggregate: dict[str, Any], rows: bytes) -> tuple[Path, Path]:
    """Write both files, the rows first: an aggregate that is there names rows that are there."""
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    place = PurePosixPath(aggregate["detailed_evaluation_results"]["file_path"])
    beside = folder.joinpath(*place.parts)
    main = beside.with_name(f"{beside.stem.removesuffix('_samples')}.json")
    write_file(beside, rows, replace=False)
    text = json.dumps(aggregate, indent=2, allow_nan=False)
    write_file(main, f"{text}\n".encode(), replace=False)
    return main, beside


def _left_out(result: dict[str, Any]) -> int:
    return int(result["score_details"]["details"]["answers_left_out"])


def _describe(form: str, aggregate: dict[str, Any], written: tuple[Path, Path]) -> dict[str, Any]:
    main, beside = written
    return {
        "format": form,
        "aggregate": str(main),
        "rows": str(beside),
        "rows_written": aggregate["detailed_evaluation_results"]["total_rows"],
        "rows_sha256": aggregate["detailed_evaluation_results"]["checksum"],
        "evaluation_id": aggregate["evaluation_id"],
        "log_sha256": aggregate["source_metadata"]["additional_details"]["log_sha256"],
        "not_carried": aggregate["source_metadata"]["additional_details"]["not_carried"],
        "results": [
            {
                "id": result["evaluation_result_id"],
                "score": result["score_details"]["score"],
                "answers_left_out": _left_out(result),
            }
            for result in aggregate["evaluation_results"]
        ],
    }


def _show(aggregate: dict[str, Any], written: tuple[Path, Path]) -> None:
    total = aggregate["detailed_evaluation_results"]["total_rows"]
    click.echo(str(written[0]))
    click.echo(f"{written[1]}: {total:,} {'row' if total == 1 else 'rows'}")
    for result in aggregate["evaluation_results"]:
        lost = _left_out(result)
        left = f"; {lost:,} answers without a usable score are left out" if lost else ""
        score = result["score_details"]["score"]
        click.echo(f"  {result['evaluation_result_id']}  {score:.6g}{left}")
    click.echo("  not carried: the texts of questions and answers; ", nl=False)
    click.echo(aggregate["source_metadata"]["additional_details"]["not_carried"])
