"""Makes the results in ``lm-eval``: ``python make_lm_eval.py FOLDER [quick]``.

With ``quick``, only the run ``all``, and no resampling for standard errors of metrics like bleu.

The harness's own command runs three small tasks of arithmetic with a model that answers from a
table; no model is asked and nothing is downloaded. Needs ``lm-eval`` (see PROVENANCE.md).
"""

import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

os.environ |= {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "0"}

from lm_eval.__main__ import cli_evaluate
from lm_eval.api import metrics
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

TASKS = {
    "ifthen_choice": """
task: ifthen_choice
dataset_path: json
dataset_kwargs: {data_files: {test: sums.json}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{question}} ="
doc_to_target: "{{gold}}"
doc_to_choice: "{{choices}}"
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
  - {metric: acc_norm, aggregation: mean, higher_is_better: true}
  - {metric: mcc}
metadata: {version: 1.0}
""",
    "ifthen_write": """
task: ifthen_write
dataset_path: json
dataset_kwargs: {data_files: {test: sums.json}}
test_split: test
output_type: generate_until
doc_to_text: "{{question}} ="
doc_to_target: "{{answer}}"
repeats: 3
generation_kwargs: {until: ["\\n"], do_sample: true, temperature: 0.5}
filter_list:
  - name: first
    filter: [{function: take_first}]
  - name: number
    filter:
      - {function: regex, regex_pattern: "(-?[0-9]+)"}
      - {function: majority_vote}
      - {function: take_first}
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: true}
  - {metric: chrf, aggregation: chrf, higher_is_better: true}
metadata: {version: 2.0}
""",
    "ifthen_last": """
task: ifthen_last
dataset_path: json
dataset_kwargs: {data_files: {test: sums.json}}
test_split: test
output_type: loglikelihood
doc_to_text: "{{question}} ="
doc_to_target: " {{answer}}"
metric_list:
  - {metric: perplexity, aggregation: perplexity, higher_is_better: false}
  - {metric: acc, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
""",
    "ifthen_graded": """
task: ifthen_graded
dataset_path: json
dataset_kwargs: {data_files: {test: sums.json}}
test_split: test
output_type: generate_until
doc_to_text: "{{question}} ="
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n"]}
process_results: !function graded.grade
metric_list:
  - {metric: closeness, aggregation: mean, higher_is_better: true}
  - {metric: distance, aggregation: mean, higher_is_better: false}
metadata: {version: 1.0}
""",
    "ifthen_group": """
group: ifthen_group
task: [ifthen_choice, ifthen_last]
aggregate_metric_list:
  - {metric: acc, aggregation: mean, weight_by_size: true}
metadata: {version: 1.0}
""",
}

GRADED = '''"""How near an answer is, in fractions: the order of a sum shows."""


def grade(doc, results):
    digits = "".join(character for character in results[0] if character.isdigit())
    far = abs(int(digits or 0) - doc["answer"])
    return {"closeness": 1 / (1 + far), "distance": far / 7}
'''


@register_model("prepared")
class Prepared(LM):
    """A model that answers from a random number generator with a seed."""

    def __init__(self, **_kwargs) -> None:
        super().__init__()
        self.rng = random.Random(20261123)  # noqa: S311 - answers, not secrets

    @classmethod
    def create_from_arg_obj(cls, arg_dict, additional_config=None):
        return cls()

    def loglikelihood(self, requests, **_kwargs):
        return [(-self.rng.random() * 4, self.rng.random() < 0.6) for _ in requests]

    def loglikelihood_rolling(self, requests, **_kwargs):
        return [-self.rng.random() for _ in requests]

    def generate_until(self, requests, **_kwargs):
        answers = []
        for request in requests:
            one, two = request.arguments[0].removesuffix(" =").split(" + ")
            total = int(one) + int(two) + self.rng.choice((0, 0, 0, 1, 7))
            answers.append(self.rng.choice((f"{total}", f"It is {total}.")))
        return answers


def write_questions(path):
    rng = random.Random(7)  # noqa: S311 - questions, not secrets
    rows = []
    for _ in range(11):
        one, two = rng.randint(1, 99), rng.randint(1, 99)
        choices = [one + two, one + two + 1, one + two - 3]
        rng.shuffle(choices)
        rows.append(
            {
                "question": f"{one} + {two}",
                "answer": one + two,
                "choices": [str(choice) for choice in choices],
                "gold": choices.index(one + two),
                "note": f"näher: {one / 7}",
                "half": one / 2,
            }
        )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def run(folder, tasks, *options):
    sys.argv = [
        "lm_eval", "run", "--model", "prepared", "--model_args", "pretrained=ifthen/prepared",
        "--tasks", tasks, "--include_path", ".", "--output_path", str(folder), "--seed", "7",
        *options,
    ]  # fmt: skip
    cli_evaluate()


def main(folder, *, quick):
    start = Path.cwd()
    if quick:
        metrics.bootstrap_stderr = lambda _metric, _values, iters: 0.0
    with tempfile.TemporaryDirectory() as name:
        os.environ["HF_DATASETS_CACHE"] = f"{name}/cache"
        os.chdir(name)
        write_questions(Path("sums.json"))
        for task, text in TASKS.items():
            Path(f"{task}.yaml").write_text(text)
        Path("graded.py").write_text(GRADED)
        tasks = "ifthen_group,ifthen_write,ifthen_graded"
        runs = ("all",) if quick else ("all", "limited", "bare")
        run("all", tasks, "--log_samples")
        if not quick:
            run("limited", "ifthen_choice", "--log_samples", "--limit", "4")
            run("bare", "ifthen_choice")
        for run_name in runs:
            target = start / folder / run_name
            target.mkdir(parents=True, exist_ok=True)
            for file in Path(run_name).glob("*/*.json*"):
                shutil.copy(file, target / file.name)
        os.chdir(start)


if __name__ == "__main__":
    main(sys.argv[1], quick=sys.argv[2:] == ["quick"])
