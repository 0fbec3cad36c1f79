"""Runs Inspect tasks that end in every way, prints their logs: ``python inspect_ends.py FOLDER``.

The model is a lookup that always gives up: no weights, nothing harmful.
"""

import json
import sys

import anyio
from inspect_ai import Task
from inspect_ai import eval as run_eval
from inspect_ai._util.exception import TerminateSampleError
from inspect_ai.dataset import Sample
from inspect_ai.log._samples import sample_active
from inspect_ai.model import ModelAPI, ModelOutput, ModelUsage, get_model, modelapi
from inspect_ai.scorer import Score, accuracy, scorer
from inspect_ai.solver import solver
from inspect_ai.util import LimitExceededError, token_limit


@modelapi(name="giving-up")
class GivingUp(ModelAPI):
    async def generate(self, input, tools, tool_choice, config):
        await anyio.sleep(0.005)
        output = ModelOutput.from_content("giving-up", "I do not know")
        output.usage = ModelUsage(input_tokens=5, output_tokens=5, total_tokens=10)
        return output

    def max_connections(self):
        return 50


async def ask(times=20):
    for _ in range(times):
        await get_model().generate("1 + 1 =")


async def ask_together():
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)


async def ask_in_part():
    try:
        with token_limit(15):
            await ask()
    except LimitExceededError:
        await ask(1)


async def terminate():
    raise TerminateSampleError("enough")


def interrupt(action):
    async def steps():
        await ask(1)
        sample_active().interrupt(action)
        await anyio.sleep(5)

    return steps


@solver
def doing(steps):
    async def solve(state, generate):
        await steps()
        return state

    return solve


@scorer(metrics=[accuracy()])
def graded(fails=False):
    async def score(state, target):
        await ask(1)
        if fails:
            raise ValueError("the grader fails")
        return Score(value="I")

    return score


TASKS = {
    "token": (ask, False, {"token_limit": 25}),
    "together": (ask_together, False, {"token_limit": 95}),
    "part": (ask_in_part, False, {}),
    "terminated": (terminate, False, {}),
    "terminated-failing": (terminate, True, {}),
    "by-hand": (interrupt("score"), False, {}),
    "by-hand-failing": (interrupt("score"), True, {}),
    "by-hand-error": (interrupt("error"), False, {}),
}


def run(name, folder):
    steps, fails, limits = TASKS[name]
    task = Task(
        dataset=[Sample(id=n, input="1 + 1 =", target="2") for n in range(2)],
        solver=doing(steps),
        scorer=graded(fails),
        name=name,
    )
    (log,) = run_eval(
        task,
        model="giving-up/sums",
        log_dir=folder,
        fail_on_error=False,
        display="none",
        **limits,
    )
    return log.location


if __name__ == "__main__":
    print(json.dumps({name: run(name, sys.argv[1]) for name in TASKS}))  # noqa: T201
