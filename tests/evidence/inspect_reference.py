"""Prints, as JSON, what inspect-ai itself makes of logs: ``python inspect_reference.py LOG ...``.

For each log: the metrics that its own code computes anew from the samples. It runs in a process of
its own, because inspect-ai changes the standard library's zip reader.
"""

import json
import sys

from inspect_ai.log import read_eval_log, recompute_metrics


def metrics_of(path):
    log = read_eval_log(path)
    recompute_metrics(log)
    return [
        [score.scorer, score.name, score.reducer or "mean", metric.name, metric.value]
        for score in log.results.scores
        for metric in score.metrics.values()
    ]


if __name__ == "__main__":
    print(json.dumps({path: metrics_of(path) for path in sys.argv[1:]}))  # noqa: T201 - its output
