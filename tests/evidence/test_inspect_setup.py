"""What a log says was set for the model. The plans are as inspect_ai 0.3.285 writes them."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.building import describe_run
from ifthen.evidence.eliciting import build_setup
from ifthen.evidence.inspect_format import ConfigJson
from ifthen.evidence.inspect_setup import LIMITS, to_elicitation, to_setup
from ifthen.evidence.log import Setup
from ifthen.evidence.reading import read_log

TOOL = {"type": "tool", "name": "add", "params": {}}
OTHER = {"type": "tool", "name": "pkg/sub", "params": {"name": "inner"}}


def plan(*steps, **config):
    return {"name": "plan", "steps": list(steps), "config": config}


def step(solver, **params):
    return {"solver": solver, "params": params, "params_passed": params}


def test_steps_tools_limits_and_options():
    found = to_setup(
        plan(
            step("system_message", template="hi"),
            step("use_tools", tools=[[TOOL, OTHER]], tool_choice="auto"),
            step("react", tools=[TOOL], attempts=2, submit=True),
            temperature=0.0,
            reasoning_effort="low",
        ),
        ConfigJson(token_limit=5000, message_limit=20),
    )
    assert found == Setup(
        steps=("system_message", "use_tools", "react"),
        tools=("add", "sub"),
        limits={"message_limit": 20.0, "token_limit": 5000.0},
        generation={"temperature": 0.0, "reasoning_effort": "low"},
    )


def test_a_word_in_an_argument_is_no_tool():
    found = to_setup(plan(step("s", tools="bash", x={"type": "toll", "name": "y"})), ConfigJson())
    assert found.tools == ()


def test_a_log_without_plan_says_nothing():
    assert to_setup(None, ConfigJson(token_limit=1)) is None
    assert to_setup([], ConfigJson()) is None


@pytest.mark.parametrize("limit", [True, "5", -1, 2**60, float("nan"), [5]])
def test_a_limit_that_is_no_number_is_left_out(limit):
    assert to_setup(plan(), ConfigJson(token_limit=limit)).limits == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["steps", "solver", "params", "config", "type", "name", "tools", "x"]),
            inner | st.sampled_from(["tool", "add", "\ud800", ""]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.lists(JSON, min_size=len(LIMITS), max_size=len(LIMITS)))
def test_whatever_stands_there_gives_a_setup_that_a_record_can_hold(tree, limits):
    config = ConfigJson(**dict(zip(LIMITS, limits, strict=True)))
    setup = build_setup(to_setup(tree, config))
    if setup is not None:
        text = setup.model_dump_json()
        assert type(setup).model_validate_json(text) == setup
    to_elicitation(tree)


def test_deep_arguments_end():
    deep = TOOL
    for _ in range(50):
        deep = [deep]
    assert to_setup(plan(step("s", tools=deep)), ConfigJson()).tools == ()


def test_a_log_and_its_json_say_the_same(data_folder):
    one, other = (
        read_log(data_folder / f"theory-of-mind-20{end}").run.setup
        for end in ("-deflate.eval", ".json")
    )
    assert one == other
    assert one.steps == ("prompt_template", "generate")
    assert one.generation["temperature"] == 0.0


def test_keys_in_the_metadata_become_an_elicitation_record(change):
    log = change("plain.eval")
    log["header.json"]["eval"]["metadata"] = {"elicitation": {"attempts": 1, "tools": []}}
    run = describe_run(log.read().run)
    assert run.elicitation.attempts == 1
    assert run.elicitation.tools == ()


INSPECT = os.environ.get("IFTHEN_INSPECT_PYTHON", "")
SCRIPT = """
import sys
from inspect_ai import Task, eval
from inspect_ai.agent import react
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import think, tool
from inspect_ai.scorer import match
task = Task(dataset=[Sample(input="1+1", target="2")], scorer=match(),
            solver=[use_tools([think()]), generate()])
(log,) = eval(task, model="mockllm/model", display="none", log_dir=sys.argv[1], log_format="eval",
              reasoning_effort="low", token_limit=5000, message_limit=20)
"""


@pytest.mark.skipif(not INSPECT, reason="IFTHEN_INSPECT_PYTHON names no Python with inspect-ai")
def test_a_log_with_tools_as_the_producer_writes_it(tmp_path: Path):
    done = subprocess.run(
        [INSPECT, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("*.eval")
    setup = read_log(path).run.setup
    assert setup.steps == ("use_tools", "generate")
    assert setup.tools == ("think",)
    assert setup.limits == {"token_limit": 5000, "message_limit": 20}
    assert setup.generation["reasoning_effort"] == "low"
