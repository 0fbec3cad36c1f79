"""Writes the reference pages and the pictures from the code.

python docs/generate.py [--check]
"""

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pictures import PICTURES

from ifthen.cli.main import COMMANDS, cli
from ifthen.evidence.table import RUN_COLUMNS, SAMPLE_COLUMNS, Column
from ifthen.workspace.schema import format_document_schema, list_kinds

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by docs/generate.py from the code. Do not edit. -->\n"
RAISERS = {"Error": 0, "contradiction": 0, "notice": 0, "_reject": 0, "_reason": 0}
PREFIXES = {"_reject": "evaluation.", "_reason": "evaluation."}


def format_commands() -> str:
    """Return the page of commands: each one's help as a terminal shows it."""
    lines = ["# Commands", "", NOTE]
    for path, command in _commands(cli, "ifthen"):
        context = click.Context(command, info_name=path, max_content_width=96, terminal_width=96)
        level = "##" if path.count(" ") < 2 else "###"
        lines += [f"{level} {path}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        names = COMMANDS if path == "ifthen" else command.list_commands(context)
        for name in names:
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(inner, f"{path} {name}")


def format_documents() -> str:
    """Return the page of documents: every kind with its fields, from the JSON Schema."""
    lines = ["# Documents", "", NOTE]
    lines += [
        "All documents are YAML, or JSON. Unknown keys are errors. `ifthen schema` prints this as"
        " JSON Schema.",
        "",
    ]
    for kind in list_kinds():
        schema = format_document_schema(kind)
        root = _resolve(schema, schema)
        lines += [f"## {kind}", "", str(root.get("description", "")), "", *_fields(root)]
        for name, part in sorted(schema.get("$defs", {}).items()):
            if part is not root and "properties" in part:
                lines += [f"### {kind}: {name}", "", str(part.get("description", "")), ""]
                lines += _fields(part)
    return "\n".join(lines)


def _resolve(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference, or a wrapper around one, leads to."""
    if "$ref" in node:
        target: Mapping[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return _resolve(target, schema) if "properties" not in target else target
    for key in ("oneOf", "anyOf", "allOf"):
        if key in node and "properties" not in node:
            for option in node[key]:
                found = _resolve(option.get("then", option), schema)
                if "properties" in found:
                    return found
    return node


def _fields(part: Mapping[str, Any]) -> list[str]:
    rows = ["| key | value | meaning |", "|---|---|---|"]
    required = part.get("required", [])
    for name, field in part.get("properties", {}).items():
        star = "**" if name in required else ""
        meaning = " ".join(str(field.get("description", "")).split()).replace("|", "\\|")
        rows.append(f"| {star}`{name}`{star} | {_type(field)} | {meaning} |")
    return [*rows, ""]


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in field:
            options = [_type(option) for option in field[key] if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(options))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = field.get("type", "value")
    text = names.get(kind, str(kind)) if isinstance(kind, str) else "value"
    return {"date": "day", "date-time": "moment"}.get(field.get("format", ""), text)


def format_tables() -> str:
    """Return the page of tables: every column of ``ifthen evidence samples``."""
    lines = ["# Tables", "", NOTE]
    lines += [
        "What `ifthen evidence samples` writes, and what `samples_table` and `runs_table` of"
        " `ifthen.evidence.table` return. [How to use them](../howto/analysis.md).",
        "",
        "## samples",
        "",
        "One row for each sample and scorer, in the order of the logs. `--cluster-by KEY` adds a"
        " text column `cluster_KEY`: the value of that key in the sample's metadata, null where it"
        " is no single value.",
        "",
        *_columns(SAMPLE_COLUMNS),
        "## runs",
        "",
        "One row for each log, or for each result in a file that holds several.",
        "",
        *_columns(RUN_COLUMNS),
    ]
    for column in RUN_COLUMNS:
        if column.fields:
            lines += [f"### runs: {column.name}", "", *_columns(column.fields)]
    return "\n".join(lines)


def _columns(columns: Iterable[Column]) -> list[str]:
    kinds = {
        "integer": "whole number",
        "flag": "true or false",
        "moment": "moment in UTC",
        "list": "list, see below",
    }
    rows = [f"| `{x.name}` | {kinds.get(x.kind, x.kind)} | {x.meaning} |" for x in columns]
    return ["| column | value | meaning |", "|---|---|---|", *rows, ""]


def format_errors() -> str:
    """Return the page of codes: every error, finding and reason with its message."""
    codes: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "src" / "ifthen").rglob("*.py")):
        package = path.relative_to(ROOT / "src" / "ifthen").parts[0].removesuffix(".py")
        for code, message in _codes(ast.parse(path.read_text("utf-8"))):
            if code not in codes or not codes[code][0]:
                codes[code] = (message, package)
    lines = ["# Error codes", "", NOTE]
    lines += [
        "Codes are stable; messages may change. `{…}` stands for what was found. Errors stop a"
        " command (exit code 1); findings and reasons stand in a record or a decision.",
        "",
        "| code | message | from |",
        "|---|---|---|",
    ]
    for code, (message, package) in sorted(codes.items()):
        shown = message.replace("|", "\\|").replace("<", "&lt;")
        lines.append(f"| `{code}` | {shown} | {package} |")
    return "\n".join([*lines, ""])


def _codes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        arguments = list(node.args)
        if name in ("Reason", "QuorumReason"):
            values = {word.arg: word.value for word in node.keywords}
            arguments = [values[key] for key in ("code", "text") if key in values]
        elif name not in RAISERS and name not in ("error", "_error", "fault"):
            continue
        if arguments and (code := _text(arguments[0])):
            code = PREFIXES.get(name or "", "") + code
            message = _text(arguments[1]) if len(arguments) > 1 else ""
            if "." in code and " " not in code and "{" not in code:
                yield code, message


def _text(node: ast.expr) -> str:
    """Return a string literal, or an f-string with ``{…}`` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{…}" for part in node.values)
    return ""


def format_example_schema() -> str:
    """Return the schema beside the example, as ``ifthen init`` writes it."""
    return json.dumps(format_document_schema(), indent=1) + "\n"


PAGES = {
    "../../examples/aurora/ifthen.schema.json": format_example_schema,
    "commands.md": format_commands,
    "documents.md": format_documents,
    "tables.md": format_tables,
    "errors.md": format_errors,
    **{f"../images/{name}": draw for name, draw in PICTURES.items()},
}


def main() -> int:
    """Write the pages, or with --check say which are not current."""
    stale = []
    for name, render in PAGES.items():
        path, text = REFERENCE / name, render()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    if stale and "--check" in sys.argv:
        click.echo(f"not current: {', '.join(stale)}; run: python docs/generate.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
