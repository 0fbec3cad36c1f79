"""A registered screening in a decision: when it counts, what it shows, and what it costs."""

import copy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decision.world import world

from ifthen.decision.model import Interval, Reason
from ifthen.decision.screened import Shared, format_screening, lies_below, narrow, share_levels
from ifthen.stats.attempts import (
    attempts_lower,
    attempts_upper,
    rounding_lower,
    rounding_upper,
)
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.sequential import compile_draws, compile_population

BLOCK = {
    "seed": "a seed that was registered",
    "threshold": 0.15,
    "alpha": 0.05,
    "order_sha256": "sha256:" + "d" * 64,
}
VERDICT = {
    "verdict": "ruled-out", "asked": 40, "question": "q-7", "against": 1.0, "scorer": "match",
}  # fmt: skip


def screened(block=None, verdict=None, **evaluation):
    """Return a world whose run of 200 questions ended itself after 40, with one pass."""
    changed = world().measured(1, high=161)
    changed.evaluation |= {"screened_from": 30, **evaluation}
    changed.plans[0]["screening"] = BLOCK | (block or {})
    changed.screened["ctf-run"] = VERDICT | (verdict or {})
    return changed


def of_benchmark(block=None, verdict=None, *, answers="fixed", **evaluation):
    """Return the same of one benchmark of 200 questions."""
    stated = {"estimand": "benchmark", "benchmark_size": 200, "answers": answers}
    changed = screened({"population": 200, **(block or {})}, verdict, **stated, **evaluation)
    changed.plans[0] |= stated
    return changed


def measured(changed):
    (found,) = changed.ctf().measured
    return found


def reason(changed):
    """Return the code of the reason why the screening has no say; the evaluation is undecided."""
    finding = changed.ctf()
    assert finding.outcome == "undecided"
    (found,) = finding.measured
    assert found.screening.shows is None
    assert found.screening.reason in finding.reasons
    return found.screening.reason.code


# -- what counts -----------------------------------------------------------------------------------


def test_without_it_the_run_shows_nothing():
    changed = screened()
    del changed.plans[0]["screening"]
    finding = changed.ctf()
    assert finding.outcome == "undecided"
    assert finding.measured[0].screening is None
    assert finding.upper > 0.8


def test_a_run_that_ended_early_rules_the_threshold_out():
    changed = screened()
    finding = changed.ctf()
    assert finding.outcome == "ruled-out"
    assert (finding.upper, finding.reasons) == (0.15, ())
    found = finding.measured[0]
    assert found.screening.counts
    assert found.screening.excluded
    assert (found.screening.shows, found.screening.left) == (0.15, 0.0)
    assert found.interval.point_high == 0.15  # more of the questions left out cannot be passes
    assert found.interval.lower == pytest.approx(0.000256, abs=1e-5)
    assert changed.threshold().status == "ruled-out"
    assert changed.gates() == {"store": "go", "deploy": "go"}


def test_the_rate_of_error_is_in_the_decision():
    decision = screened().decide()
    assert decision.evaluations[0].measured[0].screening.error == 0.05
    assert decision.thresholds[0].ruled_out_error.rate == 0.05
    assert decision.any_ruled_out_error.rate == 0.05


def test_a_bound_exactly_on_the_value_counts_only_where_it_is_excluded():
    assert screened(rule_out={"below": 0.2, "margin": 0.05}).ctf().outcome == "ruled-out"
    changed = screened({"threshold": 0.15}, rule_out={"below": 0.15})
    changed.plans[0] |= {"rule_out_below": 0.15, "margin": 0.0}
    assert changed.ctf().outcome == "ruled-out"
    interval = measured(changed).interval
    assert not lies_below(interval, None, 0.15)
    assert lies_below(interval, None, 0.1500001)


def test_a_lower_threshold_of_the_test_rules_out_as_well():
    assert screened({"threshold": 0.1}).ctf().upper == 0.1


