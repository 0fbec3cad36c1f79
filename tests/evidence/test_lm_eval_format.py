"""The harness's names, hashes and formulas."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.lm_eval_format import (
    TaskJson,
    add_compensated,
    add_plain,
    compute_mean,
    compute_stderr,
    expect_asked,
    find_aggregation,
    find_date,
    find_prompt,
    hash_document,
    hash_text,
    name_models,
    split_results,
)


@pytest.mark.parametrize(
    ("metrics", "metric", "aggregation"),
    [
        ([{"metric": "acc", "aggregation": "mean"}], "acc", "mean"),
        ([{"metric": "acc"}], "acc", "mean"),
        ([{"metric": "acc", "aggregation": "nanmean"}], "acc", "nanmean"),
        ([{"metric": "f1"}], "f1", "f1"),
        ([{"metric": "bleu", "aggregation": "bleu"}], "bleu", "bleu"),
        ([{"metric": "mine", "aggregation": "def total(x): ..."}], "mine", "def total(x): ..."),
        ([{"metric": "acc"}], "rouge1", "mean"),
        (None, "exact_match", "mean"),
        (None, "word_perplexity", "word_perplexity"),
    ],
)
def test_the_way_to_one_number(metrics, metric, aggregation):
    assert find_aggregation(TaskJson(metric_list=metrics), metric) == aggregation


def test_results_are_split_into_metric_and_filter():
    entry = {
        "alias": "a",
        "name": "a",
        "sample_len": 3,
        "acc,none": 0.5,
        "acc_stderr,none": "N/A",
        "own_stderr,none": 0.2,
        " ": " ",
    }
    assert split_results(entry) == [
        ("acc", "none", 0.5, "N/A"),
        ("own_stderr", "none", 0.2, None),
    ]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("pretrained=EleutherAI/pythia-14m,dtype=float32", ["EleutherAI/pythia-14m"]),
        ("pretrained=a,peft=b", ["b", "a"]),
        ({"model": "gpt-x", "base_url": "http://127.0.0.1"}, ["gpt-x"]),
        ("dtype=float32", []),
        ({}, []),
        (None, []),
    ],
)
def test_models_are_named_by_their_arguments(arguments, names):
    assert name_models(arguments) == names


@pytest.mark.parametrize(
    ("limit", "asked"), [(None, 11), (4.0, 4), (20, 11), (0.3, 4), (0.99, 11), (1.0, 1)]
)
def test_a_limit_is_a_number_or_a_part(limit, asked):
    assert expect_asked(11, limit) == asked


def test_names_hold_a_date():
    assert find_date("results_2026-11-23T23-08-37.113754.json") == "2026-11-23T23-08-37.113754"
    assert find_date("mine_2026-11-23T23-08-37.json") == "2026-11-23T23-08-37"
    assert find_date("results.json") is None
    assert find_date("results_../x.json") is None


def test_hashes_of_text_and_documents():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hash_text("") == empty
    assert hash_text("\ud800") is None
    # SHA-256 of the 20 bytes {\n  "a": "\u00e4"\n} with the letter in UTF-8, by sha256sum
    assert hash_document({"a": "ä"}) == hash_text('{\n  "a": "ä"\n}')
    assert hash_document({"a": "ä"}) != hash_text('{"a": "ä"}')


def test_a_prompt_is_text():
    assert find_prompt({"gen_args_0": {"arg_0": "Why?"}}) == "Why?"
    assert find_prompt({"gen_args_0": {"arg_0": ["Why?"]}}) == "Why?"
    for other in ({}, [], None, {"gen_args_0": []}, {"gen_args_0": {"arg_0": 3}}):
        assert find_prompt(other) is None


def test_small_means_by_hand():
    assert compute_mean([1, 0, 1, 1]) == 0.75
    assert compute_stderr([1, 0]) == math.sqrt(0.5) / math.sqrt(2)


@given(st.lists(st.integers(0, 1), min_size=2, max_size=50))
def test_the_error_of_a_proportion(values):
    share = sum(values) / len(values)
    assert compute_mean(values) == share
    known = math.sqrt(share * (1 - share) / (len(values) - 1))
    assert math.isclose(compute_stderr(values), known, rel_tol=1e-12, abs_tol=1e-12)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_both_ways_to_add_are_sums(values):
    exact = math.fsum(values)
    size = math.fsum(map(abs, values))
    assert abs(add_compensated(values) - exact) <= 2**-52 * abs(exact) + 2**-90 * size
    assert abs(add_plain(values) - exact) <= len(values) * 2**-52 * size
    if sys.version_info >= (3, 12):
        assert sum(values) == add_compensated(values)
    else:
        assert sum(values) == add_plain(values)


def test_the_two_ways_differ_where_rounding_shows():
    assert add_plain([0.1] * 10) == 0.9999999999999999
    assert add_compensated([0.1] * 10) == 1.0
    assert add_compensated([1e308, 1e308]) == math.inf
