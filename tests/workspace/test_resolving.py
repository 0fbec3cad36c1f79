"""Which framework and which model a decision is about."""

from datetime import date

import pytest
from tests.decision.world import world
from tests.workspace.documents import write, write_workspace

from ifthen.decision.facts import Evidence
from ifthen.errors import Error
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.resolving import assemble_facts, find_framework, find_model


def versions(tmp_path, *spans, id="frontier"):
    """Return a workspace with a framework version for each span of dates."""
    root = write_workspace(tmp_path)
    (root / "frameworks" / "frontier.yaml").unlink()
    for number, (start, end) in enumerate(spans, start=1):
        in_force = {"from": start} | ({"until": end} if end else {})
        tree = world().framework | {"version": f"{number}.0", "in_force": in_force, "id": id}
        write(root / "frameworks" / f"{number}.yaml", tree)
    return load_workspace(root)


TWO = [("2026-01-01", "2026-06-01"), ("2026-06-01", None)]


@pytest.mark.parametrize("id", [None, "frontier"])
@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2026, 1, 1), "1.0"),
        (date(2026, 5, 31), "1.0"),
        (date(2026, 6, 1), "2.0"),
        (date(2099, 1, 1), "2.0"),
    ],
)
def test_the_version_in_force_on_a_day(tmp_path, id, on, version):
    found = find_framework(versions(tmp_path, *TWO), id, on)
    assert found.document.version == version


def test_none_in_force(tmp_path):
    with pytest.raises(Error) as caught:
        find_framework(versions(tmp_path, *TWO), None, date(2025, 12, 31))
    assert caught.value.code == "framework.none-in-force"
    assert caught.value.message == (
        "no framework version is in force on 2025-12-31: frontier 1.0 from 2026-01-01"
        " until 2026-06-01; frontier 2.0 from 2026-06-01"
    )


def test_none_at_all(tmp_path):
    with pytest.raises(Error) as caught:
        find_framework(versions(tmp_path), None, date(2026, 1, 1))
    assert caught.value.code == "framework.none-in-force"
    assert caught.value.message.endswith("there are none")


def test_none_between_two(tmp_path):
    workspace = versions(tmp_path, ("2026-01-01", "2026-03-01"), ("2026-04-01", None))
    with pytest.raises(Error, match="none-in-force"):
        find_framework(workspace, None, date(2026, 3, 15))


def test_several(tmp_path):
    workspace = versions(tmp_path, ("2026-01-01", None), ("2026-06-01", None))
    assert find_framework(workspace, None, date(2026, 5, 1)).document.version == "1.0"
    with pytest.raises(Error) as caught:
        find_framework(workspace, None, date(2026, 6, 1))
    assert caught.value.code == "framework.several"
    assert caught.value.message.endswith("frontier 1.0, frontier 2.0")


def test_one_of_several_is_named(tmp_path):
    root = write_workspace(tmp_path)
    write(root / "other.yaml", world().framework | {"id": "other"})
    workspace = load_workspace(root)
    on = date(2026, 7, 1)
    assert find_framework(workspace, "other", on).document.id == "other"
    with pytest.raises(Error) as caught:
        find_framework(workspace, None, on)
    assert caught.value.code == "framework.several"


def test_unknown_framework(tmp_path):
    with pytest.raises(Error) as caught:
        find_framework(versions(tmp_path, *TWO), "frontiers", date(2026, 7, 1))
    assert caught.value.code == "framework.unknown"
    assert caught.value.hint == "frameworks: frontier"
    with pytest.raises(Error) as caught:
        find_framework(versions(tmp_path / "empty"), "x", date(2026, 7, 1))
    assert caught.value.hint == "frameworks: none"


def test_model(tmp_path):
    workspace = load_workspace(write_workspace(tmp_path))
    assert find_model(workspace, "aurora-2").document.title == "Aurora 2"


@pytest.mark.parametrize(
    ("id", "hint"), [("aurora2", "did you mean 'aurora-2'?"), ("zzz", "models: aurora-2")]
)
def test_unknown_model(tmp_path, id, hint):
    with pytest.raises(Error) as caught:
        find_model(load_workspace(write_workspace(tmp_path)), id)
    assert (caught.value.code, caught.value.hint) == ("model.unknown", hint)


def test_no_model(tmp_path):
    root = write_workspace(tmp_path)
    (root / "models" / "aurora-2.yaml").unlink()
    with pytest.raises(Error) as caught:
        find_model(load_workspace(root), "x")
    assert caught.value.hint == "models: none"


def test_every_document_reaches_the_decision(tmp_path):
    workspace = load_workspace(write_workspace(tmp_path, world()))
    evidence = tuple(Evidence(record=record) for record in workspace.evidence)
    facts = assemble_facts(workspace, workspace.frameworks[0], workspace.models[0], evidence)
    assert facts.framework is workspace.frameworks[0]
    assert facts.model is workspace.models[0]
    assert facts.evidence is evidence
    assert facts.plans is workspace.plans
    assert facts.declarations is workspace.declarations
    assert facts.assessments is workspace.assessments
    assert facts.determinations is workspace.determinations
    assert all((facts.plans, facts.declarations, facts.assessments, facts.determinations))