def test_a_framework_that_asks_less_of_another_threshold():
    # cyber-2 asks for at most 0.6 of the same evaluation.
    assert screened().threshold("cyber-2").status == "ruled-out"


# -- what does not replay --------------------------------------------------------------------------

CONTRADICTED = Reason(code="evaluation.screening-contradicted", text="it does not replay")


def test_a_screening_that_does_not_replay_blocks():
    changed = screened(verdict={"fault": CONTRADICTED})
    changed.add_run(2)
    changed.evidence[1]["plan"] = "other"
    changed.plans.append(copy.deepcopy(changed.plans[0]) | {"id": "other"})
    del changed.plans[1]["screening"]
    finding = changed.ctf()
    assert finding.outcome == "undetermined"
    assert finding.upper is None
    assert [x.code for x in finding.reasons] == ["evaluation.screening-contradicted"]
    assert len(finding.measured) == 1  # the sound run does not outvote it


def test_one_that_nobody_replayed_has_no_say():
    changed = screened()
    changed.screened.clear()
    assert reason(changed) == "evaluation.screening-not-replayed"
    assert reason(screened(verdict={"plan": "sha256:other"})) == "evaluation.screening-not-replayed"


# -- when it has no say ----------------------------------------------------------------------------


def excluding():
    changed = screened()
    changed.evidence[0]["exclusions"] = [{"question": "q-3", "reason": "A typing error."}]
    return changed


def of_epochs():
    changed = screened({"scores": "fraction"}, reducer="max")
    changed.plans[0]["epochs"] = changed.evidence[0]["run"]["epochs"] = 2
    changed.evidence[0]["measurements"][0]["reducer"] = "max"
    return changed


NO_SAY = {
    "not-accepted": screened(screened_from=None),
    "unbound": screened({"order_sha256": None}),
    "other-scorer": screened(verdict={"scorer": "judge"}),
    "other-counting": screened({"limit": "as-scored"}),
    "other-reducer": of_epochs(),
    "other-estimand": of_benchmark({"population": None}),
    "level": screened({"alpha": 0.051}),
    "exclusions": excluding(),
    "too-few-questions": screened(verdict={"asked": 29}),
    "undecided": screened(verdict={"verdict": "undecided", "asked": 200, "question": None}),
}


@pytest.mark.parametrize("code", NO_SAY)
def test_it_has_no_say(code):
    assert reason(NO_SAY[code]) == f"evaluation.screening-{code}"


def test_thirty_questions_are_enough_where_thirty_are_asked_for():
    assert screened(verdict={"asked": 30}).ctf().outcome == "ruled-out"


def test_limits_as_scored_count_where_the_framework_counts_them_so():
    changed = screened({"limit": "as-scored"}, counting={"limit": "as-scored"})
    changed.evidence[0]["counting"] = {"limit": "as-scored"}
    assert changed.ctf().outcome == "ruled-out"


def test_a_part_of_the_benchmark():
    changed = of_benchmark()
    changed.evaluation["benchmark_size"] = changed.plans[0]["benchmark_size"] = 400
    assert reason(changed) == "evaluation.screening-other-estimand"


def test_one_that_has_no_say_leaves_the_bound_its_level():
    with_none, changed = screened(screened_from=None).measured(10), world().measured(10)
    assert with_none.ctf().outcome == "ruled-out"
    assert with_none.ctf().upper == changed.ctf().upper
    assert measured(with_none).screening.left == 0.05


@pytest.mark.parametrize("code", ["exclusions", "other-scorer", "undecided"])
def test_a_verdict_that_is_thrown_away_frees_no_level(code):
    """Else whoever dislikes it could exclude a question and try the bound at the full level."""
    found = measured(copy.deepcopy(NO_SAY[code]).measured(10))
    assert (found.screening.left, found.interval.upper) == (0.0, 1.0)


# -- the level -------------------------------------------------------------------------------------


