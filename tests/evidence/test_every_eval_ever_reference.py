"""What Every Eval Ever's own converters write now is read, with the numbers of the logs."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.evidence.conftest import read_members, write_members
from tests.evidence.lm_eval_logs import main_file

from ifthen.evidence.reading import list_parts, read_log
from ifthen.evidence.recompute import measure

EEE = os.environ.get("IFTHEN_EEE_PYTHON", "")

pytestmark = pytest.mark.skipif(
    not EEE,
    reason="IFTHEN_EEE_PYTHON names no Python with every_eval_ever: nothing to compare with",
)


def convert(kind, path, folder, *options):
    subprocess.run(
        [
            EEE, "-m", "every_eval_ever", "convert", kind, "--log_path", str(path),
            "--output_dir", str(folder), "--source_organization_name", "Test",
            "--evaluator_relationship", "other", *options,
        ],
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip
    return next(folder.glob("*/*/*/*.json"))


def own_numbers(log):
    return {one.scorer: (one.value, one.stated) for one in measure(log, None)[0]}


def test_a_converted_harness_run_has_the_runs_numbers(tmp_path):
    path = convert("lm_eval", main_file("limited").parent, tmp_path, "--include_samples")
    own = own_numbers(read_log(main_file("limited")))
    for part in ("acc", "acc_norm"):
        log = read_log(path, part=part)
        assert own_numbers(log) == {part: own[f"{part},none"]}
        assert [item for item in log.findings if item.severity == "contradiction"] == []


@pytest.mark.parametrize("name", ["plain", "epochs"])
def test_a_converted_inspect_log_has_the_logs_numbers(name, tmp_path):
    members = {
        member: content.replace(b"mockllm/model", b"openai/mock")  # a name it can file
        for member, content in read_members(f"{name}.eval").items()
    }
    source = tmp_path / f"{name}.eval"
    source.write_bytes(write_members(members))
    path = convert("inspect", source, tmp_path)
    if name == "epochs":  # seven reducers under one id: the rows are told to be ambiguous
        assert {f"match:accuracy#{number}" for number in range(2, 8)} < set(list_parts(path))
        log = read_log(path, part="match:accuracy")
        assert "log.result-ambiguous" in {item.code for item in log.findings}
        return
    log = read_log(path)
    own = own_numbers(read_log(Path(source)))
    assert own_numbers(log) == {"match:accuracy": own["match"]}
    assert log.findings == ()
