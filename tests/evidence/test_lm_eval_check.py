"""Everything that somebody could change in the files of a harness run is found and named."""

import json

import pytest
from tests.evidence.lm_eval_logs import Run

TASK = "ifthen_choice"


def change_score(run):
    run.rows(TASK)[3]["acc"] = 1.0 - run.rows(TASK)[3]["acc"]


def remove_row(run):
    del run.rows(TASK)[4]


def duplicate_row(run):
    run.rows(TASK).append(run.rows(TASK)[0])


def replace_row(run):
    run.rows(TASK)[1] = run.rows(TASK)[0]


def reorder_rows(run):
    run.rows(TASK).reverse()


def change_document(run):
    run.rows(TASK)[0]["doc"]["gold"] = 0


def change_prompt(run):
    run.rows(TASK)[0]["arguments"]["gen_args_0"]["arg_0"] = "1 + 1 ="


def change_target(run):
    run.rows(TASK)[0]["target"] = "0"


def change_hash(run):
    run.rows(TASK)[0]["doc_hash"] = "0" * 64


def change_task_hash(run):
    run.results["task_hashes"][TASK] = "0" * 64


def change_mean(run):
    run.results["results"][TASK]["acc,none"] += 0.01


def change_stderr(run):
    run.results["results"][TASK]["acc_stderr,none"] *= 0.5


def remove_scores(run):
    for row in run.rows(TASK):
        del row["acc"]


def rename_filter(run):
    for row in run.rows(TASK):
        row["filter"] = "strict"


def add_metric(run):
    run.results["results"][TASK]["exact_match,none"] = 0.0


def change_length(run):
    run.results["results"][TASK]["sample_len"] = 12


def change_effective(run):
    run.results["n-samples"][TASK]["effective"] = 12


def change_limit(run):
    run.results["config"]["limit"] = 3


def raise_document_number(run):
    run.rows(TASK)[10]["doc_id"] = 11


def change_model(run):
    run.results["model_name"] = "ifthen/better"


def change_source(run):
    run.results["model_source"] = "hf"


def change_version(run):
    run.results["versions"][TASK] = 9


def change_shots(run):
    run.results["n-shot"][TASK] = 5


def change_repeats(run):
    run.rows(TASK)[0]["resps"][0].append(["-1.0", "True"])


def add_template(run):
    run.results["chat_template"] = "{{ messages }}"
    run.results["chat_template_sha"] = "0" * 64


def swap_file(run):
    run.files[run.sample_name(TASK)] = Run("limited").rows(TASK)


def swap_task(run):
    run.files[run.sample_name(TASK)] = run.rows("ifthen_last")


def drop_a_filter_row(run):
    run.rows("ifthen_write").pop()


CASES = [
    (change_score, {"log.header-differs"}),
    (remove_row, {"log.task-hash-differs", "log.sample-count", "log.sample-missing"}),
    (duplicate_row, {"log.task-hash-differs", "log.sample-count", "log.duplicate-sample"}),
    (replace_row, {"log.task-hash-differs", "log.duplicate-sample", "log.sample-missing"}),
    (reorder_rows, {"log.task-hash-differs"}),
    (change_document, {"log.hash-differs"}),
    (change_prompt, {"log.hash-differs"}),
    (change_target, {"log.hash-differs"}),
    (change_hash, {"log.hash-differs", "log.task-hash-differs"}),
    (change_task_hash, {"log.task-hash-differs"}),
    (change_mean, {"log.header-differs"}),
    (change_stderr, {"log.header-differs"}),
    (remove_scores, {"log.row-differs", "log.header-differs"}),
    (rename_filter, {"log.row-differs", "log.header-differs"}),
    (add_metric, {"log.row-differs"}),
    (change_length, {"log.header-differs"}),
    (change_effective, {"log.sample-count", "log.limit-differs"}),
    (change_limit, {"log.limit-differs", "log.sample-unexpected"}),
    (raise_document_number, {"log.sample-unexpected", "log.sample-missing"}),
    (change_model, {"log.model-differs"}),
    (change_source, {"log.model-differs"}),
    (change_version, {"log.header-differs"}),
    (change_shots, {"log.header-differs"}),
    (change_repeats, {"log.row-differs"}),
    (add_template, {"log.hash-differs"}),
    (swap_file, {"log.task-hash-differs", "log.sample-count", "log.sample-missing"}),
    (swap_task, {"log.header-differs", "log.row-differs", "log.task-hash-differs"}),
]


