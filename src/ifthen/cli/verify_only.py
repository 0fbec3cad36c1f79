"""The ``ifthen-verify`` command: ``ifthen verify`` alone, for whoever does nothing else."""

import sys
from collections.abc import Sequence

import click

from ifthen import __version__
from ifthen.cli import main as whole
from ifthen.cli.verify import command

NAME = "ifthen-verify"

cli = click.version_option(__version__, "-V", "--version", prog_name=NAME)(
    click.Command(
        NAME,
        callback=command.callback,
        params=list(command.params),
        help=command.help,
        no_args_is_help=True,
        context_settings=whole.CONTEXT,
        epilog="Exit codes: 0 verified, 1 error, 2 failed, 3 undetermined.",
    )
)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; no traceback reaches a user."""
    return whole.run(arguments, cli, NAME)


def main() -> None:
    """Run the command line of this process."""
    whole.prepare_streams()
    sys.exit(run())
