"""Recording a log: what it answers, and where the record goes."""

from pathlib import Path

import pytest
from tests.decision.world import OTHER_WEIGHTS, PLAN, WEIGHTS
from tests.workspace.documents import LOG, NOW, ON, logged, write

from ifthen.decision.deciding import decide
from ifthen.errors import Error
from ifthen.evidence.reading import read_log
from ifthen.workspace.confirming import confirm_evidence
from ifthen.workspace.loading import Workspace, load_workspace
from ifthen.workspace.recording import find_record, record_log, summarize_log, write_record
from ifthen.workspace.resolving import assemble_facts


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """Return a workspace with a log and no record of it."""
    root = logged(tmp_path / "here").root
    (root / "evidence" / "plain.yaml").unlink()
    return load_workspace(root)


def record(workspace: Workspace, **changes):
    workspace = load_workspace(workspace.root)
    arguments = {"evaluation": None, "model": None, "plan": None, "recorded_by": "Ada", "now": NOW}
    path = changes.pop("path", workspace.root / "logs" / "plain.eval")
    framework = workspace.frameworks[0].document
    return record_log(workspace, framework, path, **(arguments | changes))


def refused(workspace: Workspace, **changes) -> Error:
    with pytest.raises(Error) as caught:
        record(workspace, **changes)
    return caught.value


def change_framework(workspace: Workspace, change) -> None:
    tree = dict(workspace.frameworks[0].source.tree)
    change(tree)
    write(workspace.root / "frameworks" / "frontier.yaml", tree)


def add_model(workspace: Workspace, **update) -> None:
    tree = workspace.models[0].source.tree | {"id": "aurora-3"} | update
    write(workspace.root / "models" / "aurora-3.yaml", tree)


def test_what_is_not_named_is_found_from_the_log(workspace):
    found = record(workspace)
    assert found.id == "aurora-2-ctf"
    assert (found.evaluation, found.model, found.plan) == ("ctf", "aurora-2", None)
    assert (found.recorded_by, found.recorded_at) == ("Ada", NOW)
    assert found.log.path == "logs/plain.eval"
    assert found.cluster_by is None


def test_a_record_that_was_written_is_confirmed_and_can_be_decided_on(workspace):
    path = write_record(workspace, record(workspace), replace=False)
    assert path == workspace.root / "evidence" / "aurora-2-ctf.yaml"
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=../ifthen.schema.json\n# Recomputed")
    loaded = load_workspace(workspace.root)
    evidence = confirm_evidence(loaded, loaded.evidence)
    assert [item.fault for item in evidence] == [None]
    facts = assemble_facts(loaded, loaded.frameworks[0], loaded.models[0], evidence)
    decision = decide(facts, on=ON, hypothetical=False)
    assert decision.evaluations[0].outcome == "undetermined"  # the log states no weights
    assert decision.evaluations[0].reasons[0].code == "evaluation.snapshot-unbound"


def test_a_record_is_replaced_only_on_request(workspace):
    found = record(workspace)
    path = write_record(workspace, found, replace=False)
    before = path.read_bytes()
    with pytest.raises(Error) as caught:
        write_record(workspace, found, replace=False)
    assert caught.value.code == "file.exists"
    write_record(workspace, found.model_copy(update={"recorded_by": "Bo"}), replace=True)
    assert path.read_bytes() != before


def test_outside(workspace):
    error = refused(workspace, path=LOG)
    assert error.code == "evidence.outside"
    assert error.where == "plain.eval"
    assert error.hint.startswith("copy it to here/logs first")


def test_a_link_out_of_the_workspace_is_outside(workspace):
    link = workspace.root / "logs" / "link.eval"
    link.symlink_to(LOG)
    assert refused(workspace, path=link).code == "evidence.outside"


def test_a_log_that_is_no_log(workspace):
    path = workspace.root / "logs" / "x.eval"
    path.write_bytes(b"x")
    assert refused(workspace, path=path).code == "log.not-a-log"
    assert refused(workspace, path=path.with_name("y")).code == "log.missing"


def second_evaluation(tree, **update):
    first = tree["evaluations"][0]
    tree["evaluations"].append(first | {"id": "second"} | update)


