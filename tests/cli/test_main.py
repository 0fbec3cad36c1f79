"""What every command has in common: help, exit codes, JSON errors, colour, odd terminals."""

import json
import os
import subprocess
import sys

import click
import pytest

from ifthen import __version__
from ifthen.cli.main import COMMANDS, cli, run

PATHS = [
    [],
    *([name] for name in COMMANDS),
    *(["evidence", name] for name in ("add", "read", "show")),
    *(["screen", name] for name in ("plan", "log")),
    *(["library", name] for name in ("list", "check", "copy", "verify")),
    *(
        ["keys", name]
        for name in [
            "make",
            "show",
            "identity",
            "list",
            "rotate",
            "revoke",
            "root",
            "release",
            "sign",
            "verify",
        ]
    ),
    *(["instruments", name] for name in ("list", "show", "check")),
    *(
        ["file", name]
        for name in ("report", "summaries", "internal-use", "incident", "modification", "schema")
    ),
    ["audit", "papers"],
    *(["oscal", name] for name in ("catalogue", "profile", "mapping", "results")),
    *(
        ["log", name]
        for name in ("status", "serve", "mirror", "tidy", "follow", "anchor", "evidence")
    ),
    *(["witness", name] for name in ("init", "serve", "feed")),
]
WITH_JSON = {
    "init": ["somewhere"],
    "check": [],
    "diff": ["a.yaml", "b.yaml"],
    "power": ["example-fsf"],
    "similarly-safe": ["some-comparison"],
    "compare": ["--rows", "nothing"],
    "compute": ["aurora-1"],
    "forecast": ["some-series"],
    "decide": [],
    "report": [],
    "explain": ["aurora-2"],
    "evidence add": ["x.eval"],
    "evidence read": ["x.eval"],
    "evidence show": [],
    "screen plan": ["x.yaml"],
    "screen log": ["x.eval"],
    "plan": ["aurora-2"],
    "keys make": ["somewhere/x.key", "--no-passphrase"],
    "keys show": ["x.key"],
    "keys identity": ["https://a", "b"],
    "keys root": ["x.json"],
    "keys list": [],
    "keys rotate": ["okafor", "x.pub"],
    "keys revoke": ["okafor", "00", "--reason", "lost"],
    "keys release": ["--expires", "2027-12-01"],
    "keys sign": ["trust/1.yaml.unsigned", "--key", "x.key"],
    "keys verify": [],
    "status": [],
    "set": ["model/aurora-1", "title", "x"],
    "renew": ["declaration/none", "--expires", "2027-12-01"],
    "close": ["assessment/none", "x"],
    "due": [],
    "publish": ["--record", "somewhere"],
    "verify": ["somewhere"],
    "disclose": ["declaration/none", "--plain", "-o", "x.json"],
    "sign": ["x.json", "--role", "scaling-officer", "--key", "x.key"],
    "approve": ["none", "--key", "x.key"],
    "gate": ["aurora-1", "internal-use"],
    "conform": ["nothing", "x.yaml"],
    "applies": ["nothing"],
    "recognize": ["x.yaml", "--from", "nothing", "--to", "nothing"],
    "audit papers": [],
    "burden": ["aurora-1"],
    "file report": ["ca-sb53", "aurora-1"],
    "file summaries": ["aurora-1"],
    "file internal-use": ["ca-sb53"],
    "file incident": ["ca-sb53", "nothing"],
    "file modification": ["ca-sb53", "example-fsf@2.0", "example-fsf@2.1"],
    "oscal catalogue": ["nothing"],
    "oscal profile": ["nothing"],
    "oscal mapping": ["nothing"],
    "oscal results": ["ca-sb53"],
    "instruments list": ["--root", "nowhere"],
    "instruments show": ["nothing"],
    "instruments check": ["--root", "nowhere"],
    "library list": ["--root", "nowhere"],
    "library check": ["--root", "nowhere"],
    "library copy": ["nothing"],
    "library verify": ["nothing", "x.txt"],
    "log status": ["nowhere", "--policy", "x"],
    "log mirror": ["nowhere", "copy", "--policy", "x"],
    "log tidy": [".", "--policy", "x"],
    "log follow": ["nowhere", "--policy", "x"],
    "log anchor": ["."],
    "log evidence": ["x.json"],
    "witness init": ["x.db", "--key", "x.key", "--name", "w"],
    "witness feed": [".", "--policy", "x"],
}


OUTSIDE = {
    *("log status", "log mirror", "log tidy", "log follow", "log anchor", "log evidence"),
    *("witness init", "witness feed"),
    *("diff", "init", "evidence read", "screen plan", "screen log"),
    *("library list", "library check", "library copy", "library verify"),
    *("applies", "compare", "conform", "recognize"),
    *("instruments list", "instruments show", "instruments check"),
    *("oscal catalogue", "oscal profile", "oscal mapping"),
    *("keys make", "keys show", "keys identity", "verify", "sign"),  # sign reads the decision first
}
"""Commands that need no workspace."""


