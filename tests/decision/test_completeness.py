"""Which criteria the documents answer: one thing changed at a time in a world in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decision.world import World
from tests.decision.world import world as in_order

from ifthen.decision.answering import CHECKS
from ifthen.decision.completeness import Answer, Completeness, Reported, check_completeness
from ifthen.decision.model import Reason
from ifthen.decision.stream import CRITERIA
from ifthen.errors import Error

WHOLE = {
    "scaffold": "react agent 1.2",
    "attempts": 1,
    "tools": ["bash"],
    "helpful_only": "yes",
    "fine_tuned": "no",
    "access": "API",
}


def world() -> World:
    """Return the world in order, with thresholds that do not say what they are compared with."""
    content = in_order()
    for threshold in content.thresholds:
        del threshold["baseline"]
    return content


def completeness(content: World, reported: Reported | None = None) -> Completeness:
    facts = content.facts()
    return check_completeness(facts, facts.evidence[0], reported)


def answers(content: World, **reported) -> dict[str, Answer]:
    found = completeness(content, Reported(**reported) if reported else None)
    return {answer.criterion: answer for answer in found.answers}


def statuses(content: World) -> dict[str, str]:
    return {id: answer.status for id, answer in answers(content).items()}


def places(answer: Answer) -> list[str]:
    return [f"{x.kind} {x.id} {x.path}" for x in answer.basis]


def test_a_world_in_order():
    found = completeness(world())
    assert [answer.criterion for answer in found.answers] == [c.id for c in CRITERIA]
    assert statuses(world()) == {
        "threat-model": "needs judgement",
        "deciding-values": "present",
        "example-item": "needs judgement",
        "values-beforehand": "present",
        "item-count": "present",
        "item-form": "needs judgement",
        "grading-quality": "absent",
        "human-graders": "needs judgement",
        "model-graders": "needs judgement",
        "model-snapshot": "present",
        "refusals": "absent",
        "method": "needs judgement",
        "budget": "absent",
        "adaptation": "absent",
        "result": "present",
        "uncertainty": "present",
        "left-out": "present",
        "baseline": "absent",
        "baseline-method": "absent",
        "conclusion": "present",
        "judge": "absent",
    }
    assert found.lacks_minimum()
    assert found.contradictions == ()
    assert sum(found.count(s) for s in ("present", "needs judgement", "absent")) == len(CHECKS)


def test_every_place_named_is_there():
    content = world()
    content.thresholds[0]["baseline"] = "The tools of last year."
    content.evidence[0] |= {"elicitation": WHOLE}
    content.determinations[0]["evidence"] = ["ctf-run"]
    trees = {
        "framework": content.framework,
        "model": content.model,
        "evidence": content.evidence[0],
        "plan": content.plans[0],
        "determination": content.determinations[0],
    }
    seen = 0
    for answer in completeness(content).answers:
        for basis in answer.basis:
            node = trees[basis.kind]
            assert basis.id == node["id"]
            for part in basis.path.replace("]", "").replace("[", ".").split("."):
                node = node[int(part)] if isinstance(node, list) else _inside(node, part)
            seen += 1
    assert seen > 20


def _inside(node, part):
    defaults = {"metric": "accuracy", "reducer": "mean"}
    return defaults[part] if part in defaults and part not in node else node[part]


def test_prose_is_never_present():
    content = world()
    content.thresholds[0]["baseline"] = "The tools of last year."
    content.determinations[0]["evidence"] = ["ctf-run"]
    found = answers(content)
    for id in ("threat-model", "baseline", "judge", "item-form", "example-item"):
        assert found[id].status == "needs judgement"
    assert places(found["baseline"]) == ["framework frontier domains[0].thresholds[0].baseline"]
    assert places(found["judge"]) == [
        "determination cyber-1-judged made_by",
        "determination cyber-1-judged reasons",
    ]


def test_nobody_asks_for_the_evaluation():
    content = world()
    content.linted = False
    for threshold in content.thresholds:
        threshold["ruled_out_when"] = {"present": {"declaration": "x"}}
        threshold["reached_when"] = None
    found = answers(content)
    assert {found[id].status for id in ("threat-model", "baseline", "conclusion")} == {"absent"}
    assert places(found["deciding-values"]) == [
        "framework frontier evaluations[0].rule_out",
        "framework frontier evaluations[0].rule_in",
    ]


def test_no_value_to_compare_with():
    content = world()
    content.linted = False
    del content.evaluation["rule_out"], content.evaluation["rule_in"]
    content.thresholds[1]["ruled_out_when"] = {"present": {"evaluation": "ctf"}}
    assert statuses(content)["deciding-values"] == "absent"
    content.thresholds[1]["ruled_out_when"] = {"le": {"evaluation": "ctf", "value": 0.6}}
    found = answers(content)
    assert places(found["deciding-values"]) == [
        "framework frontier domains[0].thresholds[1].ruled_out_when.le"
    ]
    for key in ("rule_out_below", "rule_in_at_least", "margin"):
        content.plans[0].pop(key)
    assert answers(content)["values-beforehand"].status == "needs judgement"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.plans.clear(), "which is not there"),
        (lambda w: w.evidence[0].pop("plan"), "names no plan"),
        (lambda w: w.plans[0].update(registered_at="2026-06-02T00:00:00Z"), "after the run"),
        (lambda w: w.plans[0].update(rule_out_below=0.3), "rule_out_below = 0.3"),
        (
            lambda w: w.plans[0].update(epochs=5, elicitation={"attempts": 5}),
            "plan ctf-plan says epochs = 5",
        ),
    ],
)
def test_values_that_were_not_set_before_the_run(change, said):
    content = world()
    change(content)
    answer = answers(content)["values-beforehand"]
    assert answer.status == "absent"
    assert said in answer.text


def test_a_record_that_its_log_does_not_confirm_answers_nothing_about_the_log():
    content = world()
    content.evidence[0]["run"]["elicitation"] = WHOLE
    content.evidence[0]["run"]["setup"] = {"limits": {"token_limit": 5.0}}
    assert statuses(content)["method"] == statuses(content)["budget"] == "present"
    content.faults["ctf-run"] = Reason(code="evaluation.log-missing", text="it is not there")
    found = answers(content)
    for id in (
        "example-item", "values-beforehand", "item-count", "model-snapshot", "refusals", "budget",
        "result", "uncertainty", "left-out",
    ):  # fmt: skip
        assert found[id].status == "absent", id
    assert "it is not there" in found["result"].text
    assert places(found["method"]) == ["plan ctf-plan elicitation"]


def test_a_log_without_samples_shows_no_example():
    content = world()
    content.evidence[0]["log"]["claim"] = "stated"
    found = answers(content)
    assert found["example-item"].status == "absent"
    assert found["result"].text == "stated by the log alone"


def test_a_log_that_contradicts_itself_gives_no_result_without_a_person():
    content = world()
    content.evidence[0]["findings"] = [
        {"code": "log.sample-count", "severity": "contradiction", "message": "x"}
    ]
    answer = answers(content)["result"]
    assert (answer.status, answer.text) == (
        "needs judgement", "the log contradicts itself: log.sample-count",
    )  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"scorer": "other"}, {"stated": None}, {"agrees": False, "stated": 0.9}]
)
def test_no_measurement_that_the_evaluation_asks_for(change):
    content = world()
    content.evidence[0]["measurements"][0] |= change
    found = answers(content)
    for id in ("item-count", "result", "uncertainty"):
        assert found[id].status == "absent"


def test_too_few_questions_are_counted_all_the_same():
    content = world()
    content.evaluation["min_questions"] = 1000
    assert answers(content)["item-count"].text == "200 questions, counted"


@pytest.mark.parametrize(
    ("weights", "status"),
    [(None, "needs judgement"), ("sha256:" + "b" * 64, "absent")],
)
def test_weights(weights, status):
    content = world()
    content.evidence[0]["run"]["weights_sha256"] = weights
    assert statuses(content)["model-snapshot"] == status


def test_a_model_graded():
    content = world()
    content.evaluation["scorer"] = "inspect_ai/model_graded_qa"
    answer = answers(content)["model-graders"]
    assert (answer.status, answer.text) == ("absent", "the scorer's name says that a model graded")


def test_a_whole_statement():
    content = world()
    content.evidence[0]["elicitation"] = WHOLE
    found = answers(content)
    for id in ("refusals", "method", "adaptation"):
        assert found[id].status == "present"
    assert places(found["method"]) == [
        f"evidence ctf-run elicitation.{key}" for key in ("scaffold", "attempts", "tools")
    ]
    assert found["budget"].status == "absent"


def test_part_of_a_statement():
    content = world()
    content.evidence[0]["elicitation"] = {"scaffold": "react", "helpful_only": "unknown"}
    found = answers(content)
    assert found["method"].status == "needs judgement"
    assert found["method"].text == "record ctf-run does not say attempts, tools"
    assert found["refusals"].status == "absent"
    assert found["refusals"].text == "record ctf-run says that it is unknown"


def test_a_plan_says_what_was_to_be():
    content = world()
    content.plans[0]["elicitation"] = WHOLE
    answer = answers(content)["refusals"]
    assert answer.status == "needs judgement"
    assert places(answer) == ["plan ctf-plan elicitation.helpful_only"]


def test_a_contradiction_is_named_and_no_longer_counts_as_said():
    content = world()
    content.evidence[0]["elicitation"] = WHOLE | {"attempts": 5}
    found = completeness(content)
    assert [reason.code for reason in found.contradictions] == ["elicitation.log-differs"]
    answer = answers(content)["method"]
    assert answer.status == "needs judgement"
    assert answer.text == "record ctf-run says attempts = 5; the log says epochs = 1"
    assert answers(content)["refusals"].status == "present"


def test_a_person_says_where_the_report_tells_it():
    found = answers(
        world(),
        reported={"grading-quality": "section 4.2", "result": "table 3"},
        not_applicable={"human-graders": "text is compared", "left-out": "no"},
    )
    assert found["grading-quality"].status == "needs judgement"
    assert places(found["grading-quality"]) == ["report stated section 4.2"]
    assert found["human-graders"].status == "not applicable"
    assert found["human-graders"].text == "as a person states: text is compared"
    assert found["result"].status == found["left-out"].status == "present"


def test_a_criterion_that_is_not_known():
    with pytest.raises(Error) as caught:
        answers(world(), reported={"x": "y"})
    assert caught.value.code == "completeness.criterion"


def test_an_evaluation_that_the_framework_does_not_have():
    content = world()
    content.evidence[0]["evaluation"] = "other"
    with pytest.raises(Error) as caught:
        completeness(content)
    assert caught.value.code == "completeness.evaluation"


ABSENT = [c.id for c in CRITERIA if c.tier == "minimum"]


@given(st.sets(st.sampled_from(ABSENT)))
def test_the_minimum_is_lacking_when_one_of_it_is_absent(named):
    found = completeness(world(), Reported(reported=dict.fromkeys(named, "page 1")))
    absent = {a.criterion for a in found.answers if a.status == "absent" and a.tier == "minimum"}
    assert absent == {"grading-quality", "refusals", "baseline"} - named
    assert found.lacks_minimum() is bool(absent)
