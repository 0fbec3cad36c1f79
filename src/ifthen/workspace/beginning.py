"""Beginning a workspace: a framework and a model to fill in, and the schema for editors."""

import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

from pydantic import TypeAdapter, ValidationError

from ifthen.encoding.document import Line
from ifthen.errors import Error
from ifthen.workspace.loading import MANIFEST, find_root
from ifthen.workspace.recording import SCHEMA_FILE
from ifthen.workspace.schema import format_document_schema
from ifthen.workspace.writing import write_file

FRAMEWORKS = {
    "blank": "framework.yaml",
    "metr": "framework-metr.yaml",
    "sb53": "framework-sb53.yaml",
    "eu-code": "framework-eu-code.yaml",
}
"""Frameworks to begin with: one domain; the elements that METR lists; the topics of SB 53; the
shape of the EU Code of Practice."""


def begin_workspace(
    directory: Path, *, title: str, developer: str, today: date, template: str = "blank"
) -> list[str]:
    """Write a workspace's first files and return their names; ``template`` is of ``FRAMEWORKS``.

    Raises:
        Error: ``workspace.exists`` when one of the files is there, ``workspace.inside`` when the
            directory lies in a workspace, ``workspace.text`` when a text fits no document; then
            nothing is written.
    """
    for name, text in (("title", title), ("developer", developer)):
        _check_line(name, text)
    _check_place(directory)
    contents = {SCHEMA_FILE: json.dumps(format_document_schema(), indent=1) + "\n"}
    templates = files("ifthen.workspace") / "templates"
    written = {
        MANIFEST: "ifthen.yaml",
        "frameworks/framework.yaml": FRAMEWORKS[template],
        "models/model-1.yaml": "model.yaml",
    }
    for name, source in written.items():
        text = (templates / source).read_text("utf-8")
        contents[name] = Template(text).substitute(
            workspace="workspace",
            title=json.dumps(title, ensure_ascii=False),
            developer=json.dumps(developer, ensure_ascii=False),
            today=today.isoformat(),
        )
    if taken := [name for name in contents if (directory / name).exists()]:
        raise Error(
            "workspace.exists",
            f"there is a file already: {', '.join(sorted(taken))}",
            where=directory.name or str(directory),
            hint="choose an empty directory",
        )
    for name, text in contents.items():
        write_file(directory / name, text.encode(), replace=False)
    return sorted(contents)


def _check_line(name: str, text: str) -> None:
    try:
        TypeAdapter(Line).validate_python(text)
        text.encode()
    except (ValidationError, UnicodeEncodeError) as error:
        raise Error(
            "workspace.text",
            f"the {name} has to be one line of 1 to 300 characters",
            hint=f"give another --{name}",
        ) from error


def _check_place(directory: Path) -> None:
    parents = directory.resolve().parents
    try:
        root = find_root(parents[0]) if parents else None
    except Error:
        return
    if root is not None:
        raise Error(
            "workspace.inside",
            f"the directory lies inside the workspace {root.name}",
            where=directory.name or str(directory),
            hint="choose a directory outside it; a workspace holds no other",
        )
