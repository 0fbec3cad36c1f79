"""Logs of one result, and a log and its plan, that name other versions of a package."""

import copy

from tests.decision.world import ON, world
from tests.workspace.documents import write_workspace

from ifthen.evidence.packages import EFFECT
from ifthen.workspace.checking import check_workspace
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.packages import find_differences


def written(root, content):
    (root / "logs").mkdir()
    (root / "logs" / "ctf.eval").write_bytes(b"")
    return load_workspace(write_workspace(root, content))


def second(content, **run):
    """Add a second run of the same evaluation."""
    other = copy.deepcopy(content.evidence[0]) | {"id": "second"}
    other["run"].update(run)
    content.evidence.append(other)
    return other


def test_two_logs_of_one_result(tmp_path):
    content = world()
    content.evidence[0]["run"]["packages"] = {"inspect_evals": "0.3.8"}
    second(content, packages={"inspect_evals": "0.3.9"})
    (found,) = check_workspace(written(tmp_path, content), on=ON).warnings
    assert found.code == "evidence.versions-differ"
    assert found.message == (
        "record ctf-run names inspect-evals 0.3.8; record second names inspect-evals 0.3.9:"
        f" {EFFECT}"
    )
    assert found.where.startswith("evidence/second.yaml:")


def test_the_version_of_the_producer_counts(tmp_path):
    content = world()
    second(content, producer="inspect 0.4")
    warnings = check_workspace(written(tmp_path, content), on=ON).warnings
    assert [each.code for each in warnings] == ["evidence.versions-differ"]


def test_another_model_is_another_result(tmp_path):
    content = world()
    second(content, producer="inspect 0.4")["model"] = "aurora-1"
    content.evidence[1]["plan"] = None
    records = [each.document for each in written(tmp_path, content).evidence]
    assert list(find_differences(records, ())) == []


def test_a_log_and_its_plan(tmp_path):
    content = world()
    content.plans[0]["packages"] = {"Inspect": "0.3", "unnamed-in-the-log": "1"}
    workspace = written(tmp_path, content)
    assert check_workspace(workspace, on=ON).warnings == ()
    records = [each.document for each in workspace.evidence]
    changed = [
        each.model_copy(update={"run": each.run.model_copy(update={"producer": "inspect 0.4"})})
        for each in records
    ]
    ((id, fault),) = find_differences(changed, workspace.plans)
    assert (id, fault.code) == ("ctf-run", "plan.versions-differ")
    assert "plan ctf-plan names inspect 0.3; record ctf-run names inspect 0.4" in fault.message
    assert list(find_differences(changed, workspace.plans, of=["other"])) == []
