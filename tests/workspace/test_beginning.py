"""Beginning a workspace."""

import json
from datetime import date

import pytest

from ifthen.cli.init import command
from ifthen.decision.deciding import decide
from ifthen.decision.model import Outcome
from ifthen.errors import Error
from ifthen.workspace.beginning import FRAMEWORKS, begin_workspace
from ifthen.workspace.checking import check_workspace
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.recording import SCHEMA_FILE
from ifthen.workspace.resolving import assemble_facts

TODAY = date(2026, 7, 1)


def begin(root, **changes):
    return begin_workspace(
        root, **({"title": "Aurora's Framework", "developer": "Aurora", "today": TODAY} | changes)
    )


def test_what_is_written_loads_and_has_no_fault(tmp_path):
    root = tmp_path / "new" / "place"
    written = begin(root)
    assert written == sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
    )
    workspace = load_workspace(root)
    framework = workspace.frameworks[0].document
    assert (framework.title, framework.developer) == ("Aurora's Framework", "Aurora")
    assert framework.in_force.from_ == TODAY
    assert check_workspace(workspace, on=TODAY).errors == ()
    assert json.loads((root / SCHEMA_FILE).read_text())


@pytest.mark.parametrize(
    "text", ['"quoted": yes', "a: b # c", "- x", "Größe $today ${title} $$", "null", "{x}"]
)
def test_any_title_is_taken_as_it_is(tmp_path, text):
    begin(tmp_path, title=text, developer=text)
    framework = load_workspace(tmp_path).frameworks[0].document
    assert (framework.title, framework.developer) == (text, text)


@pytest.mark.parametrize("name", ["ifthen.yaml", "models/model-1.yaml", SCHEMA_FILE])
def test_nothing_is_written_where_a_file_is_in_the_way(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(Error) as caught:
        begin(tmp_path)
    assert caught.value.code == "workspace.exists"
    assert caught.value.message == f"there is a file already: {name}"
    assert caught.value.where == tmp_path.name
    assert [x for x in tmp_path.rglob("*") if x.is_file()] == [path]
    assert path.read_text() == "mine"


@pytest.mark.parametrize("template", FRAMEWORKS)
def test_each_template_has_no_fault_and_opens_nothing(tmp_path, template):
    begin(tmp_path, template=template)
    workspace = load_workspace(tmp_path)
    assert check_workspace(workspace, on=TODAY).errors == ()
    facts = assemble_facts(workspace, workspace.frameworks[0], workspace.models[0], [])
    decision = decide(facts, on=TODAY, hypothetical=False)
    assert {gate.outcome for gate in decision.gates} == {Outcome.UNDETERMINED}


@pytest.mark.parametrize("template", FRAMEWORKS)
def test_what_a_template_warns_of_is_what_has_to_be_filled_in(tmp_path, template):
    begin(tmp_path, template=template)
    warnings = check_workspace(load_workspace(tmp_path), on=TODAY).warnings
    codes = {warning.code for warning in warnings}
    true_of = {
        "blank": set(),
        "metr": {
            "framework.threshold-without-evaluation",
            "framework.to-be-specified",
            "framework.unspecified-safeguard",
        },
        "sb53": {"framework.threshold-without-evaluation"},
        "eu-code": {"framework.threshold-without-evaluation"},
    }
    assert codes == {"framework.placeholder"} | true_of[template]


def test_the_command_offers_every_template():
    (option,) = (x for x in command.params if x.name == "template")
    assert list(option.type.choices) == list(FRAMEWORKS)
