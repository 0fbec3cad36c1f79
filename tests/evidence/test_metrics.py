"""The allow-list of metrics: each formula against its definition, and what is not in the list."""

import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.log import Metric, Result, Scorer
from ifthen.evidence.metrics import (
    Irreproducible,
    Support,
    compute_metric,
    is_measured,
    key_of,
    metadata_keys,
    name_of,
    parse_formula,
    support_of,
)
from ifthen.evidence.rules import NEWEST, Rules, rules_of

unit = st.floats(0, 1)
scores = st.lists(unit, min_size=1, max_size=40)
OLD = rules_of("inspect_ai 0.3.58")


def labels_of(**labels):
    return lambda key: labels.get(key, [None] * len(next(iter(labels.values()), [])))


def compute(name, numbers, rules=NEWEST, group=None, options=None, **labels):
    metric = Metric(name=name, group=group, options=options or {})
    return compute_metric(metric, numbers, labels_of(**labels), rules)


@given(scores)
def test_sums_and_spreads_are_those_of_the_definitions(numbers):
    exact = [Fraction(number) for number in numbers]
    mean = float(sum(exact) / len(exact))
    assert compute("accuracy", numbers) == pytest.approx(mean, abs=1e-12)
    assert compute("mean", numbers) == pytest.approx(mean, abs=1e-12)
    if len(numbers) == 1:
        assert {compute(name, numbers) for name in ("var", "std", "stderr")} == {0.0}
        return
    variance = statistics.variance(numbers)
    assert compute("var", numbers) == pytest.approx(variance, abs=1e-12)
    assert compute("std", numbers) == pytest.approx(math.sqrt(variance), abs=1e-9)
    error = math.sqrt(variance / len(numbers))
    assert compute("stderr", numbers) == pytest.approx(error, abs=1e-9)
    before = statistics.pvariance(numbers)
    assert compute("var", numbers, OLD) == pytest.approx(before, abs=1e-12)


def test_without_numbers_there_is_no_value():
    for name in ("accuracy", "mean", "stderr", "std", "var"):
        assert compute(name, []) is None


@given(st.lists(st.tuples(unit, st.sampled_from("abc")), min_size=2, max_size=30))
def test_clustered_error_is_that_of_its_definition(rows):
    numbers, family = [number for number, _ in rows], [label for _, label in rows]
    mean = statistics.fmean(numbers)
    count = len(set(family))
    total = sum(
        (one - mean) * (other - mean)
        for one, first in rows
        for other, second in rows
        if first == second
    )
    found = compute("stderr", numbers, options={"cluster": "family"}, family=family)
    old = compute("stderr", numbers, OLD, options={"cluster": "family"}, family=family)
    if count == 1:
        assert (found, old) == (0.0, None)
        return
    variance = max(total, 0.0) * count / (count - 1) / len(rows) ** 2
    assert found**2 == pytest.approx(variance, abs=1e-12)
    assert old is None or old**2 == pytest.approx(variance, abs=1e-12)  # a sum just below 0


def test_clusters_of_questions_each_are_the_plain_error():
    numbers, place = [0.1, 0.4, 1.0, 0.0], [1, 2, 3, 4]
    found = compute("stderr", numbers, options={"cluster": "place"}, place=place)
    assert found == pytest.approx(compute("stderr", numbers))


@pytest.mark.parametrize("label", [None, math.nan, [1], {"a": 1}])
def test_question_without_a_cluster_leaves_no_value(label):
    options = {"cluster": "family"}
    assert compute("stderr", [0.0, 1.0], options=options, family=["a", label]) is None
    for group in ("ci", "ci_wilson"):
        assert compute("lower", [0.0, 1.0], NEWEST, group, options, family=["a", label]) is None


def test_large_clusters_of_old_releases_need_no_square_of_memory():
    numbers, family = [0.0, 1.0] * 3_000, [True, False, False] * 2_000
    options = {"cluster": "family"}
    old = compute("stderr", numbers, OLD, options=options, family=family)
    assert old == pytest.approx(compute("stderr", numbers, options=options, family=family))


# Student's quantiles of the printed tables (two-sided), and intervals worked out with them
@pytest.mark.parametrize(
    ("level", "freedom", "quantile"),
    [
        (0.95, 1, 12.7062047362), (0.95, 2, 4.3026527297), (0.95, 5, 2.5705818356),
        (0.9, 10, 1.8124611228), (0.99, 30, 2.7499956536), (0.95, 120, 1.9799304051),
        (0.5, 1, 1.0), (0.95, 10**15, 1.9599639845),
    ],
)  # fmt: skip
def test_interval_by_student(level, freedom, quantile):
    from ifthen.evidence.student import student_quantile  # noqa: PLC0415

    assert student_quantile(level, freedom) == pytest.approx(quantile, rel=1e-10)


