"""``ifthen screen``: clear a model that is not capable after a fraction of the benchmark."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option, part_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.dossier.model import Plan
    from ifthen.encoding.document import Loaded
    from ifthen.screening.outcome import Outcome

MAX_PLAN = 8 * 1024 * 1024
MAX_IDS = 64 * 1024 * 1024
EXIT = {"ruled-out": 0, "reached": 2, "undecided": 3}


class Screen(click.Group):
    """``ifthen screen LOG`` is ``ifthen screen log LOG``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert ``log`` where something else than a subcommand or an option for help stands."""
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["log", *args]
        return super().parse_args(ctx, args)


@click.group("screen", cls=Screen)
def command() -> None:
    """Screen by a registered plan: ifthen screen LOG --plan PLAN.

    Questions count in an order that the plan's seed fixes, so the test may end at any of them. Exit
    code 0 when the threshold is ruled out, 2 when it is reached or when something contradicts the
    screening, 3 when it is undecided.
    """


@command.command("plan")
@click.argument("plan", metavar="PLAN", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--ids",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ids of all questions, one a line: prints their order.",
)
@click.option("--log", metavar="LOG", type=click.Path(path_type=Path), help="Log with the ids.")
@json_option
@guarded
def plan_(plan: Path, ids: Path | None, log: Path | None, json_: bool) -> int:
    """Print the plan's table, its exact chance of error, and the order, to check by hand."""
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.cli.screen_text import show_plan  # noqa: PLC0415
    from ifthen.screening.order import rank_ids  # noqa: PLC0415
    from ifthen.screening.planning import check_order, describe_plan  # noqa: PLC0415

    loaded = read_plan(plan)
    order = None
    if ids is not None or log is not None:
        block = loaded.document.screening
        seed = "" if block is None else block.seed
        order = rank_ids(read_ids(ids) if ids is not None else ids_of_log(log), seed)
        check_order(loaded.document, order)
    found = describe_plan(loaded.document, order)
    if json_:
        emit_json(found)
    else:
        show_plan(found)
    return 0


@command.command("log")
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--plan",
    metavar="PLAN",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The registered plan.  [default: what a log that stopped itself says]",
)
@click.option(
    "--ids",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With LOG '-': ids of all questions, one a line.",
)
@part_option
@click.option("--trace", is_flag=True, help="Show every question that counted.")
@json_option
@guarded
def log_(  # noqa: PLR0917 - click passes options by name
    log: Path,
    plan: Path | None,
    ids: Path | None,
    part: str | None,
    trace: bool,
    json_: bool,
) -> int:
    """Screen a finished LOG, or with '-' results from standard input as they come.

    A question that ended in an error or has no usable score counts its worst. Of a log that
    stopped itself the decision is replayed. A line of standard input is {"id": "q-7", "score": 0}
    or {"id": "q-7", "error": true}; reading ends with the decision.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.cli.screen_text import show_outcome  # noqa: PLC0415
    from ifthen.screening.outcome import to_plain  # noqa: PLC0415

    if str(log) == "-":
        outcome = _screen_input(plan, ids)
    else:
        from ifthen.evidence.reading import read_log  # noqa: PLC0415
        from ifthen.screening.replay import screen_log  # noqa: PLC0415

        if ids is not None:
            raise Error("command.usage", "--ids goes with LOG '-'", hint="leave out --ids")
        registered = None if plan is None else read_plan(plan)
        outcome = screen_log(read_log(log, part=part), registered)
    if json_:
        emit_json(to_plain(outcome))
    else:
        show_outcome(outcome, title=str(log), trace=trace)
    return 2 if not outcome.stands else EXIT[outcome.verdict.value]


def _screen_input(plan: Path | None, ids: Path | None) -> "Outcome":
    """Return the screening of standard input, read as far as the decision."""
    from ifthen.screening.order import rank_ids  # noqa: PLC0415
    from ifthen.screening.outcome import outcome_of  # noqa: PLC0415
    from ifthen.screening.plan import design_of  # noqa: PLC0415
    from ifthen.screening.planning import check_order  # noqa: PLC0415
    from ifthen.screening.process import Process  # noqa: PLC0415
    from ifthen.screening.stream import screen_stream  # noqa: PLC0415

    if plan is None or ids is None:
        raise Error(
            "command.usage",
            "results from standard input need the plan and the ids of all questions",
            hint="ifthen screen - --plan PLAN --ids FILE",
        )
    document = read_plan(plan).document
    design = design_of(document)
    order = rank_ids(read_ids(ids), design.seed)
    check_order(document, order)
    process = Process(design, order)
    for _ in screen_stream(_lines(), process):
        pass
    return outcome_of(process)


def _lines() -> Iterator[bytes]:
    """Yield the lines of standard input; one without end is cut, and refused by its length."""
    source = getattr(sys.stdin, "buffer", None)
    if source is None:  # a test's text
        yield from (line.encode() for line in sys.stdin)
        return
    while line := source.readline((1 << 20) + 2):
        yield line


def read_plan(path: Path) -> "Loaded[Plan]":
    """Return the plan in a file.

    Raises:
        Error: those of the file and of the document, ``screening.no-block``.
    """
    from ifthen.screening.plan import parse_plan  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    return parse_plan(read_bytes(path, str(path), MAX_PLAN), name=str(path))


def read_ids(path: Path) -> list[str]:
    """Return the ids in a file, one a line; empty lines are left out.

    Raises:
        Error: those of the file, ``screening.id`` for text that is not UTF-8.
    """
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    data = read_bytes(path, str(path), MAX_IDS)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Error("screening.id", f"byte {error.start} is not UTF-8", where=str(path)) from error
    return [line for line in text.replace("\r\n", "\n").split("\n") if line]


def ids_of_log(path: Path | None) -> Iterable[str | int]:
    """Return the ids of a log's questions, as the log lists them or as its samples have them."""
    from ifthen.evidence.reading import read_log  # noqa: PLC0415

    log = read_log(path or Path())
    if log.sample_ids is not None:
        return log.sample_ids
    return dict.fromkeys(str(sample.id) for sample in log.samples)