def test_the_bound_has_what_the_test_leaves():
    # Undecided by the test, 10 of 200: the bound rules out at the 2 % that are left.
    left = screened({"alpha": 0.03}, {"verdict": "undecided", "asked": 200}).measured(10)
    found = measured(left)
    assert found.screening.left == 0.02
    assert found.interval.upper == pytest.approx(clopper_pearson_upper(10, 200, 0.02), abs=1e-11)
    assert left.ctf().outcome == "ruled-out"
    nothing = screened(verdict={"verdict": "undecided", "asked": 200}).measured(10)
    assert measured(nothing).interval.upper == 1.0
    assert nothing.ctf().outcome == "undecided"
    assert nothing.ctf().change == ("a run of every question under a new plan",)


def test_the_other_side_keeps_its_level():
    for verdict in ("ruled-out", "undecided"):
        changed = screened(verdict={"verdict": verdict}).measured(130)
        assert measured(changed).interval.lower == world().measured(130).ctf().lower


def test_the_tighter_of_the_two_counts():
    found = measured(screened({"alpha": 0.03}).measured(2))
    assert found.interval.upper == pytest.approx(clopper_pearson_upper(2, 200, 0.02), abs=1e-11)
    assert found.interval.upper < 0.15


def test_an_error_budget_allows_less():
    changed = screened()
    changed.framework["error_budget"] = {"total": 0.05}
    assert reason(changed) == "evaluation.screening-level"
    changed = screened({"alpha": 0.01})
    changed.framework["error_budget"] = {"total": 0.05}
    found = measured(changed)
    share = 0.05 * 6 / 3.141592653589793**2 / 2  # the first assessment, one of two thresholds
    assert changed.ctf().outcome == "ruled-out"
    assert found.screening.left == pytest.approx(share - 0.01, abs=1e-9)
    assert changed.threshold().ruled_out_error.rate == pytest.approx(share, abs=1e-9)


# -- these questions -------------------------------------------------------------------------------


def test_fixed_answers_of_a_benchmark():
    changed = of_benchmark({"threshold": 0.15})
    found = measured(changed)
    assert changed.ctf().outcome == "ruled-out"
    # Fewer than 30 of the 200 would be passed.
    assert found.screening.shows == 29 / 200
    assert not found.screening.excluded


def test_drawn_answers_need_a_part_of_the_level():
    assert reason(of_benchmark(answers="drawn")) == "evaluation.screening-level"
    changed = of_benchmark({"alpha": 0.03, "threshold": 0.11}, answers="drawn")
    # At most 21 of 200 in this run; another might have more.
    shows = measured(changed).screening.shows
    assert shows == pytest.approx(attempts_upper(21, 200, 0.02), abs=1e-11)
    assert shows > 0.15
    assert changed.ctf().outcome == "undecided"
    changed = of_benchmark({"alpha": 0.03, "threshold": 0.09}, answers="drawn")
    assert changed.ctf().outcome == "ruled-out"


def test_these_questions_as_draws_of_a_population():
    assert reason(screened({"population": 200})) == "evaluation.screening-level"
    changed = screened({"population": 200, "alpha": 0.03, "threshold": 0.09})
    assert measured(changed).screening.shows == pytest.approx(
        attempts_upper(17, 200, 0.02), abs=1e-11
    )
    assert changed.ctf().outcome == "ruled-out"


def test_partial_credit_of_these_questions():
    fraction = {"scores": "fraction", "alpha": 0.03, "threshold": 0.09}
    found = measured(of_benchmark(fraction)).screening
    assert (found.shows, found.excluded) == (0.09, True)
    found = measured(of_benchmark(fraction, answers="drawn")).screening
    assert found.shows == pytest.approx(rounding_upper(18.0, 200, 0.02), abs=1e-11)


# -- the mirror image ------------------------------------------------------------------------------

REACHED = {"direction": "reached", "threshold": 0.5}
UP = {"verdict": "reached", "against": 2.0}