@given(st.floats(0.01, 0.9999))
def test_expansion_of_the_quantile_continues_the_sum(level):
    from ifthen.evidence.student import MANY, student_quantile  # noqa: PLC0415

    below, above = student_quantile(level, MANY), student_quantile(level, MANY + 1)
    assert above < below or below == pytest.approx(above, rel=1e-9)
    assert below == pytest.approx(above, rel=2e-5)


def test_interval_is_around_the_mean():
    numbers = [0.0, 1.0, 1.0, 0.5]
    low, high = (compute(end, numbers, NEWEST, "ci") for end in ("lower", "upper"))
    width = 3.1824463053 * compute("stderr", numbers)
    assert (low, high) == (pytest.approx(0.625 - width), pytest.approx(0.625 + width))
    assert compute("lower", [0.25], NEWEST, "ci") == 0.25
    assert compute("ci_upper", numbers, NEWEST, "ci") == high  # as results of one key name it


def test_wilson_interval():
    numbers = [1.0] * 8 + [0.0] * 2  # 8 of 10: 0.4902 to 0.9433 (Brown, Cai and DasGupta 2001)
    low, high = (compute(end, numbers, NEWEST, "ci_wilson") for end in ("lower", "upper"))
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert compute("lower", [1.5, 0.0], NEWEST, "ci_wilson") is None
    options = {"cluster": "family"}
    one = compute("lower", numbers, NEWEST, "ci_wilson", options, family=["a"] * 10)
    assert one is None
    wider = compute("lower", numbers, NEWEST, "ci_wilson", options, family=["a", "b"] * 5)
    assert wider < low


def grouped(name, numbers, *, metric=None, group="grouped", family=(), **options):
    inner = {"type": "metric", "name": metric or "mean", "params": {}}
    options = {"metric": inner, "group_key": "family", **options}
    return compute(name, numbers, NEWEST, group, options, family=family)


def test_groups():
    numbers, family = [0.0, 1.0, 0.5], ["a", "a", 3]
    assert grouped("a", numbers, family=family) == 0.5
    assert grouped("3", numbers, family=family) == 0.5
    assert grouped("all", numbers, family=family) == 0.5
    assert grouped("all", [0.0, 0.0, 1.0], family=family) == pytest.approx(1 / 3)
    assert grouped("all", [0.0, 0.0, 1.0], family=family, all="groups") == 0.5
    assert grouped("sum", numbers, family=family, all_label="sum") == 0.5
    assert grouped("all", numbers, family=family, all=False) is None
    assert grouped("in_a", numbers, family=family, name_template="in_{group_name}") == 0.5
    assert grouped("b", numbers, family=family) is None


def test_releases_that_do_not_say_what_a_value_is_a_part_of():
    numbers, family = [0.0, 1.0, 0.5], ["a", "a", "a2"]
    assert grouped("a", numbers, group=None, family=family) == 0.5
    assert grouped("grouped_a", numbers, group=None, family=family) == 0.5
    assert grouped("a3", numbers, group=None, family=family) == 0.5  # the third that is named a
    assert grouped("a2", [0.0, 1.0, 0.25], group=None, family=family) == 0.25
    assert grouped("a3", numbers, family=family) is None


@pytest.mark.parametrize(
    ("metric", "support"),
    [
        (Metric(name="mean"), Support.RECOMPUTED),
        (Metric(name="mean", options={"to_float": None}), Support.RECOMPUTED),
        (Metric(name="mean", options={"to_float": "mine"}), Support.UNKNOWN),
        (Metric(name="stderr", options={"cluster": "x"}), Support.RECOMPUTED),
        (Metric(name="stderr", options={"cluster": 3}), Support.UNKNOWN),
        (Metric(name="lower", group="ci"), Support.RECOMPUTED),
        (Metric(name="lower", group="ci", options={"level": 0.99999}), Support.UNKNOWN),
        (Metric(name="lower", group="ci", options={"level": "high"}), Support.UNKNOWN),
        (Metric(name="lower", group="ci", options={"method": "mine"}), Support.UNKNOWN),
        (Metric(name="lower", group="ci", options={"method": "bootstrap"}), Support.IRREPRODUCIBLE),
        (Metric(name="bootstrap_stderr", options={"num_samples": 20}), Support.IRREPRODUCIBLE),
        (Metric(name="bootstrap_std"), Support.IRREPRODUCIBLE),
        (Metric(name="yes", group="frequency"), Support.UNKNOWN),
        (Metric(name="mean", group="mine"), Support.UNKNOWN),
        (Metric(name="os.system"), Support.UNKNOWN),
    ],
)
def test_what_is_in_the_list(metric, support):
    assert support_of(metric) is support