@pytest.mark.parametrize(("change", "codes"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_change_is_found_and_named(change, codes):
    run = Run()
    change(run)
    assert codes <= run.contradictions()


def test_filters_with_unlike_numbers_of_rows_are_named():
    run = Run()
    drop_a_filter_row(run)
    messages = [
        item.message for item in run.findings("ifthen_write") if item.code == "log.sample-count"
    ]
    assert "filters have unlike rows: 11 of first, 10 of number" in messages


def test_a_mean_beyond_one_is_compared_too():
    run = Run()
    values = []
    for row in run.rows("ifthen_graded"):
        row["distance"] *= 700
        values.append(row["distance"])
    run.results["results"]["ifthen_graded"]["distance,none"] = sum(values) / len(values)
    run.results["results"]["ifthen_graded"]["distance_stderr,none"] *= 700
    assert run.contradictions("ifthen_graded") == set()
    run.results["results"]["ifthen_graded"]["distance,none"] += 1
    assert run.contradictions("ifthen_graded") == {"log.header-differs"}


def test_a_limit_is_told_and_can_be_a_part():
    run = Run("limited")
    assert "log.limited" in run.notices()
    assert run.contradictions() == set()
    run.results["config"]["limit"] = 0.3  # of 11: 3.3, so 4
    assert run.contradictions() == set()
    run.results["config"]["limit"] = 0.5
    assert "log.limit-differs" in run.contradictions()


def test_chosen_documents_need_no_limit():
    run = Run()
    kept = [row for row in run.rows(TASK) if row["doc_id"] in {2, 5}]
    run.files[run.sample_name(TASK)] = kept
    run.results["n-samples"][TASK]["effective"] = 2
    codes = run.contradictions()
    assert "log.sample-count" not in codes
    assert "log.sample-missing" not in codes
    assert "log.limited" in run.notices()


def test_documents_with_pictures_are_not_hashed():
    run = Run("limited")
    run.results["configs"][TASK]["doc_to_image"] = "image"
    change_document(run)
    assert run.contradictions() == set()
    assert "log.hash-unchecked" in run.notices()


def test_a_chat_prompt_is_hashed_as_its_text():
    run = Run("limited")
    row = run.rows(TASK)[0]
    first = row["arguments"]["gen_args_0"]
    first["arg_0"] = [first["arg_0"]]
    assert run.contradictions() == set()


def test_missing_hashes_are_told():
    run = Run("limited")
    for row in run.rows(TASK):
        del row["doc_hash"]
    run.results["task_hashes"] = {}
    assert run.contradictions() == set()
    found = [item.message for item in run.findings() if item.code == "log.hash-unchecked"]
    assert "doc_hash of 4 rows cannot be checked" in found
    assert "the results state no hash of the task's rows" in found


def test_rows_without_filter_are_read_where_there_is_one():
    run = Run("limited")
    for row in run.rows(TASK):
        del row["filter"]
        del row["metrics"]
    assert run.contradictions() == set()  # as lm-eval wrote them before 0.4.7
    run = Run()
    for row in run.rows("ifthen_write"):
        del row["filter"]
    assert "log.row-differs" in run.contradictions("ifthen_write")


def test_a_version_that_was_never_looked_at_is_told():
    run = Run("limited")
    run.results["lm_eval_version"] = "0.5.0"
    assert "log.version-untested" in run.notices()
    assert json.dumps(run.results)