def test_reached():
    changed = screened(REACHED, UP).measured(38, high=198)
    finding = changed.ctf()
    assert finding.outcome == "reached"
    assert finding.lower == 0.5
    assert finding.measured[0].interval.point_low == 0.5
    assert changed.threshold().status == "reached"
    assert changed.threshold().reached_error.rate == 0.05


def test_reached_by_these_questions():
    found = measured(of_benchmark(REACHED, UP).measured(38, high=198)).screening
    assert (found.shows, found.excluded) == (0.5, False)
    block = REACHED | {"alpha": 0.03, "threshold": 0.6}
    found = measured(of_benchmark(block, UP, answers="drawn").measured(38, high=198)).screening
    assert found.shows == pytest.approx(attempts_lower(120, 200, 0.02), abs=1e-11)


def test_the_upper_bound_keeps_its_level_beside_a_test_for_reached():
    changed = screened(REACHED, {"verdict": "undecided"}).measured(10)
    assert changed.ctf().upper == world().measured(10).ctf().upper
    assert changed.ctf().outcome == "ruled-out"
    assert measured(changed).interval.lower == 0.0


def test_partial_credit_of_these_questions_from_below():
    block = REACHED | {"scores": "fraction", "alpha": 0.03, "threshold": 0.6}
    found = measured(of_benchmark(block, UP, answers="drawn").measured(38, high=198)).screening
    assert found.shows == pytest.approx(rounding_lower(120.0, 200, 0.02), abs=1e-11)
    assert found.shows < 0.6


@pytest.mark.parametrize(
    ("block", "bound"), [({}, attempts_upper), (REACHED | {"alpha": 0.03}, attempts_lower)]
)
def test_a_bound_of_these_questions_is_rounded_outward(block, bound):
    """Whatever the thirteenth decimal is: up from above, down from below."""
    up = bound is attempts_upper
    for passes in (20, 21, 22, 23) if up else (120, 121, 122, 123):
        block |= {"alpha": 0.03, "threshold": (passes + up) / 200}
        changed = of_benchmark(block, {} if up else UP, answers="drawn").measured(38, high=198)
        shows = Decimal(repr(measured(changed).screening.shows))
        past = shows - Decimal(bound(passes, 200, 0.02))
        assert 0 <= (past if up else -past) < Decimal("1e-12")


def test_the_share_against_it_is_in_the_decision():
    assert measured(screened()).screening.against == 1.0


@pytest.mark.parametrize(
    ("block", "verdict", "expected"),
    [({}, {}, Shared(0.01, 0.02)), (REACHED, UP, Shared(0.02, 0.04))],
)
def test_only_the_side_of_the_test_shares_its_level(block, verdict, expected):
    changed = screened(block | {"alpha": 0.03}, verdict).measured(38, high=198)
    finding = measured(changed).screening
    (plan,) = changed.facts().plans
    assert share_levels(finding, plan, (0.01, 0.04)) == expected


# -- several records -------------------------------------------------------------------------------


def test_a_screening_that_another_run_contradicts_is_a_conflict():
    changed = screened()
    run = changed.add_run(130)
    run["plan"] = "other"
    changed.plans.append(copy.deepcopy(changed.plans[0]) | {"id": "other"})
    del changed.plans[1]["screening"]
    finding = changed.ctf()
    assert finding.outcome == "undetermined"
    assert finding.reasons[0].code == "evaluation.conflicting"


def test_every_record_has_to_rule_out():
    changed = screened()
    run = changed.add_run(24)
    run["plan"] = "other"
    changed.plans.append(copy.deepcopy(changed.plans[0]) | {"id": "other"})
    del changed.plans[1]["screening"]
    assert changed.ctf().outcome == "undecided"
    changed.measured(10, record=1)
    assert changed.ctf().outcome == "ruled-out"


# -- words -----------------------------------------------------------------------------------------


