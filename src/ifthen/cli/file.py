"""``ifthen file``: drafts of what laws ask to be published or sent."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ifthen.cli.options import (
    Day,
    exit_zero_option,
    framework_option,
    guarded,
    json_option,
    no_cache_option,
    open_sound_workspace,
    open_workspace,
    read_today,
    workspace_option,
)
from ifthen.cli.public_record import public_record_options, read_public_record

if TYPE_CHECKING:
    from ifthen.conformance.filing import Filing
    from ifthen.conformance.filing_model import Case
    from ifthen.conformance.instrument import Instrument
    from ifthen.conformance.summaries import ModelSummaries
    from ifthen.encoding.document import Loaded

Command = TypeVar("Command", bound=Callable[..., Any])

on_option = click.option("--on", type=Day(), help="Day to draft for.  [default: today]")
to_option = click.option(
    "--to",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: .md or .json.  [default: Markdown on standard output]",
)


def draft_options(command: Command) -> Command:
    """Add what every draft takes."""
    options = (workspace_option, on_option, to_option, exit_zero_option, json_option, guarded)
    for option in reversed(options):
        command = option(command)
    return command


@click.group("file")
def command() -> None:
    """Drafts of what laws ask to be published or sent, from documents of a workspace.

    Each field holds what documents say, with the basis, or says what a person has to write. A
    declaration with the name of a field, such as languages or contact, answers it. Exit code 3
    where something is left to write, else 0.
    """


@command.command("report")
@click.argument("instrument")
@click.argument("model")
@framework_option
@no_cache_option
@draft_options
def report(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    model: str,
    framework_id: str | None,
    no_cache: bool,
    directory: Path,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Draft the report about MODEL that INSTRUMENT asks for.

    The transparency report of California, New York or Illinois, or the Model Report of the EU Code
    of Practice in outline.
    """
    from ifthen.conformance.filing_report import draft_report  # noqa: PLC0415

    law = _law(instrument)
    kinds = {getattr(x.answered_by, "document", None) for x in law.document.provisions}
    (case,) = _cases(directory, [model], on, framework_id, no_cache)
    if "model-report" in kinds:
        return _give(draft_report(law, "model-report", case), output, json_, exit_zero)
    return _give(draft_report(law, "transparency-report", case), output, json_, exit_zero)


@command.command("summaries")
@click.argument("model")
@click.option(
    "--instrument", default="il-430-ilcs-185", show_default=True, help="Law that asks for them."
)
@framework_option
@no_cache_option
@draft_options
def summaries(  # noqa: PLR0917 - click passes options by name
    model: str,
    instrument: str,
    framework_id: str | None,
    no_cache: bool,
    directory: Path,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Draft the four summaries about MODEL in a machine-readable form, as Illinois asks.

    Each claim has the digests of what it rests on. "ifthen file schema" prints the JSON Schema.
    """
    from ifthen.conformance.summaries import draft_summaries  # noqa: PLC0415

    law = _law(instrument)
    (case,) = _cases(directory, [model], on, framework_id, no_cache)
    return _give(draft_summaries(law, case), output, json_, exit_zero)


@command.command("internal-use")
@click.argument("instrument")
@click.option("--since", type=Day(), help="First day.  [default: three months before the last]")
@framework_option
@no_cache_option
@draft_options
def internal_use(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    since: date | None,
    framework_id: str | None,
    no_cache: bool,
    directory: Path,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Draft the summary of assessments of risk from internal use that INSTRUMENT asks for.

    It is about every model that was released internally in the period.
    """
    from ifthen.encoding.calendar import add_months  # noqa: PLC0415
    from ifthen.workspace.drafting import draft_internal_use_summary  # noqa: PLC0415

    day = on or read_today()
    law = _law(instrument)
    cases = _cases(directory, [], day, framework_id, no_cache)
    begin = since or add_months(day, -3)
    draft = draft_internal_use_summary(open_workspace(directory), law, cases, begin, day)
    return _give(draft, output, json_, exit_zero)


@command.command("incident")
@click.argument("instrument")
@click.argument("incident")
@public_record_options
@draft_options
def incident(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    incident: str,
    record: str | None,
    pin: str | None,
    directory: Path,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Draft the report of INCIDENT that INSTRUMENT asks for, with its deadlines.

    From a record, it holds what is public; what is withheld is named with its reason.
    """
    from ifthen.workspace.drafting import (  # noqa: PLC0415
        draft_incident_report,
        draft_public_incident_report,
    )

    law, day = _law(instrument), on or read_today()
    if record is not None:
        public = read_public_record(record, pin)
        public_draft = draft_public_incident_report(public, law, incident, day)
        return _give(public_draft, output, json_, exit_zero)
    draft = draft_incident_report(open_sound_workspace(directory, day), law, incident, day)
    return _give(draft, output, json_, exit_zero)


@command.command("modification")
@click.argument("instrument")
@click.argument("before")
@click.argument("after")
@draft_options
def modification(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    before: str,
    after: str,
    directory: Path,
    on: date | None,
    output: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Draft the notice of a modified framework that INSTRUMENT asks for within 30 days.

    BEFORE and AFTER are versions in the workspace, such as example-fsf@2.1, or files. The
    justification is taken from the later version's change log; a change without a reason there is
    to be written.
    """
    from ifthen.workspace.drafting import draft_modification_notice  # noqa: PLC0415

    law, held, day = _law(instrument), None, on or read_today()
    if not all(x.endswith((".yaml", ".yml", ".json")) for x in (before, after)):
        held = open_sound_workspace(directory, day)
    draft = draft_modification_notice(held, law, before, after, day)
    return _give(draft, output, json_, exit_zero)


@command.command("schema")
@guarded
def schema() -> int:
    """Print the JSON Schema of the machine-readable summaries."""
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.drafting import format_summaries_schema  # noqa: PLC0415

    emit_json(format_summaries_schema())
    return 0


def _law(name: str) -> "Loaded[Instrument]":
    from ifthen.workspace.instruments import load_instrument  # noqa: PLC0415

    return load_instrument(name)


def _cases(
    directory: Path,
    models: Sequence[str],
    on: date | None,
    framework_id: str | None,
    no_cache: bool,
) -> "list[Case]":
    from ifthen.cli.deciding import gather_facts  # noqa: PLC0415
    from ifthen.conformance.filing_model import make_case  # noqa: PLC0415
    from ifthen.decision.deciding import decide  # noqa: PLC0415

    found = gather_facts(
        directory, models, on=on, framework_id=framework_id, use_cache=not no_cache
    )
    cases = [
        make_case(
            facts,
            decide(facts, on=found.on, hypothetical=found.on != found.today, bounds=found.bounds),
        )
        for facts in found.facts
    ]
    found.save()
    return cases


def _give(
    draft: "Filing | ModelSummaries", output: Path | None, json_: bool, exit_zero: bool
) -> int:
    from ifthen.cli.drafts import give_draft  # noqa: PLC0415
    from ifthen.conformance.filing import Filing  # noqa: PLC0415
    from ifthen.publication.filing_text import format_filing, format_summaries  # noqa: PLC0415

    text = format_filing(draft) if isinstance(draft, Filing) else format_summaries(draft)
    left = len(draft.unwritten())
    give_draft(draft, text, output, json_, left)
    return 3 if left and not exit_zero else 0
