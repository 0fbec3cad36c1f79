"""The ``ifthen`` command: finds the subcommand, loads only that, and turns errors into exit codes.

Exit codes: 0 go, or fine; 1 error; 2 hold, or a finding; 3 undetermined.
"""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from ifthen import __version__
from ifthen.errors import Error

SECTIONS = {
    "Start": {
        "demo": "Run the main job on a shipped example with real evaluation logs.",
        "completion": "Print the shell completion script.",
    },
    "Write": {
        "init": "Make a workspace with a framework to fill in.",
        "check": "Check every document of the workspace.",
        "library": "Published frameworks as code: list, check, copy, verify against the text.",
        "diff": "Compare two versions of a framework: what is stronger, what is weaker.",
        "set": "Change one value of a document, and keep its comments.",
        "renew": "Make a statement that runs out anew.",
        "close": "Say that an open item was done.",
        "schema": "Print the JSON Schema of the documents, for editors.",
    },
    "Measure": {
        "evidence": "Add, read and show evaluation logs.",
        "power": "Show what an evaluation could rule out or reach, before it is run.",
        "screen": "Clear an incapable model after a fraction of the benchmark.",
        "forecast": "Show when a capability may reach a value, or why nobody can say.",
        "similarly-safe": "Hold a model against a reference model: similarly safe, or not shown.",
        "compute": "Show the training compute of a model with its doubt.",
        "audit": "Check other people's numbers; prepare an auditor's work papers.",
    },
    "Decide": {
        "decide": "Decide: which thresholds, which safeguards, which gates are open.",
        "plan": "Show what would follow: if a value were so, on a day, under a draft.",
        "explain": "Show a decision's whole argument.",
        "report": "Write a decision as one self-contained HTML page.",
        "status": "Show where each model stands, what blocks each gate, what is stale and due.",
        "due": "Show what is due: reviews, measurements, statements, sign-offs, keys.",
        "controls": "Import catalogues of controls (OSCAL), list what they hold.",
    },
    "Sign": {
        "keys": "Make, list, rotate and revoke keys; sign the trust file that says whose they are.",
        "sign": "Sign off a decision for a gate, or dissent, abstain, take no part.",
        "approve": "Sign an exception as one of those who approve it.",
        "gate": "Say whether a gate is open: the decision of the day, and who signed it.",
    },
    "Publish and verify": {
        "publish": "Publish the workspace as a record that anybody can verify.",
        "disclose": "Open what was withheld, for a regulator or an auditor.",
        "verify": "Verify a published record, offline and without trust in who published it.",
        "log": "Transparency logs: look at one, serve one, mirror one.",
        "witness": "Cosign logs of others, and have one's own cosigned.",
    },
    "Laws and comparison": {
        "instruments": "Laws and codes as data: list, show.",
        "applies": "Show which laws and codes apply to a developer, from when.",
        "conform": "Show, per provision of a law or code, what a framework answers.",
        "recognize": "Show what a filing under one law already answers under another.",
        "compare": "Show developers side by side, with the frontier of published practice.",
        "burden": "Count what each law asks of a model, and what it adds to the others.",
        "file": "Draft what laws ask to be published or sent, from documents of the workspace.",
        "oscal": "Write laws, mappings and findings as OSCAL 1.2.",
    },
}
"""Every command with its line of help, by what people come for."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""How every command shows its help."""

COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}


class LazyGroup(click.Group):
    """Loads a subcommand's module when it is used; help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the command names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a subcommand."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ifthen.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading them."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))


@click.command(
    cls=LazyGroup,
    context_settings=CONTEXT,
    epilog="Exit codes: 0 go or fine, 1 error, 2 hold or finding, 3 undetermined.",
)
@click.version_option(__version__, "-V", "--version", prog_name="ifthen")
def cli() -> None:
    """Run a frontier AI safety framework as code: if a threshold, then these safeguards."""


def run(
    arguments: Sequence[str] | None = None, command: click.Command = cli, name: str = "ifthen"
) -> int:
    """Run a command line and return its exit code; no traceback reaches a user."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        result = command.main(args=given, prog_name=name, standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 1
    except click.ClickException as error:
        if as_json:
            return _show_as_json(Error("command.usage", error.format_message()))
        error.show()
        return 1
    except click.Abort:
        click.echo("stopped", err=True)
        return 1
    except Error as error:
        from ifthen.cli.output import show_error  # noqa: PLC0415 - only when something is wrong

        show_error(error, as_json=as_json)
        return 1
    except BrokenPipeError:
        return 1
    except Exception as error:
        if os.environ.get("IFTHEN_DEBUG"):
            raise
        message = f"internal error: {type(error).__name__}: {error}"
        hint = "This is a fault of ifthen. IFTHEN_DEBUG=1 shows where it happened."
        if as_json:
            return _show_as_json(Error("command.internal", message, hint=hint))
        click.echo(message, err=True)
        click.echo(hint, err=True)
        return 1
    return result if isinstance(result, int) else 0


def _show_as_json(error: Error) -> int:
    from ifthen.cli.output import show_error  # noqa: PLC0415 - only when something is wrong

    show_error(error, as_json=True)
    return 1


def prepare_streams() -> None:
    """Let a terminal without "…" show a "?"."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def main() -> None:
    """Run the command line of this process."""
    prepare_streams()
    sys.exit(run())


if __name__ == "__main__":
    main()