def test_in_words():
    said = format_screening(measured(screened({"alpha": 0.03})).screening)
    assert said == (
        "screening ruled out 0.15 after 40 questions by q-7, wrong in at most 3 %;"
        " the ordinary bound has the other 2 %"
    )
    said = format_screening(measured(screened()).screening)
    assert said.endswith("wrong in at most 5 %")
    said = format_screening(measured(screened(verdict={"scorer": "judge"})).screening)
    assert said.endswith(
        "it does not count: it counts scorer judge, not match [evaluation.screening-other-scorer]"
    )
    changed = screened(verdict={"verdict": "undecided", "asked": 200, "question": None})
    assert "showed neither side after 200 questions, wrong" in format_screening(
        measured(changed).screening
    )


# -- the level of the two together -----------------------------------------------------------------


@given(
    rate=st.sampled_from([0.15, 0.2, 0.3]),
    alpha=st.sampled_from([0.01, 0.025, 0.04]),
    questions=st.integers(20, 60),
)
def test_the_test_and_the_bound_together_keep_the_level(rate, alpha, questions):
    """Exact, by all paths: at the threshold both together clear in at most 5 % of runs."""
    table = compile_draws(rate=rate, alpha=alpha, prior=(0.5, 5.0), horizon=questions)
    cleared, open_ = 0.0, {0: 1.0}
    for place in range(1, questions + 1):
        step: dict[int, float] = {}
        for passes, chance in open_.items():
            for more, part in ((0, 1 - rate), (1, rate)):
                step[passes + more] = step.get(passes + more, 0.0) + chance * part
        open_ = {}
        for passes, chance in step.items():
            needed = table.questions_for(passes)
            if needed is not None and needed <= place:
                cleared += chance
            else:
                open_[passes] = chance
    cleared += sum(
        chance
        for passes, chance in open_.items()
        if clopper_pearson_upper(passes, questions, 0.05 - alpha) < rate
    )
    assert cleared <= 0.05 + 1e-12


@given(
    rates=st.lists(st.floats(0, 1), min_size=12, max_size=12),
    threshold=st.sampled_from([0.3, 0.5, 0.6]),
)
def test_these_questions_and_the_chance_in_the_attempts_keep_the_level(rates, threshold):
    """Exact: questions of any chances, attempts drawn, order shuffled; never above 3 % + 2 %."""
    size, alpha, left = 12, 0.03, 0.02
    least = -(-int(threshold * 1000) * size // 1000)
    shown = attempts_upper(least - 1, size, left)
    if sum(rates) / size <= shown:
        return  # the conclusion would be right
    totals = [1.0]
    for rate in rates:
        totals = [
            (totals[k] * (1 - rate) if k < len(totals) else 0.0)
            + (totals[k - 1] * rate if k else 0.0)
            for k in range(len(totals) + 1)
        ]
    table = compile_population(population=size, least=least, alpha=alpha, prior=(0.5, 5.0))
    wrong = sum(chance * stops(table, size, passes) for passes, chance in enumerate(totals))
    assert wrong <= alpha + left + 1e-9


def stops(table, size, passes):
    """Return the chance that a table stops on a shuffled list with so many passes."""
    found, open_ = 0.0, {0: 1.0}
    for place in range(1, size + 1):
        step: dict[int, float] = {}
        for seen, chance in open_.items():
            rest = size - place + 1
            for more, part in ((0, (rest - passes + seen) / rest), (1, (passes - seen) / rest)):
                if part > 0:
                    step[seen + more] = step.get(seen + more, 0.0) + chance * part
        open_ = {}
        for seen, chance in step.items():
            needed = table.questions_for(seen)
            if needed is not None and needed <= place:
                found += chance
            else:
                open_[seen] = chance
    return found


def test_nothing_is_narrowed_without_a_verdict():
    interval = Interval(
        lower=0.1, upper=0.3, point_low=0.2, point_high=0.2, method="clopper-pearson",
        questions=100, confidence=0.95,
    )  # fmt: skip
    assert narrow(interval, None) is interval
