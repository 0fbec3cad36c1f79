"""``ifthen completion``: completion of commands and options in the shell."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script for a SHELL.

    For bash: ifthen completion bash > ~/.local/share/bash-completion/completions/ifthen
    """
    from ifthen.cli.main import cli  # noqa: PLC0415 - main imports this module's table entry

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "ifthen", "_IFTHEN_COMPLETE").source())
    return 0
