"""Two versions of a framework over the models of a workspace."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from ifthen.errors import Problems
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.redeciding import redecide
from ifthen.workspace.versions import load_framework

AURORA = Path(__file__).parents[2] / "examples" / "aurora"
FILE = "frameworks/example-fsf-2.1.yaml"
ON = date(2026, 12, 1)


@pytest.fixture
def workspace(tmp_path):
    shutil.copytree(AURORA, tmp_path / "a", ignore=shutil.ignore_patterns(".ifthen"))
    return load_workspace(tmp_path / "a")


def test_one_version_against_itself_shifts_nothing(workspace):
    version = load_framework(AURORA / FILE)
    found = redecide(workspace, version, version, on=ON)
    assert found
    assert {x.model for x in found} == {x.document.id for x in workspace.models}
    assert all(x.shifts == () for x in found)


def test_a_looser_limit_opens_what_the_stricter_one_held(workspace, tmp_path):
    text = (AURORA / FILE).read_text("utf-8")
    assert "evaluation: leak-rate, value: 0.05" in text
    looser = tmp_path / "looser.yaml"
    changed = text.replace(
        "evaluation: leak-rate, value: 0.05", "evaluation: leak-rate, value: 0.5"
    )
    looser.write_text(changed, "utf-8")
    found = redecide(workspace, load_framework(AURORA / FILE), load_framework(looser), on=ON)
    shifts = {(x.model, s.about, s.id): (s.before, s.after) for x in found for s in x.shifts}
    assert shifts["aurora-2", "safeguard", "deployment-2"] == ("no", "yes")


def test_a_workspace_with_faults_decides_nothing(workspace):
    (workspace.root / "models" / "broken.yaml").write_text("kind: model\nid: broken\n")
    version = load_framework(AURORA / FILE)
    with pytest.raises(Problems):
        redecide(load_workspace(workspace.root), version, version, on=ON)