@pytest.mark.parametrize(
    ("inner", "support"),
    [
        ({"name": "mean"}, Support.RECOMPUTED),
        ({"name": "inspect_ai/stderr", "params": {"cluster": "x"}}, Support.RECOMPUTED),
        ({"name": "bootstrap_stderr", "params": {}}, Support.IRREPRODUCIBLE),
        ({"name": "ci", "params": {}}, Support.UNKNOWN),
        ({"name": "grouped", "params": {}}, Support.UNKNOWN),
        ({"name": "mean", "params": []}, Support.RECOMPUTED),
        ({"name": "mean", "params": [1]}, Support.UNKNOWN),
        ({"name": 3}, Support.UNKNOWN),
        ("mean", Support.UNKNOWN),
        (None, Support.UNKNOWN),
    ],
)
def test_what_can_be_grouped(inner, support):
    options = {"metric": inner, "group_key": "family"}
    assert support_of(Metric(name="a", group="grouped", options=options)) is support


@pytest.mark.parametrize(
    "options",
    [
        {"group_key": 3}, {"group_key": ""}, {"all": "none"}, {"all": []}, {"all_label": 1},
        {"name_template": "{a}{b}"}, {"name_template": 1}, {"value_to_float": "mine"},
    ],
)  # fmt: skip
def test_options_of_groups_that_are_not_known(options):
    options = {"metric": {"name": "mean"}, "group_key": "family", **options}
    assert support_of(Metric(name="a", group="grouped", options=options)) is Support.UNKNOWN


def test_random_metric_has_no_value():
    assert isinstance(compute("bootstrap_stderr", [0.0, 1.0]), Irreproducible)
    assert compute("os.system", [0.0, 1.0]) is None


def test_only_plain_accuracy_and_mean_measure():
    assert is_measured(Metric(name="accuracy"))
    assert not is_measured(Metric(name="accuracy", group="grouped"))
    assert not is_measured(Metric(name="mean", options={"cluster": "x"}))
    assert not is_measured(Metric(name="stderr"))


def test_metrics_of_other_options_are_others():
    plain, clustered = Metric(name="stderr"), Metric(name="stderr", options={"cluster": "x"})
    assert key_of(plain) != key_of(clustered)
    assert key_of(plain) == key_of(Metric(name="stderr", value=1.0, options={"cluster": None}))
    assert name_of(clustered) == "stderr"
    assert name_of(Metric(name="lower", group="ci")) == "ci lower"


def test_keys_of_metadata_that_metrics_need():
    inner = {"name": "stderr", "params": {"cluster": "number"}}
    options = {"metric": inner, "group_key": "family"}
    scorer = Scorer(name="one", metrics=(Metric(name="grouped", options=options),))
    result = Result(
        scorer="one", metrics=(Metric(name="stderr", options={"cluster": "x"}), Metric(name="mean"))
    )
    assert metadata_keys([scorer], [result]) == {"family", "number", "x"}
    assert metadata_keys([], [Result(scorer="one", metrics=(Metric(name="mean"),))]) == frozenset()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = ["mean", "stderr", "ci", "ci_wilson", "grouped", "lower", "a", "bootstrap_stderr", ""]
KEYS = ["metric", "group_key", "all", "cluster", "level", "method", "name_template", "name"]


@given(
    st.sampled_from(NAMES),
    st.none() | st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(KEYS), anything | st.fixed_dictionaries({"name": anything})),
    st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), anything), max_size=6),
)
def test_whatever_a_log_states_there_is_a_number_or_none(name, group, options, rows):
    metric = Metric(name=name, group=group, options=options)
    assert isinstance(hash(key_of(metric)), int)
    assert metadata_keys([], [Result(scorer="x", metrics=(metric,))]) is not None
    numbers, labels = [number for number, _ in rows], [label for _, label in rows]
    for rules in (NEWEST, OLD):
        found = compute_metric(metric, numbers, lambda _: labels, rules)
        if isinstance(found, float):
            assert math.isfinite(found)
            assert parse_formula(metric) is not Support.UNKNOWN
        else:
            assert found is None or isinstance(found, Irreproducible)


def test_rules_follow_the_release():
    assert rules_of("inspect_ai 0.3.285") == NEWEST
    assert rules_of("inspect_ai 0.4.0") == NEWEST
    assert rules_of("inspect_ai") == rules_of("lm_eval 0.3.1") == NEWEST
    assert rules_of("inspect_ai 0.3.153.dev2+g715e") == rules_of("inspect_ai 0.3.153")
    before, after = rules_of("inspect_ai 0.3.63"), rules_of("inspect_ai 0.3.64")
    assert (before.sample_variance, after.sample_variance) == (False, True)
    assert Rules() == NEWEST
