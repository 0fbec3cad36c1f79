"""Runs screened tasks in Inspect and prints their logs: ``python inspect_run.py RUNS``.

RUNS is JSON, settings by name: folder, design or plan, concurrency, right (questions that the model
answers rightly), broken (questions at which it fails with an error), replaced (questions that
another model answers), sleep (seconds of a wrong answer). The model is a lookup: no weights,
harmless sums.
"""

import json
import sys

import anyio
from inspect_ai import Task
from inspect_ai import eval as run_eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelAPI, ModelFallback, ModelOutput, modelapi
from inspect_ai.scorer import match
from inspect_ai.solver import generate

from ifthen.screening.design import parse_design
from ifthen.screening.inspect_plugin import ScreeningStop, screen_with, screened

SETTINGS = {}


@modelapi(name="lookup")
class Lookup(ModelAPI):
    async def generate(self, input, tools, tool_choice, config):
        number = int(input[-1].text.split()[0])
        if number in SETTINGS["broken"]:
            raise ValueError("the lookup is broken here")
        right = number in SETTINGS["right"]
        await anyio.sleep(SETTINGS["sleep"] * (3 if right else 1))
        output = ModelOutput.from_content("lookup", str(number + 7) if right else "I do not know")
        if number in SETTINGS["replaced"]:
            output.fallback = ModelFallback(model="lookup", fallback_model="small")
        return output

    def max_connections(self):
        return 100


def run(settings):
    SETTINGS.clear()
    SETTINGS.update(settings)
    task = Task(
        dataset=[
            Sample(id=f"sum-{n}", input=f"{n} + 7 =", target=str(n + 7))
            for n in range(settings.get("questions", 120))
        ],
        solver=generate(),
        scorer=match(location="exact"),
        name="sums",
    )
    if "plan" in settings:
        task = screened(task, settings["plan"])
    else:
        stop = ScreeningStop(parse_design(settings["design"]))
        if settings.get("as_it_comes"):
            task.early_stopping = stop
        else:
            task = screen_with(task, stop)
    (log,) = run_eval(
        task,
        model="lookup/sums",
        log_dir=settings["folder"],
        max_samples=settings["concurrency"],
        max_connections=settings["concurrency"],
        epochs=settings.get("epochs", 1),
        fail_on_error=False,
        display="none",
        log_model_api=False,
    )
    error = None if log.error is None else log.error.message
    return {"log": log.location, "status": log.status, "error": error}


def main():
    runs = json.loads(sys.argv[1])
    print(json.dumps({name: run(settings) for name, settings in runs.items()}))  # noqa: T201


if __name__ == "__main__":
    main()
