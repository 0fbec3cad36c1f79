"""Makes the small logs of this folder with inspect-ai and its mock model: see PROVENANCE.md.

Usage: ``python make_logs.py`` in an environment with inspect-ai; needs no network.
"""

import random
import shutil
import tempfile
from pathlib import Path

from inspect_ai import Epochs, Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import (
    ProvenanceData,
    edit_score,
    invalidate_samples,
    read_eval_log,
    write_eval_log,
)
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, ScoreEdit, accuracy, match, mean, scorer, std, stderr, var

HERE = Path(__file__).parent
REDUCERS = ["mean", "median", "mode", "max", "at_least_2", "pass_at_2", "pass_k_2"]


def outputs(seed):
    draw = random.Random(seed)  # noqa: S311 - answers of a mock model
    while True:
        output = ModelOutput.from_content("mockllm/model", str(draw.choice([1, 1, 2, 3])))
        output.usage = ModelUsage(input_tokens=5, output_tokens=1, total_tokens=6)
        yield output


@scorer(metrics=[mean(), accuracy(), std(), var(), stderr()])
def graded():
    async def score(state, target):
        value = {1: 0.1, 2: 0.7, 3: float("nan")}[int(state.output.completion)]
        return Score(value=value)

    return score


@scorer(metrics={"a": [accuracy(), stderr()], "b": [mean()]})
def parts():
    async def score(state, target):
        answer = int(state.output.completion)
        return Score(value={"a": 1 if answer == 1 else 0, "b": answer / 4})

    return score


def run(name, questions, epochs, scorers, suffix="eval", **options):
    samples = [
        Sample(id=f"q{i}", input="Say 1", target="1", metadata={"family": f"f{i % 2}"})
        for i in range(questions)
    ]
    task = Task(dataset=samples, scorer=scorers, epochs=epochs, name=name)
    with tempfile.TemporaryDirectory() as folder:
        eval(
            task,
            model=get_model("mockllm/model", custom_outputs=outputs(name)),
            log_dir=folder,
            log_format=suffix,
            display="none",
            **options,
        )
        shutil.copy(next(Path(folder).glob(f"*.{suffix}")), HERE / f"{name}.{suffix}")


def change(name, source, how):
    log = read_eval_log(str(HERE / source))
    write_eval_log(how(log), str(HERE / name))


def edit(log):
    sample = next(sample for sample in log.samples if sample.scores["match"].value == "I")
    provenance = ProvenanceData(author="ann", reason="the target was wrong")
    edit_score(log, sample.id, "match", ScoreEdit(value="C", provenance=provenance))
    return log


def invalidate(log):
    sample = next(sample for sample in log.samples if sample.scores["match"].value == "C")
    provenance = ProvenanceData(author="bob", reason="the answer leaked")
    return invalidate_samples(log, sample_uuids=[sample.uuid], provenance=provenance)


if __name__ == "__main__":
    run("plain", 6, 1, match())
    run("limited", 6, 1, match(), limit=3)
    run("epochs", 4, Epochs(3, REDUCERS), [match(), graded()])
    run("keys", 3, 2, parts())
    run("object", 2, 1, match(), suffix="json")
    change("edited.eval", "plain.eval", edit)
    change("invalidated.eval", "plain.eval", invalidate)