def test_several_evaluations(workspace):
    change_framework(workspace, second_evaluation)
    error = refused(workspace)
    assert error.code == "evidence.several-evaluations"
    assert error.message.endswith("several evaluations: ctf, second")
    assert error.where == "logs/plain.eval"
    found = record(workspace, evaluation="second")
    assert (found.id, found.evaluation) == ("aurora-2-second", "second")


def test_task_arguments_tell_evaluations_apart(workspace):
    change_framework(workspace, lambda tree: second_evaluation(tree, task_args={"level": 3}))
    assert record(workspace).evaluation == "ctf"


def test_no_evaluation(workspace):
    change_framework(workspace, lambda tree: tree["evaluations"][0].update(task="other"))
    error = refused(workspace)
    assert error.code == "evidence.no-evaluation"
    assert error.message == "framework frontier 1.0 has no evaluation of task plain"
    assert error.hint == "evaluations: ctf"
    error = refused(workspace, evaluation="cft")
    assert error.message.endswith("has no evaluation 'cft'")
    assert record(workspace, evaluation="ctf").evaluation == "ctf"


def test_no_model(workspace):
    add_model(workspace, id="aurora-2", names_in_logs=["other"])
    (workspace.root / "models" / "aurora-2.yaml").unlink()
    error = refused(workspace)
    assert error.code == "evidence.no-model"
    assert read_log(LOG).run.model in error.message
    assert record(workspace, model="aurora-2").model == "aurora-2"


def test_several_models(workspace):
    add_model(workspace, weights_sha256=OTHER_WEIGHTS)
    error = refused(workspace)
    assert error.code == "evidence.several-models"
    assert error.message.endswith("any of aurora-2, aurora-3")
    assert record(workspace, model="aurora-3").id == "aurora-3-ctf"


def test_weights_tell_models_of_one_name_apart(workspace, monkeypatch):
    from ifthen.workspace import recording  # noqa: PLC0415

    add_model(workspace, weights_sha256=OTHER_WEIGHTS)
    original = recording.describe_run
    for weights, id in ((WEIGHTS, "aurora-2"), (OTHER_WEIGHTS, "aurora-3")):
        monkeypatch.setattr(
            recording,
            "describe_run",
            lambda run, w=weights: original(run).model_copy(update={"weights_sha256": w}),
        )
        assert record(workspace).model == id


def test_the_one_plan_is_found_and_of_several_none_is_guessed(workspace):
    write(workspace.root / "plan.yaml", PLAN)
    assert record(workspace).plan == "ctf-plan"
    write(workspace.root / "other.yaml", PLAN | {"id": "for-another", "model": "aurora-1"})
    write(workspace.root / "third.yaml", PLAN | {"id": "of-another", "evaluation": "x"})
    assert record(workspace).plan == "ctf-plan"
    write(workspace.root / "second.yaml", PLAN | {"id": "second-plan"})
    assert record(workspace).plan is None
    assert record(workspace, plan="second-plan").plan == "second-plan"


def test_the_grouping_is_the_frameworks(workspace):
    change_framework(workspace, lambda tree: tree["evaluations"][0].update(cluster_by="family"))
    assert record(workspace).cluster_by == "family"


def test_summary_of_a_log_that_lies_anywhere():
    found = summarize_log(LOG, cluster_by="family", now=NOW)
    assert found.log.path == "plain.eval"
    assert (found.evaluation, found.model, found.plan) == ("none", "none", None)
    assert found.cluster_by == "family"


def test_records_are_found_by_id(workspace):
    write_record(workspace, record(workspace), replace=False)
    loaded = load_workspace(workspace.root)
    assert find_record(loaded, "aurora-2-ctf") is loaded.evidence[0]
    for id, hint in (("aurora-2-cft", "did you mean"), ("zzz", "evidence: aurora-2-ctf")):
        with pytest.raises(Error) as caught:
            find_record(loaded, id)
        assert caught.value.code == "evidence.unknown"
        assert caught.value.hint.startswith(hint)
    with pytest.raises(Error) as caught:
        find_record(workspace, "x")
    assert caught.value.hint == "evidence: none"


def test_the_log_of_the_tests_is_there():
    assert isinstance(LOG, Path)
    assert LOG.is_file()