def test_the_table_of_commands_is_whole():
    context = click.Context(cli)
    assert cli.list_commands(context) == list(COMMANDS)
    found = {
        " ".join(path)
        for path in PATHS
        if any("--json" in option.opts for option in command_at(path).params)
    }
    assert found == set(WITH_JSON)


def command_at(path: list[str]) -> click.Command:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(path, option, ifthen):
    result = ifthen(*path, option)
    assert result.code == 0
    assert result.err == ""
    assert result.out.startswith(f"Usage: {' '.join(['ifthen', *path])}")
    assert all(len(line) <= 100 for line in result.out.splitlines())
    for parameter in command_at(path).params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[-1] in result.out
            assert parameter.help, f"{parameter.name} has no help"


def test_help_says_what_exit_codes_mean(ifthen):
    out = ifthen("--help").out
    assert all(word in out for word in ("0 go", "1 error", "2 hold", "3 undetermined"))


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option, ifthen):
    result = ifthen(option)
    assert (result.code, result.out) == (0, f"ifthen, version {__version__}\n")


USAGE = [
    [],
    ["evidence"],
    ["bogus"],
    ["decide", "--bogus"],
    ["decide", "--on", "tomorrow"],
    ["decide", "--on", "2026-W48-2"],
    ["decide", "--on", "20261201"],
    ["decide", "--on", "2026-02-30"],
    ["decide", "-C", "nowhere"],
    ["explain"],
    ["report", "-o", "."],
    ["completion"],
    ["completion", "powershell"],
    ["schema", "bogus"],
    ["evidence", "bogus"],
    ["evidence", "add"],
    ["evidence", "add", "a.eval", "b.eval", "--id", "x"],
    ["evidence", "show", "--samples"],
]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_usage_exits_1_and_never_2_or_3(arguments, ifthen):
    result = ifthen(*arguments)
    assert result.code == 1
    assert result.out == ""
    assert "Usage: ifthen" in result.err


@pytest.mark.parametrize("command", WITH_JSON)
def test_errors_are_json_under_json(command, ifthen, aurora):
    path = command.split()
    assert ifthen(*path, *WITH_JSON[command], "--json", "--bogus").error_codes == ["command.usage"]
    if command == "init":
        expected, place = ["workspace.exists"], [aurora]
    elif command == "evidence read":
        expected, place = ["log.missing"], ["x.eval"]
    elif command in ("diff", "keys show", "sign"):
        expected, place = ["file.missing"], WITH_JSON[command]
    elif command in ("verify", "log anchor"):
        expected, place = ["record.missing"], WITH_JSON[command]
    elif command == "keys make":
        expected, place = ["file.unwritable"], WITH_JSON[command]
    elif command == "keys identity":
        place = ["http://a", "b"]
        expected = ["attestation.identity"]
    elif command in ("applies", "compare", "conform", "recognize") or command.startswith(
        "instruments"
    ):
        missing = "--root" in WITH_JSON[command]
        expected = ["instrument.missing" if missing else "instrument.unknown"]
        place = WITH_JSON[command]
    elif command in ("oscal catalogue", "oscal profile", "oscal mapping"):
        noun = "crosswalk" if command.endswith("mapping") else "instrument"
        expected, place = [f"{noun}.unknown"], WITH_JSON[command]
    elif command.startswith(("log ", "witness ")):
        expected = ["record.missing" if command == "log anchor" else "file.missing"]
        place = WITH_JSON[command]
    elif command.startswith("library"):
        expected = ["library.missing" if "--root" in WITH_JSON[command] else "library.unknown"]
        place = WITH_JSON[command]
    elif command.startswith("screen"):
        expected = ["log.missing" if command == "screen log" else "file.missing"]
        place = WITH_JSON[command]
    else:
        expected, place = ["workspace.not-found"], WITH_JSON[command]
    result = ifthen(*path, *place, "--json")
    assert result.error_codes == expected
    (error,) = result.json["errors"]
    assert list(error) == ["code", "message", "where", "hint"]
    assert error["message"]


@pytest.mark.parametrize("command", sorted(set(WITH_JSON) - OUTSIDE))
def test_every_fault_of_the_documents_is_in_the_json(command, ifthen, aurora):
    (aurora / "x.yaml").write_text("kind: model\nid: x\nbogus: 1\n")
    (aurora / "y.yaml").write_text("kind: [\n")
    result = ifthen(*command.split(), *WITH_JSON[command], "-C", aurora, "--json")
    assert set(result.error_codes) == {
        "document.unknown-key",
        "document.missing-key",
        "yaml.syntax",
    }
    assert all(error["where"] for error in result.json["errors"])


