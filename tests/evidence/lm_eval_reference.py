"""Prints, as JSON, what lm-evaluation-harness itself makes of its rows.

``python lm_eval_reference.py FOLDER ...``: for each results file, task, metric and filter whose
values are single numbers, the harness's own mean and standard error, and its own hashes.
"""

import json
import sys
from pathlib import Path

from lm_eval.api.metrics import mean, mean_stderr
from lm_eval.utils import handle_non_serializable, hash_string


def compute(folder):
    results = next(Path(folder).glob("results_*.json"))
    date = results.stem.removeprefix("results_")
    for task in json.loads(results.read_text("utf-8"))["configs"]:
        path = results.with_name(f"samples_{task}_{date}.jsonl")
        if not path.exists():
            continue
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        yield [task, "hashes", [hash_document(row["doc"]) for row in rows], None]
        for name in dict.fromkeys(row["filter"] for row in rows):
            for metric in rows[0]["metrics"]:
                values = [row[metric] for row in rows if row["filter"] == name]
                if not isinstance(values[0], list):
                    yield [task, f"{metric},{name}", mean(values), mean_stderr(values)]


def hash_document(document):
    return hash_string(
        json.dumps(document, indent=2, default=handle_non_serializable, ensure_ascii=False)
    )


if __name__ == "__main__":
    found = {folder: list(compute(folder)) for folder in sys.argv[1:]}
    print(json.dumps({"python": sys.version_info[:2], "found": found}))  # noqa: T201 - its output