@pytest.mark.parametrize("command", ["check", "decide", "report", "evidence show"])
def test_a_workspace_is_found_from_a_directory_inside_it(command, ifthen, aurora, monkeypatch):
    there = ifthen(*command.split(), "-C", aurora, "--json")
    inside = ifthen(*command.split(), "-C", aurora / "logs", "--json")
    monkeypatch.chdir(aurora / "evidence")
    here = ifthen(*command.split(), "--json")
    assert there.code == inside.code == here.code != 1
    assert there.json == inside.json == here.json


def test_errors_show_the_line_and_the_next_step(ifthen, aurora):
    path = aurora / "models" / "aurora-2.yaml"
    path.write_text(path.read_text().replace("generation:", "genaration:"))
    result = ifthen("decide", "-C", aurora / "logs")
    assert result.code == 1
    assert result.out == ""
    lines = result.err.splitlines()
    assert lines[0].startswith("error[document.unknown-key]: ")
    assert lines[1].startswith("  at models/aurora-2.yaml:")
    assert lines[2].endswith("| genaration: 2")
    assert lines[3].strip(" |") == "^"
    assert lines[4].startswith("  next: ")
    assert "generation" in lines[4]


SHOWN = [
    ["decide"],
    ["explain", "aurora-2"],
    ["check"],
    ["decide", "aurora-9"],
    ["evidence", "show"],
    ["evidence", "show", "aurora-2-popularity"],
    ["evidence", "show", "aurora-2-popularity", "--samples"],
]


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_no_escape_codes_in_a_pipe(arguments, ifthen, aurora):
    result = ifthen(*arguments, "-C", aurora)
    assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_colour_where_it_is_forced(arguments, ifthen, aurora, monkeypatch):
    plain = ifthen(*arguments, "-C", aurora)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "110")
    coloured = ifthen(*arguments, "-C", aurora)
    assert "\x1b[" in coloured.out + coloured.err
    monkeypatch.setenv("NO_COLOR", "1")  # wins: somebody cannot bear colours
    without = ifthen(*arguments, "-C", aurora)
    assert (without.out, without.err) == (plain.out, plain.err)


def test_json_has_no_colour_when_it_is_forced(ifthen, aurora, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in ifthen("decide", "-C", aurora, "--json").out
    assert "\x1b" not in ifthen("decide", "-C", aurora, "aurora-9", "--json").out


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
@pytest.mark.parametrize("columns", [60, 110])
def test_lines_keep_within_the_terminal(arguments, columns, ifthen, aurora, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the pipe for a terminal of that width
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = ifthen(*arguments, "-C", aurora).out.splitlines()
    assert all(len(line) <= columns for line in lines), max(lines, key=len)
    assert all(line == line.rstrip() for line in lines)


def test_a_fault_of_the_program_is_said_to_be_one(monkeypatch, capsys, aurora):
    from ifthen.workspace import loading  # noqa: PLC0415

    monkeypatch.setattr(loading, "load_workspace", lambda _: 1 / 0)
    assert run(["check", "-C", str(aurora)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("internal error: ZeroDivisionError")
    assert "IFTHEN_DEBUG=1" in captured.err
    assert run(["check", "-C", str(aurora), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["errors"][0]["code"] == "command.internal"
    assert captured.err == ""
    monkeypatch.setenv("IFTHEN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["check", "-C", str(aurora)])


def test_being_stopped(monkeypatch, capsys, aurora):
    from ifthen.workspace import loading  # noqa: PLC0415

    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "load_workspace", stop)
    assert run(["check", "-C", str(aurora)]) == 1
    assert capsys.readouterr().err.strip() == "stopped"


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ifthen.cli.main", *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_another_encoding(encoding, aurora):
    done = process("decide", "-C", aurora, "--on", "2026-12-01", PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert done.stderr == b""
    text = done.stdout.decode("latin-1" if encoding == "latin-1" else "utf-8")
    assert ("0.65 (0.53 ? 0.76)" if encoding == "latin-1" else "0.65 (0.53 … 0.76)") in text


def test_json_is_utf_8_whatever_the_terminal_is(ifthen, aurora):
    path = aurora / "models" / "aurora-2.yaml"
    path.write_text(path.read_text().replace("title: Aurora-2", "title: Größe…"))
    day = ["--on", "2026-12-02"]  # hypothetical there and here
    for command in ("decide", "explain"):
        arguments = [command, "aurora-2", "-C", aurora, "--json", *day]
        done = process(*arguments, PYTHONIOENCODING="latin-1")
        assert done.stdout.decode("utf-8") == ifthen(*arguments).out
        assert "…" in done.stdout.decode("utf-8")


def test_a_reader_that_stops_reading(aurora):
    command = f"{sys.executable} -m ifthen.cli.main schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert done.stdout == b"{"
    assert done.stderr == b""
